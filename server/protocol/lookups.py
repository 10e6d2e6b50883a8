"""Look-ups that need no engine: a few statements of one named thing, and of what they point to.

``<a> rdfs:label ?l`` or ``<a> rg:drawsOn ?x . ?x rdfs:label ?l ; rg:date ?d``: read from the store's
index row by row and written as JSON here, which spares the engine's parser and planner, or the way
to a query process. The bytes are the engine's (tests compare them), so what
is not certain is left to it: rows whose order the engine might choose otherwise (two patterns of
one subject that both have several values), values that JSON results write in another manner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode

from reformgraph.server.protocol.tiny import TooMuch
from reformgraph.store.result_json import term
from reformgraph.store.sparql_text import NODE as _NODE
from reformgraph.store.sparql_text import PROLOGUE, VAR, S, iri, prefixes

JSON = "application/sparql-results+json"
LONGEST = 2_000
MOST_ROWS = 1_000
MOST_STEPS = 200
"""Things that the first pattern may lead to, where there is a second group."""
PATTERNS = 4
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")

_VERB = rf"(?:{_NODE}|a(?=[ \t\r\n?$]))"
_PAIRS = rf"{_VERB}{S}{VAR}{S}(?:;{S}{_VERB}{S}{VAR}{S})*+"
_QUERY = re.compile(
    rf"""(?P<prologue>{PROLOGUE})
    SELECT{S}(?P<chosen>(?:{VAR}{S})++)(?:WHERE{S})?+\{{{S}
    (?P<subject>{_NODE}){S}
    (?P<pairs>{_PAIRS})
    (?:\.{S}(?P<via>{VAR}){S}(?P<more>{_PAIRS}))?+
    (?:\.{S})?+\}}{S}(?:LIMIT{S}(?P<limit>[0-9]{{1,9}}+){S})?+\Z""",
    re.IGNORECASE | re.VERBOSE,
)
_PAIR = re.compile(rf"({_VERB}){S}({VAR}){S};?+{S}", re.IGNORECASE | re.VERBOSE)
_SD = re.compile(rf"{VAR}|\#[^\r\n]*+")

_Pairs = tuple[tuple[NamedNode, str], ...]


@dataclass(frozen=True, slots=True)
class LookUp:
    """A recognised look-up: patterns of one subject, and of what the only one of them leads to."""

    query: str
    chosen: tuple[str, ...]
    subject: NamedNode
    pairs: _Pairs
    via: str
    more: _Pairs
    limit: int

    form = "SELECT"


def recognise(query: str) -> LookUp | None:
    """Return the look-up that ``query`` is, or None. Linear in the text; never raises."""
    if len(query) > LONGEST or (found := _QUERY.match(query)) is None:
        return None
    prologue, named, subject_, some, via, others, limit = found.groups()
    try:
        subject = _node(subject_, prologue)
        pairs, more = _pairs(some, prologue), _pairs(others, prologue) if others else ()
    except ValueError:  # an unknown prefix, a relative IRI: the engine tells
        return None
    via = via[1:] if via else ""
    chosen = tuple([name[1:] for name in _SD.findall(named) if name[0] in "?$"])
    names = [name for _, name in (*pairs, *more)]
    if (
        len(set(names)) < len(names)
        or len(set(chosen)) < len(chosen)
        or not set(chosen) <= set(names)
        or max(len(pairs), len(more)) > PATTERNS
        # A second group hangs on the one value of the first.
        or (via and (len(pairs) != 1 or pairs[0][1] != via))
    ):
        return None
    return LookUp(query, chosen, subject, pairs, via, more, int(limit) if limit else -1)


def _node(text: str, prologue: str) -> NamedNode:
    """Return what a term means; raises ValueError for a relative IRI or an unknown prefix."""
    return NamedNode(iri(text, {} if text[0] == "<" else _declared(prologue)) or "")


@lru_cache(256)
def _declared(prologue: str) -> dict[str, str]:
    return prefixes(prologue)


# Programs ask the same of many things: the patterns repeat where the subject does not.
@lru_cache(1_024)
def _pairs(text: str, prologue: str) -> _Pairs:
    return tuple(
        (_TYPE if verb in "aA" else _node(verb, prologue), name[1:])
        for verb, name in _PAIR.findall(text)
    )


def run(store: pyoxigraph.Store, asked: LookUp) -> bytes:
    """Return the answer as JSON; raises TooMuch when the engine has to give it."""
    rows = _rows(store, asked)
    if asked.limit >= 0:
        rows = islice(rows, asked.limit)
    written: list[str] = []
    for row in rows:
        if len(written) == MOST_ROWS:
            raise TooMuch
        written.append(
            "{" + ",".join([f'"{name}":{_term(row[name])}' for name in asked.chosen]) + "}"
        )
    head = ",".join([f'"{name}"' for name in asked.chosen])
    return f'{{"head":{{"vars":[{head}]}},"results":{{"bindings":[{",".join(written)}]}}}}'.encode()


def _rows(store: pyoxigraph.Store, asked: LookUp) -> Iterator[dict[str, object]]:
    if not asked.via:
        yield from _star(store, asked.subject, asked.pairs)
    else:
        step, name = asked.pairs[0]
        for place, quad in enumerate(store.quads_for_pattern(asked.subject, step, None)):
            if place == MOST_STEPS:
                raise TooMuch
            node = quad.object
            if isinstance(node, NamedNode | BlankNode):
                for row in _star(store, node, asked.more):
                    row[name] = node
                    yield row
            elif not isinstance(node, Literal):
                raise TooMuch


def _star(
    store: pyoxigraph.Store, subject: NamedNode | BlankNode, pairs: _Pairs
) -> Iterable[dict[str, object]]:
    """Give the rows of some patterns of one subject, of which at most one has several values."""
    row: dict[str, object] = {}
    several: tuple[str, list[object]] | None = None
    for predicate, name in pairs:
        quads = store.quads_for_pattern(subject, predicate, None)
        values: list[object] = [quad.object for quad in islice(quads, MOST_ROWS + 1)]
        if not values:
            return ()
        if len(values) > 1:
            if several or len(values) > MOST_ROWS:
                raise TooMuch
            several = (name, values)
        row[name] = values[0]
    if several is None:
        return (row,)
    name, values = several
    return [{**row, name: value} for value in values]


@lru_cache(4_096)
def _term(value: object) -> str:
    try:
        return term(value)
    except ValueError:
        raise TooMuch from None
