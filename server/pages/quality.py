"""How well the graph is evidenced: the figures of ``queries.quality``, with links."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from reformgraph.queries import quality as figures
from reformgraph.queries.quality import Quality
from reformgraph.server import formats, respond
from reformgraph.server.formats import CSV, HTML, JSON
from reformgraph.server.pages.offers import Offer
from reformgraph.server.reading import quality as reading
from reformgraph.server.service import links, service, store

blueprint = Blueprint("quality", __name__)


@blueprint.get("/quality", defaults={"suffix": ""})
@blueprint.get("/quality.<any(html, csv, json):suffix>")
def quality(suffix: str) -> Response:
    """Tell the figures of this generation."""
    asked = {"html": HTML, "csv": CSV, "json": JSON}.get(suffix)
    form = formats.chosen(formats.FIGURES, asked)
    here = f"{request.script_root}/quality"
    g.formats = [
        Offer(f.name, f"{here}.{f.suffix}", f.media_type) for f in formats.FIGURES if f is not HTML
    ]
    if form is JSON:
        return respond.as_json(lambda: figures.as_json(current()), "quality")
    if form is CSV:
        return respond.as_csv(figures.COLUMNS, figures.as_rows(current()), name="quality")
    return respond.answer(_page, HTML)


def _page() -> str:
    return render_template("quality.html", page=reading.read(store(), links(), current()))


def current() -> Quality:
    """Return the figures of this request's generation, worked out once."""
    key = ("quality", store().generation.id)
    return service().remember(key, lambda: figures.kept(store(), service().dumps))
