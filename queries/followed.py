"""Follow a thing from hand to hand in time, which SPARQL's paths cannot: they know no dates.

For questions with ``derive: holders`` (docs/architecture.md, "Questions"): the query gives every
change of all who may have held an item; kept here are those that can follow one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from reformgraph.store.base import Row, Term, text

COLUMNS = ("item", "passed", "from", "to", "date", "holds")
"""What a question must have for its rows to be followed."""


@dataclass(frozen=True, slots=True)
class _Held:
    """That somebody held the item since ``since`` (EDTF), after ``steps`` changes."""

    since: str
    steps: int
    doubtful: bool


def follow(variables: Sequence[str], rows: Sequence[Row]) -> list[Row]:
    """Keep the rows that can be reached from whom each item was given to; number their steps.

    A row is reached when its ``from`` holds the item and its ``date`` is not before that. The
    number of changes stands first in each row returned, nearest first within an item. What is
    reached only through changes that passed a ``part`` is at best ``possibly`` held; a body holds
    it no longer once a change passed the ``whole``, and what happened to the body later counts not.
    """
    items: dict[Term | None, list[Row]] = {}
    place = variables.index("item")
    for row in rows:
        items.setdefault(row[place], []).append(row)
    return [row for some in items.values() for row in _follow_one(variables, some)]


def _follow_one(variables: Sequence[str], rows: Sequence[Row]) -> list[Row]:
    _, passed, giver, taker, date, holds = (variables.index(name) for name in COLUMNS)
    held: dict[Term | None, set[_Held]] = {}
    fresh = [
        (row[taker], _Held(text(row[date]), 0, False))
        for row in rows
        if text(row[passed]) == "given"
    ]
    onward: dict[Term | None, list[Row]] = {}
    for row in rows:
        if text(row[passed]) != "given":
            onward.setdefault(row[giver], []).append(row)

    def leaving(body: Term | None, since: str) -> list[Row]:
        """What can have happened to the item in the hands of a body that has it since a day."""
        later = [row for row in onward.get(body, ()) if not before(text(row[date]), since)]
        whole = [text(row[date]) for row in later if text(row[passed]) == "whole"]
        return [row for row in later if not any(before(day, text(row[date])) for day in whole)]

    steps: dict[Row, list[_Held]] = {}
    while fresh:
        body, state = fresh.pop()
        if state in held.setdefault(body, set()) or state.steps > len(rows):
            continue
        held[body].add(state)
        for row in leaving(body, state.since):
            steps.setdefault(row, []).append(state)
            # Whoever received some functions of a body that went on is named, and not followed.
            if text(row[passed]) != "perhaps" and row[taker] is not None:
                doubtful = state.doubtful or text(row[passed]) == "part"
                fresh.append((row[taker], _Held(text(row[date]), state.steps + 1, doubtful)))
    made: list[tuple[int, Row]] = []
    for row in rows:
        given = text(row[passed]) == "given"
        states = steps.get(row, [])
        if not given and not states:
            continue
        cells = list(row)
        onwards = () if text(row[passed]) == "perhaps" else leaving(row[taker], text(row[date]))
        if any(text(each[passed]) == "whole" for each in onwards):
            cells[holds] = Literal("no")
        elif text(row[holds]) == "yes" and states and all(each.doubtful for each in states):
            cells[holds] = Literal("possibly")
        depth = 0 if given else min(each.steps for each in states) + 1
        made.append((depth, tuple(cells)))
    made.sort(key=lambda pair: pair[0])
    return [(Literal(depth), *row) for depth, row in made]


def before(one: str, other: str) -> bool:
    """Tell whether the EDTF day, month or year ``one`` is surely before ``other``.

    They are compared as exactly as the vaguer is given; an empty one is before nothing.
    """
    first, second = (day.partition("/")[0].rstrip("~?%") for day in (one, other))
    length = min(len(first), len(second))
    return first[:length] < second[:length]
