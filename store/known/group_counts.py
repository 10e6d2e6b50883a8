"""Counts over a whole generation that it knows beforehand, and their rows as the engine writes them.

By predicate, graph, object, object and class of the subject, year; and totals. A query is recognised
as a whole and strictly, as in ``shortcuts``; ``count_index`` says what is counted and why so.
"""

from __future__ import annotations

import mmap
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any

from reformgraph.ontology.terms import RDF, XSD
from reformgraph.store.known.reach import Reach
from reformgraph.store.known.shortcut_index import DRAWS_ON, MOST_RANKED
from reformgraph.store.known.sparql_text import NODE as _NODE
from reformgraph.store.known.sparql_text import PROLOGUE as _PROLOGUE
from reformgraph.store.known.sparql_text import VAR as _VAR
from reformgraph.store.known.sparql_text import S as _S
from reformgraph.store.known.sparql_text import iri, prefixes

JSON_TYPES = ("application/sparql-results+json", "application/json")
CSV, TSV = "text/csv", "text/tab-separated-values"

COUNT = (
    rf"\({_S}COUNT{_S}\({_S}(?P<distinct>DISTINCT\b{_S})?+(?P<what>\*|{_VAR}){_S}\)"
    rf"{_S}AS{_S}(?P<n>{_VAR}){_S}\){_S}"
)
_DOT = rf"(?:\.{_S})?+"
_A = r"(?-i:a)(?=[ \t\r\n?$])"
_BY = rf"GROUP[ \t\r\n]++BY{_S}"
_LAST = (
    rf"{_S}(?:ORDER[ \t\r\n]++BY{_S}DESC{_S}\({_S}(?P<by>{_VAR}){_S}\){_S})?+"
    rf"(?:LIMIT[ \t\r\n]++(?P<limit>[0-9]{{1,9}}+){_S})?+\Z"
)
_GROUP = (
    rf"{_PROLOGUE}SELECT{_S}(?P<key>{_VAR}){_S}{COUNT}(?:WHERE{_S})?+\{{{_S}"
    rf"(?P<graph>GRAPH{_S}(?P<g>{_VAR}){_S}\{{{_S})?+"
    rf"(?P<s>{_VAR}){_S}(?P<p>{_NODE}|{_VAR}|{_A}){_S}(?P<o>{_VAR}){_S}{_DOT}"
    rf"(?(graph)\}}{_S})\}}{_S}{_BY}(?P<group>{_VAR}){_LAST}"
)
_BY_CLASS = (
    rf"{_PROLOGUE}SELECT{_S}(?P<key>{_VAR}){_S}(?P<key2>{_VAR}){_S}{COUNT}(?:WHERE{_S})?+\{{{_S}"
    rf"(?P<s>{_VAR}){_S}(?P<p>{_NODE}|{_A}){_S}(?P<o>{_VAR}){_S}(?:;|\.{_S}(?P<s2>{_VAR})){_S}"
    rf"(?P<p2>{_NODE}|{_A}){_S}(?P<o2>{_VAR}){_S}{_DOT}\}}{_S}"
    rf"{_BY}(?P<group>{_VAR}){_S}(?P<group2>{_VAR}){_LAST}"
)
_YEAR = rf"\({_S}YEAR{_S}\({_S}(?P<of>{_VAR}){_S}\){_S}AS{_S}(?P<year>{_VAR}){_S}\)"
_BY_YEAR = (
    rf"{_PROLOGUE}SELECT{_S}(?P<key>{_VAR}){_S}{COUNT}(?:WHERE{_S})?+\{{{_S}"
    rf"(?P<s>{_VAR}){_S}(?P<p>{_NODE}){_S}(?P<o>{_VAR}){_S}{_DOT}"
    # The year is told either here or where it is grouped by.
    rf"(?P<bind>BIND{_S}{_YEAR}{_S}{_DOT})?+\}}{_S}"
    rf"{_BY}(?(bind)(?P<group>{_VAR})|{_YEAR.replace('<of>', '<of2>').replace('<year>', '<year2>')})"
    rf"{_LAST}"
)
_TOTAL = (
    rf"{_PROLOGUE}SELECT{_S}{COUNT}(?:WHERE{_S})?+\{{{_S}"
    rf"(?P<s>{_VAR}){_S}(?P<p>{_NODE}|{_VAR}){_S}(?P<o>{_VAR}){_S}{_DOT}\}}{_S}\Z"
)


