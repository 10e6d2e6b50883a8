"""From announcement to force: how a law or provision came about, changed and ended."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from reformgraph.server import formats, respond
from reformgraph.server.formats import HTML, JSON
from reformgraph.server.pages.offers import Offer
from reformgraph.server.reading import force
from reformgraph.server.service import links, store

blueprint = Blueprint("force", __name__)


@blueprint.get("/force/<slug>", defaults={"suffix": ""})
@blueprint.get("/force/<slug>.<any(html, json):suffix>")
def page(slug: str, suffix: str) -> Response:
    """Show the steps of one law or provision in order of time, with the lags between them."""
    form = formats.chosen(formats.SEARCH, {"html": HTML, "json": JSON}.get(suffix))
    iri = store().resolve(slug)
    address = links().force(slug)
    g.formats = [Offer(JSON.name, f"{address}.json", JSON.media_type)]

    def read(most: int | None) -> force.ForcePage:
        return force.read(store(), links(), iri, most)

    if form is JSON:
        return respond.as_json(lambda: force.as_json(read(None)), name=f"force-{slug}"[:80])
    return respond.answer(
        lambda: render_template("force.html", page=read(force.CHANGES), root=request.script_root),
        HTML,
    )
