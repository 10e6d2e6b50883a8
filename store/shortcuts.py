"""Answers that need no engine: closures of ``rg:drawsOn`` and counts over a whole generation.

A query is recognised as a whole and strictly; whatever is written otherwise goes to the engine,
which gives the same rows (tests compare the two). Used by the query processes and, for little
work, by the HTTP workers: see ``shortcut_index`` for the file and why it is there.
"""

from __future__ import annotations

import json
import mmap
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import pairwise
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from reformgraph.store.lookups import TooMuch, recognise
from reformgraph.store.shortcut_index import ARRAYS, DRAWS_ON, MOST_VALUES, NAME
from reformgraph.store.sparql_text import NODE as _NODE
from reformgraph.store.sparql_text import PROLOGUE as _PROLOGUE
from reformgraph.store.sparql_text import VAR as _VAR
from reformgraph.store.sparql_text import S as _S
from reformgraph.store.sparql_text import iri, prefixes
from reformgraph.store.statements import Statements
from reformgraph.store.texts import Texts

LONGEST = 2_000
_JSON = ("application/sparql-results+json", "application/json")
_CSV, _TSV = "text/csv", "text/tab-separated-values"

_ORDER = rf"(?P<order>ORDER[ \t\r\n]++BY{_S}DESC{_S}\({_S}(?P<by>{_VAR}){_S}\){_S})?+"
_LIMIT = rf"(?:LIMIT[ \t\r\n]++(?P<limit>[0-9]{{1,9}}+){_S})?+"
_COUNT = (
    rf"\({_S}COUNT{_S}\({_S}(?P<distinct>DISTINCT\b{_S})?+(?P<what>\*|{_VAR}){_S}\)"
    rf"{_S}AS{_S}(?P<n>{_VAR}){_S}\){_S}"
)
_CLOSURE = (
    rf"{_PROLOGUE}SELECT{_S}(?:DISTINCT\b{_S})?+(?:(?P<x>{_VAR})|{_COUNT}){_S}(?:WHERE{_S})?+"
    rf"\{{{_S}(?P<s>{_NODE}|{_VAR}){_S}(?P<p>{_NODE})(?P<path>[+*]){_S}(?P<o>{_NODE}|{_VAR}){_S}"
    rf"(?:\.{_S})?+\}}{_S}\Z"
)
_GROUP = (
    rf"{_PROLOGUE}SELECT{_S}(?P<key>{_VAR}){_S}{_COUNT}(?:WHERE{_S})?+\{{{_S}"
    rf"(?P<graph>GRAPH{_S}(?P<g>{_VAR}){_S}\{{{_S})?+"
    rf"(?P<s>{_VAR}){_S}(?P<p>{_NODE}|{_VAR}|a(?=[ \t\r\n?$])){_S}(?P<o>{_VAR}){_S}(?:\.{_S})?+"
    rf"(?(graph)\}}{_S})\}}{_S}GROUP[ \t\r\n]++BY{_S}(?P<group>{_VAR}){_S}{_ORDER}{_LIMIT}\Z"
)
_TOTAL = (
    rf"{_PROLOGUE}SELECT{_S}{_COUNT}(?:WHERE{_S})?+\{{{_S}"
    rf"(?P<s>{_VAR}){_S}(?P<p>{_NODE}|{_VAR}){_S}(?P<o>{_VAR}){_S}(?:\.{_S})?+\}}{_S}\Z"
)
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class Shortcuts:
    """The file of one generation, mapped. ``answer`` gives None for all that it is not for."""

    def __init__(self, folder: Path) -> None:
        """Open the file in the generation's ``folder``; raises OSError when there is none."""
        with (folder / NAME).open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        line = self._map.readline()
        self._head: dict[str, Any] = json.loads(line)
        if self._head["order"] != sys.byteorder:
            raise OSError("written on a machine of another byte order")
        nodes, edges = self._head["nodes"], self._head["edges"]
        place, view = len(line), memoryview(self._map)
        self._arrays = {}
        for name, size in zip(ARRAYS, (nodes + 1, nodes + 1, edges, nodes + 1, edges), strict=True):
            self._arrays[name] = view[place : place + 4 * size].cast("I")
            place += 4 * size
        self._text = view[place:]
        try:
            self._texts: Texts | None = Texts(folder)
        except (OSError, ValueError, KeyError):  # a generation of before there were any
            self._texts = None
        try:
            self.statements: Statements | None = Statements(folder)
        except (OSError, ValueError, KeyError):
            self.statements = None

    def answer(
        self, query: str, media_type: str, most: int | None = None
    ) -> Iterator[bytes] | None:
        """Return the pieces of the answer, or None when the engine has to give it.

        ``most``: steps of a microsecond that may be taken, each a node that is followed or found,
        or two rows of known counts; what would take more is None before it is done.
        """
        if len(query) > LONGEST or media_type not in (*_JSON, _CSV, _TSV):
            return None
        if most is None and self.statements and media_type in _JSON and (asked := recognise(query)):
            try:
                return iter([self.statements.answer(asked)])
            except TooMuch:
                return None
        # Compiled at the first need (and kept by `re`): most processes never need them, and it
        # would take a third of their start.
        lower = query.lower()
        if ("+" in query or "*" in query) and (found := re.match(_CLOSURE, query, re.IGNORECASE)):
            return self._closure(found, media_type, most)
        if self._texts and media_type in _JSON and "contains" in lower:
            return self._texts.answer(query, most)
        if "count" in lower:
            if "group" in lower and (found := re.match(_GROUP, query, re.IGNORECASE)):
                return self._group(found, media_type, most)
            if found := re.match(_TOTAL, query, re.IGNORECASE):
                return self._total(found, media_type)
        return None

    def _closure(
        self, found: re.Match[str], media_type: str, most: int | None
    ) -> Iterator[bytes] | None:
        subject, value = found["s"], found["o"]
        forth = value[0] in "?$"
        if forth == (subject[0] in "?$") or _iri(found["p"], found) != DRAWS_ON:
            return None
        variable, node = (value, subject) if forth else (subject, value)
        start = _iri(node, found)
        chosen = found["x"] or found["what"]
        if start is None or chosen not in (variable, "*") or not self._head["plain"]:
            return None
        reached = self._reach(start, forth, found["path"] == "*", most)
        if reached is None:
            return None
        if found["n"]:
            if found["n"] == variable:
                return None
            return _numbers(found["n"][1:], len(reached), media_type)
        return self._nodes(variable[1:], reached, media_type)

    def _reach(self, iri: str, forth: bool, itself: bool, most: int | None) -> list[int] | None:
        """Find what can be reached from a node in one step or more; None for an unknown one, or
        when it is over ``most``.
        """
        start = self._find(iri.encode())
        if start is None:
            return None
        begins, ends = (
            self._arrays["forth" if forth else "back"],
            self._arrays["forth_to" if forth else "back_to"],
        )
        seen = bytearray(self._head["nodes"])
        seen[start] = itself
        found, level = [start] if itself else [], [start]
        while level:
            following = []
            for node in level:
                for end in ends[begins[node] : begins[node + 1]]:
                    if not seen[end]:
                        seen[end] = 1
                        following.append(end)
            found += following
            level = following
            if most is not None and len(found) > most:
                return None
        return found

    def _find(self, iri: bytes) -> int | None:
        begins, text = self._arrays["text"], self._text
        low, high = 0, self._head["nodes"]
        while low < high:
            middle = (low + high) // 2
            if bytes(text[begins[middle] : begins[middle + 1]]) < iri:
                low = middle + 1
            else:
                high = middle
        if low < self._head["nodes"] and bytes(text[begins[low] : begins[low + 1]]) == iri:
            return low
        return None

    def _nodes(self, name: str, nodes: list[int], media_type: str) -> Iterator[bytes]:
        begins = self._arrays["text"]
        text: memoryview | bytes = self._text
        if len(nodes) > _FEW:
            text = bytes(text)  # once: slices of bytes are cheaper than of a view
        iris = (bytes(text[begins[node] : begins[node + 1]]) for node in nodes)
        if media_type == _CSV:
            yield name.encode() + b"\r\n"
            if nodes:
                yield b"\r\n".join(iris) + b"\r\n"
        elif media_type == _TSV:
            yield f"?{name}\n".encode()
            if nodes:
                yield b"<" + b">\n<".join(iris) + b">\n"
        else:
            before = f'{{"{name}":{{"type":"uri","value":"'.encode()
            yield f'{{"head":{{"vars":["{name}"]}},"results":{{"bindings":['.encode()
            if nodes:
                yield before + (b'"}},' + before).join(iris) + b'"}}'
            yield b"]}}"

    def _group(
        self, found: re.Match[str], media_type: str, most: int | None
    ) -> Iterator[bytes] | None:
        key, number = found["key"], found["n"]
        subject, predicate, value = found["s"], found["p"], found["o"]
        names = [name for name in (subject, predicate, value, found["g"]) if name]
        variables = [name for name in names if name[0] in "?$"]
        if (
            found["group"] != key
            or len({name[1:] for name in variables}) < len(variables)
            or number[1:] in {name[1:] for name in variables}
            or (found["by"] or number) != number
            or found["what"] not in ("*", *variables)
            # The engine counts a statement of two graphs twice, and so does the file.
            or found["distinct"]
        ):
            return None
        limit = int(found["limit"]) if found["limit"] else None
        counts: dict[str, int] | None = None
        if found["graph"]:
            if predicate[0] in "?$" and key == found["g"]:
                counts = self._head["graphs"]
        elif predicate[0] in "?$":
            if key == predicate:
                counts = self._head["predicates"]
        elif key == value and (iri := _TYPE if predicate == "a" else _iri(predicate, found)):
            if iri not in self._head["predicates"]:
                counts = {}
            elif iri == DRAWS_ON:
                counts = self._drawn(limit if found["order"] else None, most)
            else:
                counts = self._head["values"].get(iri)
        if counts is None or (most is not None and len(counts) > 2 * most):
            return None
        rows = list(counts.items())
        if found["order"]:
            rows.sort(key=lambda row: -row[1])
        return _pairs(key[1:], number[1:], rows[:limit], media_type)

    def _drawn(self, first: int | None, most: int | None) -> dict[str, int] | None:
        """Count what draws on each node, or on the ``first`` few that are drawn on most."""
        begins, text = self._arrays["back"], self._arrays["text"]
        # An edge of two graphs, or an end that is no IRI: the arrays know less than the graph.
        if self._head["edges"] != self._head["predicates"].get(DRAWS_ON):
            return None
        ranked: list[int] = self._head["ranked"]
        if most is not None and min(first or MOST_VALUES, len(ranked)) > most:
            return None
        if len(ranked) == MOST_VALUES and (first is None or first > MOST_VALUES):  # there are more
            ends = begins.tolist()
            ranked = [node for node, pair in enumerate(pairwise(ends)) if pair[0] < pair[1]]
            ranked.sort(key=lambda node: ends[node] - ends[node + 1])
        return {
            bytes(self._text[text[node] : text[node + 1]]).decode(): begins[node + 1] - begins[node]
            for node in ranked[:first]
        }

    def _total(self, found: re.Match[str], media_type: str) -> Iterator[bytes] | None:
        subject, predicate, value, number = (found[name] for name in ("s", "p", "o", "n"))
        variables = [name for name in (subject, predicate, value) if name[0] in "?$"]
        names = [name[1:] for name in (*variables, number)]
        if len(set(names)) < len(names) or found["what"] not in ("*", *variables):
            return None
        if found["distinct"]:
            return None
        if predicate[0] in "?$":
            total = self._head["total"]
        elif (iri := _iri(predicate, found)) is None:
            return None
        else:
            total = self._head["predicates"].get(iri, 0)
        return _numbers(number[1:], total, media_type)


