"""The site's words for effects: each known one has a predicate and a reason, unknown ones say so."""

import gzip
import re

import pytest
from law_support import SAMPLES, needs_samples

from reformgraph.ingest.law.effect_types import (
    AMENDS,
    APPLIES,
    CHANGES,
    COMMENCES,
    PREDICATES,
    REPEALS,
    RULES,
    mapped,
)


@pytest.mark.parametrize(
    ("type_", "predicate"),
    [
        ("words substituted", AMENDS),
        ("Inserted", AMENDS),
        ("substututed", AMENDS),
        ("s. 54 renumbered as s. 54(1)", AMENDS),
        ("words repealed in part", AMENDS),
        ("word omitted by virtue of S.I. 2019/93, Sch. 1 para. 9(1C)(a) (as inserted)", AMENDS),
        ("entries repealed", AMENDS),
        ("repealed", REPEALS),
        ("repealed in part", REPEALS),
        ("omitted", REPEALS),
        ("ceases to have effect", REPEALS),
        ("coming into force", COMMENCES),
        ("Commencement Order", COMMENCES),
        ("applied (with modifications)", APPLIES),
        ("modified (temp.)", CHANGES),
        ("extended (S.N.I.)", CHANGES),
        ("power to amend conferred", CHANGES),
        ("amendment to earlier affecting provision 2008 c. 6 s. 28", CHANGES),
        ("expiry of earlier affecting provision 2020 c. 7, Sch. 12 para. 27(b)", CHANGES),
        ("substituted in earlier amending provision S.I. 2019/188, reg. 10(3)", CHANGES),
        ('definition of "lamp" extended', CHANGES),
    ],
)
def test_each_type_has_its_predicate_and_a_reason(type_: str, predicate: str) -> None:
    found = mapped(type_)
    assert (found.predicate, found.known) == (predicate, True)
    assert found.reason


def test_a_typing_error_is_read_as_what_it_is_a_slip_of() -> None:
    assert mapped("substututed").read_as == "substituted"
    assert mapped("words insreted").predicate == AMENDS
    # Close to "repealed", but a word of its own.
    assert not mapped("repeated").known


@pytest.mark.parametrize("type_", ["", "   ", "blessed", "x" * 1_000_000, "ſubstituted\x00"])
def test_hazard_107_an_unknown_type_is_a_change_and_says_that_it_is_unknown(type_: str) -> None:
    found = mapped(type_)
    assert (found.predicate, found.known, found.reason) == (CHANGES, False, "")


def test_rules_are_well_formed() -> None:
    for rule in RULES:
        assert rule.predicate in PREDICATES
        assert rule.reason
        re.compile(rule.pattern)


@needs_samples
def test_every_type_of_the_samples_but_the_empty_one_is_known() -> None:
    types = set()
    for path in SAMPLES.glob("*/*"):
        if path.parent.name not in ("atom", "clml", "akn"):
            continue
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
        for element in re.findall(r"<ukm:(?:Unapplied)?Effect [^>]*", text):
            types.update(re.findall(r' Type="([^"]*)"', element))
    assert len(types) > 100
    assert {one for one in types if not mapped(one).known} == {""}
