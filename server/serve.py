"""``reformgraph serve``: uvicorn with workers that come back when they die."""

from __future__ import annotations

import os
import socket
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from reformgraph.errors import ReformGraphError, StoreError
from reformgraph.server import ahead, handed
from reformgraph.server.foreman import Foreman
from reformgraph.server.journal import Journal
from reformgraph.settings import Settings
from reformgraph.store.generations import choose
from reformgraph.store.opening import check_federation, is_remote, root_of

KILL_AFTER = 8.0  # seconds that a worker has to finish what it is at
CRASHES, CRASH_WINDOW = 30, 60.0  # deaths of workers in so many seconds after which it gives up
KEEP_ALIVE = 75  # seconds that an idle connection is kept
BACKLOG = 2_048  # connections that wait to be taken

# How a worker speaks HTTP; see uvicorn.
HTTP: Mapping[str, Any] = {
    # By name: the process that starts the workers does not need what they need.
    "http": "reformgraph.server.front.protocol:Protocol",
    "interface": "asgi3",
    "ws": "none",
    "lifespan": "off",
    "backlog": BACKLOG,
    "timeout_keep_alive": KEEP_ALIVE,
    "timeout_graceful_shutdown": int(KILL_AFTER) - 2,
    "log_config": None,
    "log_level": "error",
    "access_log": False,
    "proxy_headers": False,
    "server_header": False,
}


class PortInUse(ReformGraphError):
    """Something else listens there, or we may not."""

    exit_code = 3
    problem = "port"
    title = "The address cannot be listened on"


class WorkersDie(ReformGraphError):
    """Workers die as fast as they are started."""

    exit_code = 3
    problem = "workers"
    title = "The HTTP workers do not stay alive"


class Workers(Multiprocess):
    """Keeps the workers alive, and gives up when so many died of late that something is wrong.

    One that is killed twice in five seconds is no reason (hazard 114); one that cannot start is.
    """

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        self._deaths: deque[float] = deque(maxlen=CRASHES)
        self.gave_up = False

    def keep_subprocess_alive(self) -> None:
        """Replace who died.

        uvicorn asks each worker for a sign of life and waits for it; when one is killed while it
        is asked, that takes the whole time, in which no other one is replaced.
        """
        for place, process in enumerate(self.processes):
            if self.should_exit.is_set() or process.process.is_alive():
                continue
            process.kill()  # closes what is left of it
            process.join()
            now = time.monotonic()
            self._deaths.append(now)
            full = len(self._deaths) == CRASHES and now - self._deaths[0] < CRASH_WINDOW
            if full or process.exitcode == STARTUP_FAILURE:
                self.gave_up = True
                self.should_exit.set()
                return
            self.processes[place] = Process(self.config, self.sockets)
            self.processes[place].start()

    def join_all(self) -> None:
        """Wait for the workers to end, and no longer than they may take."""
        deadline = time.monotonic() + KILL_AFTER
        for process in self.processes:
            process.process.join(max(0.1, deadline - time.monotonic()))
            if process.process.is_alive():
                process.process.kill()
                process.process.join()


def serve(settings: Settings) -> None:
    """Serve until a signal ends it; prints the address on standard error when it is ready.

    Raises PortInUse when the address is taken and StoreError when there is no graph to serve,
    both with exit code 3, and ConfigError for a setting that the workers could not read.
    """
    check_federation(settings)
    _has_graph(settings)
    config = uvicorn.Config("reformgraph.server.asgi:app", workers=settings.workers, **HTTP)
    with ExitStack() as stack:
        listener = stack.enter_context(_listen(settings))
        stack.enter_context(_without_tracker())
        folder = tempfile.TemporaryDirectory(prefix="reformgraph-shared-")
        shared = Path(stack.enter_context(folder))
        handed.hand_down(settings, shared)
        if settings.warm:
            journal = Journal(settings.log, settings.log_bytes, shared)
            foreman = Foreman(root_of(settings), shared / ahead.NAME, journal)
            stack.callback(foreman.stop)
            foreman.start()
        threading.Thread(target=_announce, args=(settings,), daemon=True).start()
        workers = Workers(config, [listener])
        workers.run()
    if workers.gave_up:
        raise WorkersDie(f"{CRASHES} of them died within {CRASH_WINDOW:g} s; the log says of what")


@contextmanager
def _without_tracker() -> Iterator[None]:
    """Start workers without Python's resource tracker, a process of 6 MB.

    It clears away named semaphores and shared memory, of which neither we nor uvicorn make any.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    before = resource_tracker.getfd
    resource_tracker.getfd = lambda: nowhere
    try:
        yield
    finally:
        resource_tracker.getfd = before
        os.close(nowhere)


def _has_graph(settings: Settings) -> None:
    """Refuse to start without a sound generation; the engine itself opens only in the workers."""
    try:
        choose(root_of(settings), graph=not is_remote(settings))
    except StoreError as error:
        told = "" if "reformgraph build" in error.detail else "; run `reformgraph build`"
        raise StoreError(f"{error.detail}{told}", where=error.where) from None


def _listen(settings: Settings) -> socket.socket:
    """Return the socket that all workers take connections from."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = error.strerror or str(error)
        raise PortInUse(
            f"cannot listen on {settings.host}:{settings.port}: {reason}",
            hints=("choose another with --port",),
        ) from None


def _announce(settings: Settings) -> None:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    for _ in range(600):
        if _answers(host, settings.port):
            break
        time.sleep(0.1)
    else:
        return
    print(f"Serving {settings.public_url or address} (Ctrl-C ends it)", file=sys.stderr, flush=True)


def _answers(host: str, port: int) -> bool:
    """Return whether a worker answers; by hand, for `urllib.request` would cost us 3 MB for ever."""
    with suppress(OSError), socket.create_connection((host, port), 2) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return connection.recv(5) == b"HTTP/"
    return False
