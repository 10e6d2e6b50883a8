"""Every file of the catalogue keeps the promises of its header, on two engines."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from query_stories import Story
from rdflib.plugins.sparql import prepareQuery

from reformgraph.queries import catalogue, run
from reformgraph.queries.catalogue import Question
from reformgraph.queries.table import Table
from reformgraph.store import EmbeddedStore

BASE = "https://w3id.org/reformgraph/id/"

FOLDER = Path(__file__).with_name("cases")
CASES = [
    (path.stem, name, arguments)
    for path in sorted(FOLDER.glob("*.yaml"))
    for name, arguments in yaml.safe_load(path.read_text(encoding="utf-8")).items()
]

cases = pytest.mark.parametrize(
    ("story", "name", "arguments"), CASES, ids=[f"{name}-{story}" for story, name, _ in CASES]
)
questions = pytest.mark.parametrize(
    "question", catalogue.load().values(), ids=lambda question: question.name
)


def ask(store: EmbeddedStore, name: str, **arguments: str) -> Table:
    return run.ask(store, catalogue.get(name), arguments)


def facts(table: Table, *columns: str) -> set[tuple[str, ...]]:
    """The rows of some columns, IRIs cut to their last part."""
    return {
        tuple(str(row[each] or "").rpartition("/id/")[2].rpartition("#")[2] for each in columns)
        for row in table.dicts()
    }


@questions
def test_it_is_one_select_with_the_columns_of_its_header(question: Question) -> None:
    run.check(question, question.text)
    assert "SELECT *" not in question.text
    prepareQuery(question.text)


@questions
def test_defaults_in_the_header_are_those_in_the_query(question: Question) -> None:
    for parameter in question.parameters:
        data = {
            match[1].strip()
            for match in re.finditer(
                rf"VALUES \?{parameter.name} \{{([^{{}}]*)\}}", question.text, re.MULTILINE
            )
        }
        default = parameter.default
        expected = {
            "entity": f"<{BASE}{default}>" if ":" not in default else f"<{default}>",
            "date": f'"{default}"^^xsd:date',
            "text": f'"{default}"',
        }[parameter.type]
        assert data == {expected if default else run.ANY}
    outside = question.fill(dict.fromkeys(question.defaults(), run.ANY))
    assert BASE not in outside, "an entity is named outside a parameter's block"


@questions
def test_its_order_is_total_and_ends_with_an_iri(question: Question) -> None:
    keys = question.text.rpartition("ORDER BY")[2].split()
    assert keys[-1] == "?source"
    assert keys[-2] == "?evidence"


@questions
def test_related_questions_exist(question: Question) -> None:
    assert set(question.related) <= set(catalogue.load()) - {question.name}


def test_every_question_has_a_case_where_the_right_answer_is_obvious() -> None:
    assert {name for _, name, _ in CASES} == set(catalogue.load())


@questions
def test_it_runs_with_its_defaults_on_any_graph(
    question: Question, stories: Callable[[str], Story]
) -> None:
    for store in (stories("tiny").store, stories("tiny").moved):
        assert run.ask(store, question, {}).columns


@cases
def test_answers_on_a_made_up_story(
    story: str,
    name: str,
    arguments: dict[str, str],
    stories: Callable[[str], Story],
    golden: Callable[[str, str, str], None],
) -> None:
    table = ask(stories(story).store, name, **arguments)
    assert len(table)
    assert len(set(table.rows)) == len(table), "a row comes twice"
    golden(name, story, table.tsv())


@cases
def test_rdflib_gives_the_same_answer(
    story: str, name: str, arguments: dict[str, str], stories: Callable[[str], Story]
) -> None:
    if name == "duties-followed" and not os.environ.get("SOAK"):
        pytest.skip("rdflib takes most of a minute for it; runs with SOAK=1")
    text = run.sparql(stories(story).store, catalogue.get(name), arguments)
    ours = stories(story).store.select(text)
    theirs = stories(story).rdflib.query(text)
    assert tuple(str(name) for name in theirs.vars or ()) == ours.variables
    assert [tuple("" if term is None else term.value for term in row) for row in ours] == [
        tuple("" if term is None else str(term) for term in row)
        for row in theirs
        if isinstance(row, tuple)
    ]


@cases
def test_another_base_gives_the_same_answer(
    story: str, name: str, arguments: dict[str, str], stories: Callable[[str], Story]
) -> None:
    here = ask(stories(story).store, name, **arguments).tsv()
    there = ask(stories(story).moved, name, **arguments).tsv()
    assert there.replace("https://example.org/kg/", "https://w3id.org/reformgraph/") == here


def test_antecedents_go_both_ways_through_others_and_leave_rivals_out(
    tiny_store: EmbeddedStore,
) -> None:
    table = ask(tiny_store, "antecedents", item="plan")
    assert facts(table, "depth", "fromLabel", "predicate", "direction", "toLabel") == {
        ("1", "The Plan", "buildsOn", "forwards", "The Paper"),
        ("1", "The Plan", "buildsOn", "forwards", "The Act"),
        ("1", "The Plan", "funds", "backwards", "The Budget"),
        ("2", "The Act", "givesEffectTo", "forwards", "The Paper"),
        ("2", "The Act", "consultsOn", "backwards", "The Paper"),
        ("2", "The Paper", "respondsTo", "forwards", "The Report"),
    }
    assert ("hearsay", "unverified") in facts(table, "source", "status")


def test_descendants_are_counted_from_the_item(tiny_store: EmbeddedStore) -> None:
    table = ask(tiny_store, "descendants", item="paper")
    assert facts(table, "depth", "fromLabel", "toLabel") == {
        ("1", "The Act", "The Paper"),
        ("1", "The Plan", "The Paper"),
        ("2", "The Plan", "The Act"),
        ("2", "The Pilot", "The Plan"),
        ("2", "The Review", "The Plan"),
    }


def test_paths_hold_only_what_lies_between(tiny_store: EmbeddedStore) -> None:
    table = ask(tiny_store, "paths", **{"from": "plan", "to": "paper"})
    assert facts(table, "fromLabel", "toLabel") == {
        ("The Plan", "The Paper"),
        ("The Plan", "The Act"),
        ("The Act", "The Paper"),
    }
    assert not len(ask(tiny_store, "paths", **{"from": "paper", "to": "plan"}))


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        ("1994-12-31", {("ministry", "possibly"), ("team", "possibly")}),
        ("1995-06-01", {("office-old", "possibly")}),
        ("1996-01-01", {("office-old", "yes")}),
        ("2001-06-07", {("office-old", "yes")}),
        ("2001-06-08", {("office-old", "possibly"), ("office", "yes")}),
        ("2001-06-09", {("office", "yes")}),
        ("2005-01-01", {("office", "yes"), ("unit", "possibly")}),
        ("2007-01-01", {("office", "yes"), ("unit", "yes")}),
        ("2010-05-01", {("office", "possibly"), ("unit", "yes")}),
        ("2011-01-01", {("ministry", "possibly"), ("unit", "yes")}),
    ],
)
def test_what_stood_is_certain_possible_or_not(
    tiny_store: EmbeddedStore, day: str, standing: set[tuple[str, str]]
) -> None:
    always = {("ministry", "possibly")}
    until_2010 = {("team", "possibly")} if day < "2011" else set()
    found = facts(ask(tiny_store, "institutions-on", date=day), "item", "stood")
    assert found == standing | always | until_2010


def test_a_component_does_not_precede_what_introduced_it(tiny_store: EmbeddedStore) -> None:
    def on(day: str) -> set[tuple[str, ...]]:
        return facts(ask(tiny_store, "components-on", date=day), "item", "stood")

    assert on("2005-03-31") == set()
    assert on("2005-04-01") == {("comp-duty", "yes"), ("comp-leader", "possibly")}
    assert on("2008-01-01") == {
        ("comp-duty", "yes"),
        ("comp-leader", "possibly"),
        ("comp-late", "possibly"),
    }
    table = ask(tiny_store, "components-on", date="2005-04-01")
    assert ("The Act", "The Act, s 10", "Office") in facts(
        table, "lawLabel", "introducedByLabel", "responsibleLabel"
    )


def test_provisions_are_about_an_idea_by_component_or_heading(tiny_store: EmbeddedStore) -> None:
    table = ask(tiny_store, "provisions-on", date="2007-12-11", concept="working")
    assert facts(table, "itemLabel", "stood", "concept", "via") == {
        ("The Act, s 10", "yes", "co-operation", "comp-duty"),
        ("The Act, s 11", "possibly", "", ""),
    }


def test_the_fate_of_an_institution_follows_its_successors(tiny_store: EmbeddedStore) -> None:
    table = ask(tiny_store, "institution-fate", institution="office-old")
    order = [str(row["event"]).rpartition("/")[2] for row in table.dicts()]
    assert list(dict.fromkeys(order)) == ["rename-2001", "move-2005", "merger-2010"]
    assert facts(table, "event", "kind", "before", "after") == {
        ("rename-2001", "rename", "office-old", "office"),
        ("move-2005", "transfer of functions", "office", "unit"),
        ("merger-2010", "merger", "office", "ministry"),
        ("merger-2010", "merger", "team", "ministry"),
    }
    assert facts(ask(tiny_store, "institution-fate", institution="unit"), "event", "after") == {
        ("closure-2004", "")
    }


def test_problems_of_a_law_are_those_of_its_provisions(tiny_store: EmbeddedStore) -> None:
    for document in ("act", "act-s10"):
        table = ask(tiny_store, "problems", document=document)
        assert facts(table, "item", "concerns") == {("tension-ready", "comp-duty")}
    assert len(facts(ask(tiny_store, "problems", document=""), "item", "concerns")) == 3


def test_claims_tell_rivals_from_what_is_asserted(tiny_store: EmbeddedStore) -> None:
    table = ask(tiny_store, "claims", item="plan")
    rivals = {row["sentence"] for row in table.dicts() if row["standing"] == "rival"}
    assert rivals == {"Others see the Stray behind it.", "It came on the 10th."}
    assert {row["role"] for row in table.dicts()} == {"subject", "object", "record"}
    assert ("2007-12-11",) in facts(table, "other")


@pytest.mark.parametrize(
    ("day", "concept", "expected"),
    [
        ("2000-06-01", "", set()),
        (
            "2001-06-01",
            "",
            {
                ("available", "duty", ""),
                ("available", "form", ""),
                ("evaluation", "look-back", "1"),
                ("problem", "rivalry", "form"),
            },
        ),
        ("2007-01-01", "records", set()),
        (
            "2007-01-01",
            "teams",
            {
                ("available", "team", ""),
                ("evaluation", "study", "pilot"),
                ("problem", "rivalry", "team"),
            },
        ),
    ],
)
def test_what_an_authority_could_use_depends_on_day_and_idea(
    stories: Callable[[str], Story], day: str, concept: str, expected: set[tuple[str, ...]]
) -> None:
    table = ask(stories("practice").store, "facilitate-on", date=day, concept=concept)
    found = {
        (str(row["part"]), *(str(row[x] or "").rpartition("/")[2] for x in ("item", "about")))
        for row in table.dicts()
    }
    assert found == expected


def test_a_component_is_no_older_than_the_law_of_its_provision(
    stories: Callable[[str], Story],
) -> None:
    def on(day: str) -> set[tuple[str, ...]]:
        return facts(ask(stories("practice").store, "components-on", date=day), "item")

    assert ("duty",) not in on("2001-02-28")
    assert ("duty",) in on("2001-03-01")
