"""Strength of evidence: what falls if one source is wrong."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from reformgraph.server import formats, respond
from reformgraph.server.formats import HTML, JSON
from reformgraph.server.pages.offers import Offer
from reformgraph.server.reading import strength
from reformgraph.server.service import links, store

blueprint = Blueprint("strength", __name__)


@blueprint.get("/strength/<slug>", defaults={"suffix": ""})
@blueprint.get("/strength/<slug>.<any(html, json):suffix>")
def page(slug: str, suffix: str) -> Response:
    """Show what rests on one source alone, what has another leg and what is contested."""
    form = formats.chosen(formats.SEARCH, {"html": HTML, "json": JSON}.get(suffix))
    iri = store().resolve(slug)
    address = links().strength(slug)
    g.formats = [Offer(JSON.name, f"{address}.json", JSON.media_type)]

    def read() -> strength.StrengthPage:
        return strength.read(store(), links(), iri)

    if form is JSON:
        return respond.as_json(lambda: strength.as_json(read()), name=f"strength-{slug}"[:80])
    return respond.answer(
        lambda: render_template("strength.html", page=read(), root=request.script_root), HTML
    )
