"""The outermost WSGI layer: each request is counted, timed and logged once, whoever answers it.

What the layers within know they leave in the WSGI environment: :data:`ROUTE`, the pattern of the
address; :data:`BY`, what made an answer of ``/sparql``; :data:`DIGEST`, the name of its query;
:data:`SIZE`, the bytes of the answer, where that is known sooner than from its headers.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reformgraph.errors import ReformGraphError
from reformgraph.server.figures import Figures, labels
from reformgraph.server.journal import Journal

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from reformgraph.server.service import Service

ROUTE = "reformgraph.route"
BY = "reformgraph.by"
DIGEST = "reformgraph.digest"
SIZE = "reformgraph.size"
OWN = "reformgraph.own"
"""In the environment of a request that the service makes itself: nobody asked, nothing is counted."""
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


def digest(query: str) -> str:
    """Return the name of a query's text in the log."""
    return hashlib.sha256(query.encode("utf-8", "replace")).hexdigest()[:16]


class Observed:
    """The WSGI application around ``inner``."""

    def __init__(self, inner: WSGIApplication, figures: Figures, journal: Journal) -> None:
        self.inner, self._figures, self._journal = inner, figures, journal

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer as ``inner`` does, then count."""
        if environ.get(OWN):
            return self.inner(environ, start_response)
        begun = time.perf_counter()
        told: list[Any] = ["500", ()]

        def tell(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            told[0], told[1] = status, headers
            return start_response(status, headers, exc_info)

        try:
            return self.inner(environ, tell)
        finally:
            seconds = time.perf_counter() - begun
            get, method = environ.get, environ["REQUEST_METHOD"]
            size = get(SIZE, -1)
            if size < 0 and method != "HEAD":
                lengths = (v for k, v in told[1] if k in _LENGTH and v.isdigit())
                size = int(next(lengths, 0))
            size = max(0, size)
            # Only what is known may become a label: anybody can send any method.
            known = method if method in METHODS else "other"
            route, by, status = get(ROUTE, "none"), get(BY, ""), int(told[0][:3])
            self._figures.seen(route, known, status, seconds, size)
            if by:
                self._figures.count("sparql_answers_total", by=by)
            self._journal.request(
                *(method, environ["PATH_INFO"], route, status, seconds, size),
                *(by, get(DIGEST, "")),
            )


_LENGTH = frozenset({"Content-Length", "content-length"})


def generation(service: Service) -> Iterator[tuple[str, str, float]]:
    """Yield what is the same for all workers: the generation that is served."""
    try:
        store = service.stores.get()
    except ReformGraphError:
        yield "degraded", "", 1
        return
    found = store.generation
    age = datetime.now(UTC) - datetime.fromisoformat(found.created)
    yield "generation_info", labels(id=found.id, sequence=found.sequence), 1
    yield "generation_age_seconds", "", round(max(0.0, age.total_seconds()), 3)
    yield "generation_statements", "", found.quads
    yield "degraded", "", int(bool(store.degraded))


def memory() -> Iterator[tuple[str, str, float]]:
    """Yield the memory that this process holds; nothing where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return
    yield "resident_bytes", "", pages * os.sysconf("SC_PAGE_SIZE")
