"""Institutions over time: a picture of what became of them, and the same as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, g, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound
from reformgraph.queries import behind
from reformgraph.server import carry, dates, formats, parameters, respond
from reformgraph.server.formats import CSV, HTML, JSON, SVG
from reformgraph.server.pages import picturing
from reformgraph.server.pictures import succession as picture
from reformgraph.server.reading import succession as reading
from reformgraph.server.reading.refs import refs
from reformgraph.server.reading.succession import Holder, Rivers
from reformgraph.server.service import links, service, store

blueprint = Blueprint("institutions", __name__)

COLUMNS = ("event", "eventLabel", "date", "kind", "before", "after", "legalBasis")
# Rivers of fewer bodies than this are told by the table, or shown when asked for by name.
SMALLEST = 3
# More bands than this are no picture any more.
MOST_BANDS = 160


@blueprint.get("/institutions")
@blueprint.get("/institutions.<suffix>")
def page(suffix: str = "") -> Response:
    """Show how institutions became one another; ``around`` one of them, or the large rivers."""
    known = {form.suffix: form for form in formats.INSTITUTIONS}
    if suffix and suffix not in known:
        raise NotFound(f"There is no picture of institutions as .{suffix[:20]}.")
    form = formats.chosen(formats.INSTITUTIONS, known.get(suffix))
    around = parameters.text("around", longest=500)
    focus = store().resolve(around) if around else ""
    everything = parameters.flag("all")
    posts = parameters.flag("posts")
    g.formats = picturing.offers(f"{request.script_root}/institutions", formats.INSTITUTIONS)
    if focus and focus not in _whole().bodies:
        raise NotFound(
            f"The graph has no change by which “{around[:80]}” became, or came from, another body.",
            hints=tuple(b.slug for b in list(_whole().bodies.values())[:5]),
        )

    def shown() -> Rivers:
        return _whole().of(_wanted(_whole(), focus, everything))

    def held(rivers: Rivers) -> list[Holder] | None:
        """Give who held the posts, on request."""
        return reading.holders(store(), rivers.bodies) if posts and rivers.bodies else None

    def drawn() -> str:
        rivers = shown()
        return _picture(rivers, focus, held(rivers) or (), standalone=True)

    def html() -> str:
        rivers = shown()
        return _html(_whole(), rivers, focus, everything, held(rivers))

    if form is CSV:
        return respond.as_csv(COLUMNS, _rows(shown()), name="institutions")
    if form is JSON:
        return respond.as_json(lambda: _json(shown()), name="institutions")
    if form is SVG:
        return picturing.svg(drawn, "institutions")
    return respond.answer(html, HTML)


def _whole() -> Rivers:
    return service().remember(("rivers", store().generation.id), lambda: reading.read(store()))


def _wanted(whole: Rivers, focus: str, everything: bool) -> set[str]:
    if focus:
        return set(whole.river(focus))
    found: set[str] = set()
    for river in whole.rivers():
        if everything or (len(river) >= SMALLEST and len(found) + len(river) <= MOST_BANDS):
            found |= river
    return found


def _html(
    whole: Rivers, shown: Rivers, focus: str, everything: bool, held: Sequence[Holder] | None
) -> str:
    iris = [iri for c in shown.changes for iri in (c.iri, *c.bodies, *(law for law, _ in c.basis))]
    iris += [iri for h in held or () for iri in (h.post, h.person, h.tenure)]
    names = refs(store(), links(), [*iris, *([focus] if focus else [])])
    svg = _picture(shown, focus, held or ())
    return render_template(
        "institutions.html",
        focus=names.get(focus),
        focus_slug=whole.bodies[focus].slug if focus else "",
        picture=Markup(svg),  # noqa: S704 - escaped by the renderer
        changes=shown.changes,
        bodies=shown.bodies,
        names=names,
        words=picture.WORDS,
        held=held or (),
        posts=held is not None,
        everything=everything,
        smaller=len(whole.bodies) - len(shown.bodies) if not focus else 0,
        unchanged=whole.unchanged,
        choices=sorted(whole.bodies.values(), key=lambda body: body.label.casefold()),
        summary=picture.describe(shown),
        exports=g.formats,
        sparql=behind.institutions(shown.bodies if focus else ()),
        sparql_note="" if focus else "This gives the changes of all institutions, small ones too.",
    )


def _picture(shown: Rivers, focus: str, held: Sequence[Holder], *, standalone: bool = False) -> str:
    named = store().labels({iri for h in held for iri in (h.post, h.person)})
    return picture.render(
        shown,
        links().page,
        dates.in_words,
        title="What became of institutions",
        focus=focus,
        day=carry.day(),
        held=held,
        named=lambda iri: named.get(iri, iri),
        standalone=standalone,
    )


def _rows(shown: Rivers) -> Iterator[list[str]]:
    for c in shown.changes:
        laws = " ".join(iri for iri, _ in c.basis)
        yield [c.iri, c.label, c.date, c.kind, " ".join(c.before), " ".join(c.after), laws]


def _json(shown: Rivers) -> dict[str, Any]:
    return {
        "institutions": [
            {"iri": b.iri, "label": b.label, "start": list(b.start), "end": list(b.end),
             "ongoing": b.ongoing}
            for b in shown.bodies.values()
        ],
        "changes": [
            {"iri": c.iri, "label": c.label, "date": c.date, "kind": c.kind,
             "before": list(c.before), "after": list(c.after),
             "legalBasis": [law for law, _ in c.basis]}
            for c in shown.changes
        ],
    }  # fmt: skip
