"""One word through time."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from werkzeug.wrappers import Response

from reformgraph.server import formats, respond
from reformgraph.server.formats import HTML, JSON
from reformgraph.server.pages.offers import Offer
from reformgraph.server.reading import concept, graph
from reformgraph.server.service import links, store

blueprint = Blueprint("concept", __name__)


@blueprint.get("/concept")
def concepts() -> Response:
    """Send to the list of concepts."""
    return respond.see_other(f"{links().root}/browse/Concept")


@blueprint.get("/concept/<path:name>")
def page(name: str) -> Response:
    """Show one word through time."""
    name, suffix = formats.split_suffix(name, formats.SEARCH)
    iri = store().resolve(name)
    concept.check(store(), iri, name)
    slug = graph.slug_of(store(), iri)
    form = formats.chosen(formats.SEARCH, suffix)
    g.formats = [Offer(JSON.name, f"{links().concept(slug)}.json", JSON.media_type)]
    if form is JSON:
        return respond.as_json(
            lambda: concept.as_json(concept.read(store(), links(), iri)), name=slug
        )
    return respond.answer(
        lambda: render_template("concept.html", page=concept.read(store(), links(), iri)), HTML
    )
