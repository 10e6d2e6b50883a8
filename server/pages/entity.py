"""Entity addresses: ``/id/…`` names a thing, ``/page/…`` is the document about it."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, g, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound, UsageError
from reformgraph.server import carry, formats, respond
from reformgraph.server.formats import HTML, JSON, Format
from reformgraph.server.pages import asat, generations, nearest
from reformgraph.server.pages.about import overview
from reformgraph.server.pages.dataset import json_block
from reformgraph.server.pages.offers import Offer
from reformgraph.server.pictures import points
from reformgraph.server.protocol.description import address
from reformgraph.server.reading import cite, entity, graph, holding, linked_data, plain
from reformgraph.server.reading import overview as glance
from reformgraph.server.reading.law import Law
from reformgraph.server.reading.page import EntityPage
from reformgraph.server.service import links, service, store

blueprint = Blueprint("entity", __name__)

LONGEST_IRI = 4_000
LONGEST_TITLE = 200


@blueprint.get("/id/<path:name>")
def thing(name: str) -> Response:
    """Send from a thing to the document about it (303, Cool URIs for the Semantic Web)."""
    return _to_page(name)


@blueprint.get("/claim/<path:name>")
def claim(name: str) -> Response:
    """Send from a claim to the page about it."""
    return _to_page(f"claim/{name}")


@blueprint.get("/evidence/<path:name>")
def evidence(name: str) -> Response:
    """Send from a piece of evidence to the page about it."""
    return _to_page(f"evidence/{name}")


@blueprint.get("/graph/<path:name>")
def named_graph(name: str) -> Response:
    """Send from a named graph to the page about it."""
    return _to_page(f"graph/{name}")


@blueprint.get("/page/<path:name>")
def page(name: str) -> Response:
    """Answer with the document about an entity, claim, evidence or graph."""
    iri, suffix = _find(name)
    return _answer(iri, _stem(name, suffix), suffix)


@blueprint.get("/about")
def about() -> Response:
    """Answer for any IRI of the graph; without one, say what the service is."""
    iri = request.args.get("iri", "").strip()
    if not iri:
        return overview()
    if len(iri) > LONGEST_IRI:
        raise UsageError(f"iri has {len(iri)} characters, at most {LONGEST_IRI} are read")
    known = store().resolve(iri)
    form = formats.chosen(formats.ENTITY)
    if (path := links().page(known, graph.slug_of(store(), known))) != links().about(known):
        if "#" in path:
            return respond.see_other(path)
        return respond.see_other(path + ("" if form is HTML else f".{form.suffix}"))
    return _answer(known, "", form)


def _find(name: str) -> tuple[str, Format | None]:
    """Return the IRI that a name means and the format that its suffix asks for."""
    stem, suffix = formats.split_suffix(name, formats.ENTITY)
    if suffix is None:
        return _named(name), None
    try:
        return _named(stem), suffix
    except NotFound:
        # A name may itself end in what looks like a suffix.
        return _named(name), None


def _named(name: str) -> str:
    hints: tuple[str, ...] = ()
    if "/" not in name:
        # Law and provisions have IRIs of their own; what all entities have is the slug.
        try:
            iri = store().resolve(name)
        except NotFound as error:
            hints = error.hints
        else:
            if (slug := graph.slug_of(store(), iri)) == name:
                return iri
            hints = (slug,)
    iri = links().named(name)
    if graph.valid(iri) and graph.known(store(), iri):
        return iri
    raise _unknown(name, hints)


def _unknown(name: str, hints: tuple[str, ...] = ()) -> NotFound:
    shown = name if len(name) <= 120 else name[:119] + "…"
    if not hints:
        hints = tuple(hit.slug for hit in store().near(name.rpartition("/")[2][:200]))
    return NotFound(f"Nothing here is called “{shown}”.", hints=[hint for hint in hints if hint])


def _stem(name: str, suffix: Format | None) -> str:
    return name.removesuffix(f".{suffix.suffix}") if suffix else name


def _to_page(name: str) -> Response:
    iri, suffix = _find(name)
    form = formats.chosen(formats.ENTITY, suffix)
    path = links().page(iri, graph.slug_of(store(), iri))
    return respond.see_other(path + ("" if form is HTML else f".{form.suffix}"))


def _answer(iri: str, name: str, suffix: Format | None) -> Response:
    form = formats.chosen(formats.ENTITY, suffix)
    offers = [Offer(f.name, _address(iri, name, f), f.media_type) for f in formats.ENTITY]
    g.formats = offers
    if form is HTML:
        variant = f"{generations.kept()} {address('')}"
        response = respond.answer(lambda: _html(iri), form, variant=variant)
    elif form is JSON:
        response = respond.as_json(lambda: plain.as_json(entity.read(store(), links(), iri)))
    else:
        response = respond.answer(
            lambda: formats.serialise(store().describe(iri), form), form, name=_file(name)
        )
    related = {
        "describes": [(_header_safe(iri), "")],
        "canonical": [(offers[0].href.removesuffix(".html"), "")],
        "alternate": [(carry.address(offer.href), offer.media_type) for offer in offers],
    }
    response.headers.add("Link", respond.link_header(related))
    return response


def _html(iri: str) -> str:
    found = entity.read(store(), links(), iri)
    generation = store().generation
    citing = cite.citing(found, generation, service().settings.public_url)
    held = holding.read(store(), links(), iri) if found.type in holding.TYPES else ()
    past, earlier = generations.brief(iri, found.slug)
    here = address(links().page(iri, found.slug).removeprefix(request.script_root))
    licences = service().remember(("licences", generation.id), _licences)
    told = linked_data.of_entity(found, here, licences)
    return render_template(
        "entity.html",
        page=found,
        citing=citing,
        state=asat.state_of(iri),
        holdings=held,
        mini=Markup(nearest.picture(found)),  # noqa: S704 - escaped by the renderer
        block=json_block(told),
        report=_report(found, here),
        public=here,
        card=address(f"/static/{service().assets.name('card.png')}"),
        time_line=_time_line(found.law) if found.law else "",
        past=past,
        earlier=earlier,
    )


def _licences() -> list[str]:
    return sorted({each.licence for each in glance.overview(store(), links()).timelines} - {""})


def _report(page: EntityPage, here: str) -> str:
    """Return the address where a reader reports a problem of this page, "" where there is none."""
    told = {
        "page": here,
        "iri": page.iri,
        "title": page.label[:LONGEST_TITLE],
        "generation": store().generation.id,
    }
    found = service().settings.report
    for name, value in told.items():
        found = found.replace(f"{{{name}}}", quote(value, safe=""))
    return found


def _time_line(law: Law) -> Markup:
    """Draw the versions of a law and the effects on it; empty where all of it is of one year."""
    marks = [
        points.Point(version.day, version.label, version.href, version.in_force)
        for version in law.versions
        if version.day
    ]
    if len({mark.day.year for mark in marks} | {day.year for day in law.days}) < 2:
        return Markup("")
    title = "Versions of the text over time, above them the effects that came into force"
    return Markup(points.render(marks, law.days, title=title))  # noqa: S704 - escaped by the picture


def _address(iri: str, name: str, form: Format) -> str:
    if not name:
        return f"{links().about(iri)}&format={form.suffix}"
    return f"{request.script_root}/page/{quote(name, safe='/')}.{form.suffix}"


def _file(name: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)[:80]


def _header_safe(iri: str) -> str:
    """Return an IRI as a URI reference that a header may carry (RFC 3987 §3.1)."""
    return quote(iri, safe=":/?#[]@!$&'()*+,;=%-._~")
