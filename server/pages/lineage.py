"""The lineage of one item: a picture on a time axis and the same as a table."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Literal, cast
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound, UsageError
from reformgraph.ontology.terms import LINEAGE
from reformgraph.queries import behind
from reformgraph.queries.lineage import Lineage, lineage
from reformgraph.server import carry, days, formats, parameters, respond, words
from reformgraph.server.formats import CSV, DOT, GRAPHML, HTML, JSON, SVG
from reformgraph.server.pages import picturing
from reformgraph.server.pictures.clusters import Bundle, Gathered, gather, key_of_lane
from reformgraph.server.pictures.described import described
from reformgraph.server.pictures.lineage import render
from reformgraph.server.pictures.marks import LANES
from reformgraph.server.reading import exchange, graph, narrow
from reformgraph.server.reading.refs import shown
from reformgraph.server.reading.steps import COLUMNS, as_json, csv_row, steps
from reformgraph.server.service import links, service, store
from reformgraph.server.words import in_title

blueprint = Blueprint("lineage", __name__)

Direction = Literal["antecedents", "descendants"]
DIRECTIONS: dict[str, str] = {
    "antecedents": "what it draws on",
    "descendants": "what draws on it",
}
TITLES = {"antecedents": "What {} draws on", "descendants": "What draws on {}"}
DEEPEST, LONGEST_KIND = 100, 100
TYPES = {lane.key: lane.types for lane in LANES}
RELATIONS = tuple(each.predicate.value.partition("#")[2] for each in LINEAGE)
# So many items are drawn one by one, with "all" so many; of more, those of one year stand together.
PICTURE, PICTURE_ALL = 60, 400
# Past this a picture says nothing; CSV, JSON, GraphML and DOT have all.
NODES = 4_000


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
    asked, opened = _asked(), _opened()
    limit = NODES if form in (HTML, SVG) else None
    g.formats = picturing.offers(links().lineage(slug), formats.LINEAGE)

    def traced() -> Lineage:
        whole = _traced(iri, direction, depth, limit)
        return whole if asked.empty else narrow.narrow(whole, asked)

    def gathered() -> Gathered:
        return gather(traced(), PICTURE_ALL if everything else PICTURE, opened)

    file = f"{slug}-{direction}"
    if form is CSV:
        return respond.as_csv(
            COLUMNS, (csv_row(step) for step in steps(traced(), links())), name=file
        )
    if form is JSON:
        return respond.as_json(lambda: as_json(traced()), name=file)
    if form is SVG:
        return picturing.svg(lambda: _picture(gathered(), slug, everything, standalone=True), file)
    if form is GRAPHML:
        return respond.answer(lambda: exchange.graphml(traced()), GRAPHML, name=file)
    if form is DOT:
        return respond.answer(lambda: exchange.dot(made := traced(), _title(made)), DOT, name=file)
    return respond.answer(
        lambda: _html(
            _traced(iri, direction, depth, limit), gathered(), slug, depth, everything, asked
        ),
        HTML,
    )


def _traced(iri: str, direction: Direction, depth: int | None, limit: int | None) -> Lineage:
    """Trace a lineage, or take it from those traced before: views of it differ in what they keep."""
    key = (store().generation.id, iri, direction, depth, limit)
    if (known := service().lineages.get(key)) is None:
        known = lineage(store(), iri, direction=direction, depth=depth, limit=limit)
        service().lineages.put(key, known, 700 * len(known.nodes) + 1_500 * len(known.edges))
    return known


def _kinds() -> frozenset[str]:
    """Read which kinds stay, by their words: ``white paper``. What no item has keeps nothing."""
    found = {raw.strip() for raw in request.args.getlist("kind")} - {""}
    if any(len(raw) > LONGEST_KIND for raw in found):
        raise UsageError(
            f"kind has over {LONGEST_KIND} characters, expected one such as white paper",
            where={"field": "kind"},
        )
    return frozenset(found)


def _opened() -> frozenset[str]:
    """Read which groups of one year the picture shows item by item."""
    keys = {raw.strip() for raw in request.args.getlist("open")} - {""}
    for key in sorted(keys):
        if not key_of_lane(key):
            raise UsageError(
                f"open is {key[:40]!r}, expected a lane and a year, such as law-2004",
                where={"field": "open"},
            )
    return frozenset(keys)


def _asked() -> narrow.Narrowing:
    """Read what the address keeps of the lineage."""
    lanes = parameters.several("show", tuple(TYPES))
    to, concept = (parameters.text(name, longest=500) for name in ("to", "concept"))
    return narrow.Narrowing(
        types=frozenset(type_ for lane in lanes for type_ in TYPES[lane]),
        others="other" in lanes,
        known=frozenset(type_ for types in TYPES.values() for type_ in types),
        kinds=_kinds(),
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


def _boxes(kinds: Collection[str]) -> dict[str, list[Box]]:
    given = request.args
    choices = {
        "kind": [(each, each) for each in sorted({*kinds, *_kinds()})],
        "show": [(lane.key, lane.many) for lane in LANES],
        "relation": [(each, words.edge(f"rg:{each}").words) for each in RELATIONS],
        "basis": [(each, each) for each in words.BASES],
    }
    return {
        name: [Box(name, value, label, value in given.getlist(name)) for value, label in some]
        for name, some in choices.items()
    }


def _html(
    whole: Lineage,
    gathered: Gathered,
    slug: str,
    depth: int | None,
    everything: bool,
    asked: narrow.Narrowing,
) -> str:
    traced = gathered.lineage
    focus = traced.nodes[traced.focus]
    told = [edge for edge in traced.edges if not isinstance(edge, Bundle)]
    rows = steps(replace(traced, edges=tuple(told)), links())
    goal = traced.nodes.get(asked.to)
    svg = _picture(gathered, slug, everything)
    sparql, note = _behind(traced, depth, asked)
    return render_template(
        "lineage.html",
        label=_label(traced),
        said=described(svg),
        sparql=sparql,
        sparql_note=note,
        href=links().page(focus.iri, focus.slug),
        title=_title(traced),
        picture=Markup(svg),  # noqa: S704 - escaped by the renderer
        steps=rows,
        unverified=sum(not row.verified for row in rows),
        nodes=len(traced.nodes) - 1 + sum(crowd.count - 1 for crowd in gathered.crowds),
        claims=len(told)
        + gathered.inside
        + sum(edge.count for edge in traced.edges if isinstance(edge, Bundle)),
        crowds=sorted(gathered.crowds, key=lambda crowd: (crowd.date or "9999", crowd.key)),
        opening=_opening(slug),
        opened=request.args.getlist("open"),
        beyond=traced.beyond,
        depth=depth,
        deepest=DEEPEST,
        everything=everything,
        direction=traced.direction,
        directions=DIRECTIONS,
        boxes=_boxes({node.kind for node in whole.nodes.values() if node.kind}),
        narrowed=not asked.empty,
        items=sorted(
            (node.slug, node.label) for node in traced.nodes.values() if node.slug and node.depth
        ),
        goal=shown(goal.label, goal.slug, goal.iri) if goal else "",
        no_way=bool(asked.to) and goal is None,
        given=request.args,
        here=links().lineage(slug),
        exports=g.formats,
        story_href=links().story(slug),
    )


def _title(traced: Lineage) -> str:
    return TITLES[traced.direction].format(
        in_title(_label(traced), traced.nodes[traced.focus].type)
    )


def _behind(traced: Lineage, depth: int | None, asked: narrow.Narrowing) -> tuple[str, str]:
    """Return the query that gives the same lineage, and what it leaves to the reader."""
    concept = parameters.text("concept", longest=500)
    text = behind.lineage(
        traced.focus,
        traced.direction,
        depth,
        behind.Asked(
            types=asked.types,
            without=asked.known if asked.others else (),
            kinds=asked.kinds,
            predicates=asked.predicates,
            bases=asked.bases,
            verified=asked.verified,
            first=asked.first,
            last=asked.last,
            to=asked.to,
            concept=store().resolve(concept) if concept else "",
        ),
    )
    partly = asked.bases or asked.verified
    note = (
        "SPARQL cannot follow a path of claims of one ground or status: this gives all such claims"
        " of the lineage; the picture keeps those that still join an item with the one in focus."
    )
    return text, note if partly else ""


def _opening(slug: str) -> Callable[[str], str]:
    """Return what gives the address of this view with one more group opened."""
    given = [(k, v) for k, v in request.args.items(multi=True) if k != "format"]

    def address(key: str) -> str:
        return f"{links().lineage(slug)}?{urlencode([*given, ('open', key)])}"

    return address


def _picture(gathered: Gathered, slug: str, everything: bool, *, standalone: bool = False) -> str:
    traced = gathered.lineage
    more = links().lineage(slug, direction=traced.direction) + "#table"
    return render(
        gathered,
        links().page,
        title=_title(traced),
        limit=PICTURE_ALL if everything else PICTURE,
        opening=_opening(slug),
        reduced=not everything,
        standalone=standalone,
        more_href=more,
    )


def _label(traced: Lineage) -> str:
    focus = traced.nodes[traced.focus]
    return shown(focus.label, focus.slug, focus.iri)
