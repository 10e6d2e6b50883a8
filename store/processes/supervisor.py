"""Keeps the fast lane filled: one lasting thread starts and ends all query processes.

The kernel's parent-death signal follows the *thread* that spawned a process, so a process started
by a passing thread would be killed with it (measured: hazard 48).
"""

from __future__ import annotations

import logging
import threading
import time

from reformgraph.errors import StoreError
from reformgraph.store.base import Generation
from reformgraph.store.processes.forked import START_SECONDS, Died, Nursery
from reformgraph.store.processes.process import QueryProcess

SPARE = 1
"""Processes beyond those wanted that stay after long queries: the next one need not be replaced."""
GIVE_UP = 3
"""Failed starts in a row after which those who wait are told."""

_log = logging.getLogger(__name__)


class Supervisor:
    """Holds ready processes of the wanted generation, ``size`` at most. Thread-safe.

    The second and further ones start when somebody has to wait for the first: many services never
    need them, and each holds a small graph in memory.

    A process is *fast* from its start until :meth:`release`; the thread replaces what is released,
    and makes it fast again after :meth:`take_back`.
    """

    def __init__(self, size: int, memory: int, cpu: int) -> None:
        self._most, self._memory, self._cpu = size, memory, cpu
        self._size = 1
        # Two conditions on one lock: giving a process back must not wake the thread as well.
        lock = threading.Lock()
        self._changed, self._available = threading.Condition(lock), threading.Condition(lock)
        self._idle: list[QueryProcess] = []
        self._fast: set[QueryProcess] = set()
        self._all: set[QueryProcess] = set()
        self._nurseries: dict[str, Nursery] = {}
        self._returned: list[QueryProcess] = []
        self._wanted: Generation | None = None
        self._next: Generation | None = None
        self._failures = self._started = 0
        self._failure = ""
        self._closing = False
        self._thread = threading.Thread(target=self._keep, name="query-supervisor", daemon=True)
        self._thread.start()

    def want(self, generation: Generation) -> None:
        """Hold processes of this generation from now on; those of another are ended when idle."""
        with self._changed:
            self._want(generation)

    def _want(self, generation: Generation) -> None:
        if self._wanted is None or self._wanted.id != generation.id:
            self._wanted, self._failures = generation, 0
            if self._next is not None and self._next.id == generation.id:
                self._next = None
            self._changed.notify_all()

    def expect(self, generation: Generation, seconds: float = START_SECONDS) -> None:
        """Have a process of a generation that will be wanted soon, beside those of the one that is.

        Returns when it takes queries, when it cannot be started, or after ``seconds``. A large part of a
        second is to read a graph into memory: the first queries after a switch need not wait for it.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            if self._wanted is None or self._wanted.id == generation.id:
                return
            self._next = generation
            self._changed.notify_all()
            while (
                not self._closing
                and self._next is generation
                and not self._has(generation)
                and (left := deadline - time.monotonic()) > 0
            ):
                self._available.wait(left)

    def _has(self, generation: Generation) -> bool:
        return any(process.generation.id == generation.id for process in self._fast)

    def take(self, generation: Generation, deadline: float) -> QueryProcess | None:
        """Wait for an idle process, the most recently used first; None at the deadline.

        Raises StoreError when processes cannot be started.
        """
        with self._changed:
            self._want(generation)
            while True:
                if self._closing:
                    raise StoreError("the service is shutting down")
                if (found := self._idle_of(generation)) is not None:
                    return found
                if self._failures >= GIVE_UP:
                    raise StoreError(
                        f"query processes do not start ({self._failure})",
                        headers={"Retry-After": "5"},
                    )
                remaining = deadline - time.monotonic()
                if remaining <= 0:
                    return None
                # Another thread may have asked for another generation meanwhile.
                self._want(generation)
                if self._size < self._most and any(map(self._of_now, self._fast)):
                    self._size = self._most
                    self._changed.notify_all()
                self._available.wait(remaining)

    def _idle_of(self, generation: Generation) -> QueryProcess | None:
        for process in reversed(self._idle):
            if process.generation.id != generation.id:
                continue
            self._idle.remove(process)
            if process.alive:
                return process
            # Killed from outside while it had nothing to do: nobody's query was lost.
            self._fast.discard(process)
            self._all.discard(process)
            process.kill()
            self._changed.notify_all()
            return self._idle_of(generation)
        return None

    def put(self, process: QueryProcess) -> None:
        """Give a process back to the fast lane."""
        with self._changed:
            closing = self._closing
            if not closing:
                self._idle.append(process)
                self._available.notify_all()
                if process.generation.id not in self._kept():
                    self._changed.notify_all()
        if closing:
            self.drop(process)

    def release(self, process: QueryProcess) -> None:
        """Count a process as no longer of the fast lane, so that it is replaced."""
        with self._changed:
            self._fast.discard(process)
            self._changed.notify_all()

    def take_back(self, process: QueryProcess) -> None:
        """Make a process that was released fast again, soon: what it has read lies ready there."""
        with self._changed:
            closing = self._closing
            if not closing:
                self._returned.append(process)
                self._changed.notify_all()
        if closing:
            self.drop(process)

    def drop(self, process: QueryProcess) -> None:
        """End a process that was released."""
        with self._changed:
            self._all.discard(process)
        process.kill()

    def counted(self) -> tuple[int, int, int, int]:
        """Return how many processes are idle, fast, there at all, and were ever started."""
        with self._changed:
            return len(self._idle), len(self._fast), len(self._all), self._started

    def close(self) -> None:
        """End every process, those at work too, and the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            self._available.notify_all()
        self._thread.join()

    def _keep(self) -> None:
        while True:
            with self._changed:
                stale = self._stale()
                while not (self._closing or stale or self._returned or self._lacking()):
                    self._changed.wait()
                    stale = self._stale()
                closing, generation = self._closing, self._lacking()
                returned, self._returned = self._returned, []
                if closing:
                    doomed, self._idle = self._idle + returned, []
                    self._all.difference_update(doomed)
                    busy = list(self._all)
            if closing:
                for process in doomed:
                    process.kill()
                # Those at work are killed here and reaped by the threads that wait for them.
                for process in busy:
                    process.interrupt()
                for nursery in self._nurseries.values():
                    nursery.kill()
                return
            for process in stale:
                self.drop(process)
            for process in returned:
                self._renew(process)
            if generation is not None and not stale and not returned:
                self._start(generation)

    def _renew(self, process: QueryProcess) -> None:
        """Put a process that a long query has left among the fast ones, if there is room."""
        with self._changed:
            room = self._room() > 0 and self._of_now(process)
        try:
            if room:
                process.renew()
        except (Died, TimeoutError, OSError):
            room = False
        if not room:
            self.drop(process)
            return
        with self._changed:
            self._fast.add(process)
            self._idle.append(process)
            self._available.notify_all()

    def _room(self) -> int:
        return self._size + SPARE - sum(map(self._of_now, self._fast))

    def _of_now(self, process: QueryProcess) -> bool:
        return self._wanted is not None and process.generation.id == self._wanted.id

    def _stale(self) -> list[QueryProcess]:
        kept = self._kept()
        stale = [process for process in self._idle if process.generation.id not in kept]
        if stale:
            self._idle = [process for process in self._idle if process not in stale]
            self._fast.difference_update(stale)
        return stale

    def _kept(self) -> set[str]:
        return {each.id for each in (self._wanted, self._next) if each is not None}

    def _lacking(self) -> Generation | None:
        """Return the generation of which there are too few processes."""
        if self._wanted is not None and sum(map(self._of_now, self._fast)) < self._size:
            return self._wanted
        if self._next is not None and not self._has(self._next):
            return self._next
        return None

    def _nursery_of(self, generation: Generation) -> Nursery:
        """Return what forks processes of a generation; ends those that nobody needs."""
        with self._changed:
            needed = {process.generation.id for process in self._all} | self._kept()
            needed.add(generation.id)
        for id_, nursery in list(self._nurseries.items()):
            if id_ not in needed or not nursery.alive:
                nursery.kill()
                del self._nurseries[id_]
        if generation.id not in self._nurseries:
            self._nurseries[generation.id] = Nursery(generation, self._memory, self._cpu)
        return self._nurseries[generation.id]

    def _start(self, generation: Generation) -> None:
        """Start one process; after a failure wait, longer each time."""
        process = None
        try:
            nursery = self._nursery_of(generation) if generation.in_memory else None
            process = QueryProcess(generation, self._memory, self._cpu, nursery)
            process.wait_ready()
        except (Died, TimeoutError, OSError) as error:
            if process is not None:
                process.kill()
            with self._changed:
                if self._next is generation:  # no reason to refuse what the current one can answer
                    self._next = None
                    self._available.notify_all()
                    return
                self._failures += 1
                self._failure = str(error) or type(error).__name__
                pause = min(5.0, 0.1 * 2 ** min(self._failures, 6))
                if self._failures in (1, GIVE_UP):
                    _log.error(
                        "a query process did not start: %s", self._failure, extra={"often": True}
                    )
                self._available.notify_all()
                if not self._closing:
                    self._changed.wait(pause)
            return
        with self._changed:
            self._failures = 0
            self._started += 1
            self._fast.add(process)
            self._all.add(process)
            # Behind the warm ones.
            self._idle.insert(0, process)
            self._available.notify_all()
