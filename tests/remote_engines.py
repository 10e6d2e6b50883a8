"""SPARQL servers that the tests start: Oxigraph's own, Apache Jena Fuseki, Virtuoso.

What is not on this machine is skipped with the reason. ``oxigraph`` is a PyPI package and part of
the development environment; Fuseki is looked for in ``~/.m2``, Virtuoso on the path (Debian:
``virtuoso-opensource-7``). ``REFORMGRAPH_TEST_ENDPOINT`` may name any other endpoint that can be
read, ``REFORMGRAPH_TEST_LOAD`` where it takes the Graph Store Protocol; its data will be replaced.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from reformgraph.settings import Settings
from reformgraph.store import open_store, opening

START = 90.0


@dataclass(frozen=True)
class Engine:
    """A running server: where it is asked and loaded, and how its default graph is meant."""

    name: str
    query: str
    load: str
    update: str = ""
    pid: int = 0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    found = shutil.which(name, path=path)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextmanager
def running(command: Sequence[str], url: str, log: Path, cwd: Path | None = None) -> Iterator[int]:
    """Run a server until the block ends; gives its process id once it answers."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=cwd)
    try:
        deadline = time.monotonic() + START
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no answer: {log.read_text(errors='replace')[-500:]}")
            try:
                with urllib.request.urlopen(url, timeout=20):
                    break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def oxigraph(folder: Path, *more: str) -> Iterator[Engine]:
    port = free_port()
    command = [program("oxigraph"), "serve", "--bind", f"127.0.0.1:{port}", *more]
    url = f"http://127.0.0.1:{port}"
    with running(command, f"{url}/query?query=ASK%7B%7D", folder / "oxigraph.log") as pid:
        yield Engine("oxigraph", f"{url}/query", f"{url}/store", f"{url}/update", pid)


@contextmanager
def fuseki(folder: Path, *more: str) -> Iterator[Engine]:
    jars = sorted((Path.home() / ".m2/repository/org/apache/jena").rglob("*fuseki-server-*.jar"))
    if not jars:
        pytest.skip("jena-fuseki-server is not in ~/.m2 (mvn dependency:get fetches it)")
    port = free_port()
    command = [program("java"), "-Xmx3G", "-jar", str(jars[-1]), "--localhost", f"--port={port}"]
    command += ["--update", *(more or ("--mem",)), "/ds"]
    url = f"http://127.0.0.1:{port}/ds"
    with running(command, f"{url}/query?query=ASK%7B%7D", folder / "fuseki.log", folder) as pid:
        yield Engine("fuseki", f"{url}/query", f"{url}/data", f"{url}/update", pid)


_INI = """
[Database]
DatabaseFile = {place}/virtuoso.db
ErrorLogFile = {place}/virtuoso.log
LockFile = {place}/virtuoso.lck
TransactionFile = {place}/virtuoso.trx
xa_persistent_file = {place}/virtuoso.pxa
[TempDatabase]
DatabaseFile = {place}/temp.db
TransactionFile = {place}/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
ServerThreads = 40
DirsAllowed = {place}
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
DefaultIsolation = 2
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 20
[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryExecutionTime = 120
"""


@contextmanager
def virtuoso(folder: Path, rows: int = 2_000_000, buffers: int = 20_000) -> Iterator[Engine]:
    """Virtuoso, with the right to update given to everybody: it listens on loopback only."""
    binary, isql = program("virtuoso-t"), program("isql-vt")
    place = folder / "virtuoso"
    place.mkdir()
    port, sql = free_port(), free_port()
    ini = place / "virtuoso.ini"
    ini.write_text(
        _INI.format(
            place=place, port=port, sql=sql, rows=rows, buffers=buffers, dirty=buffers * 3 // 4
        )
    )
    url = f"http://127.0.0.1:{port}"
    log = folder / "virtuoso-start.log"
    with running(
        [binary, "-f", "-c", str(ini)], f"{url}/sparql?query=ASK%7B%7D", log, place
    ) as pid:
        for grant in (
            'grant SPARQL_UPDATE to "SPARQL"',
            "DB.DBA.RDF_DEFAULT_USER_PERMS_SET ('nobody', 7)",
        ):
            subprocess.run(
                [isql, str(sql), "dba", "dba", f"exec={grant};"], check=True, capture_output=True
            )
        yield Engine("virtuoso", f"{url}/sparql", f"{url}/sparql-graph-crud", f"{url}/sparql", pid)


@contextmanager
def other(_: Path) -> Iterator[Engine]:
    query = os.environ.get("REFORMGRAPH_TEST_ENDPOINT", "")
    if not query:
        pytest.skip("REFORMGRAPH_TEST_ENDPOINT names no endpoint")
    yield Engine("other", query, os.environ.get("REFORMGRAPH_TEST_LOAD", ""))


ENGINES: dict[str, Callable[[Path], AbstractContextManager[Engine]]] = {
    "oxigraph": oxigraph,
    "fuseki": fuseki,
    "virtuoso": virtuoso,
    "other": other,
}


@contextmanager
def loaded(kind: str, root: Path, folder: Path, **more: float) -> Iterator[Settings]:
    """Start the engine ``kind`` (``NAME``, or ``NAME-update``: loaded by SPARQL Update), load the
    current generation of the store ``root`` and give the settings that serve it from there.

    ``folder`` is the engine's; ``more`` are further settings.
    """
    name, _, by = kind.partition("-")
    with ENGINES[name](folder) as engine:
        settings = Settings(
            store=engine.query,
            sidecar=str(root),
            remote_load=engine.update if by else engine.load,
            remote_load_by="update" if by else "graphs",
            **more,  # type: ignore[arg-type]
        )
        with closing(open_store(root)) as store:
            generation = store.generation
        loader = opening.loader(settings)
        assert loader is not None
        if settings.remote_load:
            assert loader(generation)
            assert not loader(generation)  # it is there already
        yield settings
