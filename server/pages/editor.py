"""What the SPARQL editor of ``/sparql`` is told: prefixes, terms, questions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from reformgraph.ontology.terms import PREFIXES
from reformgraph.queries import catalogue, run
from reformgraph.server import respond
from reformgraph.server.protocol.page import EXAMPLE
from reformgraph.server.reading import completion
from reformgraph.server.reading.questions import groups
from reformgraph.server.service import store

blueprint = Blueprint("editor", __name__)


@blueprint.get("/sparql/editor.json")
def editor() -> Response:
    """Tell the editor our prefixes, the terms that it completes and the questions as examples."""
    return respond.as_json(_told, "editor")


def _told() -> dict[str, Any]:
    return {
        "prefixes": dict(PREFIXES),
        "terms": completion.terms(),
        "example": EXAMPLE,
        "questions": [
            {
                "name": question.name,
                "group": group.name,
                "title": question.title,
                "question": question.question,
                "sparql": run.sparql(store(), question, {}),
            }
            for group in groups(catalogue.load().values())
            for question in group.questions
        ],
    }
