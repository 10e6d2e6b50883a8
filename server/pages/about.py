"""What the service is: the words it uses, how evidence is marked, the timelines, the licence."""

from __future__ import annotations

from urllib.parse import quote

from werkzeug.wrappers import Response

from reformgraph.server import respond
from reformgraph.server.reading import overview as reading
from reformgraph.server.reading.overview import Overview
from reformgraph.server.service import links, service, store
from reformgraph.server.words import BASES


def known() -> dict[str, Overview]:
    """Return what the graph holds, worked out once for a generation, as pages are given it."""
    key = ("overview", store().generation.id, links().root)
    return {"overview": service().remember(key, lambda: reading.overview(store(), links()))}


def overview() -> Response:
    """Answer ``/about``; with ``?iri=`` that address is answered by ``pages.entity``."""
    report = service().settings.report
    told = {"page": "", "iri": "", "title": "reformgraph", "generation": store().generation.id}
    for name, value in told.items():
        report = report.replace(f"{{{name}}}", quote(value, safe=""))
    return respond.page("about.html", known, bases=BASES, report=report)
