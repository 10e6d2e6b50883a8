"""Labels that hold a text, found without the engine; see ``text_index`` for the file.

``SELECT ?s ?l { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "school")) } LIMIT 20`` and what
differs from it in names, order of the columns and limit; written otherwise it goes to the engine,
which gives the same rows (tests compare the two). Used by the query processes, and by
the HTTP workers where the labels are few.
"""

from __future__ import annotations

import json
import mmap
import re
import sys
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from reformgraph.store.known.sparql_text import NODE as _NODE
from reformgraph.store.known.sparql_text import PROLOGUE, iri, prefixes
from reformgraph.store.known.sparql_text import VAR as _VAR
from reformgraph.store.known.sparql_text import S as _S
from reformgraph.store.known.text_index import NAME

_CONTAINS = (
    rf"{PROLOGUE}SELECT{_S}(?P<one>{_VAR}){_S}(?P<two>{_VAR})?+{_S}(?:WHERE{_S})?+\{{{_S}"
    rf"(?P<s>{_VAR}){_S}(?P<p>{_NODE}){_S}(?P<l>{_VAR}){_S}(?:\.{_S})?+"
    rf"FILTER{_S}(?P<open>\({_S})?+CONTAINS{_S}\({_S}LCASE{_S}\({_S}"
    rf"(?:STR{_S}\({_S}(?P<str>{_VAR}){_S}\)|(?P<bare>{_VAR})){_S}\){_S},{_S}"
    rf"\"(?P<text>[^\"\\\r\n\x00]++)\"{_S}\){_S}(?(open)\){_S})(?:\.{_S})?+\}}{_S}"
    rf"(?:LIMIT[ \t\r\n]++(?P<limit>[0-9]{{1,9}}+){_S})?+\Z"
)

SMALL = 200_000
"""Bytes of lowered text that are searched where no time may be lost."""
_STEP = 500
"""Bytes that are counted and then searched in a microsecond; a row takes one."""
PIECE = 1 << 20
"""Bytes that are searched at a time."""


class _Part(NamedTuple):
    begins: Sequence[int]
    starts: Sequence[int]
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
            few = lowered <= SMALL  # then lists, which are quicker to read
            self._parts[predicate] = _Part(
                begins.tolist() if few else begins,
                starts.tolist() if few else starts,
                (first, first + lowered),
                first + lowered,
            )
            place = first + lowered + written
            place += -place % 8

    def answer(self, query: str, most: int | None = None) -> Iterator[bytes] | None:
        """Return the answer as JSON in pieces, or None when the engine has to give it.

        ``most``: steps of a microsecond that may be taken, if the text is small.
        """
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
        text = found["text"].encode()
        if most is not None:
            first, end = part.lowered
            most -= (end - first) // _STEP
            if end - first > SMALL or (limit > most and self._map[first:end].count(text) > most):
                return None
        return self._rows(part, text, chosen, subject, limit)

    def _rows(
        self, part: _Part, text: bytes, chosen: list[str], subject: str, limit: int
    ) -> Iterator[bytes]:
        head = ",".join(f'"{name}"' for name in chosen)
        yield f'{{"head":{{"vars":[{head}]}},"results":{{"bindings":['.encode()
        pick = itemgetter(*[int(name != subject) for name in chosen])
        row = ("{" + ",".join(f'"{name}":%b' for name in chosen) + "}").encode()
        written, starts = part.written, part.starts
        found = []
        for number in self._holding(part, text, limit):
            line = self._map[written + starts[number] : written + starts[number + 1]]
            found.append(row % pick(line.split(b"\0")))
        yield b",".join(found)
        yield b"]}}"

    def _holding(self, part: _Part, text: bytes, limit: int) -> Iterator[int]:
        # Piece by piece: `find` of bytes is several times as quick as that of a map.
        begins, first = part.begins, part.lowered[0]
        row, rows = 0, len(begins) - 1
        while row < rows and limit:
            base = begins[row]
            end = max(row + 1, bisect_right(begins, base + PIECE, row) - 1)
            piece, place = self._map[first + base : first + begins[end]], 0
            while limit and (hit := piece.find(text, place)) >= 0:
                found = bisect_right(begins, base + hit, row, end) - 1
                yield found
                limit -= 1
                place = begins[found + 1] - base
            row = end
