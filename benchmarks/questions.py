"""Every question on the story graph: our store against rdflib in memory, in one process, in turn.

Cold is the first run after opening; warm is the median of the runs after it. Ratios above 1 mean
that ours is faster. rdflib is the peer here because it is what a researcher would load a dump into.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyoxigraph
import rdflib

from reformgraph.ingest.build import build, chosen
from reformgraph.queries import catalogue, run
from reformgraph.store import open_store

RUNS = 5
PEER_LIMIT = 20.0
"""Seconds after which the peer's repetitions are cut short."""


def main() -> None:
    """Build the story graph, ask each question on both sides, print one row each."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        build(chosen(["childrens-plan"]), root, base="https://w3id.org/reformgraph/")
        peer = _peer(root)
        print("question               ours cold   ours warm   rdflib warm   ratio warm")
        for question in catalogue.load().values():
            with closing(open_store(root)) as store:
                text = run.sparql(store, question, {})
                cold = _seconds(lambda: list(store.select(text)))  # noqa: B023
                warm = [_seconds(lambda: list(store.select(text))) for _ in range(RUNS)]  # noqa: B023
            theirs = _repeat(lambda: list(peer.query(text)))  # noqa: B023
            ours = statistics.median(warm)
            print(
                f"{question.name:<22} {cold * 1e3:7.1f} ms  {ours * 1e3:7.1f} ms  "
                f"{theirs * 1e3:9.1f} ms  {theirs / ours:9.1f} x",
                flush=True,
            )


def _peer(root: Path) -> rdflib.Graph:
    graph = rdflib.Graph()
    with closing(open_store(root)) as store:
        quads = pyoxigraph.Store.read_only(str(store.generation.folder / "quads"))
    union = pyoxigraph.serialize(
        {quad.triple for quad in quads}, format=pyoxigraph.RdfFormat.N_TRIPLES
    )
    graph.parse(data=union or b"", format="nt")
    return graph


def _repeat(call: Callable[[], object]) -> float:
    found: list[float] = []
    while len(found) <= RUNS and sum(found) < PEER_LIMIT:
        found.append(_seconds(call))
    return statistics.median(found[1:] or found)


def _seconds(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun
