"""The application object for granian: ``granian --interface wsgi reformgraph.server.wsgi:app``."""

from __future__ import annotations

import json
import os

from reformgraph import settings
from reformgraph.server import warming
from reformgraph.server.app import create_app
from reformgraph.server.serve import HANDED_DOWN


def _settings() -> settings.Settings:
    """Return what ``serve`` handed down, else what the environment and the file say."""
    handed = os.environ.get(HANDED_DOWN, "")
    return settings.Settings(**json.loads(handed)) if handed else settings.load()


_chosen = _settings()
app = create_app(_chosen)
if _chosen.warm:
    warming.start(app, app.extensions["reformgraph"])
