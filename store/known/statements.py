"""Answers to look-ups (``lookups``) from ``statements.bin``; see ``statement_index`` for the file."""

from __future__ import annotations

import json
import mmap
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any
from zlib import crc32

from pyoxigraph import NamedNode

from reformgraph.store.known.lookups import LookUp, Pairs, TooMuch
from reformgraph.store.known.statement_index import NAME, ODD, codes, packed

JSON = "application/sparql-results+json"
MOST = 65_536
"""Bytes of a record, and of an answer."""
MOST_ROWS = 1_000
MOST_STEPS = 200
"""Things that the first pattern may lead to, where there is a second group."""
REMEMBERED = 1_024

_Star = tuple[dict[str, bytes], str, list[bytes]]
"""What some patterns of one subject give: single values, and of one variable several."""


class Statements:
    """The file of one generation, mapped. Any number of threads may ask."""

    def __init__(self, folder: Path) -> None:
        """Open the file in the generation's ``folder``; raises OSError when there is none."""
        with (folder / NAME).open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        length = int.from_bytes(self._map[-8:], "big")
        head: dict[str, Any] = json.loads(self._map[-8 - length : -8])
        if head["order"] != sys.byteorder:
            raise OSError("written on a machine of another byte order")
        place, size = head["table"], head["size"]
        self._table = memoryview(self._map)[place : place + 4 * size].cast("I")
        self._mask = size - 1
        self._base = head["base"].encode()
        self._codes = codes(head["base"])
        self._predicates = [predicate.encode() for predicate in head["predicates"]]
        self._numbers = {predicate: n for n, predicate in enumerate(self._predicates)}
        self._sought: dict[Pairs, tuple[tuple[bytes, str], ...]] = {}

    def answer(self, asked: LookUp) -> bytes:
        """Return the answer as JSON, whole; raises TooMuch when the engine has to give it."""
        record = self._record(packed(asked.subject.encode(), self._base))
        if not record:
            try:
                NamedNode(asked.subject)
            except ValueError:
                raise TooMuch from None  # the engine tells what is wrong with it
            rows: list[bytes] = []
        elif asked.every:
            rows = self._all(record, asked)
        elif asked.via:
            rows = self._led_to(record, asked)
        else:
            rows = _rows(self._star(record, asked.pairs), asked.chosen)
        # Which rows a limit leaves is for the engine to say: it is asked for the next ones too.
        if len(rows) > MOST_ROWS or 0 <= asked.limit < len(rows):
            raise TooMuch
        head = _head(asked.chosen)
        body = b"%b{%b}]}}" % (head, b"},{".join(rows)) if rows else head + b"]}}"
        for code, full in self._codes:
            if code in body:
                body = body.replace(code, full)
        if len(body) > MOST:
            raise TooMuch
        return body

    def _record(self, key: bytes) -> bytes:
        """Return what is recorded of a subject, without its term; nothing for an unknown one."""
        table, mask, mapped = self._table, self._mask, self._map
        place = crc32(key) & mask
        size = len(key)
        while begin := table[place]:
            begin -= 1
            if mapped[begin : begin + size] == key:
                begin += size
                end = mapped.find(b"\0", begin, begin + MOST)
                if end < 0 or mapped[begin : begin + 1] == ODD:
                    raise TooMuch
                return mapped[begin:end]
            place = (place + 1) & mask
        return b""

    def _star(self, record: bytes, pairs: Pairs) -> _Star | None:
        """Return what some patterns of one subject give; None for no rows."""
        single: dict[str, bytes] = {}
        several, values = "", [b""]
        for sought, name in self._sought.get(pairs) or self._seek(pairs):
            begin = record.find(sought) if sought else -1
            if begin < 0:
                return None
            begin += len(sought)
            found = record[begin : record.find(b"\2", begin)]
            if b"\1" not in found:
                single[name] = found
            elif several:
                raise TooMuch
            else:
                several, values = name, found.split(b"\1")
        return single, several, values

    def _seek(self, pairs: Pairs) -> tuple[tuple[bytes, str], ...]:
        """Return what stands before the objects of each predicate, nothing for an unknown one."""
        found = []
        for predicate, name in pairs:
            number = self._numbers.get(packed(predicate.encode(), self._base))
            found.append((b"" if number is None else b"\2%d\1" % number, name))
        if len(self._sought) >= REMEMBERED:
            self._sought.clear()
        sought = self._sought[pairs] = tuple(found)
        return sought

    def _led_to(self, record: bytes, asked: LookUp) -> list[bytes]:
        star = self._star(record, asked.pairs)
        if star is None:
            return []
        nodes = star[2] if star[1] else list(star[0].values())
        if len(nodes) > MOST_STEPS:
            raise TooMuch
        rows: list[bytes] = []
        for node in nodes:
            # Of a literal there are no statements.
            if not node.startswith(b"\4") and (found := self._record(node)):
                star = self._star(found, asked.more)
                if star is not None:
                    star[0][asked.via] = node
                    rows += _rows(star, asked.chosen)
        return rows

    def _all(self, record: bytes, asked: LookUp) -> list[bytes]:
        verb, value = asked.every or ("", "")
        usual = b'"%b":%%b,"%b":' % (verb.encode(), value.encode())
        rows: list[bytes] = []
        for group in record.split(b"\2")[1:-1]:
            number, *values = group.split(b"\1")
            predicate = self._predicates[int(number)]
            if asked.chosen == asked.every:
                before = usual % predicate
                rows += [before + each for each in values]
            else:
                rows += _rows(({verb: predicate}, value, values), asked.chosen)
        return rows


@lru_cache(REMEMBERED)
def _head(chosen: tuple[str, ...]) -> bytes:
    names = '","'.join(chosen)
    return f'{{"head":{{"vars":["{names}"]}},"results":{{"bindings":['.encode()


@lru_cache(REMEMBERED)
def _before(name: str) -> bytes:
    return f'"{name}":'.encode()


def _rows(star: _Star | None, chosen: tuple[str, ...]) -> list[bytes]:
    """Return rows as JSON, without their braces."""
    if star is None:
        return []
    single, several, values = star
    if several not in chosen:
        row = b",".join([_before(name) + single[name] for name in chosen])
        return [row] * len(values)
    place = chosen.index(several)
    before = b"".join([b"%b%b," % (_before(name), single[name]) for name in chosen[:place]])
    after = b"".join([b",%b%b" % (_before(name), single[name]) for name in chosen[place + 1 :]])
    before += _before(several)
    return [b"%b%b%b" % (before, value, after) for value in values]
