"""What a million triples cost: load time, disk and memory, embedded and in remote engines.

``python -m benchmarks.scale [TRIPLES] [ENGINE…]``. The data are copies of the story graph under
other names, so that it has its shape and its lengths of text. Remote engines are loaded as
``reformgraph build`` does, by the Graph Store Protocol; their own bulk loaders are quicker.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import pyoxigraph
from pyoxigraph import NamedNode, Quad

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from remote_engines import fuseki, oxigraph, virtuoso

from reformgraph.ingest.build import build, bundled_timelines
from reformgraph.settings import Settings
from reformgraph.store import generations, opening, publish

BASE = "https://w3id.org/reformgraph/"
LOOKUPS = 300
_OPENED = """
import sys
from pathlib import Path
from reformgraph.store import open_store
store = open_store(Path(sys.argv[1]))
list(store.select("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))
status = Path("/proc/self/status").read_text()
print(int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6)
"""


def copies(story: pyoxigraph.Store) -> Iterator[Quad]:
    """Give the story again and again, its entities under other names each time."""
    quads = list(story)
    prefixes = tuple(f"{BASE}{kind}/" for kind in ("id", "claim", "evidence"))

    def moved(node: object, number: int) -> object:
        if isinstance(node, NamedNode) and node.value.startswith(prefixes):
            return NamedNode(f"{node.value}-{number}")
        return node

    for number in count():
        for quad in quads:
            subject = moved(quad.subject, number)
            yield Quad(subject, quad.predicate, moved(quad.object, number), quad.graph_name)  # type: ignore[arg-type]


def megabytes(folder: Path) -> float:
    """Return the bytes of all files under ``folder``, in millions."""
    return sum(p.stat().st_blocks * 512 for p in folder.rglob("*") if p.is_file()) / 1e6


def resident(pid: int | str) -> float:
    """Return the resident memory of a process in millions of bytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6


def lookup(settings: Settings) -> float:
    """Return the median milliseconds of a look-up of one entity's statements."""
    store = opening.opened(settings)
    iris = [hit.iri for hit in store.search("children", limit=LOOKUPS).hits]
    times = []
    for iri in iris:
        began = time.perf_counter()
        list(store.select(f"SELECT ?p ?o {{ <{iri}> ?p ?o }}"))
        times.append(time.perf_counter() - began)
    store.close()
    return sorted(times)[len(times) // 2] * 1e3


def say(name: str, seconds: float, disk: float, memory: float, ms: float, triples: int) -> None:
    """Print one row of the table."""
    per = triples / 1e6
    row = f"{seconds / per:.1f} s | {disk / per:.0f} MB | {memory:.0f} MB | {ms:.2f} ms"
    print(f"| {name} | {row} |", flush=True)


def main(arguments: list[str]) -> None:
    """Measure the engines named, by default all."""
    wanted = int(arguments[0]) if arguments else 1_000_000
    names = arguments[1:] or ["oxigraph", "fuseki", "virtuoso"]
    print("| store | load, a million | disk, a million | memory after load | look-up |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as text:
        folder = Path(text)
        build(bundled_timelines(), folder / "story", base=BASE)
        story = pyoxigraph.Store.read_only(
            str(generations.choose(folder / "story")[0].folder / generations.QUADS)
        )
        side = folder / "side"
        began = time.perf_counter()
        generation = publish(side, islice(copies(story), wanted), base=BASE)
        seconds = time.perf_counter() - began
        told = subprocess.run(  # a process of its own: this one has grown
            [sys.executable, "-c", _OPENED, str(side)], capture_output=True, text=True, check=True
        ).stdout
        memory = float(told)
        embedded = Settings(store=str(side))
        n = generation.quads
        say("embedded", seconds, megabytes(generation.folder), memory, lookup(embedded), n)
        for name in names:
            place = folder / name
            place.mkdir()
            started = {
                "oxigraph": lambda: oxigraph(place, "--location", str(place / "data")),  # noqa: B023
                "fuseki": lambda: fuseki(place, "--tdb2", f"--loc={place}"),  # noqa: B023
                "virtuoso": lambda: virtuoso(place, buffers=170_000),  # noqa: B023
            }[name]
            with started() as engine:
                settings = Settings(
                    store=engine.query,
                    sidecar=str(side),
                    remote_load=engine.load,
                    remote_timeout=120.0,
                )
                loader = opening.loader(settings)
                assert loader is not None
                began = time.perf_counter()
                loader(generation)
                seconds = time.perf_counter() - began
                ms = lookup(settings)
                say(name, seconds, megabytes(place), resident(engine.pid), ms, n)


if __name__ == "__main__":
    main(sys.argv[1:])
