"""The lineage of one item: a picture on a time axis and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, cast

from flask import Blueprint, g, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound
from reformgraph.ontology.terms import LINEAGE
from reformgraph.queries.lineage import Lineage, lineage
from reformgraph.server import carry, days, formats, parameters, respond, words
from reformgraph.server.formats import CSV, DOT, GRAPHML, HTML, JSON, SVG
from reformgraph.server.pages.offers import Offer
from reformgraph.server.pictures.lineage import render, style_source
from reformgraph.server.pictures.marks import LANES
from reformgraph.server.reading import exchange, graph, narrow
from reformgraph.server.reading.refs import shown
from reformgraph.server.reading.steps import COLUMNS, as_json, csv_row, steps
from reformgraph.server.service import links, store
from reformgraph.server.words import in_title

blueprint = Blueprint("lineage", __name__)

Direction = Literal["antecedents", "descendants"]
DIRECTIONS: dict[str, str] = {
    "antecedents": "what it draws on",
    "descendants": "what draws on it",
}
TITLES = {"antecedents": "What {} draws on", "descendants": "What draws on {}"}
DEEPEST = 100
TYPES = {lane.key: lane.types for lane in LANES}
RELATIONS = tuple(each.predicate.value.partition("#")[2] for each in LINEAGE)
# More items than this do not fit one picture; the table goes on to NODES, "all" to the end.
PICTURE, NODES, PICTURE_ALL = 60, 300, 400


@blueprint.get("/lineage")
def focal() -> Response:
    """Send to the lineage of the focal item; where there are several, to the list of stories."""
    items = graph.focal_items(store())
    if items:
        one = len(items) == 1
        return respond.see_other(links().lineage(items[0]) if one else links().stories())
    raise NotFound("No timeline of this graph names a focal item.")


@blueprint.get("/lineage/<path:name>")
def page(name: str) -> Response:
    """Show the lineage of the item with this slug, one direction at a time."""
    slug, suffix = formats.split_suffix(name, formats.LINEAGE)
    direction = cast(Direction, parameters.choice("direction", "antecedents", tuple(DIRECTIONS)))
    depth = parameters.whole("depth", 0, high=DEEPEST) or None
    everything = parameters.flag("all")
    iri = store().resolve(slug)
    slug = graph.slug_of(store(), iri)
    if not slug:
        raise NotFound(f"<{iri[:200]}> is nothing that has a lineage.")
    form = formats.chosen(formats.LINEAGE, suffix)
    asked = _asked()
    limit = None if everything or not asked.empty or form not in (HTML, SVG) else NODES
    g.formats = _offers(slug)

    def traced() -> Lineage:
        whole = lineage(store(), iri, direction=direction, depth=depth, limit=limit)
        return whole if asked.empty else narrow.narrow(whole, asked)

    file = f"{slug}-{direction}"
    if form is CSV:
        return respond.as_csv(COLUMNS, (csv_row(step) for step in _steps(traced())), name=file)
    if form is JSON:
        return respond.as_json(lambda: _json(traced()), name=file)
    if form is SVG:
        return _svg(lambda: _picture(traced(), slug, everything, standalone=True), file)
    if form is GRAPHML:
        return respond.answer(lambda: exchange.graphml(traced()), GRAPHML, name=file)
    if form is DOT:
        return respond.answer(lambda: exchange.dot(made := traced(), _title(made)), DOT, name=file)
    return respond.answer(lambda: _html(traced(), slug, depth, everything, asked), HTML)


def _asked() -> narrow.Narrowing:
    """Read what the address keeps of the lineage."""
    lanes = parameters.several("show", tuple(TYPES))
    to, concept = (parameters.text(name, longest=500) for name in ("to", "concept"))
    return narrow.Narrowing(
        types=frozenset(type_ for lane in lanes for type_ in TYPES[lane]),
        others="other" in lanes,
        known=frozenset(type_ for types in TYPES.values() for type_ in types),
        predicates=parameters.several("relation", RELATIONS),
        bases=parameters.several("basis", tuple(words.BASES)),
        verified=parameters.flag("verified"),
        first=days.given("from"),
        last=days.given("until") or carry.day(),
        to=store().resolve(to) if to else "",
        items=narrow.about(store(), store().resolve(concept)) if concept else None,
    )


@dataclass(frozen=True, slots=True)
class Box:
    """One box to tick in the form of filters."""

    name: str
    value: str
    words: str
    ticked: bool


def _boxes() -> dict[str, list[Box]]:
    given = request.args
    choices = {
        "show": [(lane.key, lane.many) for lane in LANES],
        "relation": [(each, words.edge(f"rg:{each}").words) for each in RELATIONS],
        "basis": [(each, each) for each in words.BASES],
    }
    return {
        name: [Box(name, value, label, value in given.getlist(name)) for value, label in some]
        for name, some in choices.items()
    }


def _html(
    traced: Lineage, slug: str, depth: int | None, everything: bool, asked: narrow.Narrowing
) -> str:
    focus = traced.nodes[traced.focus]
    rows = _steps(traced)
    goal = traced.nodes.get(asked.to)
    return render_template(
        "lineage.html",
        label=_label(traced),
        href=links().page(focus.iri, focus.slug),
        title=_title(traced),
        picture=Markup(_picture(traced, slug, everything)),  # noqa: S704 - escaped by the renderer
        steps=rows,
        unverified=sum(not row.verified for row in rows),
        nodes=len(traced.nodes) - 1,
        beyond=traced.beyond,
        depth=depth,
        deepest=DEEPEST,
        everything=everything,
        direction=traced.direction,
        directions=DIRECTIONS,
        boxes=_boxes(),
        narrowed=not asked.empty,
        items=sorted(
            (node.slug, node.label) for node in traced.nodes.values() if node.slug and node.depth
        ),
        goal=shown(goal.label, goal.slug, goal.iri) if goal else "",
        no_way=bool(asked.to) and goal is None,
        given=request.args,
        all_href=links().lineage(slug, direction=traced.direction, all=1),
        here=links().lineage(slug),
        exports=g.formats,
        story_href=links().story(slug),
    )


def _title(traced: Lineage) -> str:
    return TITLES[traced.direction].format(
        in_title(_label(traced), traced.nodes[traced.focus].type)
    )


def _picture(traced: Lineage, slug: str, everything: bool, *, standalone: bool = False) -> str:
    more = links().lineage(slug, direction=traced.direction) + "#table"
    return render(
        traced,
        links().page,
        title=_title(traced),
        limit=PICTURE_ALL if everything else PICTURE,
        reduced=not everything,
        standalone=standalone,
        more_href=more,
    )


def _label(traced: Lineage) -> str:
    focus = traced.nodes[traced.focus]
    return shown(focus.label, focus.slug, focus.iri)


def _svg(body: Any, file: str) -> Response:
    response = respond.answer(body, SVG, name=file)
    # The picture carries its own style; the policy names that very text and no other.
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src {style_source()}; frame-ancestors 'none'"
    )
    return response


def _steps(traced: Lineage) -> list[Any]:
    return steps(traced, links())


def _json(traced: Lineage) -> dict[str, Any]:
    return as_json(traced)


def _offers(slug: str) -> list[Offer]:
    query = request.query_string.decode("ascii", "ignore")
    tail = f"?{query}" if query and "format=" not in query else ""
    return [
        Offer(f.name, f"{links().lineage(slug)}.{f.suffix}{tail}", f.media_type)
        for f in formats.LINEAGE
        if f is not HTML
    ]
