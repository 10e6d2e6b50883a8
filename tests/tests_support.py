"""Helpers that several test files share: stores, and servers that are really running."""

import contextlib
import fcntl
import io
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import pyoxigraph
import pytest

from reformgraph.store import EmbeddedStore, graph_copy, open_store, publish

BASE = "https://w3id.org/reformgraph/"
SHARED = "REFORMGRAPH_SHARED"


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Have ``make`` build the store ``<name>/store`` once for a run, not in each of its processes.

    Returns the store's folder, which all processes read and none may change.
    """
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent  # each process has a folder of its own there
    home = base / f"once-{name}"
    home.mkdir(exist_ok=True)
    store, done = home / "store", home / "done"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            make(store)
            done.touch()
    return store


@contextlib.contextmanager
def opened(root: Path, quads: Iterable[pyoxigraph.Quad] | None = None) -> Iterator[EmbeddedStore]:
    """Open the store ``root`` until the block ends; ``quads``, if any, are published there first."""
    if quads is not None:
        publish(root, quads, base=BASE)
    store = open_store(root)
    try:
        yield store
    finally:
        store.close()


def answering(store: EmbeddedStore) -> pyoxigraph.Store:
    """Return what a query process opens of a generation."""
    if not store.generation.in_memory:
        return store.graph
    return _loaded(store.generation.folder / graph_copy.NAME)


@lru_cache(4)
def _loaded(path: Path) -> pyoxigraph.Store:
    return graph_copy.load(path)


def engine(store: EmbeddedStore, query: str) -> bytes:
    """Return what Oxigraph alone answers to a SELECT query, in SPARQL's JSON."""
    result = answering(store).query(query, use_default_graph_as_union=True)
    assert isinstance(result, pyoxigraph.QuerySolutions)
    output = io.BytesIO()
    result.serialize(output, pyoxigraph.QueryResultsFormat.JSON)
    return output.getvalue()


def free_port() -> int:
    """Return a TCP port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command: Sequence[str], port: int, cwd: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; yields when /health answers."""
    log = cwd / f"server-{port}.log"
    # Where the shared material lies is a matter of the tests; to the server it is no setting.
    environment = {name: value for name, value in os.environ.items() if name != SHARED}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=cwd, stdout=output, stderr=output, env=environment)
        try:
            deadline = time.monotonic() + 60
            while True:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise AssertionError(f"server did not start:\n{log.read_text()}")
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                        break
                except urllib.error.HTTPError:
                    break
                except OSError:
                    time.sleep(0.1)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
