"""An event loop that looks again for a moment before it sleeps.

A client that asks one thing after another sends the next request as soon as it has read an answer.
To fall asleep in between and be woken takes longer than a small answer does, and the processor of
the client as well as ours (figures in benchmarks/README.md).
"""

from __future__ import annotations

import asyncio
import os
import time

MOMENT = 40e-6
"""Seconds that the loop looks on after an answer."""


class Awake:
    """Keeps ``loop`` from sleeping for :data:`MOMENT` after an answer. For its own thread only.

    Who else wants the processor meanwhile gets it. On a machine with a single one the loop sleeps as
    ever: the client could not go on while it looks.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._until = 0.0
        self._looking = os.cpu_count() == 1
        self._last: object = None

    def answered(self, connection: object) -> None:
        """Look for what comes next, if the answer before went to the same ``connection``.

        Where several connections are busy there is mostly something to read, and what comes while
        the loop sleeps is read together, which costs less.
        """
        if connection is not self._last:
            self._last = connection
            return
        self._until = time.perf_counter() + MOMENT
        if not self._looking:
            self._looking = True
            self._loop.call_soon(self._look)

    def _look(self) -> None:
        # While a callback is due the loop asks the system what has come, and does not wait for it.
        if time.perf_counter() < self._until:
            os.sched_yield()
            self._loop.call_soon(self._look)
        else:
            self._looking = False
