"""Labels that hold a text, found without the engine; see ``text_index`` for the file.

``SELECT ?s ?l { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "school")) } LIMIT 20`` and what
differs from it in names, order of the columns and limit; written otherwise it goes to the engine,
which gives the same rows (tests compare the two). Used by the query processes.
"""

from __future__ import annotations

import json
import mmap
import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from reformgraph.store.sparql_text import NODE as _NODE
from reformgraph.store.sparql_text import PROLOGUE, iri, prefixes
from reformgraph.store.sparql_text import VAR as _VAR
from reformgraph.store.sparql_text import S as _S
from reformgraph.store.text_index import NAME

_CONTAINS = (
    rf"{PROLOGUE}SELECT{_S}(?P<one>{_VAR}){_S}(?P<two>{_VAR})?+{_S}(?:WHERE{_S})?+\{{{_S}"
    rf"(?P<s>{_VAR}){_S}(?P<p>{_NODE}){_S}(?P<l>{_VAR}){_S}(?:\.{_S})?+"
    rf"FILTER{_S}(?P<open>\({_S})?+CONTAINS{_S}\({_S}LCASE{_S}\({_S}"
    rf"(?:STR{_S}\({_S}(?P<str>{_VAR}){_S}\)|(?P<bare>{_VAR})){_S}\){_S},{_S}"
    rf"\"(?P<text>[^\"\\\r\n]++)\"{_S}\){_S}(?(open)\){_S})(?:\.{_S})?+\}}{_S}"
    rf"(?:LIMIT[ \t\r\n]++(?P<limit>[0-9]{{1,9}}+){_S})?+\Z"
)


class _Part(NamedTuple):
    begins: memoryview
    starts: memoryview
    lowered: tuple[int, int]
    written: int


class Texts:
    """The file of one generation, mapped."""

    def __init__(self, folder: Path) -> None:
        """Open the file in the generation's ``folder``; raises OSError when there is none."""
        with (folder / NAME).open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        line = self._map.readline()
        head: dict[str, Any] = json.loads(line)
        if head["order"] != sys.byteorder:
            raise OSError("written on a machine of another byte order")
        place, view = len(line), memoryview(self._map)
        self._parts: dict[str, _Part] = {}
        for predicate, (rows, lowered, written) in head["texts"].items():
            size = 4 * (rows + 1)
            begins = view[place : place + size].cast("I")
            starts = view[place + size : place + 2 * size].cast("I")
            first = place + 2 * size
            self._parts[predicate] = _Part(
                begins, starts, (first, first + lowered), first + lowered
            )
            place = first + lowered + written
            place += -place % 8

    def answer(self, query: str) -> Iterator[bytes] | None:
        """Return the answer as JSON in pieces, or None when the engine has to give it."""
        found = re.match(_CONTAINS, query, re.IGNORECASE)
        if found is None:
            return None
        subject, label = found["s"][1:], found["l"][1:]
        chosen = [name[1:] for name in (found["one"], found["two"]) if name]
        part = self._parts.get(iri(found["p"], prefixes(query)) or "")
        if (
            part is None
            or subject == label
            or (found["str"] or found["bare"])[1:] != label
            or not set(chosen) <= {subject, label}
            or len(set(chosen)) < len(chosen)
        ):
            return None
        limit = int(found["limit"]) if found["limit"] else sys.maxsize
        return self._rows(part, found["text"].encode(), chosen, subject, limit)

    def _rows(
        self, part: _Part, text: bytes, chosen: list[str], subject: str, limit: int
    ) -> Iterator[bytes]:
        head = ",".join(f'"{name}"' for name in chosen)
        yield f'{{"head":{{"vars":[{head}]}},"results":{{"bindings":['.encode()
        before = ""
        for row in self._holding(part, text, limit):
            first, end = part.written + part.starts[row], part.written + part.starts[row + 1]
            terms = dict(zip((subject, ""), self._map[first:end].decode().split("\0"), strict=True))
            cells = ",".join(f'"{n}":{terms.get(n) or terms[""]}' for n in chosen)
            yield f"{before}{{{cells}}}".encode()
            before = ","
        yield b"]}}"

    def _holding(self, part: _Part, text: bytes, limit: int) -> Iterator[int]:
        place, end = part.lowered
        base = place
        while limit and (hit := self._map.find(text, place, end)) >= 0:
            row = bisect_right(part.begins, hit - base) - 1
            yield row
            limit -= 1
            place = base + part.begins[row + 1]
