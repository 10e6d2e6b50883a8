"""What ``serve`` hands down to the processes that it starts; light, for all of them import it."""

from __future__ import annotations

import json
import os
from dataclasses import fields
from pathlib import Path
from typing import Any

from reformgraph import settings

# How they reach the workers; not REFORMGRAPH_…, for they are no settings of their own.
_SETTINGS = "_REFORMGRAPH_SERVE"
_FOLDER = "_REFORMGRAPH_SHARED"


def values(chosen: settings.Settings) -> dict[str, Any]:
    """Return the settings by name, without where each comes from."""
    return {f.name: getattr(chosen, f.name) for f in fields(chosen) if f.name != "sources"}


def hand_down(chosen: settings.Settings, shared: Path) -> None:
    """Leave the settings, and the folder of all processes, for those that are started from now."""
    os.environ[_SETTINGS] = json.dumps(values(chosen))
    os.environ[_FOLDER] = str(shared)


def handed() -> settings.Settings:
    """Return what ``serve`` handed down, else what the environment and the file say."""
    text = os.environ.get(_SETTINGS, "")
    return settings.Settings(**json.loads(text)) if text else settings.load()


def shared() -> Path | None:
    """Return the folder that all processes of one ``serve`` share, None outside of one."""
    text = os.environ.get(_FOLDER, "")
    return Path(text) if text else None
