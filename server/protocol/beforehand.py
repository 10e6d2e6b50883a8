"""What a generation knows beforehand and is little work: answered in the HTTP worker.

Small closures of lineage, counts over the whole generation, searches in short lists of labels, by
the same file and the same code as in the query processes (``store.known.shortcuts``), which spares the
way there and back. What is more than :data:`MOST` steps is left to them.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any

from reformgraph.errors import ReformGraphError
from reformgraph.store.base import Generation, Store
from reformgraph.store.current import Current
from reformgraph.store.embedded import EmbeddedStore
from reformgraph.store.known.lookups import LookUp, TooMuch
from reformgraph.store.known.shortcuts import Shortcuts
from reformgraph.store.known.statements import JSON

MOST = 500
"""Steps of some microsecond each (``Shortcuts.answer``): half a millisecond."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Foreknown:
    """A query and its answer in SPARQL's JSON from ``generation`` (an id)."""

    query: str
    generation: str
    body: bytes

    form = "SELECT"


class Beforehand:
    """Holds the files of the generation that was asked last. Thread-safe."""

    def __init__(self, stores: Current[Any]) -> None:
        """Answer from the store that ``stores`` holds, if it can be read here."""
        self._stores = stores
        self._lock = threading.Lock()
        self._held: tuple[str, Shortcuts | None] = ("", None)

    def find(self, query: str) -> Foreknown | None:
        """Return what is known of ``query``; None when another has to answer it."""
        try:
            return self._find(self._stores.held(), query)
        except ReformGraphError:
            return None
        except Exception:  # noqa: BLE001  a fault here costs time, never an answer
            _log.exception("beforehand", extra={"often": True})
            return None

    def _find(self, store: Store, query: str) -> Foreknown | None:
        generation = store.generation
        # A dataset with a default graph of its own is not the union that is counted there.
        if generation.own_default or not isinstance(store, EmbeddedStore):
            return None
        known = self._known(generation)
        pieces = known.answer(query, JSON, most=MOST) if known else None
        return None if pieces is None else Foreknown(query, generation.id, b"".join(pieces))

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
