"""What a generation knows beforehand: its lineage as arrays, and how often each thing stands.

Written once beside the quads and mapped into memory by all who answer, so that all of them
share one copy. The engine needs a second for a count over all statements and some 10 µs for each
step of a path; both cannot change within a generation. Measured in benchmarks/README.md.

The file: a line of JSON (``plain``, ``graphs``, ``ranked``: the nodes that are drawn on most, how
many ``nodes``, ``edges`` and edges ``across`` there are, and what ``count_index.counts`` tells),
padding to eight bytes, then the arrays of unsigned 32-bit numbers of ``reach_index.ARRAYS``, then
the IRIs of all nodes, each with a newline, then the array of pairs of ``count_index``, up to the
end. A file of before there were ``years`` and ``pairs`` has neither them nor the last array, and is
read as one that knows of none; a reader of that time passes over them.
"""

from __future__ import annotations

import json
import sys
from array import array
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import NamedNode

from reformgraph.store.known import count_index
from reformgraph.store.known.reach_index import ARRAYS, arranged

NAME = "shortcuts.bin"
DRAWS_ON = "https://w3id.org/reformgraph/ontology#drawsOn"
MOST_RANKED = 1_000
"""Nodes that are ranked."""


def write(path: Path, store: pyoxigraph.Store, graphs: dict[str, int]) -> None:
    """Write the file for the opened quads ``store``; ``graphs`` counts statements by graph."""
    nodes, arrays = arranged(_edges(store))
    names = [iri.encode() for iri in nodes]
    blob = b"".join(names)
    arrays["text"] = array("I", accumulate([len(name) + 1 for name in names], initial=0))
    drawn = arrays["drawn"]
    ranked = sorted(filter(drawn.__getitem__, range(len(nodes))), key=lambda node: -drawn[node])
    known, pairs = count_index.counts(store)
    head: dict[str, Any] = {
        # Nothing in them that CSV, TSV, JSON or XML would have to escape.
        "plain": blob.isascii() and not set(b"\"',&<>\\\t\r\n") & set(blob),
        **known,
        "graphs": {iri: count for iri, count in graphs.items() if iri},
        "ranked": ranked[:MOST_RANKED],
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
        file.write(pairs)


def counted(folder: Path, *predicates: str) -> list[dict[str, int] | None]:
    """Return how often each object of each predicate (an IRI) stands in the generation ``folder``.

    None where that is not known beforehand: more than ``count_index.MOST_VALUES`` objects, or no file.
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
