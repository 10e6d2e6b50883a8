"""The application of one HTTP worker, as uvicorn loads it: ``reformgraph.server.asgi:app``."""

from __future__ import annotations

import atexit
import json
import os
from pathlib import Path

from reformgraph import settings
from reformgraph.server import warming
from reformgraph.server.app import create_app
from reformgraph.server.front.bridge import Bridge
from reformgraph.server.journal import Journal, gather
from reformgraph.server.serve import FIGURES, HANDED_DOWN

KNOWN = 8_000_000
"""Bytes of short answers that are kept by the very bytes of their requests, at most."""


def _settings() -> settings.Settings:
    """Return what ``serve`` handed down, else what the environment and the file say."""
    handed = os.environ.get(HANDED_DOWN, "")
    return settings.Settings(**json.loads(handed)) if handed else settings.load()


def _app() -> Bridge:
    chosen, shared = _settings(), os.environ.get(FIGURES, "")
    journal = Journal(chosen.log, chosen.log_bytes)
    gather(journal)
    made = create_app(chosen, journal, Path(shared) if shared else None)
    journal.start(made.extensions["reformgraph"].figures.write)
    if chosen.warm:
        warming.start(made, made.extensions["reformgraph"])
    atexit.register(journal.close)
    return Bridge(
        made.extensions["reformgraph.observed"],
        threads=chosen.threads,
        body_limit=chosen.body_limit,
        known_bytes=min(KNOWN, chosen.cache_bytes // 8),
    )


app = _app()
