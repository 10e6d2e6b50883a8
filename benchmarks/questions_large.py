"""Questions about one thing on a large graph, against the same on one of a tenth of the size.

What is asked of one thing should not take longer because the graph holds more of other things: a
ratio near 1 says that it is looked up, one near 10 that something is read from end to end. The item
asked about has some twenty claims in either graph.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pyoxigraph
from pyoxigraph import Literal

from benchmarks import generated
from reformgraph.ontology.terms import XSD
from reformgraph.queries import catalogue
from reformgraph.queries.catalogue import Question

RUNS = 3
ITEMS, SMALLER = 100_000, 10
CLAIMS = 20
NOTABLE = 2e-3
"""Seconds below which a question is left out of the table."""


def main(arguments: Sequence[str] = ()) -> None:
    """Write both graphs, ask in turn, print one row for each question that takes notable time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=ITEMS, help="items of the larger graph")
    items: int = parser.parse_args(arguments).items
    with tempfile.TemporaryDirectory() as folder:
        small, large = (_graph(Path(folder), size) for size in (items // SMALLER, items))
        print(f"{len(small):,} and {len(large):,} quads")
        asked = [(store, _middling(store)) for store in (small, large)]
        print("question                        smaller    larger   ratio")
        for question in catalogue.load().values():
            if not any(each.type == "entity" for each in question.parameters):
                continue
            less, more = (_median(store, item, question) for store, item in asked)
            if more > NOTABLE:
                row = f"{less * 1e3:8.1f} ms {more * 1e3:8.1f} ms {more / less:6.1f}"
                print(f"{question.name:<28} {row}", flush=True)


def _graph(folder: Path, items: int) -> pyoxigraph.Store:
    path = folder / f"evidence-{items}.nq"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(generated.lines(items, evidence=True))
    store = pyoxigraph.Store(str(folder / f"store-{items}"))
    store.bulk_load(path=path, format=pyoxigraph.RdfFormat.N_QUADS)
    store.optimize()
    return store


def _median(store: pyoxigraph.Store, item: str, question: Question) -> float:
    """Return the seconds of an answer about ``item``; the first run is not counted."""
    text = question.fill({p.name: _given(item, p.type, p.default) for p in question.parameters})
    found = []
    for _ in range(RUNS + 1):
        begun = time.perf_counter()
        for _ in store.query(text, use_default_graph_as_union=True):  # type: ignore[union-attr]
            pass
        found.append(time.perf_counter() - begun)
    return statistics.median(found[1:])


def _given(item: str, kind: str, default: str) -> str:
    if kind == "entity":
        return item
    if kind == "date":
        return str(Literal(default or "1990-01-01", datatype=XSD.date))
    return str(Literal(default)) if default else "UNDEF"


def _middling(store: pyoxigraph.Store) -> str:
    query = (
        f"SELECT ?item {{ ?claim <{generated.RG}claimObject> ?item }} GROUP BY ?item "
        f"HAVING (COUNT(?claim) <= {CLAIMS}) ORDER BY DESC(COUNT(?claim)) ?item LIMIT 1"
    )
    rows = store.query(query, use_default_graph_as_union=True)
    return str(next(rows)[0])  # type: ignore[call-overload, arg-type, index, union-attr]


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
