"""The questions on the Children's Plan graph."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reformgraph.queries import catalogue, run
from reformgraph.queries.catalogue import Question
from reformgraph.queries.lineage import lineage
from reformgraph.store import EmbeddedStore

questions = pytest.mark.parametrize(
    "question", catalogue.load().values(), ids=lambda question: question.name
)


@questions
def test_the_default_answer(
    question: Question, story_store: EmbeddedStore, golden: Callable[[str, str, str], None]
) -> None:
    table = run.ask(story_store, question, {})
    # The story alone has no file of law, which would tell more of what was never commenced.
    assert len(table) >= (1 if question.name == "never-commenced" else 5)
    assert len(set(table.rows)) == len(table), "a row comes twice"
    golden(question.name, "story", table.tsv())


@questions
def test_a_source_is_named_in_every_row(question: Question, story_store: EmbeddedStore) -> None:
    table = run.ask(story_store, question, {})
    assert all(table.column("source"))
    assert {term.value for term in table.column("status") if term} <= {"verified", "unverified"}
    assert all(table.column("status"))


def test_the_plan_has_thirty_antecedents_with_their_sources(story_store: EmbeddedStore) -> None:
    rows = list(run.ask(story_store, catalogue.get("antecedents"), {}).dicts())
    assert len({row["to"] for row in rows}) >= 30
    assert {row["depth"] for row in rows} >= {1, 2, 3}
    exact = [row for row in rows if row["status"] == "verified" and row["locator"]]
    doubtful = [row for row in rows if row["status"] == "unverified"]
    assert len({row["to"] for row in (*exact, *doubtful)}) >= 30
    assert all(row["sentence"] and row["basis"] and row["sourceLabel"] for row in rows)


def test_the_question_and_the_function_agree(story_store: EmbeddedStore) -> None:
    plan = story_store.resolve("childrens-plan-2007")
    for direction in ("antecedents", "descendants"):
        found = lineage(story_store, plan, direction=direction)
        rows = list(run.ask(story_store, catalogue.get(direction), {}).dicts())
        assert {edge.claim for edge in found.edges} >= {row["claim"] for row in rows}
        depths = {iri: node.depth for iri, node in found.nodes.items()}
        far = "to" if direction == "antecedents" else "from"
        near = "from" if direction == "antecedents" else "to"
        assert {row[far] for row in rows} == set(depths) - {plan}
        assert all(row["depth"] == depths[str(row[near])] + 1 for row in rows)


def test_departments_before_and_after_the_change_of_2007(story_store: EmbeddedStore) -> None:
    def departments(day: str) -> dict[object, object]:
        table = run.ask(story_store, catalogue.get("institutions-on"), {"date": day})
        return {str(row["item"]).rpartition("/")[2]: row["stood"] for row in table.dicts()}

    assert departments("2007-12-11")["dcsf"] == "yes"
    assert "dfes" not in departments("2007-12-11")
    assert departments("2006-12-11")["dfes"] == "yes"
    assert "dcsf" not in departments("2006-12-11")


def test_section_10_was_about_working_together(story_store: EmbeddedStore) -> None:
    section = "http://www.legislation.gov.uk/id/ukpga/2004/31/section/10"
    question = catalogue.get("provisions-on")
    after = run.ask(story_store, question, {"date": "2007-12-11"})
    before = run.ask(story_store, question, {"date": "2004-12-31"})
    assert section in {row["item"] for row in after.dicts()}
    assert section not in {row["item"] for row in before.dicts()}
