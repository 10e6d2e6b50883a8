"""Every entity of one class, page by page."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound
from reformgraph.server import parameters, respond
from reformgraph.server.pages import about
from reformgraph.server.paging import pages
from reformgraph.server.reading import browse as reading
from reformgraph.server.reading.overview import class_iri
from reformgraph.server.service import links, store
from reformgraph.server.words import CLASSES

blueprint = Blueprint("browse", __name__)

SIZE = 100


@blueprint.get("/browse")
def classes() -> Response:
    """List the classes with their numbers."""
    return respond.page("browse.html", about.known)


@blueprint.get("/browse/<name>")
def entities(name: str) -> Response:
    """List the entities of the class with this local name, ``by`` time or name."""
    if name not in CLASSES:
        same = [known for known in CLASSES if known.lower() == name.lower()]
        if same:
            return respond.see_other(f"{request.script_root}/browse/{same[0]}")
        raise NotFound(f"There is no class “{name[:80]}”. The classes are: {', '.join(CLASSES)}.")
    page = parameters.whole("page", 1)
    by = parameters.choice("by", "time" if name in reading.DATED else "name", ("time", "name"))
    total = store().generation.counts.get(class_iri(name), 0)
    listed = reading.entities(
        store(), links(), class_iri(name), by=by, total=total, limit=SIZE, offset=(page - 1) * SIZE
    )
    here = f"{request.script_root}/browse/{name}"
    paging = pages(page, total, SIZE, lambda n: f"{here}?by={by}&page={n}")
    return respond.page(
        "browse_class.html",
        words=CLASSES[name],
        listed=listed,
        paging=paging,
        orders=[(word, f"{here}?by={word}", word == by) for word in ("time", "name")],
    )
