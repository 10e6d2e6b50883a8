"""One query process as its parent sees it: start, ask, read frames, kill, say why it died."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from typing import Any

from reformgraph.store import generations
from reformgraph.store.base import Generation
from reformgraph.store.processes.forked import START_SECONDS, Forked, Nursery, died, spawn
from reformgraph.store.processes.worker import HEADER

STEPPED_BACK = 5
"""Niceness of a long query. With 15 it got a thirtieth of a processor that something else wanted,
and a query of 1.4 s ran into its limit of 15."""
RENEW_SECONDS = 2.0
"""One that takes longer to begin anew is not worth waiting for."""
_RECEIVE = 1 << 18


class QueryProcess:
    """A spawned ``reformgraph.store.processes.worker``, or a fork of a nursery's. Used by one thread at a time.

    In: the generation to open, the limit of its address space in bytes, seconds of processor time
    for each query, and the nursery of that generation if it is held in memory. Must be made on a
    thread that outlives it: the kernel kills it with that thread. Raises OSError when the system
    cannot start one, and what a nursery raises.
    """

    def __init__(
        self, generation: Generation, memory: int, cpu: int, nursery: Nursery | None = None
    ) -> None:
        self.generation = generation
        self.queries = 0
        self._thread = 0
        self._used = 0.0
        self._buffer = bytearray()
        self._left = 0
        """Bytes that a ``D`` has yet to bring."""
        # Its last words go to a file: a pipe that nobody reads could block it.
        self._words = tempfile.TemporaryFile()  # noqa: SIM115  closed by kill()
        self._socket, theirs = socket.socketpair()
        try:
            self._process = self._made(nursery, [str(memory), str(cpu)], theirs.fileno())
        except BaseException:
            self._socket.close()
            self._words.close()
            raise
        finally:
            theirs.close()

    def _made(
        self, nursery: Nursery | None, limits: list[str], channel: int
    ) -> Forked | subprocess.Popen[bytes]:
        if nursery is not None:
            return nursery.fork(channel, self._words.fileno())
        quads = str(self.generation.folder / generations.QUADS)
        return spawn("reformgraph.store.processes.worker", [quads, *limits], channel, self._words)

    @property
    def pid(self) -> int:
        """The process id."""
        return int(self._process.pid)

    @property
    def alive(self) -> bool:
        """Whether it still runs, as far as the system has told."""
        return self._process.poll() is None

    def renew(self) -> None:
        """Undo :meth:`step_back` after a query; raises Died, TimeoutError or OSError."""
        self._send(b"N", b"{}", time.monotonic() + RENEW_SECONDS)
        self.wait_ready(RENEW_SECONDS)

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until it takes queries; raises Died or TimeoutError."""
        _, payload = self.read(time.monotonic() + seconds)
        told = json.loads(payload)
        self._thread, self._used = told["thread"], told["used"]

    def ask(self, request: dict[str, Any], deadline: float) -> None:
        """Send one query; raises Died or TimeoutError."""
        self.queries += 1
        self._send(b"Q", json.dumps(request).encode(), deadline)

    def _send(self, kind: bytes, payload: bytes, deadline: float) -> None:
        try:
            self._socket.settimeout(max(0.001, deadline - time.monotonic()))
            self._socket.sendall(HEADER.pack(kind, len(payload)) + payload)
        except TimeoutError:
            raise
        except OSError:
            raise died(self._process, self._words) from None

    def read(self, deadline: float) -> tuple[bytes, bytes]:
        """Return the next frame's kind and payload; of ``D`` as much as there is by now.

        Raises TimeoutError at ``deadline`` (monotonic clock), after which reading may go on with
        a later one, and Died.
        """
        while True:
            if self._left:
                if self._buffer:
                    return b"D", self._part(self._buffer)
            elif len(self._buffer) >= HEADER.size:
                kind, size = HEADER.unpack_from(self._buffer)
                if kind == b"D":
                    self._left = size
                    del self._buffer[: HEADER.size]
                    continue
                end = HEADER.size + size
                if len(self._buffer) >= end:
                    payload = bytes(self._buffer[HEADER.size : end])
                    del self._buffer[:end]
                    return kind, payload
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            self._socket.settimeout(remaining)
            try:
                data = self._socket.recv(_RECEIVE)
            except TimeoutError:
                raise
            except OSError:
                data = b""
            if not data:
                raise died(self._process, self._words)
            if len(data) <= self._left and not self._buffer:
                self._left -= len(data)
                return b"D", data
            self._buffer += data

    def _part(self, buffer: bytearray) -> bytes:
        part = bytes(buffer[: self._left])
        del buffer[: self._left]
        self._left -= len(part)
        return part

    def done(self, used: float) -> None:
        """Note the processor time that its thread had used when a query ended."""
        self._used = used

    def used(self) -> float | None:
        """Return the seconds of processor time of the query under way; None where nobody knows.

        Where many share a processor a short query may take long by the clock alone.
        """
        try:
            path = f"/proc/{self.pid}/task/{self._thread}/schedstat"
            with open(path, encoding="ascii") as file:  # noqa: PTH123  twice as fast
                return int(file.read().split()[0]) / 1e9 - self._used
        except (OSError, ValueError, IndexError):
            return None

    def step_back(self) -> None:
        """Let others run first: it turned out slow."""
        with suppress(OSError):
            # On Linux niceness belongs to the thread.
            os.setpriority(os.PRIO_PROCESS, self._thread or self.pid, STEPPED_BACK)

    def kill(self) -> None:
        """End it at once, whatever it does; it is reaped when this returns."""
        self._process.kill()
        self._process.wait()
        self._socket.close()
        self._words.close()

    def interrupt(self) -> None:
        """Kill it from another thread than the one that reads it; that one reaps it."""
        self._process.kill()
