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
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from reformgraph.errors import ReformGraphError
from reformgraph.server.figures import Cells, Figures, labels
from reformgraph.server.journal import Around, Journal, Told

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from reformgraph.server.service import Service

ROUTE = "reformgraph.route"
BY = "reformgraph.by"
DIGEST = "reformgraph.digest"
SIZE = "reformgraph.size"
OWN = "reformgraph.own"
"""In the environment of a request that the service makes itself: nobody asked, nothing is counted."""
PATIENT = "reformgraph.patient"
"""In the environment: whoever calls can wait without a thread and try a request again."""
CROWDED = "reformgraph.crowded"
"""In the environment of such a one: the event after which to try again; nothing is counted yet."""


def digest(query: str) -> str:
    """Return the name of a query's text in the log."""
    return hashlib.sha256(query.encode("utf-8", "replace")).hexdigest()[:16]


class Ready(NamedTuple):
    """A finished answer. ``generation``: the one for which it may be given again.

    ``head``: status line and headers as they are sent, without the empty line, where at hand. ``way``: by which
    queries in requests that are the same for the rest can be asked, see :meth:`AtOnce.ask`. ``asked``: what
    it answers, where that was recognised. ``tally``: how it is counted when it is given again.
    """

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    generation: str
    by: str
    digest: str
    head: bytes = b""
    way: Any = None
    asked: Any = None
    tally: tuple[Cells, Around] | None = None


class AtOnce(Protocol):
    """A WSGI application that can answer some requests in no time."""

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse, /
    ) -> Iterable[bytes]:
        """Answer as PEP 3333 has it."""

    def at_once(self, environ: WSGIEnvironment) -> Ready | None:
        """Return the answer to a request without a body if it takes no waiting."""

    def ask(self, way: Any, query: str, asked: Any = None) -> Ready | None:
        """Return the answer to ``query`` in a request like that from which ``way`` comes.

        ``asked``: what the query is, where that is known.
        """

    def is_current(self, generation: str) -> bool:
        """Return whether answers for ``generation`` hold."""


class Observed:
    """The WSGI application around ``inner``."""

    def __init__(self, inner: AtOnce, figures: Figures, journal: Journal) -> None:
        self.inner, self._figures, self._journal = inner, figures, journal

    def at_once(self, environ: WSGIEnvironment) -> Ready | None:
        """Return what ``inner`` can answer without waiting, for :meth:`count`; None for all else."""
        return self.inner.at_once(environ)

    def ask(self, way: Any, query: str, asked: Any = None) -> Ready | None:
        """Return what ``inner`` answers without waiting to a query by GET, for :meth:`count`."""
        return self.inner.ask(way, query, asked)

    def keep(self, ready: Ready) -> Ready:
        """Return an answer to a GET as it is given, and counted, again."""
        told = self._told("GET", "/sparql", ready, 0.0)
        return ready._replace(tally=(self._figures.cells(told), self._journal.around(told)))

    def holds(self, ready: Ready) -> bool:
        """Return whether an answer may be given again."""
        return self.inner.is_current(ready.generation)

    def count(
        self, ready: Ready, seconds: float, method: str = "GET", path: str = "/sparql"
    ) -> None:
        """Count and log an answer; best when it is sent, for nobody waits for that then."""
        if ready.tally is None:
            self._count(self._told(method, path, ready, seconds))
        else:
            cells, around = ready.tally
            self._figures.add(cells, seconds, len(ready.body))
            self._journal.line(around, seconds)

    @staticmethod
    def _told(method: str, path: str, ready: Ready, seconds: float) -> Told:
        size = len(ready.body) if method != "HEAD" else 0
        status = 200 if ready.status == "200 OK" else int(ready.status[:3])
        return Told(method, path, "/sparql", status, seconds, size, ready.by, ready.digest)

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
            if CROWDED not in environ:
                self._count_call(environ, told, time.perf_counter() - begun)

    def _count_call(self, environ: WSGIEnvironment, told: list[Any], seconds: float) -> None:
        get, method = environ.get, environ["REQUEST_METHOD"]
        size = get(SIZE, -1)
        if size < 0 and method != "HEAD":
            lengths = (v for k, v in told[1] if k in _LENGTH and v.isdigit())
            size = int(next(lengths, 0))
        size = max(0, size)
        route, status = get(ROUTE, "none"), int(told[0][:3])
        self._count(
            Told(
                *(method, environ["PATH_INFO"], route, status, seconds, size),
                *(get(BY, ""), get(DIGEST, "")),
            )
        )

    def _count(self, told: Told) -> None:
        self._figures.seen(told)
        self._journal.request(told)


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
