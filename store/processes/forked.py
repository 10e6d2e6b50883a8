"""The nursery of query processes as its parent sees it, and the processes that it forks."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from typing import IO

from reformgraph.store import graph_copy
from reformgraph.store.base import Generation

START_SECONDS = 20.0
"""A process that is not ready by then never will be; one that reads a graph takes 3 µs a statement."""
FORK_SECONDS = 5.0
_A_LOOK = 0.05
FLAGS = ("-S", "-P", "-m")
"""How Python is told to start a module of ours, and nothing else."""


class Died(Exception):
    """A process ended by itself; ``signal`` is the number that ended it, or 0."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.signal = -code if code < 0 else 0
        self.words = words


def died(process: subprocess.Popen[bytes] | Forked, words: IO[bytes]) -> Died:
    """Return how a process ended that hung up, with what it said at last to the file ``words``."""
    try:
        code = process.wait(5)
    except subprocess.TimeoutExpired:  # it closed its socket and lives: never ours
        process.kill()
        code = process.wait()
    size = words.seek(0, os.SEEK_END)
    words.seek(max(0, size - 2000))
    lines = words.read().decode("utf-8", "replace").split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    name = signal.Signals(-code).name if code < 0 else f"exit {code}"
    return Died(code, f"{name}: {last.strip()}" if last else name)


def environment() -> dict[str, str]:
    """Return the environment of a process that starts with :data:`FLAGS`."""
    # Without `site` a start is faster; the path that it would have made is handed down.
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {**os.environ, "PYTHONPATH": path, "MALLOC_ARENA_MAX": "2"}


def spawn(
    module: str, arguments: list[str], channel: int, words: IO[bytes]
) -> subprocess.Popen[bytes]:
    """Start a module of ours with ``channel`` as its standard input; raises OSError."""
    return subprocess.Popen(  # noqa: S603  no shell, no foreign text
        [sys.executable, *FLAGS, module, *arguments, str(os.getpid())],
        stdin=channel,
        stdout=subprocess.DEVNULL,
        stderr=words,
        env=environment(),
    )


class Nursery:
    """A spawned ``reformgraph.store.processes.nursery`` for one generation. Thread-safe but for its making.

    Must be made on a thread that outlives it. Raises Died, TimeoutError or OSError.
    """

    def __init__(self, generation: Generation, memory: int, cpu: int) -> None:
        self.generation = generation
        self._lock = threading.Lock()
        self._said = b""
        self._codes: dict[int, int] = {}
        self._gone = False
        self._words = tempfile.TemporaryFile()  # noqa: SIM115  closed by kill()
        self._control, theirs = socket.socketpair()
        copy = str(generation.folder / graph_copy.NAME)
        try:
            with theirs:
                self._process = spawn(
                    "reformgraph.store.processes.nursery",
                    [copy, str(memory), str(cpu)],
                    theirs.fileno(),
                    self._words,
                )
        except BaseException:
            self._control.close()
            self._words.close()
            raise
        try:
            self._wait("ready", START_SECONDS)
        except BaseException:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs, as far as the system has told."""
        return self._process.poll() is None

    def fork(self, channel: int, words: int) -> Forked:
        """Return a new query process that has these descriptors; raises as the nursery itself."""
        with self._lock:
            try:
                socket.send_fds(self._control, [b"F"], [channel, words])
            except OSError:
                raise died(self._process, self._words) from None
            return Forked(self, int(self._wait("forked", FORK_SECONDS)))

    def code(self, pid: int, seconds: float) -> int | None:
        """Return the code with which a process ended, None when it has not within ``seconds``."""
        until = time.monotonic() + seconds
        while True:
            with self._lock:
                if self._gone:
                    return -signal.SIGKILL
                if pid not in self._codes:
                    left = until - time.monotonic()
                    try:
                        self._hear(max(0.0, min(_A_LOOK, left)))
                    except Died:
                        return -signal.SIGKILL  # its processes end with it
                if pid in self._codes:
                    return self._codes[pid]
            if time.monotonic() >= until:
                return None

    def kill(self) -> None:
        """End it, and all that it has forked."""
        self._process.kill()
        self._process.wait()
        with self._lock:
            self._gone = True
            self._control.close()
            self._words.close()

    def _wait(self, what: str, seconds: float) -> str:
        """Read until it says ``what``; returns what comes after the word. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while True:
            for word, rest in self._hear(max(0.0, until - time.monotonic())):
                if word == what:
                    return rest
            if time.monotonic() >= until:
                raise TimeoutError

    def _hear(self, seconds: float) -> list[tuple[str, str]]:
        """Take what it says within ``seconds``; notes who has ended. Raises Died."""
        if not select.select([self._control], [], [], seconds)[0]:
            return []
        try:
            data = self._control.recv(4_096)
        except OSError:
            data = b""
        if not data:
            raise died(self._process, self._words)
        *lines, self._said = (self._said + data).split(b"\n")
        heard = []
        for line in lines:
            word, _, rest = line.decode("ascii").partition(" ")
            if word == "ended":
                pid, code = map(int, rest.split())
                self._codes[pid] = code
            heard.append((word, rest))
        return heard


class Forked:
    """A process that a nursery has forked, with what of ``subprocess.Popen`` its user needs."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self._nursery = nursery
        self._code: int | None = None
        self._lock = threading.Lock()
        # Its number may be another one's once the nursery has noticed its end; this is not.
        self._handle = -1
        if sys.platform == "linux":
            with suppress(OSError):
                self._handle = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """Return the code with which it ended, None while it runs."""
        return self._ended(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the code; raises ``subprocess.TimeoutExpired``."""
        code = self._ended(timeout if timeout is not None else float("inf"))
        if code is None:
            raise subprocess.TimeoutExpired("query process", timeout or 0.0)
        return code

    def kill(self) -> None:
        """End it at once."""
        with self._lock, suppress(OSError):
            if self._handle >= 0:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            elif self._code is None:
                os.kill(self.pid, signal.SIGKILL)

    def _ended(self, seconds: float) -> int | None:
        if self._code is None and (code := self._nursery.code(self.pid, seconds)) is not None:
            with self._lock:
                self._code = code
                if self._handle >= 0:
                    os.close(self._handle)
                    self._handle = -1
        return self._code
