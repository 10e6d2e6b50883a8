"""The application object for granian: ``granian --interface wsgi reformgraph.server.wsgi:app``."""

from __future__ import annotations

import json
import os

from reformgraph import settings
from reformgraph.server.app import create_app
from reformgraph.server.serve import HANDED_DOWN


def _settings() -> settings.Settings:
    """Return what ``serve`` handed down, else what the environment and the file say."""
    handed = os.environ.get(HANDED_DOWN, "")
    return settings.Settings(**json.loads(handed)) if handed else settings.load()


app = create_app(_settings())
