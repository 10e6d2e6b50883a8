"""A duty is followed from hand to hand, in time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pyoxigraph import Literal, NamedNode
from query_stories import Story

from reformgraph.queries import catalogue, run
from reformgraph.queries.followed import COLUMNS, before, follow


def steps(story: Story, date: str = "", duty: str = "duty") -> set[tuple[str, ...]]:
    table = run.ask(story.store, catalogue.get("duties-followed"), {"duty": duty, "date": date})
    columns = ("depth", "passed", "from", "to", "holds")
    return {
        tuple(str(row[c] if row[c] is not None else "").rpartition("/")[2] for c in columns)
        for row in table.dicts()
    }


def test_it_comes_to_who_holds_it_last_or_to_nobody(stories: Callable[[str], Story]) -> None:
    assert steps(stories("bodies")) == {
        ("0", "given", "", "agency", "no"),
        ("0", "given", "", "board", "no"),
        ("0", "given", "", "ministry", "no"),
        ("1", "perhaps", "ministry", "agency", "no"),
        ("1", "whole", "ministry", "family", "yes"),
        ("1", "whole", "agency", "family", "yes"),
        ("1", "nobody", "board", "", "nobody"),
    }


def test_what_a_transfer_names_is_followed_and_its_giver_holds_it_no_longer(
    stories: Callable[[str], Story],
) -> None:
    # The ministry goes on until 2004, and its duty to work together stays with it.
    assert steps(stories("bodies"), duty="power", date="2003-06-01") == {
        ("0", "given", "", "ministry", "no"),
        ("1", "whole", "ministry", "agency", "yes"),
    }
    assert steps(stories("bodies"), duty="power") == {
        ("0", "given", "", "ministry", "no"),
        ("1", "whole", "ministry", "agency", "no"),
        ("2", "whole", "agency", "family", "yes"),
    }


def test_later_changes_do_not_count_on_an_earlier_day(stories: Callable[[str], Story]) -> None:
    assert steps(stories("bodies"), "2001-06-01") == {
        ("0", "given", "", "agency", "yes"),
        ("0", "given", "", "board", "yes"),
        ("0", "given", "", "ministry", "yes"),
    }
    assert steps(stories("bodies"), "1999-01-01") == set()


def _row(passed: str, giver: str, taker: str, date: str, holds: str) -> tuple[object, ...]:
    def body(name: str) -> NamedNode | None:
        return NamedNode(f"https://example.org/{name}") if name else None

    return (body("duty"), Literal(passed), body(giver), body(taker), Literal(date), Literal(holds))


def test_changes_out_of_order_are_dropped_and_doubt_is_carried_on() -> None:
    rows = [
        _row("given", "", "a", "2000", "no"),
        _row("whole", "b", "early", "2001-05", "yes"),
        _row("part", "a", "b", "2002-01-01", "no"),
        _row("whole", "b", "c", "2003", "yes"),
        _row("perhaps", "c", "d", "2004", "possibly"),
        _row("whole", "d", "e", "2005", "yes"),
    ]
    found = follow(COLUMNS, rows)  # type: ignore[arg-type]
    told = [
        (row[0].value, row[4].value[-1], row[6].value)
        for row in found
        if row[4] and row[0] and row[6]
    ]
    assert told == [
        ("0", "a", "no"),
        ("1", "b", "no"),
        ("2", "c", "possibly"),
        ("3", "d", "possibly"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2001", "2002-01-01", True),
        ("2002", "2002-06-01", False),
        ("2002-05-31", "2002-06", True),
        ("2019?", "2018", False),
        ("", "2002", False),
    ],
)
def test_dates_are_compared_as_exactly_as_the_vaguer(one: str, other: str, expected: bool) -> None:
    assert before(one, other) is expected
