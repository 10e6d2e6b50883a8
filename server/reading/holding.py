"""Who holds a duty or power now: the question ``duties-followed`` put together for a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias
from weakref import WeakKeyDictionary

from reformgraph.queries import catalogue, run
from reformgraph.server import dates
from reformgraph.server.links import Links
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.store import Store

QUESTION = "duties-followed"
TYPES = ("Component", "Provision")
"""What such a question can be asked of."""

# How each way of passing on reads between giver and taker.
_WORDS = {
    "given": "given to",
    "whole": "passed to",
    "part": "passed, at least in part, to",
    "perhaps": "some functions, perhaps this one, to",
    "nobody": "ended; nobody on record took it over",
    "ended": "the duty or power itself ended",
}


@dataclass(frozen=True, slots=True)
class Passing:
    """One step: from whom, how, to whom, when, by which change and law, read where."""

    giver: Ref | None
    words: str
    taker: Ref | None
    when: str
    change: Ref | None
    law: tuple[Ref, ...]
    sources: tuple[Ref, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """One duty or power, its steps, and who holds it now for sure or possibly."""

    item: Ref
    kind: str
    holders: tuple[Ref, ...]
    possibly: tuple[Ref, ...]
    steps: tuple[Passing, ...]


# The query follows every body through every change; it takes as long for one duty as for all.
_Rows: TypeAlias = list[dict[str, str | int | None]]
_known: WeakKeyDictionary[Store, dict[str, _Rows]] = WeakKeyDictionary()


def _followed(store: Store) -> dict[str, _Rows]:
    """Return the rows of every duty and power, by it and by what introduced it, read once."""
    if store not in _known:
        by_item: dict[str, _Rows] = {}
        origins: dict[str, dict[str, None]] = {}
        for row in run.ask(store, catalogue.get(QUESTION), {"duty": ""}).dicts():
            item = str(row["item"])
            by_item.setdefault(item, []).append(row)
            if row["provision"]:
                origins.setdefault(str(row["provision"]), {})[item] = None
        of_origins = {
            origin: [row for item in items for row in by_item[item]]
            for origin, items in origins.items()
        }
        _known[store] = of_origins | by_item
    return _known[store]


def read(store: Store, links: Links, iri: str) -> tuple[Holding, ...]:
    """Return each duty or power that ``iri`` is or introduced; empty when it is none, or when the
    engine behind the store cannot be asked: a page has more to say than this."""
    if not run.may_ask(store, catalogue.get(QUESTION)):
        return ()
    rows = _followed(store).get(iri, [])
    columns = ("item", "from", "to", "change", "legalBasis", "source")
    names = refs(store, links, sorted({str(r[c]) for r in rows for c in columns if r[c]}))
    items: dict[str, list[dict[str, str | int | None]]] = {}
    for row in rows:
        items.setdefault(str(row["item"]), []).append(row)
    return tuple(_holding(names, item, some) for item, some in items.items())


def _holding(names: dict[str, Ref], item: str, rows: list[dict[str, str | int | None]]) -> Holding:
    state: dict[str, set[str]] = {"yes": set(), "possibly": set()}
    for row in rows:
        if row["to"] and row["holds"] in state:
            state[str(row["holds"])].add(str(row["to"]))
    sure = tuple(names[iri] for iri in sorted(state["yes"]))
    possibly = tuple(names[iri] for iri in sorted(state["possibly"] - state["yes"]))
    return Holding(names[item], str(rows[0]["kind"]), sure, possibly, tuple(_steps(names, rows)))


def _steps(names: dict[str, Ref], rows: list[dict[str, str | int | None]]) -> Iterator[Passing]:
    steps: dict[tuple[object, ...], list[dict[str, str | int | None]]] = {}
    for row in rows:
        key = tuple(row[c] for c in ("passed", "from", "to", "date", "change"))
        steps.setdefault(key, []).append(row)
    for some in sorted(steps.values(), key=lambda rows: str(rows[0]["date"] or "")[:10]):
        first = some[0]
        yield Passing(
            giver=names.get(str(first["from"])),
            words=_WORDS[str(first["passed"])],
            taker=names.get(str(first["to"])),
            when=dates.in_words(str(first["date"] or "")),
            change=names.get(str(first["change"])),
            law=_each(names, some, "legalBasis"),
            sources=_each(names, some, "source"),
            verified=any(row["status"] == "verified" for row in some),
        )


def _each(
    names: dict[str, Ref], rows: list[dict[str, str | int | None]], column: str
) -> tuple[Ref, ...]:
    return tuple(names[iri] for iri in dict.fromkeys(str(r[column]) for r in rows if r[column]))