class GroupCounts:
    """The counts of one generation: the ``head`` of its ``shortcuts.bin``, and the ``mapped`` file.

    ``reach`` knows how often each node is drawn on.
    """

    def __init__(self, head: Mapping[str, Any], mapped: mmap.mmap, reach: Reach) -> None:
        self._head, self._map, self._reach = head, mapped, reach
        # A file of before these were counted has neither.
        self._years: dict[str, dict[str, int]] = head.get("years", {})
        self._pairs: dict[str, list[int]] = head.get("pairs", {})

    def answer(self, query: str, media_type: str, most: int | None) -> Iterator[bytes] | None:
        """Return the pieces of the answer, or None when the engine has to give it.

        ``media_type`` is one of JSON, CSV and TSV. ``most``: four times as many terms are written at most.
        """
        lower = query.lower()
        if "group" not in lower:
            found = re.match(_TOTAL, query, re.IGNORECASE)
            return self._total(found, media_type) if found else None
        if "year" in lower and (found := re.match(_BY_YEAR, query, re.IGNORECASE)):
            return self._by_year(found, media_type, most)
        if found := re.match(_GROUP, query, re.IGNORECASE):
            return self._group(found, media_type, most)
        if found := re.match(_BY_CLASS, query, re.IGNORECASE):
            return self._by_class(found, media_type, most)
        # A total whose names have the word in them.
        found = re.match(_TOTAL, query, re.IGNORECASE)
        return self._total(found, media_type) if found else None

    def _group(
        self, found: re.Match[str], media_type: str, most: int | None
    ) -> Iterator[bytes] | None:
        key, predicate = found["key"], found["p"]
        names = [name for name in (found["s"], predicate, found["o"], found["g"]) if name]
        variables = [name for name in names if name[0] in "?$"]
        if found["group"] != key or not _plain(found, variables):
            return None
        counts: Mapping[str, int] | None = None
        if found["graph"]:
            if predicate[0] in "?$" and key == found["g"]:
                counts = self._head["graphs"]
        elif predicate[0] in "?$":
            if key == predicate:
                counts = self._head["predicates"]
        elif key == found["o"] and (name := _iri(predicate, found)):
            if name not in self._head["predicates"]:
                counts = {}
            elif name == DRAWS_ON:
                first = int(found["limit"]) if found["by"] and found["limit"] else None
                counts = self._drawn(first, most)
            else:
                counts = self._head["values"].get(name)
        if counts is None:
            return None
        return _answer(found, [key], list(counts.items()), media_type, most)

    def _by_class(
        self, found: re.Match[str], media_type: str, most: int | None
    ) -> Iterator[bytes] | None:
        value, class_ = found["o"], found["o2"]
        predicate, type_ = _iri(found["p"], found), _iri(found["p2"], found)
        if predicate == RDF.type.value:
            predicate, type_, value, class_ = type_, predicate, class_, value
        keys = [found["key"], found["key2"]]
        if (
            type_ != RDF.type.value
            or predicate is None
            or found["s2"] not in (None, found["s"])
            or {*keys} != {value, class_}
            or {found["group"], found["group2"]} != {value, class_}
            or not _plain(found, [found["s"], value, class_])
        ):
            return None
        rows: list[tuple[str, str, int]] = []
        if predicate in self._pairs:
            number, first = self._pairs[predicate]
            begin = len(self._map) - 12 * (sum(n for n, _ in self._pairs.values()) - first)
            numbers = array("I", self._map[begin : begin + 12 * number])
            values, classes = list(self._head["values"][predicate]), self._head["classes"]
            rows = [
                (values[place], classes[type_place], count)
                for place, type_place, count in zip(*(numbers[i::3] for i in range(3)), strict=True)
            ]
            if keys[0] != value:
                rows = [(name, of, count) for of, name, count in rows]
        elif predicate in self._head["predicates"]:
            return None
        return _answer(found, keys, rows, media_type, most)

    def _by_year(
        self, found: re.Match[str], media_type: str, most: int | None
    ) -> Iterator[bytes] | None:
        key, value, predicate = found["key"], found["o"], _iri(found["p"], found)
        if (
            predicate is None
            or (found["of"] or found["of2"]) != value
            or (found["year"] or found["year2"]) != key
            or (found["group"] or key) != key
            or not _plain(found, [found["s"], value, key])
        ):
            return None
        counts = self._years.get(predicate)
        if counts is None:
            if predicate in self._head["predicates"]:
                return None
            counts = {}
        rows = [(int(year), count) for year, count in counts.items()]
        return _answer(found, [key], rows, media_type, most)

    def _drawn(self, first: int | None, most: int | None) -> dict[str, int] | None:
        """Count what draws on each node, or on the ``first`` few that are drawn on most."""
        # An edge of two graphs, or an end that is no IRI: the arrays know less than the graph.
        if self._head["edges"] != self._head["predicates"].get(DRAWS_ON):
            return None
        ranked: list[int] = self._head["ranked"]
        if most is not None and min(len(ranked) if first is None else first, len(ranked)) > most:
            return None
        drawn = self._reach.drawn
        if len(ranked) == MOST_RANKED and (first is None or first > MOST_RANKED):  # there are more
            if most is not None:
                return None
            counts = list(drawn)
            ranked = [node for node, count in enumerate(counts) if count]
            ranked.sort(key=lambda node: -counts[node])
        return {self._reach.iri(node).decode(): drawn[node] for node in ranked[:first]}

    def _total(self, found: re.Match[str], media_type: str) -> Iterator[bytes] | None:
        predicate = found["p"]
        variables = [name for name in (found["s"], predicate, found["o"]) if name[0] in "?$"]
        if not _plain(found, variables):
            return None
        if predicate[0] in "?$":
            total = self._head["total"]
        elif (name := _iri(predicate, found)) is None:
            return None
        else:
            total = self._head["predicates"].get(name, 0)
        return table([found["n"][1:]], [(total,)], media_type)


