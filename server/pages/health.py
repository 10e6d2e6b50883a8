"""Operations: is the process alive, can it answer, what has it done."""

from __future__ import annotations

import json

from flask import Blueprint, Response

from reformgraph.errors import ReformGraphError
from reformgraph.server import figures, observe
from reformgraph.server.service import service, store

blueprint = Blueprint("health", __name__)

READY = 5.0
"""Seconds that the query of ``/ready`` may take: who asks has a limit of its own."""


@blueprint.get("/health")
def health() -> Response:
    """Answer from this process alone: 200 as long as it lives, and what it serves."""
    try:
        generation, degraded = store().generation.id, store().degraded
    except ReformGraphError:
        generation, degraded = "", "no graph can be read"
    state = "degraded" if degraded else "ok"
    return _plain(200, status=state, generation=generation, reason=degraded)


@blueprint.get("/ready")
def ready() -> Response:
    """Answer 200 when one tiny query goes the way of all, and the store holds what it should."""
    try:
        with service().pool.run("ASK {}", "application/sparql-results+json", timeout=READY):
            pass
        store().check()
    except ReformGraphError as error:
        return _plain(503, status="not ready", reason=error.problem)
    return _plain(200, status="ready", generation=store().generation.id)


@blueprint.get("/metrics")
def metrics() -> Response:
    """Answer with the figures of all workers, in the text format of Prometheus."""
    found = service()
    body = found.figures.exposition(observe.generation(found))
    response = Response(body, content_type=figures.MEDIA_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(code: int, **members: str) -> Response:
    body = json.dumps({key: value for key, value in members.items() if value}) + "\n"
    response = Response(body, code, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