def _iri(text: str, found: re.Match[str]) -> str | None:
    return iri(text, prefixes(found.string))


_FEW = 5_000
_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"


def _numbers(name: str, number: int, media_type: str) -> Iterator[bytes]:
    if media_type == _CSV:
        yield f"{name}\r\n{number}\r\n".encode()
    elif media_type == _TSV:
        yield f"?{name}\n{number}\n".encode()
    else:
        yield (
            f'{{"head":{{"vars":["{name}"]}},"results":{{"bindings":[{{"{name}":'
            f'{{"type":"literal","value":"{number}","datatype":"{_INTEGER}"}}}}]}}}}'
        ).encode()


def _pairs(
    key: str, name: str, rows: Iterable[tuple[str, int]], media_type: str
) -> Iterator[bytes] | None:
    if media_type in (_CSV, _TSV):
        rows = list(rows)
        if any(set(iri) & set("\",'\r\n\t\\") for iri, _ in rows):
            return None
        csv = media_type == _CSV
        lines = [f"{key},{name}\r\n" if csv else f"?{key}\t?{name}\n"]
        lines += [f"{iri},{n}\r\n" if csv else f"<{iri}>\t{n}\n" for iri, n in rows]
        return iter(["".join(lines).encode()])
    bindings = ",".join(
        f'{{"{key}":{{"type":"uri","value":{encode_basestring(iri)}}},'
        f'"{name}":{{"type":"literal","value":"{n}","datatype":"{_INTEGER}"}}}}'
        for iri, n in rows
    )
    head = f'{{"head":{{"vars":["{key}","{name}"]}},"results":{{"bindings":['
    return iter([f"{head}{bindings}]}}}}".encode()])
