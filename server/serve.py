"""``reformgraph serve``: granian with workers that come back when they die."""

from __future__ import annotations

import json
import multiprocessing
import os
import socket
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from dataclasses import fields
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from reformgraph.errors import ReformGraphError, StoreError
from reformgraph.settings import Settings
from reformgraph.store.generations import choose
from reformgraph.store.opening import check_federation, is_remote, root_of

# Connections that a worker holds, idle ones too, before it takes no new one: with 64 that many
# half-sent requests kept everybody else out for ten seconds (hazards 36, 95).
BACKPRESSURE = 4_096
RESPAWN_EVERY = 1.0  # seconds before a worker that died is replaced
KILL_AFTER = 8  # seconds that a worker has to finish what it is at
CRASHES, CRASH_WINDOW = 30, 60.0  # deaths of workers in so many seconds after which it gives up
HEADER_TIMEOUT = 10_000  # milliseconds for the request's headers to arrive (hazard 36)


# How the settings reach the workers; not REFORMGRAPH_…, for it is no setting of its own.
HANDED_DOWN = "_REFORMGRAPH_SERVE"
FIGURES = "_REFORMGRAPH_FIGURES"


class PortInUse(ReformGraphError):
    """Something else listens there, or we may not."""

    exit_code = 3
    problem = "port"
    title = "The address cannot be listened on"


class Respawns(dict[int, float]):
    """When workers were last replaced: granian stops the whole service when one dies soon after.

    One that is killed twice in five seconds is no reason (hazard 114); one that cannot start is.
    """

    def __init__(self) -> None:
        super().__init__()
        self._times: deque[float] = deque(maxlen=CRASHES)

    def __setitem__(self, worker: int, when: float) -> None:
        self._times.append(when)
        super().__setitem__(worker, when)

    def get(self, worker: int, default: Any = None) -> Any:
        """Return when ``worker`` was replaced, if so many were of late that something is wrong."""
        full = len(self._times) == CRASHES
        if full and time.monotonic() - self._times[0] < CRASH_WINDOW:
            return super().get(worker, default)
        return float("-inf")


def serve(settings: Settings) -> None:
    """Serve until a signal ends it; prints the address on standard error when it is ready.

    Raises PortInUse when the address is taken and StoreError when there is no graph to serve,
    both with exit code 3, and ConfigError for a setting that the workers could not read.
    """
    check_federation(settings)
    _has_graph(settings)
    _free(settings)
    values = {f.name: getattr(settings, f.name) for f in fields(settings) if f.name != "sources"}
    os.environ[HANDED_DOWN] = json.dumps(values)
    # Forked workers inherit the locks of this process's threads as they stood at that moment: they
    # then hung at their first import or their first query (hazard 47).
    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        "reformgraph.server.wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        backpressure=BACKPRESSURE,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT),
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_EVERY,
        workers_kill_timeout=KILL_AFTER,
        log_level=LogLevels.error,
    )
    server.respawned_wrks = Respawns()
    threading.Thread(target=_announce, args=(settings,), daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="reformgraph-figures-") as shared:
        os.environ[FIGURES] = shared
        server.serve()


def _has_graph(settings: Settings) -> None:
    """Refuse to start without a sound generation; the engine itself opens only in the workers."""
    try:
        choose(root_of(settings), graph=not is_remote(settings))
    except StoreError as error:
        told = "" if "reformgraph build" in error.detail else "; run `reformgraph build`"
        raise StoreError(f"{error.detail}{told}", where=error.where) from None


def _free(settings: Settings) -> None:
    """Try the address before granian does: its own failure is a traceback in a worker."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
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
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=2):  # noqa: S310
                break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.1)
    else:
        return
    print(f"Serving {settings.public_url or address} (Ctrl-C ends it)", file=sys.stderr, flush=True)
