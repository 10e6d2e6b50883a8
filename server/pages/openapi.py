"""The description of this service for programs: OpenAPI 3.1."""

from __future__ import annotations

import json

from flask import Blueprint, Response, current_app

from reformgraph.server import openapi, respond
from reformgraph.server.formats import JSON
from reformgraph.server.protocol.description import address

blueprint = Blueprint("openapi", __name__)


@blueprint.get("/openapi.json")
def described() -> Response:
    """Describe every address, its parameters and its formats."""
    site = address("")
    found = openapi.description(current_app, site)
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    return respond.answer(lambda: text, JSON, name="openapi", variant=site)
