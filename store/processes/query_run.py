"""One query on its way through one process: its lanes, its deadline, its answer, its end.

Cut out of ``pool``, which gives it a process and takes the process back.
"""

from __future__ import annotations

import json
import logging
import signal
import time
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TypeAlias, cast

from reformgraph.errors import (
    Busy,
    ClientGone,
    FederationRefused,
    QueryCrashed,
    QueryMemory,
    QueryTimeout,
    ReformGraphError,
    ResultTooLarge,
)
from reformgraph.store.answer import Answer
from reformgraph.store.processes.forked import Died
from reformgraph.store.processes.process import QueryProcess
from reformgraph.store.syntax import explain, unsupported

if TYPE_CHECKING:
    from reformgraph.store.processes.pool import QueryPool

SLOW_AFTER = 0.1
"""Seconds of processor time after which a query needs a slow place."""
SLOW_ANYWAY, SLOW_WHILE_WAITED_FOR = 1.0, 0.3
"""Seconds by the clock after which it does, whatever it was doing; while others wait, sooner."""
LINGER = 0.02
"""Seconds between two looks at a query that may have to give way."""
LOOK_EVERY = 0.5
"""Seconds between two looks whether the client of a slow query is still there."""
RETRY_AFTER = {"Retry-After": "2"}
SPOOL_MEMORY = 1 << 20
REMEMBERED = 1_024
_RECYCLE_QUERIES = 20_000
_RECYCLE_BYTES = 300_000_000

Gone: TypeAlias = Callable[[], bool]
"""Says whether the client of a query has left."""

_log = logging.getLogger(__name__)


class QueryRun:
    """One query on its way through one process."""

    def __init__(
        self,
        pool: QueryPool,
        process: QueryProcess,
        request: dict[str, Any],
        until: tuple[float, float],
        key: bytes,
        client: str,
        gone: Gone | None,
    ) -> None:
        self._pool, self._process, self._request = pool, process, request
        (self._limit, self._deadline), self._key, self._client = until, key, client
        self._gone = gone
        self._in_slow_lane = False
        self._healthy = False
        self.stillborn = False
        """Its process was dead when it was asked, or was killed from outside before its first byte."""
        self._asked = False
        self._header: dict[str, Any] = {}

    def answer(self) -> Answer:
        """Ask, wait and return the whole answer; raises what :meth:`QueryPool.run` says."""
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
        begun = time.monotonic()
        look = min(begun + SLOW_AFTER, self._deadline)
        self._process.ask(self._request, self._deadline)
        self._asked = True
        length = 0
        while True:
            try:
                kind, payload = self._process.read(look)
            except TimeoutError:
                if time.monotonic() >= self._deadline:
                    raise
                if self._gone and self._in_slow_lane and self._gone():
                    raise ClientGone("the client has gone; its query was stopped") from None
                pause = LOOK_EVERY if self._in_slow_lane else self._linger(begun)
                look = min(time.monotonic() + pause, self._deadline)
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
                self._header = json.loads(payload.decode())
            elif kind == b"E":
                told = json.loads(payload.decode())
                resident = told["resident"]
                self._process.done(told["used"])
                self._healthy = (
                    resident < _RECYCLE_BYTES and self._process.queries < _RECYCLE_QUERIES
                )
                return length
            else:
                self._refused(**json.loads(payload))

    def _linger(self, begun: float) -> float:
        """Decide what a query is that is not done yet; returns seconds until the next look.

        It is short as long as it has used little processor time. After that it needs a slow
        place; while there is none it may stay where it is until somebody waits for its place.
        Raises Busy then, but not where it is the machine that is slow: who comes next would wait
        for the processor just as long.
        """
        used = self._process.used()
        elapsed = time.monotonic() - begun
        most = SLOW_WHILE_WAITED_FOR if self._pool.turns.waiting else SLOW_ANYWAY
        if used is not None and used < SLOW_AFTER and elapsed < most:
            return LINGER
        try:
            self._enter_slow_lane()
        except Busy:
            if self._pool.turns.waiting and (used is None or used >= SLOW_AFTER):
                raise
            return LINGER
        return LOOK_EVERY

    def _enter_slow_lane(self) -> None:
        turns = self._pool.turns
        if not turns.enter_slow(self._client):
            raise Busy(
                "this query takes long and your other ones have their share of such places",
                headers=RETRY_AFTER,
            )
        if not self._pool.slow.acquire(blocking=False):
            turns.leave_slow(self._client)
            raise Busy(
                "this query takes long and every place for such queries is taken",
                headers=RETRY_AFTER,
            )
        self._in_slow_lane = True
        turns.leave()
        self._process.step_back()
        self._pool.supervisor.release(self._process)

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
            _log.error("an answer could not be kept: %s", error, extra={"often": True})
            return Busy("there is no room to hold the answer", headers=RETRY_AFTER)
        if self._pool.closing:
            return Busy("the service is shutting down", headers=RETRY_AFTER)
        _log.warning("a query process died: %s", error.words[:500])
        self.stillborn = not self._asked or (
            error.signal == signal.SIGKILL and not self._in_slow_lane and not self._header
        )
        if not self._asked:  # whatever it died of, it was not this query
            return Busy("the query process was dead before it was asked", headers=RETRY_AFTER)
        # SIGABRT: the allocator gave up. SIGKILL: the system took the memory back.
        if error.signal in (signal.SIGABRT, signal.SIGKILL):
            return QueryMemory("the query needed more memory than one query may have")
        if error.signal == signal.SIGXCPU:
            return QueryTimeout("the query used up its processor time")
        self._remember()
        return QueryCrashed("the query crashed its process")

    def _remember(self) -> None:
        crashed = self._pool.crashed
        crashed[self._key] = None
        while len(crashed) > REMEMBERED:
            crashed.popitem(last=False)

    def _give_back(self) -> None:
        supervisor = self._pool.supervisor
        if self._in_slow_lane:
            # Its place in the fast lane is filled; but what it has read is worth keeping.
            if self._healthy:
                supervisor.take_back(self._process)
            else:
                supervisor.drop(self._process)
            self._pool.slow.release()
            self._pool.turns.leave_slow(self._client)
            return
        if self._healthy:
            supervisor.put(self._process)
        else:
            supervisor.release(self._process)
            supervisor.drop(self._process)
        self._pool.turns.leave()
