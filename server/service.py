"""What every request needs: settings, the store of the current generation, the query pool."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from flask import current_app, g, request

from reformgraph import __version__
from reformgraph.errors import StoreError
from reformgraph.server.ahead import Ahead
from reformgraph.server.assets import Assets
from reformgraph.server.figures import Figures, labels
from reformgraph.server.journal import Journal
from reformgraph.server.links import Links
from reformgraph.server.protocol.streams import Streams
from reformgraph.settings import Settings
from reformgraph.store import Store
from reformgraph.store.dumps import Dumps
from reformgraph.store.kept import Fixed, Kept
from reformgraph.store.opening import check_federation, holder, pool, root_of
from reformgraph.store.processes.flight import Flight

if TYPE_CHECKING:
    from reformgraph.queries.lineage import Lineage
    from reformgraph.server.protocol.cache import Bounded, Results
    from reformgraph.store.processes.pool import QueryPool
    from reformgraph.store.remote.federation import Federated
    from reformgraph.store.remote.pool import RemotePool

T = TypeVar("T")

# Whole-graph figures (counts, lists of classes) of the newest generations; each is a few kB.
REMEMBERED = 64
# The parameter by which any address is pinned to a generation.
PIN = "generation"
# Older generations that queries from strangers are pinned to at a time: each has its processes.
PINNED, PINNED_CACHE = 2, 4_000_000
# Bytes of lineages that one worker keeps: picture, table and each group that opens share one.
LINEAGE_BYTES = 24_000_000
# Finished answers that one worker keeps, in bytes; and the largest one that is worth keeping.
CACHE_BYTES, CACHE_LARGEST = 48_000_000, 2_000_000
# Seconds that a request waits for a page that is made for another.
MAKING = 60.0


class Service:
    """The long-lived parts of one HTTP worker; one instance per application."""

    def __init__(
        self, settings: Settings, journal: Journal, figures: Figures, ahead: Ahead
    ) -> None:
        self.settings, self.ahead = settings, ahead
        self.journal, self.figures = journal, figures
        figures.sources.append(self._counted)
        check_federation(settings)  # a wrong one is told at the start
        self.stores = holder(settings)
        self.streams = Streams(settings.threads)
        self.root = root_of(settings)
        self.kept = Kept(self.root)
        self.dumps = Dumps(self.root)
        self.assets = Assets()
        self.code = _code_digest(self.assets)
        self._pool: QueryPool | RemotePool | Federated | None = None
        self._results: Results | None = None
        self._lineages: Bounded[Lineage] | None = None
        self._allow: Callable[[str], None] | None = None
        self._pinned: OrderedDict[str, tuple[QueryPool, Results]] = OrderedDict()
        self._lock = threading.Lock()
        self._memory: OrderedDict[Hashable, Any] = OrderedDict()
        self._answers: OrderedDict[Hashable, bytes] = OrderedDict()
        self._answer_bytes = 0
        # Half of the threads stay for those who ask something else.
        self.making: Flight[bytes] = Flight(max(1, settings.threads // 2))

    @property
    def pool(self) -> QueryPool | RemotePool | Federated:
        """The query processes; they start with :meth:`prepare` or with the first query from a stranger."""
        with self._lock:
            if self._pool is None:
                self._pool = pool(self.settings, self.stores)
            return self._pool

    def prepare(self) -> None:
        """Open the generation that is served now and start its query processes; raises StoreError."""
        self.stores.get()
        self.pool.prepare()

    @property
    def results(self) -> Results:
        """The answers to queries from strangers: kept, shared, or made by :attr:`pool`."""
        with self._lock:
            if self._results is None:
                from reformgraph.server.protocol.cache import Results

                self._results = Results(
                    lambda: self.pool,
                    self.stores,
                    limit=self.settings.cache_bytes // 2,
                    # Half of the threads stay for those who ask something else.
                    waiting=max(1, self.settings.threads // 2),
                    allow=self._limiter(),
                    slow_after=self.settings.slow_log,
                    slow=self.journal.slow,
                )
            return self._results

    def asking(self) -> tuple[QueryPool | RemotePool | Federated, Results]:
        """Return what runs strangers' queries on the generation that this request is pinned to.

        The current one has the processes of :attr:`pool`; an older one gets one of its own when
        it is first asked, and of several such generations the one asked longest ago loses its.
        """
        current = not pinned() or _is_current(pinned())
        if current:
            return self.pool, self.results
        opened = self.kept.get(pinned())
        id_ = opened.generation.id
        with self._lock:
            if id_ in self._pinned:
                self._pinned.move_to_end(id_)
                return self._pinned[id_]
            made = self._pinned[id_] = self._pinned_to(Fixed(opened))
            doomed = list(self._pinned.values())[:-PINNED]
            for other in list(self._pinned)[:-PINNED]:
                del self._pinned[other]
        for unused, _ in doomed:
            unused.close()
        return made

    def _pinned_to(self, holder: Fixed) -> tuple[QueryPool, Results]:
        from reformgraph.server.protocol.cache import Results
        from reformgraph.store.processes.pool import QueryPool

        wanted = self.settings
        pool = QueryPool(
            self.root,
            stores=holder,
            timeout=wanted.query_timeout,
            memory=wanted.query_memory,
            processes=1,
            slow=1,
            result_limit=wanted.result_limit,
        )
        waiting = max(1, wanted.threads // 2)
        return pool, Results(
            lambda: pool,
            holder,
            limit=PINNED_CACHE,
            waiting=waiting,
            allow=self._limiter(),
            slow_after=wanted.slow_log,
            slow=self.journal.slow,
        )

    def _limiter(self) -> Callable[[str], None] | None:
        """Return what counts the queries of clients: one count, whichever generation they ask."""
        from reformgraph.server.protocol.clients import limiter

        if self._allow is None:
            self._allow = limiter(self.settings.rate_limit)
        return self._allow

    @property
    def lineages(self) -> Bounded[Lineage]:
        """Lineages that were traced, by generation, item, direction, depth and limit."""
        with self._lock:
            if self._lineages is None:
                from reformgraph.server.protocol.cache import Bounded

                self._lineages = Bounded(LINEAGE_BYTES)
            return self._lineages

    def client(self, environ: Mapping[str, Any]) -> str:
        """Return who sends the request of a WSGI environment."""
        from reformgraph.server.protocol.clients import client_of

        return client_of(environ, self.settings.client_header)

    def _counted(self) -> Iterator[tuple[str, str, float]]:
        """Yield what is counted where it happens: name, labels, value."""
        with self._lock:
            pool, results = self._pool, self._results
        if results is not None:
            yield from cache_figures("answers", results.kept)
            yield "queries_joined_total", "", results.flight.joined
            yield "slow_queries_total", "", results.slow
            failed = dict(results.failed)
            yield "queries_cancelled_total", "", failed.pop("client-gone", 0)
            for problem, number in failed.items():
                yield "query_failures_total", labels(problem=problem), number
        for name, by_state in pool.counted().items() if pool is not None else ():
            for state, number in by_state.items():
                yield name, labels(state=state) if state else "", number

    def close(self) -> None:
        """End the query processes and let the store go."""
        with self._lock:
            pools = [self._pool] if self._pool is not None else []
            pools += [pinned for pinned, _ in self._pinned.values()]
            self._pool = None
            self._pinned.clear()
        for each in pools:
            each.close()
        self.kept.close()
        self.dumps.close()
        self.stores.close()

    def remember(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` gave for ``key``; put the generation id into the key."""
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                return cast(T, self._memory[key])
        value = make()
        with self._lock:
            self._memory[key] = value
            while len(self._memory) > REMEMBERED:
                self._memory.popitem(last=False)
        return value

    def answer(self, key: Hashable, make: Callable[[], str | bytes]) -> bytes:
        """Return the finished answer for ``key`` (generation, address, format), making it once.

        Who asks while it is made waits for it (hazard 91); raises Crowded when too many do, and
        what ``make`` raises.
        """
        if (found := self._finished(key)) is not None:
            return found
        return self.making.do(key, lambda: self.keep(key, make), MAKING)

    def keep(self, key: Hashable, make: Callable[[], str | bytes]) -> bytes:
        """Return the answer for ``key`` as :meth:`answer` does, but wait for nobody who makes it."""
        if (found := self._finished(key)) is not None:
            return found
        made = make()
        body = made.encode("utf-8", "replace") if isinstance(made, str) else made
        if len(body) <= CACHE_LARGEST:
            with self._lock:
                self._answer_bytes += len(body) - len(self._answers.pop(key, b""))
                self._answers[key] = body
                while self._answer_bytes > CACHE_BYTES:
                    self._answer_bytes -= len(self._answers.popitem(last=False)[1])
        return body

    def _finished(self, key: Hashable) -> bytes | None:
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
        return self.ahead.get(key)  # not kept here: all workers have it in one place

    def finished(self) -> dict[Hashable, bytes]:
        """Return the finished answers that are kept here, by their keys."""
        with self._lock:
            return dict(self._answers)


