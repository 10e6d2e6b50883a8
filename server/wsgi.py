"""The application object for granian: ``granian --interface wsgi reformgraph.server.wsgi:app``."""

from __future__ import annotations

import atexit
import json
import os
from pathlib import Path

from flask import Flask

from reformgraph import settings
from reformgraph.server import warming
from reformgraph.server.app import create_app
from reformgraph.server.journal import Journal, gather
from reformgraph.server.serve import FIGURES, HANDED_DOWN


def _settings() -> settings.Settings:
    """Return what ``serve`` handed down, else what the environment and the file say."""
    handed = os.environ.get(HANDED_DOWN, "")
    return settings.Settings(**json.loads(handed)) if handed else settings.load()


def _app() -> Flask:
    chosen, shared = _settings(), os.environ.get(FIGURES, "")
    journal = Journal(chosen.log, chosen.log_bytes)
    gather(journal)
    made = create_app(chosen, journal, Path(shared) if shared else None)
    journal.start(made.extensions["reformgraph"].figures.write)
    if chosen.warm:
        warming.start(made, made.extensions["reformgraph"])
    atexit.register(journal.close)
    return made


app = _app()
