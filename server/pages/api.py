"""The addresses of this service for those who write programs: made from the OpenAPI description."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, current_app
from werkzeug.wrappers import Response

from reformgraph.server import openapi, respond
from reformgraph.server.protocol.description import address

blueprint = Blueprint("api", __name__)

# Which part of the list an address stands in, by its first word; the rest comes last.
PARTS = {
    "Things": ("page", "id", "claim", "evidence", "graph", "about", "cite", "linked", "why"),
    "Lineage, dates, institutions": (
        *("lineage", "story", "as-at", "changes", "institutions", "matrix", "force", "strength"),
        *("concept", "practice", "embed", "oembed"),
    ),
    "Questions and queries": ("questions", "search", "sparql", "graph-store"),
    "Linking": ("reconcile", "mappings.sssom.tsv", "legislation", "effects", "context.jsonld"),
    "The whole": (
        *(
            "dataset",
            ".well-known",
            "dumps",
            "generations",
            "history",
            "ontology",
            "quality",
            "sources",
        ),
        *(
            "",
            "api",
            "browse",
            "openapi.json",
            "sitemap.xml",
            "sitemap",
            "robots.txt",
            "health",
            "ready",
        ),
    ),
}
OTHER = "Other addresses"


@dataclass(frozen=True, slots=True)
class Operation:
    """One address: how it is asked, what it does, its parameters with their meanings."""

    path: str
    method: str
    summary: str
    parameters: tuple[tuple[str, str], ...]


@blueprint.get("/api")
def page() -> Response:
    """List every address with its parameters, in parts."""
    here = address("")
    return respond.page("api.html", lambda: {"parts": _parts()}, here_address=here, variant=here)


def _parts() -> dict[str, list[Operation]]:
    found: dict[str, list[Operation]] = {part: [] for part in (*PARTS, OTHER)}
    for operation in _operations():
        found[_part(operation.path)].append(operation)
    return {part: operations for part, operations in found.items() if operations}


def _operations() -> list[Operation]:
    document = openapi.description(current_app, address(""))
    return [
        Operation(
            path,
            method.upper(),
            told.get("summary", ""),
            tuple(
                (each["name"], each.get("description", ""))
                for each in told.get("parameters", ())
                if each.get("in") == "query"
            ),
        )
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]


def _part(path: str) -> str:
    first = path.strip("/").partition("/")[0].split("{")[0].rstrip(".")
    return next((part for part, names in PARTS.items() if first in names), OTHER)
