"""Reconciliation API 0.2 at ``/reconcile``: which of our entities do the names in a table mean?

<https://reconciliation-api.github.io/specs/0.2/>. JSONP is not offered: scripts of any site may
read the answers (CORS).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, render_template, request

from reformgraph import __version__
from reformgraph.errors import UsageError
from reformgraph.queries.reconcile import entities as indexing
from reformgraph.queries.reconcile.entities import Entities
from reformgraph.queries.reconcile.matching import Query, reconcile
from reformgraph.queries.reconcile.properties import PROPERTIES, Facts
from reformgraph.queries.reconcile.words import plain
from reformgraph.server import parameters
from reformgraph.server.reading import reconcile as reading
from reformgraph.server.service import links, service, store

blueprint = Blueprint("reconcile", __name__)

SUGGESTED = 10
# A preview stands in a frame of whatever page the client is; it holds no link that acts.
FRAMED = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors *"
)


@blueprint.after_request
def _open(response: Response) -> Response:
    """Let scripts of any site read answers and failures: open data, no log-in."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, Accept"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


@blueprint.before_request
def _no_jsonp() -> None:
    if "callback" in request.values or "jsonp" in request.values:
        raise UsageError(
            "JSONP is not offered; every site may read the plain JSON (CORS)",
            where={"field": "callback"},
        )


def _index() -> tuple[Entities, Facts]:
    """Return the index of this request's generation, made at the first request for it."""
    now = store()
    return service().remember(
        ("reconcile", now.generation.id), lambda: (indexing.read(now), Facts(now))
    )


def _site() -> str:
    return service().settings.public_url.rstrip("/") or request.url_root.rstrip("/")


def _json(value: Mapping[str, Any], *, kept: bool = False) -> Response:
    response = Response(
        json.dumps(value, ensure_ascii=False) + "\n", content_type="application/json; charset=utf-8"
    )
    response.headers["Cache-Control"] = "public, no-cache" if kept else "no-store"
    return response


@blueprint.route("/reconcile", methods=["GET", "POST"])
def endpoint() -> Response:
    """Answer the manifest, a batch (``queries``), one query (``query``) or ``extend``."""
    given = request.values
    if "queries" in given:
        asked = reading.batch(given["queries"])
        entities, facts = _index()
        return _json(
            {key: reading.result(reconcile(entities, facts, query)) for key, query in asked.items()}
        )
    if "extend" in given:
        return _json(reading.extend(*_index(), given["extend"]))
    if "query" in given:
        entities, facts = _index()
        return _json(reading.result(reconcile(entities, facts, _single(given["query"]))))
    now = store().generation
    return _json(reading.manifest(_site(), now.base, __version__, now.id), kept=True)


def _single(text: str) -> Query:
    """Read one query: JSON when it begins like it, else the name itself."""
    value: object = reading.load(text, "query") if text.lstrip().startswith("{") else text
    query = reading.query(value, "query")
    limit, types = request.values.get("limit"), request.values.get("type")
    if isinstance(value, str) and (limit or types):
        given: dict[str, object] = {"query": text}
        if limit:
            given["limit"] = int(limit) if limit.isdecimal() and len(limit) < 9 else -1
        if types:
            given["type"] = types
        query = reading.query(given, "query")
    return query


@blueprint.get("/reconcile/suggest/<any(entity, type, property):what>")
def suggest(what: str) -> Response:
    """Complete what somebody types: ``prefix``, and ``cursor`` to page on."""
    prefix = parameters.text("prefix", longest=500)
    cursor = parameters.whole("cursor", 0, low=0, high=100_000)
    if what == "entity":
        found = _entities(prefix, parameters.text("type", longest=100), cursor)
    elif what == "type":
        found = [reading.type_of(name) for name in reading.TYPES]
        found = _beginning(found, prefix)[cursor : cursor + SUGGESTED]
    else:
        found = _beginning([reading.about(prop) for prop in PROPERTIES], prefix)
        found = found[cursor : cursor + SUGGESTED]
    return _json({"result": found})


def _beginning(among: list[dict[str, str]], prefix: str) -> list[dict[str, str]]:
    start = plain(prefix)
    return [
        each for each in among if any(plain(each[key]).startswith(start) for key in ("id", "name"))
    ]


def _entities(prefix: str, kind: str, cursor: int) -> list[dict[str, Any]]:
    if kind:
        reading.known_type(kind, "type")
    page = store().search(prefix, kind=kind, limit=SUGGESTED, offset=cursor)
    return [
        {
            "id": hit.slug,
            "name": hit.label,
            "description": hit.kind or reading.type_of(hit.type)["name"],
            "notable": [reading.type_of(hit.type)],
        }
        for hit in (page.hits or (page.near if not cursor else ()))
    ]


@blueprint.get("/reconcile/flyout/<any(entity, type, property):what>")
def flyout(what: str) -> Response:
    """Tell in a few words what a suggested thing is: ``{"id", "html"}``."""
    name = parameters.text("id", longest=1_000)
    if what == "entity":
        html = _preview(name, whole=False)
    elif what == "property":
        prop = next((p for p in PROPERTIES if p.id == name), None)
        if prop is None:
            raise UsageError(f"no property {name[:60]!r}", where={"field": "id"})
        html = render_template("reconcile_preview.html", whole=False, label=prop.name,
                               kind="property", text=prop.description, rows=())  # fmt: skip
    else:
        label = reading.type_of(reading.known_type(name, "id"))["name"]
        html = render_template("reconcile_preview.html", whole=False, label=label, kind="type",
                               text="", rows=())  # fmt: skip
    return _json({"id": name, "html": html})


@blueprint.get("/reconcile/preview")
def preview() -> Response:
    """Answer a small page about one entity, made to stand in a frame."""
    response = Response(
        _preview(parameters.text("id", longest=1_000), whole=True),
        content_type="text/html; charset=utf-8",
    )
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def _preview(name: str, *, whole: bool) -> str:
    entities, facts = _index()
    found = reading.entity(entities, name)
    shown = {
        prop.id: [text for _, text in facts.values(found.iri, prop)]
        for prop in PROPERTIES
        if prop.id in ("description", "date", "start", "end", "otherNames", "partOf", "publisher")
    }
    rows = [
        (prop.name, "; ".join(shown[prop.id][:4]))
        for prop in PROPERTIES
        if prop.id != "description" and shown.get(prop.id)
    ]
    return render_template(
        "reconcile_preview.html", whole=whole, label=found.label, kind=reading.described(found),
        text=" ".join(shown["description"])[:400], rows=rows,
        href=_site() + links().page(found.iri, found.slug).removeprefix(request.script_root),
    )  # fmt: skip


@blueprint.get("/reconcile/properties")
def properties() -> Response:
    """Propose properties for data extension: ``type``, ``limit``."""
    kind = parameters.text("type", longest=100)
    if kind:
        reading.known_type(kind, "type")
    return _json(reading.proposed(kind, parameters.whole("limit", 50, high=1_000)))
