"""Has pages made ahead: one process for all HTTP workers, after a start and after each switch.

To make the pages that everybody opens takes some 50 MB which Python and the engine do not give
back. So not the workers make them but a process that ends with them (``warming``) and leaves them
in a file (``ahead``). The process that starts the workers looks after it; when it fails, pages are
made when somebody asks for them.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from reformgraph.errors import StoreError
from reformgraph.server import ahead
from reformgraph.server.journal import Journal
from reformgraph.store.generations import current_id
from reformgraph.store.processes.forked import FLAGS, environment

DELAY, EVERY = 3.0, 2.0
"""Seconds before the first look, in which the workers start, and between two."""
COMMAND = (*FLAGS, "reformgraph.server.warming")


class Foreman:
    """Watches the generation of the store ``root`` and has its pages written to ``path``."""

    def __init__(self, root: Path, path: Path, journal: Journal) -> None:
        self._root, self._path, self._journal = root, path, journal
        self._process: subprocess.Popen[bytes] | None = None
        self._generation = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="foreman", daemon=True)

    def start(self) -> None:
        """Begin to watch, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer, and end the process that makes pages."""
        self._stop.set()
        self._thread.join()
        self._end()

    def _run(self) -> None:
        pause = DELAY
        while not self._stop.wait(pause):
            self.look()
            pause = EVERY

    def look(self) -> None:
        """Start a process when there is a new generation, take leave of one that has ended."""
        try:
            generation = current_id(self._root)
        except StoreError:  # the workers serve what they have
            generation = self._generation
        if generation != self._generation:
            self._end()
            ahead.remove(self._path)
            self._generation = generation
            self._begin()
        elif self._process is not None and (code := self._process.poll()) is not None:
            self._process = None
            if code:
                # What it left half done.
                ahead.remove(self._path.with_suffix(".part"))
                self._tell(signal.Signals(-code).name if code < 0 else f"exit {code}")

    def _begin(self) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603  no shell, no foreign text
                [sys.executable, *COMMAND, str(self._path), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                # Killed while it makes something, it leaves that where all goes with the service.
                env={**environment(), "TMPDIR": str(self._path.parent)},
                start_new_session=True,  # Ctrl-C is for us, who end it
            )
        except OSError as error:
            self._tell(error.strerror or str(error))

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _tell(self, reason: str) -> None:
        self._journal.event(
            "log",
            level="warning",
            message=f"pages were not made ahead ({reason}); they are made when asked for",
            **{"from": __name__},
        )
        self._journal.flush()
