"""Single-flight: equal work that is asked for at the same time is done once (hazard 91)."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar, cast

from reformgraph.errors import Busy, ClientGone, QueryTimeout, ReformGraphError

T = TypeVar("T")


class _Call(Generic[T]):
    __slots__ = ("done", "error", "followers", "value")

    def __init__(self) -> None:
        self.followers = 0
        self.done = threading.Event()
        self.value: T | None = None
        self.error: BaseException | None = None


class _Abandoned(Exception):
    """Whoever made it gave up for a reason of its own."""


class Crowded(Busy):
    """As many as may wait do so already; ``done`` is set when what they wait for is there."""

    def __init__(self, done: threading.Event) -> None:
        super().__init__(
            "the same is being made for others; ask again when it is done",
            headers={"Retry-After": "1"},
        )
        self.done = done


class Flight(Generic[T]):
    """Joins equal calls. Thread-safe.

    ``most``: callers that may wait for others at a time, over all keys; each holds a thread, and
    threads must be left for those who ask something else. 0 is no limit.
    """

    def __init__(self, most: int = 0) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._calls: dict[Hashable, _Call[T]] = {}
        self._waiting = 0
        self.joined = 0
        """Calls that were answered by another one's work."""

    def do(self, key: Hashable, make: Callable[[], T], timeout: float) -> T:
        """Return what ``make`` gives; whoever asks meanwhile for ``key`` gets the same.

        A failure is told to all who wait, save ClientGone: then one of them makes it. Raises
        QueryTimeout to one who waited ``timeout`` seconds, Crowded when too many wait already, and
        what ``make`` raises.
        """
        deadline = time.monotonic() + timeout
        while True:
            try:
                return self._do(key, make, deadline - time.monotonic(), timeout)
            except _Abandoned:
                continue

    def followed(self, key: Hashable) -> bool:
        """Whether somebody waits for the call under way for ``key``."""
        with self._lock:
            call = self._calls.get(key)
            return call is not None and call.followers > 0

    def _do(self, key: Hashable, make: Callable[[], T], left: float, timeout: float) -> T:
        with self._lock:
            call = self._calls.get(key)
            first = call is None
            if call is None:
                call = self._calls[key] = _Call()
            elif self._most and self._waiting >= self._most:
                raise Crowded(call.done)
            else:
                self._waiting += 1
                call.followers += 1
        return self._lead(key, call, make) if first else self._follow(call, left, timeout)

    def _lead(self, key: Hashable, call: _Call[T], make: Callable[[], T]) -> T:
        try:
            call.value = make()
            return call.value
        except BaseException as error:
            call.error = error
            raise
        finally:
            # First out of the table, then told: who comes from now on finds the cache or starts.
            with self._lock:
                del self._calls[key]
            call.done.set()

    def _follow(self, call: _Call[T], left: float, timeout: float) -> T:
        try:
            if not call.done.wait(max(0.0, left)):
                limit = f"{timeout:g}"
                raise QueryTimeout(
                    f"the query was stopped after {limit} seconds", where={"limit": limit}
                )
        finally:
            with self._lock:
                self._waiting -= 1
                call.followers -= 1
        if isinstance(call.error, ClientGone):
            raise _Abandoned
        if isinstance(call.error, ReformGraphError):
            # Each has a traceback of its own.
            raise copy.copy(call.error)
        if call.error is not None:
            raise Busy(
                "what this request waited for failed", headers={"Retry-After": "1"}
            ) from call.error
        with self._lock:
            self.joined += 1
        return cast(T, call.value)
