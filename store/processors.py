"""On which processors threads run. Linux only; elsewhere nothing here does anything.

Where each of a few threads has enough to do for a processor of its own, the scheduler moves them about,
and now and then two wait for one processor while another has nothing to do (figures in
benchmarks/README.md). A thread that keeps to one does not. Whatever such a thread starts, threads and
processes, is bound to the same processor until it calls :func:`anywhere`.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

ALLOWED: tuple[int, ...] = (
    tuple(sorted(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else ()
)
"""Processors that this process was given."""
WAITED = 0.2
"""Part of the time for which a thread may wait for its processor though it waits longer than it runs."""
PATIENCE = 30.0
"""Seconds after which a processor that was too busy is tried again."""


def anywhere() -> None:
    """Let this thread, and what it starts, run on all processors that the process was given."""
    if ALLOWED:
        with suppress(OSError):
            os.sched_setaffinity(0, ALLOWED)


class OwnProcessor:
    """Keeps a thread on a processor that no other process claims, while that does not make it wait.

    ``thread``: its native id, of this process. ``folder``: of all processes that share the
    processors; the lock of a claim ends with its process, so that one who comes in its place finds it
    free. Nothing happens but in :meth:`look`.
    """

    def __init__(self, thread: int, folder: Path) -> None:
        self._thread, self._folder = thread, folder
        self._claim: BinaryIO | None = None
        self._processor = -1
        self._kept = False
        self._again = 0.0
        self._before: tuple[float, float, float] | None = None

    @property
    def processor(self) -> int | None:
        """The processor that the thread is kept on now."""
        return self._processor if self._kept else None

    def look(self) -> None:
        """Bind the thread, or let it go; to be called every second or so, by any other thread."""
        now = time.monotonic()
        try:
            ran, waited = self._times()
        except (OSError, ValueError):  # nobody could tell whether it waits
            return
        before, self._before = self._before, (now, ran, waited)
        if not self._kept:
            if now >= self._again and self._claimed():
                self._kept = self._bind((self._processor,))
        elif before is not None:
            passed, more, wait = now - before[0], ran - before[1], waited - before[2]
            if wait > WAITED * passed and wait > more:
                self._kept = not self._bind(ALLOWED)
                self._again = now + PATIENCE

    def close(self) -> None:
        """Leave the processor to others; the thread may stay there."""
        if self._claim is not None:
            self._claim.close()
            self._claim, self._kept = None, False

    def _claimed(self) -> bool:
        if self._claim is not None:
            return True
        for processor in ALLOWED:
            file = (self._folder / f"processor-{processor}").open("wb")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
            else:
                self._claim, self._processor = file, processor
                return True
        return False

    def _bind(self, processors: tuple[int, ...]) -> bool:
        try:
            os.sched_setaffinity(self._thread, processors)
        except OSError:
            return False
        return True

    def _times(self) -> tuple[float, float]:
        """Return the seconds that the thread ran, and waited though it could have run."""
        text = Path(f"/proc/self/task/{self._thread}/schedstat").read_text(encoding="ascii")
        ran, waited, _ = text.split()
        return int(ran) / 1e9, int(waited) / 1e9
