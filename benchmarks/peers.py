"""The engines that the endpoint is compared with: found, loaded, started, stopped.

Each loads the same N-Quads and serves the union of all graphs as its default graph, as ours does.
What is not on this machine is skipped with a reason. Where to get them: Oxigraph's server is the
PyPI package ``oxigraph``, Virtuoso the Debian package ``virtuoso-opensource-7``, Fuseki
``org.apache.jena:jena-fuseki-server`` (Maven Central), rdflib-endpoint a PyPI package.
``PEERS_BIN`` may name a folder that holds ``oxigraph`` and ``rdflib-endpoint``.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

START = 120.0
"""Seconds that a server may take to answer its first query."""
SMALL = 200_000
"""Most quads that an engine in plain Python is asked to load."""


class Absent(Exception):
    """This peer is not on this machine, or does not fit; the message says why."""


def free_port() -> int:
    """Return a port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """Return the path of a program; raises Absent."""
    beside = [os.environ.get("PEERS_BIN", ""), str(Path(sys.executable).parent)]
    found = shutil.which(name, path=os.pathsep.join([*filter(None, beside), os.environ["PATH"]]))
    if found is None:
        raise Absent(f"{name} is not installed")
    return found


@contextmanager
def running(command: Sequence[str], url: str, log: Path, cwd: Path | None = None) -> Iterator[str]:
    """Run a server until the block ends; gives its query address once that answers."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, cwd=cwd)
    try:
        _wait(process, url, log)
        _settle(process.pid)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START
    request = urllib.request.Request(
        f"{url}?query=ASK%7B%7D", headers={"Accept": "application/sparql-results+json"}
    )
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Absent(f"ended at its start: {log.read_text(errors='replace')[-300:]}")
        try:
            with urllib.request.urlopen(request, timeout=20):
                return
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.2)
    raise Absent(f"did not answer in {START:.0f} s")


def _settle(pid: int) -> None:
    """Wait until a server does nothing any more: ours makes pages ahead after a start."""
    before, deadline = _used(pid), time.monotonic() + START
    while time.monotonic() < deadline:
        time.sleep(5.5)  # longer than ours waits before it begins
        now = _used(pid)
        if now - before < 0.2:
            return
        before = now


def _used(pid: int) -> float:
    """Return the seconds of processor time of a process and all below it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        children = [child for each in tasks for child in each.read_text().split()]
    except OSError:
        return 0.0
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(_used(int(child)) for child in children)


@contextmanager
def ours(store: Path, folder: Path, *more: str) -> Iterator[str]:
    """Serve a store by ``reformgraph serve`` with its default settings."""
    port = free_port()
    command = [sys.executable, "-m", "reformgraph", "serve", "--store", str(store)]
    url = f"http://127.0.0.1:{port}/sparql"
    with running([*command, "--port", str(port), *more], url, folder / "ours.log") as address:
        yield address


