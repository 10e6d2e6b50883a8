"""The OpenAPI 3.1 description of this service, made from its routes.

Paths, methods and summaries come from the Flask rules and their views; what a rule cannot tell,
the query parameters, stands in :data:`QUERY`. A new page needs nothing here unless it has any.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, Final

from flask import Flask
from werkzeug.routing import Rule

from reformgraph import __version__

_PART = re.compile(r"<(?:(\w+)(?:\(([^)]*)\))?:)?(\w+)>")
_HIDDEN = frozenset(("/static/<path:name>",))
# What does not depend on the graph, or tells of all generations.
_UNPINNED = ("/generations", "/health", "/ready", "/context.jsonld", "/openapi.json")
PROBLEM: Final = "application/problem+json"

_DAY: Final = {"type": "string", "format": "date"}
_TEXT: Final = {"type": "string", "maxLength": 500}
_IRI: Final = {"type": "string", "format": "iri"}
_PAGE: Final = {"type": "integer", "minimum": 1, "maximum": 1_000_000}


def _choice(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


_NARROW = {
    "direction": (_choice("antecedents", "descendants"), "which way the lineage is followed"),
    "depth": ({"type": "integer", "minimum": 1, "maximum": 100}, "steps at most"),
    "all": (_choice("0", "1"), "draw also what a longer path explains"),
    "verified": (_choice("0", "1"), "only what somebody read in the source"),
    "from": (_DAY, "items that came on this day or later"),
    "until": (_DAY, "items that came on this day or earlier"),
    "kind": (_TEXT, "only items of this kind, such as white paper"),
    "open": (_TEXT, "show the items of one group, such as law-2004, one by one"),
    "to": (_TEXT, "only the ways to the item with this slug"),
}
_MATRIX = {
    "date": (_DAY, "the day; by default that of the focal item"),
    "rows": (_choice("concepts", "frames"), "what the rows are"),
    "under": (_TEXT, "opens the concept with this slug"),
}
QUERY: Final[dict[str, dict[str, tuple[dict[str, Any], str]]]] = {
    "/about": {"iri": (_IRI, "any IRI of the graph")},
    "/as-at": {
        "date": (_DAY, "the day"),
        "day": ({"type": "integer", "minimum": 1}, "the day, counted from 1 January of the year 1"),
        "with": (_DAY, "another day beside it"),
    },
    "/as-at/{name}": {"with": (_DAY, "another day beside it")},
    "/browse/{name}": {"page": (_PAGE, "page"), "by": (_choice("time", "name"), "order")},
    "/changes": {
        "from": (_DAY, "first day"),
        "to": (_DAY, "last day"),
        "what": (_choice("changed", "issued", "began", "ended"), "what happened"),
    },
    "/frames": {
        "concept": (_TEXT, "slug of a concept"),
        "date": (_DAY, "what came later is faint"),
    },
    "/generations": {"from": (_TEXT, "id of one"), "to": (_TEXT, "id of the other")},
    "/institutions": {
        "around": (_TEXT, "slug of an institution"),
        "all": (_choice("0", "1"), "small successions too"),
        "posts": (_choice("0", "1"), "posts and their holders too"),
    },
    "/lineage/{name}": _NARROW,
    "/linked": {
        "iri": (_IRI, "the thing that is linked to"),
        "by": (_TEXT, "the property, such as rg:buildsOn"),
        "page": (_PAGE, "page"),
    },
    "/matrix": _MATRIX,
    "/matrix/cell": {
        **_MATRIX,
        "row": (_TEXT, "slug of the concept or name of the frame"),
        "kind": (_TEXT, "kind of component"),
        "only": (_choice("0", "1"), "leave narrower concepts out"),
    },
    "/practice": {"date": (_DAY, "the day"), "concept": (_TEXT, "slug of a concept")},
    "/search": {
        "q": (_TEXT, "words; the last may be unfinished"),
        "kind": (_TEXT, "a class, such as Policy"),
        "sort": (_TEXT, "label of a kind, such as white paper"),
        "period": (_TEXT, "a decade, such as 2000s"),
        "institution": (_TEXT, "slug of an institution"),
        "concept": (_TEXT, "slug of a concept"),
        "verified": (_choice("verified", "partly", "unverified"), "how it is evidenced"),
        "page": (_PAGE, "page"),
    },
    "/why": {
        "s": (_TEXT, "subject: slug, IRI or compact IRI"),
        "p": (_TEXT, "predicate"),
        "o": (_TEXT, "object"),
    },
    "/sparql": {
        "query": ({"type": "string"}, "a SPARQL 1.1 query"),
        "default-graph-uri": ({"type": "array", "items": _IRI}, "graphs of the default graph"),
        "named-graph-uri": ({"type": "array", "items": _IRI}, "named graphs of the dataset"),
    },
    "/graph-store": {"graph": (_IRI, "IRI of a named graph"), "default": (_TEXT, "its default")},
}
_FORMATS: Final = {
    "html": "text/html",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "rdf": "application/rdf+xml",
    "jsonld": "application/ld+json",
    "json": "application/json",
    "csv": "text/csv",
    "svg": "image/svg+xml",
    "atom": "application/atom+xml",
}
_NAMES: Final = {
    "name": "A slug, or the name as the address above it lists them; a suffix chooses the format",
    "suffix": "The format",
}


def description(app: Flask, address: str) -> dict[str, Any]:
    """Return the document for ``app``, served at ``address``."""
    paths: dict[str, Any] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.rule not in _HIDDEN:
            paths[_PART.sub(r"{\3}", rule.rule)] = dict(_operations(app, rule))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "reformgraph",
            "version": __version__,
            "description": "A knowledge graph of policy and institutional change. An Accept "
            "header or a suffix chooses the format; failures are RFC 9457 problem documents.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": address or "/"}],
        "paths": paths,
        "components": {
            "parameters": {
                "generation": {
                    "name": "generation",
                    "in": "query",
                    "description": "Id of the generation to answer from; 410 when it was pruned",
                    "schema": {"type": "string", "pattern": "^[1-9][0-9]{0,8}-[0-9a-f]{12}$"},
                }
            },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": {"type": "string"},
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                        "hints": {"type": "array", "items": {"type": "string"}},
                        "where": {"type": "object"},
                    },
                }
            },
            "responses": {
                "Problem": {
                    "description": "A failure, told as a problem document or a page.",
                    "content": {
                        PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}},
                        "text/html": {},
                    },
                }
            },
        },
    }


def _operations(app: Flask, rule: Rule) -> Iterator[tuple[str, dict[str, Any]]]:
    view = app.view_functions[rule.endpoint]
    told = (inspect.getdoc(view) or rule.endpoint).split("\n\n")
    path = _PART.sub(r"{\3}", rule.rule)
    methods = (rule.methods or set()) & {"GET", "POST"}
    for method in sorted(methods):
        if method == "POST" and path != "/sparql":
            continue  # routed only to say 405 in words
        operation: dict[str, Any] = {
            "operationId": f"{method.lower()}{re.sub(r'[^a-z0-9]+', '-', path.lower())}".rstrip(
                "-"
            ),
            "summary": " ".join(told[0].split()),
            "parameters": [*_in_path(rule), *(_in_query(path) if method == "GET" else ())],
            "responses": {
                "200": {"description": "The answer.", "content": _content(rule)},
                "303": {"description": "The answer is at another address."},
                "304": {"description": "What the client has is still true."},
                "default": {"$ref": "#/components/responses/Problem"},
            },
        }
        if method == "POST":
            operation["requestBody"] = {
                "required": True,
                "content": {
                    "application/sparql-query": {"schema": {"type": "string"}},
                    "application/x-www-form-urlencoded": {
                        "schema": {
                            "type": "object",
                            "required": ["query"],
                            "properties": {"query": {"type": "string"}},
                        }
                    },
                },
            }
        yield method.lower(), operation


def _suffixes(rule: Rule) -> list[str]:
    for converter, arguments, _ in _PART.findall(rule.rule):
        if converter == "any":
            return [value.strip(" '\"") for value in arguments.split(",")]
    return []


def _content(rule: Rule) -> dict[str, Any]:
    known = [_FORMATS[suffix] for suffix in _suffixes(rule) if suffix in _FORMATS]
    return {media: {} for media in known} or {"*/*": {}}


def _in_path(rule: Rule) -> Iterator[dict[str, Any]]:
    for converter, _, name in _PART.findall(rule.rule):
        schema: dict[str, Any] = {"type": "string", "minLength": 1}
        if converter == "any":
            schema = _choice(*_suffixes(rule))
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": _NAMES.get(name, name),
            "schema": schema,
        }


def _in_query(path: str) -> Iterator[dict[str, Any]]:
    plain = re.sub(r"\.\{suffix\}$", "", path)
    own = QUERY.get(plain, {})
    for name, (schema, words) in own.items():
        yield {"name": name, "in": "query", "description": words, "schema": schema}
    if not plain.startswith(_UNPINNED):
        yield {"$ref": "#/components/parameters/generation"}
