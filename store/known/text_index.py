"""``texts.bin`` of a generation: labels in lower case, one after the other, for ``CONTAINS``.

A search for a part of a label by a filter makes the engine read and lower every label for every
query; here that is one search through memory. The words are the engine's own (its ``LCASE``), the
rows stand in the order in which it gives them. Measured in benchmarks/README.md.

The file: a line of JSON (``texts``: by predicate the number of rows and the sizes of three parts;
``order``), padding to eight bytes; then for each predicate two arrays of unsigned 32-bit numbers,
where each row begins in the lowered text and in the written one, then these two. In the lowered
text rows end with a NUL, which no label has; a written row is two terms as JSON results have
them, with a NUL between.
"""

from __future__ import annotations

import json
import sys
from array import array
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import Literal, NamedNode

from reformgraph.store.known.result_json import term

NAME = "texts.bin"
PREDICATES = (
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2004/02/skos/core#altLabel",
)
_TEXTS = (
    "http://www.w3.org/2001/XMLSchema#string",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString",
)
MOST = 256_000_000
"""Bytes of one predicate's text; a larger one is left to the engine."""


def write(path: Path, store: pyoxigraph.Store) -> None:
    """Write the file for the opened quads ``store``."""
    head: dict[str, Any] = {"texts": {}, "order": sys.byteorder}
    parts: list[tuple[array[int], array[int], bytes, bytes]] = []
    for predicate in PREDICATES:
        if (made := _texts(store, predicate)) is not None:
            parts.append(made)
            begins, _, lowered, written = made
            head["texts"][predicate] = [len(begins) - 1, len(lowered), len(written)]
    line = json.dumps(head).encode()
    line += b" " * (-(len(line) + 1) % 8) + b"\n"
    with path.open("wb") as file:
        file.write(line)
        for begins, starts, lowered, written in parts:
            for data in (begins, starts, lowered, written):
                file.write(data)
            file.write(bytes(-file.tell() % 8))


def _texts(
    store: pyoxigraph.Store, predicate: str
) -> tuple[array[int], array[int], bytes, bytes] | None:
    query = f"SELECT ?s ?l (LCASE(STR(?l)) AS ?c) {{ ?s <{predicate}> ?l }}"
    begins, starts = array("I", [0]), array("I", [0])
    lowered, written = bytearray(), bytearray()
    for subject, label, low in store.query(query, use_default_graph_as_union=True):  # type: ignore[union-attr]
        plain = isinstance(label, Literal) and label.datatype.value in _TEXTS
        if not plain or not isinstance(subject, NamedNode) or "\0" in low.value:
            return None
        lowered += low.value.encode() + b"\0"
        written += f"{term(subject)}\0{term(label)}".encode()
        if len(written) > MOST:
            return None
        begins.append(len(lowered))
        starts.append(len(written))
    return (begins, starts, bytes(lowered), bytes(written)) if len(begins) > 1 else None
