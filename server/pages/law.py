"""``/legislation/…`` leads to the page of a law by its address; ``/effects`` lists effects."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound
from reformgraph.server import formats, parameters, respond
from reformgraph.server.formats import HTML
from reformgraph.server.paging import pages
from reformgraph.server.reading import graph, law
from reformgraph.server.reading.refs import refs
from reformgraph.server.service import links, store

blueprint = Blueprint("law", __name__)

_WAYS = {"on": "effects on it", "by": "effects of it"}


@blueprint.get("/legislation/<path:path>")
def legislation(path: str) -> Response:
    """Send from the address that a law or provision has on legislation.gov.uk to its page here.

    Regnal years and all other paths of the site work; the page has one address, that of its slug.
    """
    stem, suffix = formats.split_suffix(path, formats.ENTITY)
    form = formats.chosen(formats.ENTITY, suffix)
    iri = f"{law.SITE}id/{stem.strip('/')}"
    if not graph.valid(iri) or not (slug := graph.slug_of(store(), iri)):
        shown = stem if len(stem) <= 120 else f"{stem[:119]}…"
        near = [hit.slug for hit in store().near(stem.replace("/", " ")[:200])]
        raise NotFound(f"No law or provision here has the address {shown}.", hints=near)
    address = links().page(iri, slug)
    return respond.see_other(address + ("" if form is HTML else f".{form.suffix}"))


@blueprint.get("/effects")
def effects() -> Response:
    """List the effects on (``way=on``) or by (``way=by``) a law or provision, 100 a page."""
    iri = store().resolve(parameters.text("iri", longest=4_000))
    way = parameters.choice("way", "on", tuple(_WAYS))
    focus = refs(store(), links(), [iri])[iri]
    if focus.type not in ("Legislation", "Provision"):
        raise NotFound(f"{focus.label} is neither a law nor a provision.")
    page = parameters.whole("page", 1)
    total = law.count(store(), iri, focus.type, way)
    if not total:
        raise NotFound(f"No {_WAYS[way]} are known of {focus.label}.")
    paging = pages(page, total, law.SIZE, lambda n: links().effects(iri, way, n))
    found = law.lines(store(), links(), iri, focus.type, way, offset=(page - 1) * law.SIZE)
    return respond.page("effects.html", focus=focus, words=_WAYS[way], lines=found, paging=paging)
