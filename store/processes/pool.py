"""Queries from strangers: sacrificial processes, a fast and a slow lane, hard limits.

A query gets a warm process. After 100 ms of processor time it needs one of few slow places; its
process is then replaced, so that short queries always find one, and comes back when it has
answered. At the deadline the process is killed: the engine knows no other end. ``query_run`` is
one query on its way; measured in benchmarks/README.md.
"""

from __future__ import annotations

import hashlib
import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, cast

from reformgraph.errors import BadEncoding, Busy, QueryCrashed, QueryMemory, StoreError
from reformgraph.ontology.terms import PREFIXES
from reformgraph.store.answer import Answer, Dataset
from reformgraph.store.base import Generation
from reformgraph.store.current import CurrentStore
from reformgraph.store.processes.query_run import RETRY_AFTER, Gone, QueryRun
from reformgraph.store.processes.supervisor import Supervisor
from reformgraph.store.processes.turns import Turns
from reformgraph.store.scan import Scan, check, scan

STILLBORN = 4
"""Dead processes that one query may meet before its fate is put down to itself."""
_WITH_PREFIXES = ("", "text/turtle", "application/trig")

_log = logging.getLogger(__name__)


class QueryPool:
    """Runs foreign queries on the current generation of the store ``root``. Thread-safe.

    ``timeout``: seconds from a query's arrival; ``memory``: bytes of address space of a process;
    ``processes``: warm ones for short queries, at least 2 where many ask; ``slow``: long queries
    at a time; ``result_limit``: bytes of one answer. ``stores``: the holder that says which
    generation is served, to share the one that the caller has. Processes start at once.
    """

    def __init__(
        self,
        root: Path,
        *,
        timeout: float = 15.0,
        memory: int = 1_200_000_000,
        processes: int = 2,
        slow: int = 2,
        result_limit: int = 256_000_000,
        stores: CurrentStore | None = None,
    ) -> None:
        self.timeout = timeout
        self.result_limit = result_limit
        self.closing = False
        self._own = None if stores else CurrentStore(root)
        self._stores = stores or cast(CurrentStore, self._own)
        self.slow = threading.BoundedSemaphore(slow)
        self.turns = Turns(processes, slow)
        self.crashed: OrderedDict[bytes, None] = OrderedDict()
        # Wall-clock time is cut by us; processor time is the kernel's second net.
        self.supervisor = Supervisor(processes, memory, math.ceil(timeout) + 2)
        self._stores.before_switch.append(self.supervisor.expect)
        try:
            self.prepare()
        except StoreError:
            _log.info("no graph yet; query processes start with the first query")

    def prepare(self) -> None:
        """Start processes for the generation that is served now, if there are none. Raises StoreError."""
        self.supervisor.want(self._stores.get().generation)

    def run(
        self,
        query: str,
        media_type: str = "",
        dataset: Dataset | None = None,
        *,
        base: str | None = None,
        scanned: Scan | None = None,
        timeout: float | None = None,
        common: Mapping[str, str] | None = None,
        client: str = "",
        gone: Gone | None = None,
    ) -> Answer:
        """Run one query and return its whole answer.

        ``media_type`` is of a SPARQL results format or an RDF format, empty for the default of
        the query's form (JSON, Turtle). ``base`` resolves relative IRIs of a query without BASE;
        without either they are syntax errors. ``scanned`` saves a second scan. ``timeout``: fewer
        seconds than the pool's. ``common``: prefixes that the query need not declare. ``client``
        names who asks: clients take turns when queries wait, and none may hold the whole slow lane.
        ``gone`` is asked now and then while a slow query runs; when it says yes the query is stopped.

        Raises UpdateRefused, FederationRefused, QueryTooComplex, QuerySyntaxError, BadEncoding
        (lone surrogates), QueryTimeout, QueryMemory, ResultTooLarge, QueryCrashed, Busy (no
        process or slow place free, no disk for the answer), ClientGone or StoreError (no readable
        graph).
        """
        query = query.removeprefix("\ufeff")
        found = scanned or scan(query)
        check(found)
        generation = self._stores.get().generation
        key = _key(generation, query, dataset)
        if key in self.crashed:
            raise QueryCrashed("this query crashed its process before; it is not run again")
        request = {
            "query": query,
            "media": media_type,
            "base": base,
            "union": not (found.has_from or generation.own_default),
            "dataset": None if dataset is None else [list(dataset.default), list(dataset.named)],
            "prefixes": dict(PREFIXES) if media_type in _WITH_PREFIXES else None,
            "common": {name: common[name] for name in found.undeclared if name in common}
            if common
            else None,
        }
        return self._asked(generation, request, timeout, key, client, gone)

    def dump(
        self,
        graph: str | None,
        media_type: str,
        *,
        timeout: float | None = None,
        client: str = "",
    ) -> Answer:
        """Return a whole graph as it lies in the store, of any size up to the limit of an answer.

        ``graph`` is its IRI, "" for the default graph's own statements, None for all graphs,
        which needs a ``media_type`` that can name them. Raises as :meth:`run`; a graph that is
        not there is empty.
        """
        request = {
            "query": "",
            "dump": graph,
            "media": media_type,
            "prefixes": dict(PREFIXES) if media_type in _WITH_PREFIXES else None,
        }
        generation = self._stores.get().generation
        key = _key(generation, f"dump {graph}", None)
        return self._asked(generation, request, timeout, key, client)

    def _asked(
        self,
        generation: Generation,
        request: dict[str, Any],
        timeout: float | None,
        key: bytes,
        client: str,
        gone: Gone | None = None,
    ) -> Answer:
        limit = min(timeout or self.timeout, self.timeout)
        deadline = time.monotonic() + limit
        for _ in range(STILLBORN):
            run = self._start(generation, request, (limit, deadline), key, client, gone)
            try:
                return run.answer()
            except (QueryMemory, Busy):
                # A process that was dead before it was asked says nothing about this query.
                if not run.stillborn:
                    raise
        return self._start(generation, request, (limit, deadline), key, client, gone).answer()

    def _start(
        self,
        generation: Generation,
        request: dict[str, Any],
        until: tuple[float, float],
        key: bytes,
        client: str,
        gone: Gone | None,
    ) -> QueryRun:
        process = None
        if self.turns.enter(client, until[1]):
            try:
                process = self.supervisor.take(generation, until[1])
            finally:
                if process is None:
                    self.turns.leave()
        if process is None:
            raise Busy("all query processes are taken", headers=RETRY_AFTER)
        return QueryRun(self, process, request, until, key, client, gone)

    def counted(self) -> dict[str, dict[str, int]]:
        """Return figures about the processes, by name and state (``/metrics``)."""
        idle, fast, all_, started = self.supervisor.counted()
        free = self.slow._value
        return {
            "query_processes": {"idle": idle, "busy": max(0, fast - idle), "slow": all_ - fast},
            "query_processes_started_total": {"": started},
            "queries_waiting": {"": self.turns.waiting},
            "slow_places_free": {"": free},
        }

    def close(self) -> None:
        """Kill every process; queries under way fail with Busy."""
        self.closing = True
        with suppress(ValueError):  # closed before
            self._stores.before_switch.remove(self.supervisor.expect)
        self.supervisor.close()
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _key(generation: Generation, query: str, dataset: Dataset | None) -> bytes:
    graphs = None if dataset is None else (tuple(dataset.default), tuple(dataset.named))
    try:
        text = f"{generation.id}\n{graphs}\n{query}".encode()
    except UnicodeEncodeError:
        raise BadEncoding("the query holds half of a surrogate pair") from None
    return hashlib.sha256(text).digest()