@contextmanager
def oxigraph(data: Path, folder: Path) -> Iterator[str]:
    """Oxigraph's own server, read-only."""
    binary, place = program("oxigraph"), folder / f"oxigraph-{data.stem}"
    if not place.exists():
        subprocess.run(
            [binary, "load", "--location", str(place), "--file", str(data)],
            check=True,
            capture_output=True,
        )
        subprocess.run([binary, "optimize", "--location", str(place)], check=True)
    port = free_port()
    command = [binary, "serve-read-only", "--location", str(place), "--union-default-graph"]
    command += ["--bind", f"127.0.0.1:{port}"]
    with running(command, f"http://127.0.0.1:{port}/query", folder / "oxigraph.log") as url:
        yield url


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
DirsAllowed = {place}, {data}
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
MaxQueryMem = 2G
DefaultIsolation = 2
TransactionAfterImageLimit = 500000000
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 20
KeepAliveTimeout = 60
MaxKeepAlives = 100
[SPARQL]
ResultSetMaxRows = 2000000
MaxQueryCostEstimationTime = 0
MaxQueryExecutionTime = 120
"""


@contextmanager
def virtuoso(data: Path, folder: Path) -> Iterator[str]:
    """Virtuoso 7, with 1.4 GB of buffers and its limits lifted."""
    binary, isql = program("virtuoso-t"), program("isql-vt")
    place = folder / f"virtuoso-{data.stem}"
    loaded = place / "loaded"
    if not loaded.exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
    port, sql = free_port(), free_port()
    (place / "virtuoso.ini").write_text(
        _INI.format(place=place, data=data.parent, port=port, sql=sql)
    )
    command = [binary, "-f", "-c", str(place / "virtuoso.ini")]
    with running(command, f"http://127.0.0.1:{port}/sparql", folder / "virtuoso.log", place) as url:
        if not loaded.exists():
            for statement in (
                f"ld_dir('{data.parent}', '{data.name}', 'urn:unused')",
                "rdf_loader_run()",
                "checkpoint",
            ):
                subprocess.run(
                    [isql, str(sql), "dba", "dba", f"exec={statement};"],
                    check=True,
                    capture_output=True,
                )
            loaded.touch()
        yield url


@contextmanager
def fuseki(data: Path, folder: Path) -> Iterator[str]:
    """Apache Jena Fuseki on TDB2, loaded over the Graph Store Protocol's endpoint."""
    java = program("java")
    jars = sorted((Path.home() / ".m2/repository/org/apache/jena").rglob("*fuseki-server-*.jar"))
    if not jars:
        raise Absent("jena-fuseki-server is not in ~/.m2 (mvn dependency:get fetches it)")
    place = folder / f"fuseki-{data.stem}"
    loaded = place / "loaded"
    if not loaded.exists():
        shutil.rmtree(place, ignore_errors=True)
        (place / "tdb").mkdir(parents=True)
    port = free_port()
    command = [java, "-Xmx3G", "-jar", str(jars[-1]), "--localhost", f"--port={port}"]
    command += ["--set=tdb2:unionDefaultGraph=true", "--tdb2", f"--loc={place / 'tdb'}"]
    if not loaded.exists():
        command.append("--update")
    url = f"http://127.0.0.1:{port}/ds/query"
    with running([*command, "/ds"], url, folder / "fuseki.log", place) as address:
        if not loaded.exists():
            with data.open("rb") as body:
                request = urllib.request.Request(
                    f"http://127.0.0.1:{port}/ds/data", data=body, method="POST"
                )
                request.add_header("Content-Type", "application/n-quads")
                request.add_header("Content-Length", str(data.stat().st_size))
                urllib.request.urlopen(request, timeout=1_800).close()
            loaded.touch()
        yield address


_RDFLIB = """
import sys, uvicorn
from rdflib import Dataset
from rdflib_endpoint import SparqlEndpoint
graph = Dataset(default_union=True)
graph.parse(sys.argv[1], format="nquads")
app = SparqlEndpoint(graph=graph, path="/sparql")
uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)
"""


@contextmanager
def rdflib_endpoint(data: Path, folder: Path) -> Iterator[str]:
    """rdflib-endpoint over rdflib's memory; small graphs only."""
    python = str(Path(program("rdflib-endpoint")).parent / "python")
    with data.open("rb") as file:
        if sum(1 for _ in file) > SMALL:
            raise Absent(f"rdflib holds graphs in memory: not tried over {SMALL:,} quads")
    port = free_port()
    url = f"http://127.0.0.1:{port}/sparql"
    command = [python, "-c", _RDFLIB, str(data), str(port)]
    with running(command, url, folder / "rdflib-endpoint.log") as address:
        yield address


PEERS = {
    "oxigraph": oxigraph,
    "virtuoso": virtuoso,
    "fuseki": fuseki,
    "rdflib-endpoint": rdflib_endpoint,
}
