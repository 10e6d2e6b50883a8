"""The effects on a law or provision, or those of it, counted by the law at the other end."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Final

from pyoxigraph import NamedNode

from reformgraph.store.base import Row, text

Select = Callable[[str], Iterable[Row]]
"""Runs a SELECT that uses the prefixes of the ontology."""

FEW: Final = 1_000
"""Effects that are named one by one in a query; a law with more is asked for as a whole."""
WAYS: Final = ("on", "by")


@dataclass(frozen=True, slots=True)
class Other:
    """A law at the other end: how many effects, and from which day to which, "" for none."""

    law: str
    count: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Effects:
    """All effects in one direction.

    ``laws`` by the local name of what is done (``amends``), most effects first; ``days`` in force,
    one for each effect. Of what the text does not show yet: ``open`` counts it, ``due`` are the
    days in force of what the text needs, ``prospective`` counts what has no day yet.
    """

    laws: dict[str, tuple[Other, ...]]
    days: tuple[str, ...]
    open: int
    due: tuple[str, ...]
    prospective: int

    def due_by(self, day: str) -> int:
        """Count what is outstanding on ``day`` (ISO 8601)."""
        return bisect_right(self.due, day)


@dataclass(frozen=True, slots=True)
class _Row:
    """One claim of an effect; an effect on several provisions has several."""

    word: str
    law: str
    id: str
    day: str
    applied: str
    required: str
    prospective: str


def read(select: Select, iri: str, *, whole: bool, way: str) -> Effects:
    """Count the effects on (``way`` ``on``) or by a law (``whole``) or provision."""
    rows = _rows(select, iri, whole, way)
    by_word: dict[str, dict[str, list[_Row]]] = {}
    for row in rows:
        by_word.setdefault(row.word, {}).setdefault(row.law, []).append(row)
    unapplied = [row for row in rows if row.applied == "false"]
    return Effects(
        laws={
            word: tuple(
                sorted((_other(*each) for each in laws.items()), key=lambda o: (-o.count, o.law))
            )
            for word, laws in sorted(by_word.items())
        },
        days=tuple(day for _, day in sorted({(row.id, row.day) for row in rows if row.day})),
        open=_ids(unapplied),
        due=tuple(
            sorted(
                {
                    row.id: row.day for row in unapplied if row.required == "true" and row.day
                }.values()
            )
        ),
        prospective=_ids(row for row in unapplied if row.prospective == "true"),
    )


def to_json(effects: Effects) -> dict[str, Any]:
    """Put effects into plain values."""
    return asdict(effects)


def of_json(data: dict[str, Any]) -> Effects:
    """Read what :func:`to_json` made."""
    laws = {word: tuple(Other(**each) for each in some) for word, some in data["laws"].items()}
    return Effects(laws, tuple(data["days"]), data["open"], tuple(data["due"]), data["prospective"])


def _rows(select: Select, iri: str, whole: bool, way: str) -> list[_Row]:
    on = way == "on"
    other = "rg:affectingLaw" if on else "rg:affectedLaw"
    own = f"?e {'rg:affectedLaw' if on else 'rg:affectingLaw'} {NamedNode(iri)} ."
    # Which they are first: in one query the engine begins with every effect of the graph, though
    # most provisions have few or none.
    if not whole:
        inside = f"SELECT DISTINCT ?part {{ ?part dcterms:isPartOf* {NamedNode(iri)} }}"
        parts = " ".join(str(row[0]) for row in select(inside))
        end = "rg:claimObject" if on else "rg:claimSubject"
        own = f"VALUES ?part {{ {parts} }} ?e {end} ?part . FILTER EXISTS {{ ?e a rg:Effect }}"
    few = [row[0] for row in select(f"SELECT DISTINCT ?e {{ {own} }} LIMIT {FEW + 1}")]
    if not few:
        return []
    if len(few) <= FEW:
        own = f"VALUES ?e {{ {' '.join(map(str, few))} }}"
    found = select(
        f"SELECT ?predicate ?law ?id ?day ?applied ?required ?prospective {{ {own}"
        f" ?e {other} ?law ; rg:claimPredicate ?predicate ; dcterms:identifier ?id"
        " OPTIONAL { ?e rg:startEarliest ?day } OPTIONAL { ?e rg:isApplied ?applied }"
        " OPTIONAL { ?e rg:isRequired ?required } OPTIONAL { ?e rg:isProspective ?prospective } }"
    )
    return [_Row(text(row[0]).rpartition("#")[2], *map(text, row[1:])) for row in found]


def _other(law: str, rows: list[_Row]) -> Other:
    days = sorted(row.day for row in rows if row.day)
    return Other(law, _ids(rows), days[0] if days else "", days[-1] if days else "")


def _ids(rows: Iterable[_Row]) -> int:
    return len({row.id for row in rows})
