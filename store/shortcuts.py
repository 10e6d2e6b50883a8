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
from json.encoder import encode_basestring
from pathlib import Path
from typing import Any

from reformgraph.store.lookups import TooMuch, recognise
from reformgraph.store.reach import Reach, Run
from reformgraph.store.shortcut_index import DRAWS_ON, MOST_VALUES, NAME
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
        head = self._head
        self._reach = Reach(
            *(self._map, len(line)), nodes=head["nodes"], edges=head["edges"], across=head["across"]
        )
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
        node_ = self._reach.find(start.encode())
        if node_ is None:
            return None
        runs = self._reach.runs(node_, forth=forth, itself=found["path"] == "*", most=most)
        if runs is None:
            return None
        if found["n"]:
            if found["n"] == variable:
                return None
            return _numbers(found["n"][1:], sum([end - first for first, end in runs]), media_type)
        return self._nodes(variable[1:], runs, media_type)

    def _nodes(self, name: str, runs: list[Run], media_type: str) -> Iterator[bytes]:
        if media_type == _CSV:
            head, before, after, foot = f"{name}\r\n", "", "\r\n", ""
        elif media_type == _TSV:
            head, before, after, foot = f"?{name}\n", "<", ">\n", ""
        else:
            head = f'{{"head":{{"vars":["{name}"]}},"results":{{"bindings":['
            before, after, foot = f'{{"{name}":{{"type":"uri","value":"', '"}},', "]}}"
        yield head.encode()
        if runs:
            piece, between = before.encode(), (after + before).encode()
            for text in self._reach.texts(runs):
                yield piece
                piece = text.replace(b"\n", between)
            # Behind the last one stand the comma of JSON and the begin of another one.
            yield piece[: len(piece) - len(before) - len(foot[:1])]
        yield foot.encode()

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
        # An edge of two graphs, or an end that is no IRI: the arrays know less than the graph.
        if self._head["edges"] != self._head["predicates"].get(DRAWS_ON):
            return None
        ranked: list[int] = self._head["ranked"]
        if most is not None and min(len(ranked) if first is None else first, len(ranked)) > most:
            return None
        drawn = self._reach.drawn
        if len(ranked) == MOST_VALUES and (first is None or first > MOST_VALUES):  # there are more
            if most is not None:
                return None
            counts = list(drawn)
            ranked = [node for node, count in enumerate(counts) if count]
            ranked.sort(key=lambda node: -counts[node])
        return {self._reach.iri(node).decode(): drawn[node] for node in ranked[:first]}

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
