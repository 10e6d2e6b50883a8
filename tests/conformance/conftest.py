"""One server for the suites that only read, another whose store the tests write by builds."""

import http.client
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from tests_support import free_port, running
from w3c_manifests import EVALUATED, HOME, ROOT, Step
from w3c_report import Outcomes

from reformgraph.ingest.foreign import dataset, sources

BASE = "https://w3id.org/reformgraph/"
PROTOCOL_DATA = "http://kasei.us/2009/09/sparql/data/"
SERVE = [sys.executable, "-m", "reformgraph", "serve", "--workers", "1"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip with a reason when the suites are not there; the report comes last."""
    ours = [item for item in items if HERE in item.path.parents]
    if not ROOT.is_dir():
        for item in ours:
            item.add_marker(pytest.mark.skip(reason=f"the W3C's tests are not in {ROOT}"))
    ours.sort(key=lambda item: "report" in item.path.name)
    places = [place for place, item in enumerate(items) if HERE in item.path.parents]
    for place, item in zip(places, ours, strict=True):
        items[place] = item


@dataclass(frozen=True)
class Server:
    """A running server: its port, and the folder of its store."""

    port: int
    root: Path | None = None

    def send(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """Send one request as it is, without a client's own ideas of headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return response.status, found, response.read()
        finally:
            connection.close()

    def step(self, step: Step, path: str) -> tuple[int, dict[str, str], bytes]:
        """Send a request of a manifest to ``path``."""
        return self.send(step.method, path, step.headers, step.body or None)

    def hold(self, graphs: dict[str, str], folder: Path) -> None:
        """Make a generation of Turtle by graph IRI ("" for the default graph) and await it."""
        assert self.root is not None
        data, default = [], []
        for number, (iri, turtle) in enumerate(graphs.items()):
            path = folder / f"{number}.ttl"
            path.write_text(turtle, encoding="utf-8")
            if iri:
                data.append(f"{iri}={path}")
            else:
                default.append(str(path))
        found = sources.find(data, default, base=BASE)
        generation = dataset.build_dataset(
            found, self.root, base=BASE, force=True, smaller=True
        ).generation
        deadline = time.monotonic() + 20
        address = f"http://127.0.0.1:{self.port}/health"
        while generation.id.encode() not in urllib.request.urlopen(address, timeout=5).read():
            assert time.monotonic() < deadline, "the new generation is not served"
            time.sleep(0.02)


@pytest.fixture(scope="session")
def outcomes() -> Outcomes:
    """Gathers what came of each test."""
    return Outcomes()


@pytest.fixture(scope="package")
def w3c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serves every data file of the suites as a named graph, called as the manifests call it."""
    port = free_port()
    command = [*SERVE, "--port", str(port)]
    for suite in EVALUATED:
        command += ["--data", f"{HOME}{suite}/={ROOT / suite}"]
    for name in ("data1", "data2", "data3"):
        command += ["--data", f"{PROTOCOL_DATA}{name}.rdf={ROOT / 'protocol' / name}.nt"]
    with running(command, port, tmp_path_factory.mktemp("w3c")):
        yield Server(port)


@pytest.fixture(scope="package")
def graph_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Serves a store that tests replace by builds."""
    port, folder = free_port(), tmp_path_factory.mktemp("graph-store")
    root = folder / "store"
    (folder / "empty.ttl").write_text("", encoding="utf-8")
    empty = sources.find([str(folder / "empty.ttl")], [], base=BASE)
    dataset.build_dataset(empty, root, base=BASE, force=True)
    command = [*SERVE, "--store", str(root), "--port", str(port)]
    with running(command, port, folder):
        yield Server(port, root)
