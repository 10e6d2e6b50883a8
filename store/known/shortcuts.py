"""Answers that need no engine: closures of ``rg:drawsOn`` and counts over a whole generation.

A query is recognised as a whole and strictly; whatever is written otherwise goes to the engine,
which gives the same rows (tests compare the two). Used by the query processes and, for little
work, by the HTTP workers: see ``shortcut_index`` for the file and why it is there, and
``group_counts`` for the counts.
"""

from __future__ import annotations

import json
import mmap
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reformgraph.store.known.group_counts import COUNT, CSV, JSON_TYPES, TSV, GroupCounts, table
from reformgraph.store.known.lookups import TooMuch, recognise
from reformgraph.store.known.reach import Reach, Run
from reformgraph.store.known.shortcut_index import DRAWS_ON, NAME
from reformgraph.store.known.sparql_text import NODE as _NODE
from reformgraph.store.known.sparql_text import PROLOGUE as _PROLOGUE
from reformgraph.store.known.sparql_text import VAR as _VAR
from reformgraph.store.known.sparql_text import S as _S
from reformgraph.store.known.sparql_text import iri, prefixes
from reformgraph.store.known.statements import Statements
from reformgraph.store.known.texts import Texts

LONGEST = 2_000
_CLOSURE = (
    rf"{_PROLOGUE}SELECT{_S}(?:DISTINCT\b{_S})?+(?:(?P<x>{_VAR})|{COUNT}){_S}(?:WHERE{_S})?+"
    rf"\{{{_S}(?P<s>{_NODE}|{_VAR}){_S}(?P<p>{_NODE})(?P<path>[+*]){_S}(?P<o>{_NODE}|{_VAR}){_S}"
    rf"(?:\.{_S})?+\}}{_S}\Z"
)


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
        self._counts = GroupCounts(head, self._map, self._reach)
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
        or four terms of known counts; what would take more is None before it is done.
        """
        if len(query) > LONGEST or media_type not in (*JSON_TYPES, CSV, TSV):
            return None
        if (
            most is None
            and self.statements
            and media_type in JSON_TYPES
            and (asked := recognise(query))
        ):
            try:
                return iter([self.statements.answer(asked)])
            except TooMuch:
                return None
        # Compiled at the first need (and kept by `re`): most processes never need them, and it
        # would take a third of their start.
        lower = query.lower()
        if ("+" in query or "*" in query) and (found := re.match(_CLOSURE, query, re.IGNORECASE)):
            return self._closure(found, media_type, most)
        if self._texts and media_type in JSON_TYPES and "contains" in lower:
            return self._texts.answer(query, most)
        if "count" in lower:
            return self._counts.answer(query, media_type, most)
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
            number = sum([end - first for first, end in runs])
            return table([found["n"][1:]], [(number,)], media_type)
        return self._nodes(variable[1:], runs, media_type)

    def _nodes(self, name: str, runs: list[Run], media_type: str) -> Iterator[bytes]:
        if media_type == CSV:
            head, before, after, foot = f"{name}\r\n", "", "\r\n", ""
        elif media_type == TSV:
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


def _iri(text: str, found: re.Match[str]) -> str | None:
    return iri(text, prefixes(found.string))
