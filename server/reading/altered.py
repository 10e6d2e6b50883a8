"""What changed while it stood: bodies that were renamed or gained functions, law that was amended,
posts that changed hands.

:func:`facts` reads the graph once for a generation; :func:`between` is pure.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from reformgraph.server.reading import graph
from reformgraph.store import Store


@dataclass(frozen=True, slots=True)
class Alteration:
    """``by`` (a change event, a law, a tenure) changed ``iri`` between two days (ISO, both in)."""

    iri: str
    by: str
    earliest: str
    latest: str


@dataclass(frozen=True, slots=True)
class Altered:
    """One thing that stood on both days, and what changed it in between; ``sure``: certainly then."""

    iri: str
    by: tuple[str, ...]
    sure: bool


_LAW = "?by rg:amends|rg:repeals ?x ;"
_PART = f"{_LAW} eli:is_part_of ?law . ?law"
_NOT_BEGUN = "FILTER NOT EXISTS { ?by rg:startEarliest ?came }"
_LAW_NOT_BEGUN = "FILTER NOT EXISTS { ?law rg:startEarliest ?begun }"
_NOT_MADE = "FILTER NOT EXISTS { ?by rg:dateEarliest ?made }"
_QUERIES = (
    # A change event that a body was part of.
    (
        "?by a ?t FILTER(?t IN (rg:Creation, rg:Merger, rg:Split, rg:Renaming, rg:Transfer, rg:Abolition))"
        " ?by org:originalOrganization|org:resultingOrganization|rg:transferredFrom|rg:transferredTo ?x ."
        " ?by rg:dateEarliest ?e OPTIONAL { ?by rg:dateLatest ?l }"
    ),
    # Law that changed it: from its commencement, else its making, else those of the law it is part
    # of. Four queries, for Virtuoso 7.2 loses some of many OPTIONALs in a row.
    f"{_LAW} rg:startEarliest ?e OPTIONAL {{ ?by rg:startLatest ?l }}",
    f"{_LAW} rg:dateEarliest ?e OPTIONAL {{ ?by rg:dateLatest ?l }} {_NOT_BEGUN}",
    f"{_PART} rg:startEarliest ?e OPTIONAL {{ ?law rg:startLatest ?l }} {_NOT_BEGUN} {_NOT_MADE}",
    f"{_PART} rg:dateEarliest ?e OPTIONAL {{ ?law rg:dateLatest ?l }} {_NOT_BEGUN} {_NOT_MADE} {_LAW_NOT_BEGUN}",
    # Somebody else came into a post.
    "?by rg:tenureOf ?x ; rg:startEarliest ?e OPTIONAL { ?by rg:startLatest ?l }",
)


def facts(store: Store) -> tuple[Alteration, ...]:
    """Read everything that changed something else, with when."""
    found = {
        Alteration(*map(graph.text, row))
        for pattern in _QUERIES
        for row in graph.rows(store, f"SELECT DISTINCT ?x ?by ?e ?l {{ {pattern} }}")
    }
    return tuple(sorted(found, key=lambda a: (a.iri, a.earliest, a.by)))


def between(
    known: Iterable[Alteration], stayed: Iterable[str], first: datetime.date, last: datetime.date
) -> tuple[Altered, ...]:
    """Return what of ``stayed`` changed after ``first`` and by ``last``, in the order of ``stayed``.

    What is dated too roughly to be sure counts too, and says so.
    """
    low, high = first.isoformat(), last.isoformat()
    found: dict[str, list[Alteration]] = {iri: [] for iri in stayed}
    for each in known:
        if each.iri in found and each.earliest <= high and (each.latest or "9999") > low:
            found[each.iri].append(each)
    return tuple(
        Altered(
            iri,
            tuple(dict.fromkeys(each.by for each in some)),
            any(each.earliest > low and each.latest and each.latest <= high for each in some),
        )
        for iri, some in found.items()
        if some
    )