def cache_figures(name: str, cache: Bounded[Any]) -> Iterator[tuple[str, str, float]]:
    """Yield what a cache counts, for ``/metrics``."""
    told = labels(cache=name)
    yield "cache_hits_total", told, cache.hits
    yield "cache_misses_total", told, cache.misses
    yield "cache_bytes", told, cache.bytes


def _code_digest(assets: Assets) -> str:
    """Digest what pages depend on beside the graph: after an upgrade no old page is "fresh"."""
    digest = hashlib.sha256(f"{__version__} {assets.digest}".encode())
    for path in sorted((Path(__file__).parent / "templates").rglob("*.html")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def service() -> Service:
    """Return the service of the application that handles this request."""
    return cast(Service, current_app.extensions["reformgraph"])


def pinned() -> str:
    """Return the id of the generation that the address is pinned to, "" for the current one."""
    return request.args.get(PIN, "").strip()


def store() -> Store:
    """Return the store for this request: one generation from its first to its last query.

    Raises NotFound or Gone when the address is pinned to a generation that is not kept.
    """
    if "store" not in g:
        id_ = pinned()
        now = service().stores.get() if not id_ or _is_current(id_) else None
        g.store = now if now is not None else service().kept.get(id_)
    return cast(Store, g.store)


def _is_current(id_: str) -> bool:
    try:
        return service().stores.get().generation.id == id_
    except StoreError:
        return False  # what is pinned may be sound where the current one is not


def links() -> Links:
    """Return the address maker for this request's generation and mount point."""
    if "links" not in g:
        g.links = Links(store().generation.base, request.script_root)
    return cast(Links, g.links)
