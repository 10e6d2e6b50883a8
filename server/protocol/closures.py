"""Small closures of lineage, answered in the HTTP worker from what the generation knows beforehand.

The same file and the same code as in the query processes (``store.shortcuts``), which spare the
way there and back. A closure of more than :data:`MOST` nodes is left to them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from reformgraph.store.base import Generation
from reformgraph.store.lookups import LookUp, TooMuch
from reformgraph.store.shortcuts import Shortcuts

MOST = 500
"""Nodes of a closure that is followed here: half a millisecond."""


@dataclass(frozen=True, slots=True)
class Closure:
    """A query of the form of a closure (``store.shortcuts.is_closure``)."""

    query: str

    form = "SELECT"


class Closures:
    """Holds the file of the generation that was asked last. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[str, Shortcuts | None] = ("", None)

    def run(self, generation: Generation, query: str, media_type: str) -> bytes:
        """Return the answer; raises TooMuch when a query process has to give it."""
        known = self._known(generation)
        pieces = known.answer(query, media_type, most=MOST) if known else None
        if pieces is None:
            raise TooMuch
        return b"".join(pieces)

    def look_up(self, generation: Generation, asked: LookUp) -> bytes:
        """Return the answer as JSON; raises TooMuch when a query process has to give it."""
        known = self._known(generation)
        if known is None or known.statements is None:
            raise TooMuch
        return known.statements.answer(asked)

    def _known(self, generation: Generation) -> Shortcuts | None:
        id_, known = self._held
        if id_ != generation.id:
            with self._lock:
                try:
                    known = Shortcuts(generation.folder)
                except (OSError, ValueError, KeyError):  # of before there were any
                    known = None
                self._held = (generation.id, known)
        return known
