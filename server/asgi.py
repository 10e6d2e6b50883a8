"""The application of one HTTP worker, as uvicorn loads it: ``reformgraph.server.asgi:app``."""

from __future__ import annotations

import atexit
import sys
import threading
import time
from contextlib import suppress

from reformgraph.errors import ReformGraphError
from reformgraph.server import handed
from reformgraph.server.app import create_app
from reformgraph.server.front.bridge import Bridge
from reformgraph.server.journal import Journal, gather
from reformgraph.server.service import Service

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
    journal = Journal(chosen.log, chosen.log_bytes)
    gather(journal)
    made = create_app(chosen, journal, handed.shared())
    journal.start(made.extensions["reformgraph"].figures.write)
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


def _follow(service: Service) -> None:
    """Open each new generation before the first reader comes."""
    while True:
        with suppress(ReformGraphError):
            service.prepare()
        time.sleep(EVERY)


app = _app()
