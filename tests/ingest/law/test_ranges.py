"""Provision ranges and lists, from addresses and from the editors' words."""

import time

import pytest

from reformgraph.ingest.law import addresses, ranges
from reformgraph.ingest.law.model import Reference

LAW = "http://www.legislation.gov.uk/id/ukpga/2099/901"


def of(words: str, known: tuple[str, ...] = ()) -> list[str]:
    """Expand words to paths."""
    found = ranges.provisions((), words, LAW, known).iris
    return [addresses.path_of(one) for one in found]


def numbered(kind: str, *numbers: object) -> list[str]:
    return [f"{kind}/{number}" for number in numbers]


@pytest.mark.parametrize(
    ("words", "paths"),
    [
        ("s. 10", numbered("section", 10)),
        ("ss. 10-13", numbered("section", 10, 11, 12, 13)),
        ("s. 10E-10G", numbered("section", "10E", "10F", "10G")),
        ("s. 6ZA-6ZC", numbered("section", "6ZA", "6ZB", "6ZC")),
        ("Sch. 2 para. 4-5A", numbered("schedule/2/paragraph", 4, 5, "5A")),
        ("ss. 10, 12(2)(a)", ["section/10", "section/12/2/a"]),
        ("s. 1(1)(2), 3 and 5", ["section/1/1", "section/1/2", "section/3", "section/5"]),
        ("s. 18(1)-(3)(9)", numbered("section/18", 1, 2, 3, 9)),
        ("s. 5(1)(a)-(c)", numbered("section/5/1", "a", "b", "c")),
        ("s. 65(2)-(2B)", numbered("section/65", 2, "2A", "2B")),
        ("Sch. 1, 2", numbered("schedule", 1, 2)),
        ("Sch. 2 Pt. 1 para. 3", ["schedule/2/paragraph/3"]),
        ("Pt. 5-7", numbered("part", 5, 6, 7)),
        ("Pt. 3 Ch. 2", ["part/3/chapter/2"]),
        ("reg. 2(1), Sch. 1", ["regulation/2/1", "schedule/1"]),
        ("art. 2-4", numbered("article", 2, 3, 4)),
        ("whole Act", [""]),
        ("Act", [""]),
    ],
)
def test_hazard_107_words_are_expanded(words: str, paths: list[str]) -> None:
    assert of(words) == paths


def test_the_laws_own_provisions_are_used_where_they_are_at_hand() -> None:
    known = ("section/10", "section/10/1", "section/10A", "section/11", "section/12")
    assert of("s. 10-12", known) == numbered("section", 10, "10A", 11, 12)
    counted = ranges.provisions((), "s. 10-12", LAW)
    assert (len(counted.iris), counted.counted) == (3, 1)
    assert ranges.provisions((), "s. 10-12", LAW, known).counted == 0


def test_what_names_no_provision_is_kept_as_text() -> None:
    found = ranges.provisions((), "s. 9(6)(a) and word", LAW)
    assert [addresses.path_of(one) for one in found.iris] == ["section/9/6/a"]
    assert found.kept == ("word",)
    heading = ranges.provisions((), "s. 45 cross-heading", LAW)
    assert (heading.iris, heading.kept) == ((LAW,), ("s. 45 cross-heading",))


def test_addresses_are_used_before_words() -> None:
    one = Reference(f"{LAW}/regulation/8", f"{LAW}/regulation/10", "reg. 8-10")
    assert len(ranges.provisions([one], "ignored", LAW).iris) == 3


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("section/4/b", "section/7"),
        ("section/20", "section/10"),
        ("section/1", "section/1000000000"),
        ("section/1", "section/" + "9" * 5_000),
        ("part/1", "schedule/2"),
    ],
)
def test_hazard_107_a_range_that_cannot_be_counted_keeps_its_ends(first: str, last: str) -> None:
    one = Reference(f"{LAW}/{first}", f"{LAW}/{last}", "the words")
    found = ranges.provisions([one], "", LAW)
    assert found.iris == (f"{LAW}/{first}", f"{LAW}/{last}")
    assert found.kept == ("the words",)


def test_ends_in_two_laws_are_no_range() -> None:
    one = Reference(f"{LAW}/section/1", "http://www.legislation.gov.uk/id/uksi/2099/1/article/3")
    assert ranges.expanded(one) == ((one.iri, one.end), "kept")


@pytest.mark.parametrize(
    "words",
    ["s. 1-1000000000", "s. " + "1-" * 100_000, "(" * 3_000, "s. 1" + "(a)" * 1_300, "Sch. " * 700],
)
def test_hazard_107_hostile_words_stay_small_and_quick(words: str) -> None:
    begun = time.process_time()
    found = ranges.provisions((), words, LAW)
    assert len(found.iris) <= addresses.MAX_RANGE + 1
    assert time.process_time() - begun < 5
