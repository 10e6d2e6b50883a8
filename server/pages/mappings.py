"""``/mappings.sssom.tsv``: every mapping onto things elsewhere, as the build attached it."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound
from reformgraph.server import respond
from reformgraph.server.formats import Format
from reformgraph.server.service import store

blueprint = Blueprint("mappings", __name__)
NAME = "mappings.sssom.tsv"
SSSOM = Format("tsv", "SSSOM", "text/tab-separated-values")


@blueprint.get(f"/{NAME}")
def mappings() -> Response:
    """Answer the SSSOM mapping set of this generation. Raises NotFound when it has none."""
    body = store().attached(NAME)
    if not body:
        raise NotFound("this graph was built before mappings were; build it again")
    return respond.answer(lambda: body, SSSOM, name="mappings.sssom")
