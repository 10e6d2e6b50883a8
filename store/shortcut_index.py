"""What a generation knows beforehand: its lineage as arrays, and how often each thing stands.

Written once beside the quads and mapped into memory by all who answer, so that all of them
share one copy. The engine needs a second for a count over all statements and some 10 µs for each
step of a path; both cannot change within a generation. Measured in benchmarks/README.md.

The file: a line of JSON (``plain``, ``predicates``, ``values``, ``graphs``, ``total``, ``ranked``:
the nodes that are drawn on most, and how many ``nodes``, ``edges`` and edges ``across`` there are),
padding to eight bytes, then the arrays of unsigned 32-bit numbers of ``reach_index.ARRAYS``, then
the IRIs of all nodes, each with a newline.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Iterable
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import NamedNode

from reformgraph.store.reach_index import ARRAYS, arranged

NAME = "shortcuts.bin"
DRAWS_ON = "https://w3id.org/reformgraph/ontology#drawsOn"
MOST_VALUES = 1_000
"""Different objects of a predicate up to which each is counted; nodes that are ranked."""


def write(path: Path, store: pyoxigraph.Store, graphs: dict[str, int]) -> None:
    """Write the file for the opened quads ``store``; ``graphs`` counts statements by graph."""
    nodes, arrays = arranged(_edges(store))
    names = [iri.encode() for iri in nodes]
    blob = b"".join(names)
    arrays["text"] = array("I", accumulate([len(name) + 1 for name in names], initial=0))
    drawn = arrays["drawn"]
    ranked = sorted(filter(drawn.__getitem__, range(len(nodes))), key=lambda node: -drawn[node])
    predicates, values = _counts(store)
    head: dict[str, Any] = {
        # Nothing in them that CSV, TSV, JSON or XML would have to escape.
        "plain": blob.isascii() and not set(b"\"',&<>\\\t\r\n") & set(blob),
        "predicates": predicates,
        "values": values,
        "graphs": {iri: count for iri, count in graphs.items() if iri},
        "total": sum(predicates.values()),
        "ranked": ranked[:MOST_VALUES],
        "nodes": len(nodes),
        "edges": len(arrays["forth_to"]),
        "across": len(arrays["cross_to"]),
        "order": sys.byteorder,
    }
    line = json.dumps(head, ensure_ascii=False).encode()
    line += b" " * (-(len(line) + 1) % 8) + b"\n"
    with path.open("wb") as file:
        file.write(line)
        for name in ARRAYS:
            file.write(arrays[name])
        file.write(b"\n".join([*names, b""]))


def counted(folder: Path, *predicates: str) -> list[dict[str, int] | None]:
    """Return how often each object of each predicate (an IRI) stands in the generation ``folder``.

    None where that is not known beforehand: more than :data:`MOST_VALUES` objects, or no file.
    """
    try:
        with (folder / NAME).open("rb") as file:
            values = json.loads(file.readline())["values"]
    except (OSError, ValueError, KeyError):
        return [None for _ in predicates]
    return [values.get(predicate) for predicate in predicates]


def _edges(store: pyoxigraph.Store) -> list[tuple[str, str]]:
    return [
        (quad.subject.value, quad.object.value)
        for quad in store.quads_for_pattern(None, NamedNode(DRAWS_ON), None)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
    ]


def _counts(store: pyoxigraph.Store) -> tuple[dict[str, int], dict[str, dict[str, int]]]:
    """Count statements of the union of all graphs by predicate, and by its object where few."""
    predicates = {
        predicate.value: int(count.value)
        for predicate, count in _rows(store, "?p", "?s ?p ?o", "*")
    }
    values: dict[str, dict[str, int]] = {}
    for predicate in predicates:
        # A predicate with many objects shows it soon: no need to count them all.
        seen: set[Any] = set()
        for quad in store.quads_for_pattern(None, NamedNode(predicate), None):
            seen.add(quad.object)
            if len(seen) > MOST_VALUES or not isinstance(quad.object, NamedNode):
                break
        else:
            values[predicate] = {
                value.value: int(count.value)
                for value, count in _rows(store, "?o", f"?s <{predicate}> ?o", "*")
            }
    return predicates, values


def _rows(store: pyoxigraph.Store, key: str, pattern: str, what: str) -> Iterable[Any]:
    query = f"SELECT {key} (COUNT({what}) AS ?n) {{ {pattern} }} GROUP BY {key} ORDER BY {key}"
    return store.query(query, use_default_graph_as_union=True)  # type: ignore[return-value]
