"""The application of one HTTP worker, as uvicorn loads it: ``reformgraph.server.asgi:app``."""

from __future__ import annotations

import atexit
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from reformgraph.errors import ReformGraphError
from reformgraph.server import handed
from reformgraph.server.app import create_app
from reformgraph.server.figures import Figures
from reformgraph.server.front.bridge import Bridge
from reformgraph.server.journal import Journal, gather
from reformgraph.server.service import Service
from reformgraph.settings import Settings
from reformgraph.store import processors

KNOWN = 8_000_000
"""Bytes of short answers that are kept by the very bytes of their requests, at most."""

EVERY = 2.0
"""Seconds between looks for a new generation."""

SWITCH = 0.0005
"""Seconds that a thread may go on while another waits for Python's lock. With 5 ms, as it begins, the
event loop waited that long for whichever thread was at work, and so did all whom it answers at once."""


def _app() -> Bridge:
    sys.setswitchinterval(SWITCH)
    chosen = handed.handed()
    journal = Journal(chosen.log, chosen.log_bytes, handed.shared())
    gather(journal)
    made = create_app(chosen, journal, handed.shared())
    journal.start(_ticks(made.extensions["reformgraph"].figures, chosen))
    if chosen.warm:
        service = made.extensions["reformgraph"]
        threading.Thread(target=_follow, args=(service,), name="follow", daemon=True).start()
    atexit.register(journal.close)
    return Bridge(
        made.extensions["reformgraph.observed"],
        threads=chosen.threads,
        body_limit=chosen.body_limit,
        known_bytes=min(KNOWN, chosen.cache_bytes // 8),
    )


def _ticks(figures: Figures, chosen: Settings) -> Callable[[], None]:
    """Return what is to be done about once a second."""
    shared, own = handed.shared(), None
    if shared and chosen.processors == "own" and 1 < chosen.workers == len(processors.ALLOWED):
        # uvicorn runs the event loop in the thread that loads this module.
        own = processors.OwnProcessor(threading.get_native_id(), shared)
        atexit.register(own.close)

    def tick() -> None:
        if own is not None:
            with suppress(OSError):  # the folder goes when all end
                own.look()
        figures.write()

    return tick


def _follow(service: Service) -> None:
    """Open each new generation before the first reader comes."""
    while True:
        with suppress(ReformGraphError):
            service.prepare()
        time.sleep(EVERY)


app = _app()
