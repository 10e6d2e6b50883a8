"""Finished answers to queries: kept by generation, made once for all who ask at the same time.

One instance a worker process, used by every route that runs foreign queries. Nothing has to be
invalidated: the generation is part of the key. Answers that differ each time (hazard 90) are
neither kept nor shared.
"""

from __future__ import annotations

import io
import os
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from reformgraph.errors import ReformGraphError
from reformgraph.server.observe import digest
from reformgraph.store.answer import Answer, Dataset
from reformgraph.store.current import CurrentStore
from reformgraph.store.processes.flight import Crowded, Flight
from reformgraph.store.scan import Scan, scan

if TYPE_CHECKING:
    from reformgraph.store.processes.pool import QueryPool
    from reformgraph.store.remote.federation import Federated
    from reformgraph.store.remote.pool import RemotePool
    from reformgraph.store.remote.stores import RemoteStores

T = TypeVar("T")
LARGEST = 2 << 20
"""Bytes of the largest answer that is kept."""
OVERHEAD = 600
"""Bytes that an entry costs beside its body and its key's text."""


class Bounded(Generic[T]):
    """A mapping that forgets what was used longest ago once it holds ``limit`` bytes.

    Thread-safe. ``hits`` and ``misses`` count what :meth:`get` found; they are for metrics and
    may be off by a few.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, tuple[T, int]] = OrderedDict()
        self.bytes = self.hits = self.misses = 0

    def get(self, key: Hashable) -> T | None:
        """Return what was kept for ``key``."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                self.misses += 1
                return None
            self._entries.move_to_end(key)
            self.hits += 1
            return entry[0]

    def put(self, key: Hashable, value: T, size: int) -> None:
        """Keep ``value``, which takes ``size`` bytes with its key."""
        with self._lock:
            _, before = self._entries.pop(key, (None, 0))
            self.bytes += size - before
            self._entries[key] = (value, size)
            while self.bytes > self._limit:
                _, (_, gone) = self._entries.popitem(last=False)
                self.bytes -= gone

    def __len__(self) -> int:
        return len(self._entries)


@dataclass(frozen=True, slots=True)
class _Whole:
    """A finished answer that any number of readers may have; its bytes are in memory or a file."""

    answer: Answer
    body: bytes | _File

    def open(self) -> Answer:
        """Return the answer with a file of the reader's own."""
        if isinstance(self.body, bytes):
            return replace(self.answer, file=io.BytesIO(self.body))
        return replace(self.answer, file=io.BufferedReader(_Reader(self.body), 1 << 16))


class _File:
    """A descriptor that closes with its last reader."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = os.dup(descriptor)

    def __del__(self) -> None:
        os.close(self.descriptor)


class _Reader(io.RawIOBase):
    """Reads a shared file from a place of its own."""

    def __init__(self, file: _File) -> None:
        self._file: _File | None = file
        self._place = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._file is None:
            raise ValueError("read of a closed answer")
        count = os.preadv(self._file.descriptor, [buffer], self._place)
        self._place += count
        return count

    def close(self) -> None:
        self._file = None
        super().close()


class Results:
    """Answers foreign queries: from the cache, with an equal one under way, or from the pool.

    ``limit``: bytes to keep; ``waiting``: requests that may wait for an equal query at a time,
    0 for no limit; ``allow``: called with the client before anything is computed, and raises
    when it has had its share. ``slow_after``: seconds after which ``slow`` is told a query's
    digest, its text, how long it took and what became of it.
    """

    def __init__(
        self,
        pool: Callable[[], QueryPool | RemotePool | Federated],
        stores: CurrentStore | RemoteStores,
        *,
        limit: int,
        waiting: int = 0,
        allow: Callable[[str], None] | None = None,
        slow_after: float = float("inf"),
        slow: Callable[[str, str, float, str], None] = lambda *_: None,
    ) -> None:
        self._pool, self._stores, self._allow = pool, stores, allow
        self._slow_after, self._slow = slow_after, slow
        self.failed: Counter[str] = Counter()
        """Failed queries by the name of the problem; may be off by a few."""
        self.slow = 0
        self.kept: Bounded[_Whole] = Bounded(limit)
        self.flight: Flight[_Whole] = Flight(waiting)

    def run(
        self,
        query: str,
        media_type: str = "",
        dataset: Dataset | None = None,
        *,
        base: str | None = None,
        scanned: Scan | None = None,
        client: str = "",
        **more: Any,
    ) -> Answer:
        """Return the answer that :meth:`QueryPool.run` gives for the same arguments.

        Raises what that raises, and what ``allow`` raises. An equal query for which others wait
        is not stopped when the client of the first has gone.
        """
        begun, outcome = time.monotonic(), "internal"
        try:
            answer = self._run(query, media_type, dataset, base, scanned, client, more)
            outcome = "ok"
            return answer
        except Crowded:  # nothing was tried yet
            outcome = "ok"
            raise
        except ReformGraphError as error:
            outcome = error.problem
            raise
        finally:
            seconds = time.monotonic() - begun
            if outcome != "ok":
                self.failed[outcome] += 1
            if seconds > self._slow_after:
                self.slow += 1
                self._slow(digest(query), query, seconds, outcome)

    def _run(
        self,
        query: str,
        media_type: str,
        dataset: Dataset | None,
        base: str | None,
        scanned: Scan | None,
        client: str,
        more: dict[str, Any],
    ) -> Answer:
        found = scanned or scan(query)
        more |= {"base": base, "scanned": found, "client": client}
        if found.volatile:
            if self._allow:
                self._allow(client)
            return self._pool().run(query, media_type, dataset, **more)
        graphs = None if dataset is None else (tuple(dataset.default), tuple(dataset.named))
        generation = self._stores.get().generation.id
        key = (generation, query, graphs, media_type, base)
        whole = self.kept.get(key)
        if whole is None:
            if self._allow:
                self._allow(client)
            pool = self._pool()
            timeout = more.get("timeout") or pool.timeout
            flown = (*key, timeout)
            if gone := more.get("gone"):
                more["gone"] = lambda: not self.flight.followed(flown) and gone()
            whole = self.flight.do(
                flown,
                lambda: self._make(key, pool.run(query, media_type, dataset, **more)),
                timeout,
            )
        return whole.open()

    def _make(self, key: tuple[Any, ...], answer: Answer) -> _Whole:
        with answer:
            if answer.length > LARGEST:
                return _Whole(answer, _File(answer.file.fileno()))
            whole = _Whole(answer, answer.file.read())
        # The generation may have changed between the look and the run.
        if answer.generation == key[0]:
            self.kept.put(key, whole, answer.length + 2 * len(key[1]) + OVERHEAD)
        return whole
