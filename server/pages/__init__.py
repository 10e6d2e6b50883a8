"""The pages: one blueprint a module, one template a page."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module

from flask import Blueprint

ROOMS = ("reformgraph.server.pages", "reformgraph.server.protocol")


def blueprints() -> Iterator[Blueprint]:
    """Yield the ``blueprint`` of every module of the pages and the protocol.

    A new page is a new module; nothing has to be registered.
    """
    for room in ROOMS:
        for module in pkgutil.iter_modules(import_module(room).__path__):
            if found := getattr(import_module(f"{room}.{module.name}"), "blueprint", None):
                yield found
