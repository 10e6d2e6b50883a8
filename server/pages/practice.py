"""What a local authority could use on a day: an answer to take into a meeting."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound, UsageError
from reformgraph.server import days, formats, parameters, respond
from reformgraph.server.formats import HTML, JSON
from reformgraph.server.pages.offers import Offer
from reformgraph.server.reading import practice
from reformgraph.server.reading.practice import PracticePage
from reformgraph.server.service import links, store

blueprint = Blueprint("practice", __name__)


@blueprint.get("/practice", defaults={"suffix": ""})
@blueprint.get("/practice.<any(html, json):suffix>")
def page(suffix: str) -> Response:
    """Show what was available, what evaluations said and what stood in the way."""
    form = formats.chosen(formats.SEARCH, {"html": HTML, "json": JSON}.get(suffix))
    tail = urlencode({k: v for k, v in request.args.items() if k != "format"})
    here = f"{request.script_root}/practice.json?{tail}".rstrip("?")
    g.formats = [Offer(JSON.name, here, JSON.media_type)]
    try:
        day = (days.given() or days.focal()).isoformat()
        concept = parameters.text("concept", longest=500)
        if concept:
            concept = store().resolve(concept)
    except (UsageError, NotFound) as fault:
        if form is not HTML:
            raise
        response = Response(_html(None, fault), fault.status, content_type=HTML.content_type)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept"
        return response

    def read() -> PracticePage:
        return practice.read(store(), links(), day, concept)

    if form is JSON:
        return respond.as_json(lambda: practice.as_json(read()), name=f"practice-{day}")
    return respond.answer(lambda: _html(read()), HTML)


def _html(made: PracticePage | None, fault: UsageError | NotFound | None = None) -> str:
    return render_template(
        "practice.html",
        page=made,
        fault=fault,
        date=made.date if made else request.args.get("date", "")[:200],
        concept=request.args.get("concept", "")[:500],
    )
