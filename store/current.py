"""The store that the pointer names now, followed while a server runs (hazards 44 and 45)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Generic, TypeVar

from reformgraph.errors import StoreError
from reformgraph.store import generations, processors
from reformgraph.store.base import Generation, Store
from reformgraph.store.embedded import EmbeddedStore, open_store

S = TypeVar("S", bound=Store)

CHECK_EVERY = 0.1
"""Seconds between two looks at the pointer."""
RETRY_EVERY = 5.0
"""Seconds before a generation that was refused is verified again."""

_log = logging.getLogger(__name__)


class Current(Generic[S]):
    """Holds the opened store of the current generation. Thread-safe.

    A kind of store says by :meth:`_first` and :meth:`_opened` how it is opened.

    Nothing is opened before the first :meth:`get`. A store that was replaced is not closed: its
    readers go on, and it goes with the last of them.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.before_switch: list[Callable[[Generation], None]] = []
        """Each is called with a generation that was verified, before it is served in place of another."""
        self._lock = threading.Lock()
        self._store: S | None = None
        self._pointer = ""
        self._failed: tuple[str, float] = ("", 0.0)
        self._reason = ""
        self._next_look = 0.0

    @property
    def degraded(self) -> str:
        """Why the store that is served is not the current generation; empty if it is."""
        return self._reason

    def get(self) -> S:
        """Return the store to read from, as :meth:`held` does when something comes before a switch.

        Looks at the pointer at most every 100 ms and verifies a new generation before it is
        served. When the new one is damaged or the pointer cannot be read, the old one goes on and
        :attr:`degraded` says why. Raises StoreError only when there is nothing to serve at all.
        """
        store = self._store
        if store is not None:
            if time.monotonic() < self._next_look:
                return store
            if self.before_switch:  # which takes its time: no reader's
                return self.held()
            # One thread looks; verifying a large generation must not hold up the others.
            if not self._lock.acquire(blocking=False):
                return store
        else:
            self._lock.acquire()
        try:
            return self._look()
        finally:
            self._lock.release()

    def held(self) -> S:
        """Return the store to read from as :meth:`get` does, for who must not wait.

        Another generation is verified by a thread, which takes a second where it is large; until
        then the old one is given. Raises StoreError when nothing is open yet: to open is for
        :meth:`get`.
        """
        store = self._store
        if store is None:
            raise StoreError("no generation is open yet")
        if time.monotonic() >= self._next_look and self._lock.acquire(blocking=False):
            try:
                same = not self._reason and generations.current_id(self.root) == self._pointer
            except StoreError:
                same = False
            finally:
                self._next_look = time.monotonic() + CHECK_EVERY
                self._lock.release()
            if not same:
                threading.Thread(target=self._follow, name="follow", daemon=True).start()
        return store

    def _follow(self) -> None:
        processors.anywhere()  # and not where the event loop keeps to
        with self._lock, suppress(StoreError):
            self._look()

    def _look(self) -> S:
        try:
            pointer = generations.current_id(self.root)
        except StoreError as error:
            if self._store is None:
                raise
            self._degrade(error.detail)
            return self._store
        finally:
            self._next_look = time.monotonic() + CHECK_EVERY
        if self._store is None:
            self._store = self._first()
            self._pointer = pointer
            self._reason = self._store.degraded
        elif pointer != self._pointer or self._store.generation.id != pointer:
            self._switch(self._store, pointer)
        else:
            self._reason = ""
        return self._store

    def _switch(self, old: S, pointer: str) -> None:
        failed, since = self._failed
        if pointer == failed and time.monotonic() < since + RETRY_EVERY:
            return
        if pointer == old.generation.id:  # rolled back to what is open
            self._pointer, self._reason = pointer, ""
            return
        try:
            opened = self._opened(self.root / generations.FOLDER / pointer)
        except StoreError as error:
            self._failed = (pointer, time.monotonic())
            self._degrade(f"{error.detail}; serving {old.generation.id} instead")
        else:
            for told in self.before_switch:
                told(opened.generation)
            self._store = opened
            self._pointer, self._failed, self._reason = pointer, ("", 0.0), ""
            _log.info("now serving generation %s", pointer)

    def _degrade(self, reason: str) -> None:
        if reason != self._reason:
            _log.warning("degraded: %s", reason)
        self._reason = reason

    def _first(self) -> S:
        """Open the current generation or the last sound one."""
        raise NotImplementedError

    def _opened(self, folder: Path) -> S:
        """Open the generation in ``folder`` after verifying it; raises StoreError."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the store that is held; :meth:`get` would open it again."""
        with self._lock:
            if self._store is not None:
                self._store.close()
            self._store, self._pointer, self._next_look = None, "", 0.0


class CurrentStore(Current[EmbeddedStore]):
    """Follows the pointer of a folder of embedded generations."""

    def _first(self) -> EmbeddedStore:
        return open_store(self.root)

    def _opened(self, folder: Path) -> EmbeddedStore:
        return EmbeddedStore(generations.sound(folder))


def current_store(root: Path) -> CurrentStore:
    """Return a holder for the store under ``root``; opens nothing yet."""
    return CurrentStore(root)
