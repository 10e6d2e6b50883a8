"""Queries from strangers: sacrificial processes, a fast and a slow lane, hard limits.

A query gets a warm process. If it is not answered after 100 ms it needs one of few slow places;
its process is then replaced, so that short queries always find one. At the deadline the process
is killed: the engine knows no other end. Measured in benchmarks and docs/developers.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import signal
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, NoReturn, Self, cast

from reformgraph.errors import (
    BadEncoding,
    Busy,
    FederationRefused,
    QueryCrashed,
    QueryMemory,
    QueryTimeout,
    ReformGraphError,
    ResultTooLarge,
    StoreError,
)
from reformgraph.ontology.terms import PREFIXES
from reformgraph.store.answer import Answer, Dataset
from reformgraph.store.base import Generation
from reformgraph.store.current import CurrentStore
from reformgraph.store.process import Died, QueryProcess
from reformgraph.store.scan import Scan, check, scan
from reformgraph.store.supervisor import Supervisor
from reformgraph.store.syntax import explain, unsupported
from reformgraph.store.turns import Turns

SLOW_AFTER = 0.1
"""Seconds after which a query needs a slow place."""
RETRY_AFTER = {"Retry-After": "2"}
SPOOL_MEMORY = 1 << 20
REMEMBERED = 1_024
STILLBORN = 4
"""Dead processes that one query may meet before its fate is put down to itself."""
_WITH_PREFIXES = ("", "text/turtle", "application/trig")
_RECYCLE_QUERIES = 20_000
_RECYCLE_BYTES = 300_000_000

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
        self._slow = threading.BoundedSemaphore(slow)
        self._turns = Turns(processes, slow)
        self._crashed: OrderedDict[bytes, None] = OrderedDict()
        # Wall-clock time is cut by us; processor time is the kernel's second net.
        self._supervisor = Supervisor(processes, memory, math.ceil(timeout) + 2)
        try:
            self._supervisor.want(self._stores.get().generation)
        except StoreError:
            _log.info("no graph yet; query processes start with the first query")

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
    ) -> Answer:
        """Run one query and return its whole answer.

        ``media_type`` is of a SPARQL results format or an RDF format, empty for the default of
        the query's form (JSON, Turtle). ``base`` resolves relative IRIs of a query without BASE;
        without either they are syntax errors. ``scanned`` saves a second scan. ``timeout``: fewer
        seconds than the pool's. ``common``: prefixes that the query need not declare. ``client``
        names who asks: clients take turns when queries wait, and none may hold the whole slow lane.

        Raises UpdateRefused, FederationRefused, QueryTooComplex, QuerySyntaxError, BadEncoding
        (lone surrogates), QueryTimeout, QueryMemory, ResultTooLarge, QueryCrashed, Busy (no
        process or slow place free, no disk for the answer) or StoreError (no readable graph).
        """
        query = query.removeprefix("\ufeff")
        found = scanned or scan(query)
        check(found)
        generation = self._stores.get().generation
        key = _key(generation, query, dataset)
        if key in self._crashed:
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
        return self._asked(generation, request, timeout, key, client)

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
    ) -> Answer:
        limit = min(timeout or self.timeout, self.timeout)
        deadline = time.monotonic() + limit
        for _ in range(STILLBORN):
            run = self._start(generation, request, (limit, deadline), key, client)
            try:
                return run.answer()
            except QueryMemory:
                # A process that was dead before it was asked says nothing about this query.
                if not run.stillborn:
                    raise
        return self._start(generation, request, (limit, deadline), key, client).answer()

    def _start(
        self,
        generation: Generation,
        request: dict[str, Any],
        until: tuple[float, float],
        key: bytes,
        client: str,
    ) -> _Run:
        process = None
        if self._turns.enter(client, until[1]):
            try:
                process = self._supervisor.take(generation, until[1])
            finally:
                if process is None:
                    self._turns.leave()
        if process is None:
            raise Busy("all query processes are taken", headers=RETRY_AFTER)
        return _Run(self, process, request, until, key, client)

    def close(self) -> None:
        """Kill every process; queries under way fail with Busy."""
        self.closing = True
        self._supervisor.close()
        if self._own is not None:
            self._own.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Run:
    """One query on its way through one process."""

    def __init__(
        self,
        pool: QueryPool,
        process: QueryProcess,
        request: dict[str, Any],
        until: tuple[float, float],
        key: bytes,
        client: str,
    ) -> None:
        self._pool, self._process, self._request = pool, process, request
        (self._limit, self._deadline), self._key, self._client = until, key, client
        self._in_slow_lane = False
        self._healthy = False
        self.stillborn = False
        """Killed from outside before its first byte: maybe dead already when it was asked."""
        self._header: dict[str, Any] = {}

    def answer(self) -> Answer:
        spool = SpooledTemporaryFile(SPOOL_MEMORY)  # noqa: SIM115  the answer carries it away
        try:
            length = self._fill(cast(BinaryIO, spool))
        except (OSError, Died) as error:
            spool.close()
            raise self._meaning(error) from error
        except BaseException:
            spool.close()
            raise
        finally:
            self._give_back()
        generation = self._process.generation.id
        spool.seek(0)
        header = self._header
        return Answer(cast(BinaryIO, spool), length, header["media"], generation, header["form"])

    def _fill(self, spool: BinaryIO) -> int:
        """Ask and write the answer's bytes to ``spool``; returns how many."""
        slow_from = min(time.monotonic() + SLOW_AFTER, self._deadline)
        self._process.ask(self._request, self._deadline)
        length = 0
        while True:
            try:
                kind, payload = self._process.read(
                    self._deadline if self._in_slow_lane else slow_from
                )
            except TimeoutError:
                if self._in_slow_lane or time.monotonic() >= self._deadline:
                    raise
                self._enter_slow_lane()
                continue
            if kind == b"D":
                length += len(payload)
                if length > self._pool.result_limit:
                    limit = self._pool.result_limit
                    raise ResultTooLarge(
                        f"the answer is over {limit} bytes; ask for less with LIMIT, or page",
                        where={"limit": limit},
                    )
                spool.write(payload)
            elif kind == b"H":
                self._header = json.loads(payload)
            elif kind == b"E":
                resident = json.loads(payload)["resident"]
                self._healthy = (
                    resident < _RECYCLE_BYTES and self._process.queries < _RECYCLE_QUERIES
                )
                return length
            else:
                self._refused(**json.loads(payload))

    def _enter_slow_lane(self) -> None:
        turns = self._pool._turns
        if not turns.enter_slow(self._client):
            raise Busy(
                "this query takes long and your other ones have their share of such places",
                headers=RETRY_AFTER,
            )
        if not self._pool._slow.acquire(blocking=False):
            turns.leave_slow(self._client)
            raise Busy(
                "this query takes long and every place for such queries is taken",
                headers=RETRY_AFTER,
            )
        self._in_slow_lane = True
        turns.leave()
        self._process.step_back()
        self._pool._supervisor.release(self._process)

    def _refused(self, kind: str, message: str) -> NoReturn:
        """Raise for the worker's own error message."""
        query: str = self._request["query"]
        if kind == "memory":
            raise QueryMemory("the query needed more memory than one query may have")
        if kind == "panic":
            _log.error("the engine panicked: %s", message[:500].replace("\n", " "))
            self._remember()
            raise QueryCrashed("the query crashed its process")
        self._healthy = True
        if kind == "syntax":
            raise explain(query, message, self._request.get("common") or ())
        if (unknown := unsupported(query, message)) is not None:
            raise unknown
        if "service" in query.lower():
            raise FederationRefused("SERVICE is not allowed here: this service calls no other one")
        _log.error("the engine failed: %s", message[:500].replace("\n", " "))
        raise QueryCrashed("the engine could not answer this query")

    def _meaning(self, error: OSError | Died) -> ReformGraphError:
        """Say what went wrong in terms of the one who asked."""
        if isinstance(error, TimeoutError):
            limit = f"{self._limit:g}"
            return QueryTimeout(
                f"the query was stopped after {limit} seconds", where={"limit": limit}
            )
        if isinstance(error, OSError):
            _log.error("an answer could not be kept: %s", error)
            return Busy("there is no room to hold the answer", headers=RETRY_AFTER)
        if self._pool.closing:
            return Busy("the service is shutting down", headers=RETRY_AFTER)
        _log.warning("a query process died: %s", error.words[:500])
        self.stillborn = (
            error.signal == signal.SIGKILL and not self._in_slow_lane and not self._header
        )
        # SIGABRT: the allocator gave up. SIGKILL: the system took the memory back.
        if error.signal in (signal.SIGABRT, signal.SIGKILL):
            return QueryMemory("the query needed more memory than one query may have")
        if error.signal == signal.SIGXCPU:
            return QueryTimeout("the query used up its processor time")
        self._remember()
        return QueryCrashed("the query crashed its process")

    def _remember(self) -> None:
        crashed = self._pool._crashed
        crashed[self._key] = None
        while len(crashed) > REMEMBERED:
            crashed.popitem(last=False)

    def _give_back(self) -> None:
        supervisor = self._pool._supervisor
        if self._in_slow_lane:
            # It may have grown large, and its place in the fast lane is filled.
            supervisor.drop(self._process)
            self._pool._slow.release()
            self._pool._turns.leave_slow(self._client)
            return
        if self._healthy:
            supervisor.put(self._process)
        else:
            supervisor.release(self._process)
            supervisor.drop(self._process)
        self._pool._turns.leave()


def _key(generation: Generation, query: str, dataset: Dataset | None) -> bytes:
    graphs = None if dataset is None else (tuple(dataset.default), tuple(dataset.named))
    try:
        text = f"{generation.id}\n{graphs}\n{query}".encode()
    except UnicodeEncodeError:
        raise BadEncoding("the query holds half of a surrogate pair") from None
    return hashlib.sha256(text).digest()
