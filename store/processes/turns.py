"""Turns: who comes next when more queries wait than there are places, fairly by client."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque


class Turns:
    """Gives ``places`` places; when none is free clients take turns, each client's own in order.

    So one client with a hundred queries delays another's by one query, not by a hundred.
    ``slow``: long places; one named client gets at most all but one of them, so that it never
    holds the whole slow lane. An empty name is nobody in particular and is not held back.
    Thread-safe.
    """

    def __init__(self, places: int, slow: int) -> None:
        self._free = places
        self._slow_each = max(1, slow - 1)
        self._lock = threading.Lock()
        # Client → its waiting queries; the first client is the next to be served.
        self._queues: OrderedDict[str, deque[threading.Event]] = OrderedDict()
        self._slow: dict[str, int] = {}

    @property
    def waiting(self) -> int:
        """Queries that wait for a place."""
        with self._lock:
            return sum(map(len, self._queues.values()))

    def enter(self, client: str, deadline: float) -> bool:
        """Wait for a place until ``deadline`` (monotonic clock); False when none came free."""
        with self._lock:
            if self._free:
                self._free -= 1
                return True
            turn = threading.Event()
            self._queues.setdefault(client, deque()).append(turn)
        if turn.wait(max(0.0, deadline - time.monotonic())):
            return True
        with self._lock:
            if turn.is_set():  # the place came at the last moment
                return True
            queue = self._queues[client]
            queue.remove(turn)
            if not queue:
                del self._queues[client]
            return False

    def leave(self) -> None:
        """Give the place to the client whose turn it is."""
        with self._lock:
            if not self._queues:
                self._free += 1
                return
            client, queue = next(iter(self._queues.items()))
            queue.popleft().set()
            if queue:
                self._queues.move_to_end(client)
            else:
                del self._queues[client]

    def enter_slow(self, client: str) -> bool:
        """Count a long query of ``client``; False when it has its share already."""
        with self._lock:
            held = self._slow.get(client, 0)
            if client and held >= self._slow_each:
                return False
            self._slow[client] = held + 1
            return True

    def leave_slow(self, client: str) -> None:
        """Count it no longer."""
        with self._lock:
            held = self._slow[client] - 1
            if held:
                self._slow[client] = held
            else:
                del self._slow[client]
