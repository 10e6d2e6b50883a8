"""Answers with their headers: one generation, one format, one strong ETag (RFC 9110 §8.8.3)."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.http import http_date
from werkzeug.wrappers import Response as BaseResponse

from reformgraph.queries.table import harmless
from reformgraph.server import carry
from reformgraph.server.formats import CSV, HTML, JSON, SVG, Format
from reformgraph.server.service import PIN, pinned, service, store

# A browser may keep a page but asks each time whether a new generation has come: a 304 is cheap.
CACHE = "public, no-cache"


def answer(
    body: Callable[[], str | bytes], form: Format, *, name: str = "", variant: str = ""
) -> Response:
    """Answer with what ``body`` makes, or 304 without making it.

    ``name`` is a file name for formats that browsers save; ``variant`` is what the answer depends
    on beside the generation, the format and the path (the host, where IRIs are made from it).
    """
    if form is HTML:
        carry.day()  # nonsense is refused before anything is made; templates show it
    tag = f"{store().generation.id}.{form.suffix}.{service().code}"
    if variant:
        tag += "." + hashlib.sha256(variant.encode()).hexdigest()[:8]
    if store().degraded:
        tag += ".degraded"  # such pages carry a warning
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        # The generation is in the tag; nothing else but the address changes what is answered.
        key = (tag, request.script_root, request.full_path)
        made = (lambda: _finished(body())) if form in (HTML, SVG) else body
        response = Response(service().answer(key, made), content_type=form.content_type)
        if name:
            response.headers.set("Content-Disposition", "inline", filename=f"{name}.{form.suffix}")
    response.set_etag(tag)
    _lasting(response)
    response.headers["Cache-Control"] = CACHE
    response.headers["Vary"] = "Accept"
    if form is not HTML:
        # Open data: scripts of any site may read it; there is nothing here that needs a log-in.
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _lasting(response: Response) -> None:
    """Say where this very state stays, in the terms of RFC 7089 (Memento)."""
    response.headers.add("Link", f'<{carry.permanent()}>; rel="memento"')
    if pinned():
        response.headers.add("Link", f'<{carry.without(PIN)}>; rel="original"')
        made = datetime.fromisoformat(store().generation.created)
        response.headers["Memento-Datetime"] = http_date(made)


def _finished(html: str | bytes) -> str | bytes:
    return carry.carried(html) if isinstance(html, str) else html


def page(
    template: str,
    make: Callable[[], Mapping[str, Any]] = dict,
    *,
    variant: str = "",
    **context: Any,
) -> Response:
    """Answer with an HTML page; ``make`` gathers what takes long, where the page is not kept."""
    return answer(lambda: render_template(template, **make(), **context), HTML, variant=variant)


def as_json(make: Callable[[], Any], name: str = "", *, variant: str = "") -> Response:
    """Answer with JSON that people can read too."""
    return answer(
        lambda: json.dumps(make(), ensure_ascii=False, indent=1) + "\n",
        JSON,
        name=name,
        variant=variant,
    )


def as_csv(
    columns: Sequence[str], rows: Iterable[Sequence[str]], name: str = "", *, variant: str = ""
) -> Response:
    """Answer with CSV (RFC 4180) that spreadsheets open without running anything (hazard 67)."""

    def body() -> str:
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(columns)
        writer.writerows([harmless(cell) for cell in row] for row in rows)
        return text.getvalue()

    return answer(body, CSV, name=name, variant=variant)


def see_other(path: str) -> BaseResponse:
    """Send to another address of this server (never to one from the request; hazard 34)."""
    response = redirect(carry.address(path), code=303)
    response.headers["Vary"] = "Accept"
    response.headers["Cache-Control"] = CACHE
    return response


def link_header(relations: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """Return a ``Link`` header (RFC 8288): relation → pairs of address and media type."""
    parts = []
    for relation, targets in relations.items():
        for href, media_type in targets:
            kind = f'; type="{media_type}"' if media_type else ""
            parts.append(f'<{href}>; rel="{relation}"{kind}')
    return ", ".join(parts)
