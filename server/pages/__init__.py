"""The pages: one blueprint a module, one template a page."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from flask import Blueprint


def blueprints() -> Iterator[Blueprint]:
    """Yield the ``blueprint`` of every module of this room, and the protocol's.

    A new page is a new module; nothing has to be registered.
    """
    for module in pkgutil.iter_modules(__path__):
        if found := getattr(import_module(f"{__name__}.{module.name}"), "blueprint", None):
            yield found
    yield import_module("reformgraph.server.protocol.endpoint").blueprint
