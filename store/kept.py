"""Generations other than the current one, opened when somebody asks for one by its id.

An address, a picture, a result or a query can be pinned to the generation that it was made from;
this is where those of older generations are answered from as long as they are kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from pathlib import Path

from reformgraph.errors import Gone, NotFound, StoreError
from reformgraph.store import generations
from reformgraph.store.current import CurrentStore
from reformgraph.store.embedded import EmbeddedStore

OPEN = 6
"""Generations that stay open, those asked for last; each costs some descriptors and 5 MB."""


class Kept:
    """Opens the kept generations of the store ``root``. Thread-safe.

    A store that falls out is not closed: its readers go on, and it goes with the last of them.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._open: OrderedDict[str, EmbeddedStore] = OrderedDict()

    def get(self, id_: str) -> EmbeddedStore:
        """Return the opened generation ``id_`` after verifying its files.

        Raises NotFound when no generation was ever called so, Gone when it was pruned or is
        damaged, both naming those that are kept.
        """
        folder = self.root / generations.FOLDER / id_
        with self._lock:
            # Pruned while it was open: what is promised to be gone is gone in every process.
            if id_ in self._open and folder.is_dir():
                self._open.move_to_end(id_)
                return self._open[id_]
            self._open.pop(id_, None)
        store = self._opened(id_, folder)
        with self._lock:
            self._open[id_] = store
            while len(self._open) > OPEN:
                self._open.popitem(last=False)
        return store

    def _opened(self, id_: str, folder: Path) -> EmbeddedStore:
        known = [each.name for each in generations.folders(self.root)]
        if id_ in known:
            try:
                return EmbeddedStore(generations.sound(folder))
            except StoreError:
                raise Gone(
                    f"Generation {id_} is kept but cannot be read any more.", hints=known[-5:]
                ) from None
        if any(each.id == id_ for each in generations.pruned(self.root)):
            raise Gone(
                f"Generation {id_} is no longer kept: it was pruned to make room.", hints=known[-5:]
            )
        shown = id_ if len(id_) <= 60 else id_[:59] + "…"
        raise NotFound(f"There is no generation “{shown}”.", hints=known[-5:])

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            stores, self._open = list(self._open.values()), OrderedDict()
        for store in stores:
            store.close()


class Fixed(CurrentStore):
    """A holder of one generation for what asks a holder: it follows no pointer."""

    def __init__(self, store: EmbeddedStore) -> None:
        super().__init__(store.generation.folder.parent.parent)
        self._fixed = store

    def get(self) -> EmbeddedStore:
        """Return the one store."""
        return self._fixed
