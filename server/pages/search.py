"""Search: hits with the reason why they matched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from reformgraph.server import formats, parameters, respond
from reformgraph.server.formats import HTML, JSON
from reformgraph.server.pages import asat
from reformgraph.server.paging import Pages, pages
from reformgraph.server.service import links, store
from reformgraph.server.words import CLASSES
from reformgraph.store.base import SearchHit, SearchPage, Segment

blueprint = Blueprint("search", __name__)

SIZE = 20
# What hits can be narrowed to beside their class, and what it is called.
FACETS = {
    "sort": "Kind",
    "period": "Period",
    "institution": "Institution",
    "concept": "Concept",
    "verified": "Verified",
}
LONGEST = 500


@blueprint.get("/search", defaults={"suffix": ""})
@blueprint.get("/search.<any(json, html):suffix>")
def search(suffix: str) -> Response:
    """Find entities by words: ``q``, narrowed to a class by ``kind`` and by :data:`FACETS`."""
    text = parameters.text("q", longest=LONGEST)
    kind = parameters.choice("kind", "", tuple(CLASSES))
    filters = {name: parameters.text(name, longest=LONGEST) for name in FACETS}
    filters["verified"] = parameters.choice("verified", "", ("verified", "partly", "unverified"))
    filters = {name: value for name, value in filters.items() if value}
    page = parameters.whole("page", 1, high=10_000)
    asked = {"html": HTML, "json": JSON}.get(suffix)
    form = formats.chosen(formats.SEARCH, asked)
    found = store().search(text, kind=kind, limit=SIZE, offset=(page - 1) * SIZE, filters=filters)
    paging = pages(page, found.total, SIZE, lambda n: _address(text, kind, filters, n))
    if form is JSON:
        return respond.as_json(lambda: _json(found, paging))
    return respond.page(
        "search.html",
        found=found,
        paging=paging,
        facets=_facets(found),
        narrow=_narrow(found),
        again=_address(text) if filters or kind else "",
        state=asat.state_of,
    )


def _address(
    text: str, kind: str = "", filters: Mapping[str, str] | None = None, page: int = 1
) -> str:
    parts = {"q": text, "kind": kind, **(filters or {}), "page": page if page > 1 else ""}
    return f"{request.script_root}/search?" + urlencode({k: v for k, v in parts.items() if v})


def _facets(found: SearchPage) -> list[tuple[str, int, str, bool]]:
    """Return what the hits can be narrowed to: word, number, address, whether it is chosen."""
    every = sum(found.facets.values())
    rows = [("everything", every, _address(found.text, "", found.filters), not found.kind)]
    for name, words in CLASSES.items():
        if number := found.facets.get(name, 0):
            word = words.one if number == 1 else words.many
            rows.append(
                (word, number, _address(found.text, name, found.filters), found.kind == name)
            )
    return rows


def _narrow(found: SearchPage) -> list[tuple[str, list[tuple[str, int, str, bool]]]]:
    """Return each facet's word and its values: word, number, address, whether it is chosen.

    A chosen value leads back to the hits without it.
    """
    groups = []
    for name, word in FACETS.items():
        rows = []
        for each in found.narrow.get(name, ()):
            chosen = found.filters.get(name) == each.value
            filters = {k: v for k, v in found.filters.items() if k != name}
            if not chosen:
                filters[name] = each.value
            rows.append((each.label, each.count, _address(found.text, found.kind, filters), chosen))
        if len(rows) > 1 or any(chosen for *_, chosen in rows):
            groups.append((word, rows))
    return groups


def _json(found: SearchPage, paging: Pages) -> dict[str, Any]:
    return {
        "q": found.text,
        "kind": found.kind,
        "total": found.total,
        "page": paging.page,
        "pages": paging.last,
        "partial": found.partial,
        "corrected": found.corrected,
        "facets": dict(found.facets),
        "filters": dict(found.filters),
        "narrow": {
            name: [{"value": v.value, "label": v.label, "count": v.count} for v in values]
            for name, values in found.narrow.items()
        },
        "hits": [_hit(hit) for hit in found.hits],
        "near": [_hit(hit) for hit in found.near],
        "next": paging.later,
    }


def _hit(hit: SearchHit) -> dict[str, Any]:
    return {
        "iri": hit.iri,
        "slug": hit.slug,
        "label": hit.label,
        "type": hit.type,
        "kind": hit.kind,
        "matched": hit.matched,
        "snippet": "".join(_plain(segment) for segment in hit.snippet),
        "page": links().page(hit.iri, hit.slug),
    }


def _plain(segment: Segment) -> str:
    return segment.text
