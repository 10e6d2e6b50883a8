"""Look-ups that need no engine: statements of one named thing, and of what they point to.

``<a> rdfs:label ?l``, ``<a> ?p ?o`` or ``<a> rg:drawsOn ?x . ?x rdfs:label ?l ; rg:date ?d``: read
from ``statements.bin`` of the generation (see ``statements``) by whoever is asked, HTTP worker or
query process, so that both give the same bytes. A query is recognised as a whole and strictly;
written otherwise it goes to the engine, which gives the same rows (tests compare the two).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import NamedTuple, TypeAlias

from reformgraph.store.known.sparql_text import NODE as _NODE
from reformgraph.store.known.sparql_text import PROLOGUE, VAR, S, iri, prefixes

LONGEST = 2_000
"""Characters of a query that is looked at."""
PATTERNS = 4
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

_VERB = rf"(?:{_NODE}|a(?=[ \t\r\n?$]))"
_PAIRS = rf"{_VERB}{S}{VAR}{S}(?:;{S}{_VERB}{S}{VAR}{S})*+"
_QUERY = rf"""(?P<prologue>{PROLOGUE})
    SELECT{S}(?P<chosen>(?:{VAR}{S})++)(?:WHERE{S})?+\{{{S}
    (?P<subject>{_NODE}){S}
    (?:
      (?P<pairs>{_PAIRS})(?:\.{S}(?P<via>{VAR}){S}(?P<more>{_PAIRS}))?+
    | (?P<verb>{VAR}){S}(?P<any>{VAR}){S}
    )
    (?:\.{S})?+\}}{S}(?:LIMIT{S}(?P<limit>[0-9]{{1,9}}+){S})?+\Z"""
_PAIR = re.compile(rf"({_VERB}){S}({VAR}){S};?+{S}", re.IGNORECASE | re.VERBOSE)
_SD = re.compile(rf"{VAR}|\#[^\r\n]*+")

Pairs: TypeAlias = tuple[tuple[str, str], ...]
"""Predicates, and the variables of their objects."""


class TooMuch(Exception):
    """It is not so small, or not so certain: the engine shall answer."""


class LookUp(NamedTuple):
    """A recognised look-up: patterns of one subject, and of what the only one of them leads to.

    ``every``: the variables of predicate and object where all statements of the subject are meant.
    ``limit``: -1 for none.
    """

    query: str
    chosen: tuple[str, ...]
    subject: str
    pairs: Pairs
    via: str
    more: Pairs
    every: tuple[str, str] | None
    limit: int

    @property
    def form(self) -> str:
        """The form of the query, as SPARQL names it."""
        return "SELECT"


def recognise(query: str) -> LookUp | None:
    """Return the look-up that ``query`` is, or None. Linear in the text; never raises."""
    if len(query) > LONGEST or (found := _compiled().match(query)) is None:
        return None
    prologue, named, subject_, some, via, others, verb, any_, limit = found.groups()
    subject = iri(subject_, {} if subject_[0] == "<" else _declared(prologue))
    pairs = _pairs(some, prologue) if some else ()
    more = _pairs(others, prologue) if others else ()
    if subject is None or pairs is None or more is None:
        return None  # an unknown prefix, a relative IRI: the engine tells
    via = via[1:] if via else ""
    every = (verb[1:], any_[1:]) if verb else None
    chosen = tuple([name[1:] for name in _SD.findall(named) if name[0] in "?$"])
    names = list(every) if every else [name for _, name in (*pairs, *more)]
    if (
        len(set(names)) < len(names)
        or len(set(chosen)) < len(chosen)
        or not set(chosen) <= set(names)
        or max(len(pairs), len(more)) > PATTERNS
        # A second group hangs on the one value of the first.
        or (via and (len(pairs) != 1 or pairs[0][1] != via))
    ):
        return None
    return LookUp(query, chosen, subject, pairs, via, more, every, int(limit) if limit else -1)


# At the first need: most query processes never see a look-up, and it takes longer than they start.
@cache
def _compiled() -> re.Pattern[str]:
    return re.compile(_QUERY, re.IGNORECASE | re.VERBOSE)


@lru_cache(256)
def _declared(prologue: str) -> dict[str, str]:
    return prefixes(prologue)


# Programs ask the same of many things: the patterns repeat where the subject does not.
@lru_cache(1_024)
def _pairs(text: str, prologue: str) -> Pairs | None:
    declared = _declared(prologue)
    found = [
        (_TYPE if verb in "aA" else iri(verb, declared), name[1:])
        for verb, name in _PAIR.findall(text)
    ]
    pairs = tuple([(verb, name) for verb, name in found if verb is not None])
    return pairs if len(pairs) == len(found) else None