def _plain(found: re.Match[str], variables: Sequence[str]) -> bool:
    """Whether all names differ, and rows are counted, by a name or a star, and ordered by that."""
    names = [name[1:] for name in (*variables, found["n"])]
    return (
        len(set(names)) == len(names)
        and found["what"] in ("*", *variables)
        # The engine counts a statement of two graphs twice, and so does the file.
        and not found["distinct"]
        and (found.groupdict().get("by") or found["n"]) == found["n"]
    )


def _iri(text: str, found: re.Match[str]) -> str | None:
    return RDF.type.value if text == "a" else iri(text, prefixes(found.string))


def _answer(
    found: re.Match[str],
    keys: Sequence[str],
    rows: Sequence[tuple[Any, ...]],
    media_type: str,
    most: int | None,
) -> Iterator[bytes] | None:
    if most is not None and len(rows) * (len(keys) + 1) > 4 * most:
        return None
    if found["by"]:
        rows = sorted(rows, key=lambda row: -row[-1])
    limit = int(found["limit"]) if found["limit"] else None
    return table([name[1:] for name in (*keys, found["n"])], rows[:limit], media_type)


def table(
    names: Sequence[str], rows: Sequence[tuple[str | int, ...]], media_type: str
) -> Iterator[bytes] | None:
    """Return rows as JSON, CSV or TSV: IRIs (str) and integers, in the order of ``names``.

    None where an IRI would have to be escaped in CSV or TSV.
    """
    columns: list[Sequence[str | int]] = list(zip(*rows, strict=True))
    iris = [isinstance(column[0], str) for column in columns]
    if media_type in (CSV, TSV):
        for column, is_iri in zip(columns, iris, strict=True):
            if is_iri and not _UNQUOTED.isdisjoint("".join(map(str, column))):
                return None
        csv = media_type == CSV
        between, end = (",", "\r\n") if csv else ("\t", "\n")
        line = between.join("<%s>" if is_iri and not csv else "%s" for is_iri in iris) + end
        head = between.join(names if csv else [f"?{name}" for name in names]) + end
        return iter([(head + "".join(map(line.__mod__, rows))).encode()])
    columns = [
        [encode_basestring(str(iri)) for iri in column] if is_iri else column
        for column, is_iri in zip(columns, iris, strict=True)
    ]
    cells = (
        f'"{name}":{{"type":"uri","value":%s}}'
        if is_iri
        else f'"{name}":{{"type":"literal","value":"%d","datatype":"{XSD.integer.value}"}}'
        for name, is_iri in zip(names, iris, strict=False)
    )
    line = f"{{{','.join(cells)}}}"
    bindings = ",".join(map(line.__mod__, zip(*columns, strict=True)))
    head = ",".join(f'"{name}"' for name in names)
    return iter([f'{{"head":{{"vars":[{head}]}},"results":{{"bindings":[{bindings}]}}}}'.encode()])


_UNQUOTED = frozenset("\",'\r\n\t\\")
