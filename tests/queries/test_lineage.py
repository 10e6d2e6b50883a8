"""Lineage in Python: the same as the questions give, with depths and limits."""

from __future__ import annotations

from datetime import date

import pytest

from reformgraph.errors import NotFound
from reformgraph.ontology.terms import LINEAGE, Antecedent
from reformgraph.queries import catalogue, run
from reformgraph.queries.lineage import Direction, lineage
from reformgraph.store import EmbeddedStore


def depths(store: EmbeddedStore, name: str, **options: object) -> dict[str, int]:
    found = lineage(store, store.resolve(name), **options)  # type: ignore[arg-type]
    return {node.slug: node.depth for node in found.nodes.values()}


def test_antecedents_and_descendants_by_distance(tiny_store: EmbeddedStore) -> None:
    assert depths(tiny_store, "plan") == {
        "plan": 0,
        "act": 1,
        "budget": 1,
        "paper": 1,
        "report": 2,
    }
    assert depths(tiny_store, "paper", direction="descendants") == {
        "paper": 0,
        "act": 1,
        "plan": 1,
        "pilot": 2,
        "review": 2,
    }
    assert depths(tiny_store, "plan", depth=1) == {"plan": 0, "act": 1, "budget": 1, "paper": 1}
    assert depths(tiny_store, "stray") == {"stray": 0}


def test_a_node_says_what_it_is(tiny_store: EmbeddedStore) -> None:
    nodes = lineage(tiny_store, tiny_store.resolve("plan")).nodes
    paper = nodes[tiny_store.resolve("paper")]
    assert (paper.label, paper.type, paper.kind, paper.date) == (
        "The Paper",
        "Policy",
        "green paper",
        "2003-09",
    )
    assert (paper.earliest, paper.latest) == (date(2003, 9, 1), date(2003, 9, 30))
    # A law goes by its making, not by its coming into force; what lasts, by its beginning.
    assert nodes[tiny_store.resolve("act")].date == "2004-11-15"
    assert nodes[tiny_store.resolve("act")].type == "Legislation"
    pilot = tiny_store.resolve("pilot")
    assert lineage(tiny_store, pilot).nodes[pilot].date == "2008"
    budget = nodes[tiny_store.resolve("budget")]
    assert (budget.date, budget.earliest, budget.latest) == ("", None, None)


def test_an_edge_is_as_asserted_with_its_evidence(tiny_store: EmbeddedStore) -> None:
    edges = {
        edge.claim.rpartition("/")[2]: edge
        for edge in lineage(tiny_store, tiny_store.resolve("plan")).edges
    }
    assert set(edges) == {
        "plan-paper",
        "plan-act",
        "paper-report",
        "act-paper",
        "paper-act",
        "budget-plan",
    }
    paid = edges["budget-plan"]
    assert paid.subject == tiny_store.resolve("budget")
    assert (paid.predicate, paid.basis, paid.locator) == ("funds", "stated", "p 1")
    assert edges["plan-paper"].sources == ("Book", "Hearsay")
    assert edges["plan-paper"].verified
    assert not edges["paper-report"].verified
    assert edges["plan-act"].sources == ("Book", "=Site")


def test_a_limit_keeps_the_nearest_and_counts_the_rest(tiny_store: EmbeddedStore) -> None:
    found = lineage(tiny_store, tiny_store.resolve("plan"), limit=3)
    assert [node.depth for node in found.nodes.values()] == [0, 1, 1]
    assert found.beyond == 2
    assert {edge.subject for edge in found.edges} <= set(found.nodes)
    assert {edge.object for edge in found.edges} <= set(found.nodes)
    assert lineage(tiny_store, tiny_store.resolve("plan"), limit=99).beyond == 0


@pytest.mark.parametrize("direction", ["antecedents", "descendants"])
def test_the_question_and_the_function_agree(
    tiny_store: EmbeddedStore, direction: Direction
) -> None:
    for name in ("plan", "paper", "report", "act", "stray"):
        edges = lineage(tiny_store, tiny_store.resolve(name), direction=direction).edges
        table = run.ask(tiny_store, catalogue.get(direction), {"item": name})
        assert {edge.claim for edge in edges} == {row["claim"] for row in table.dicts()}


def test_the_questions_know_every_lineage_property() -> None:
    for name in ("antecedents", "descendants", "paths"):
        forwards, backwards = catalogue.get(name).text.split("UNION")
        for each in LINEAGE:
            part = forwards if each.antecedent is Antecedent.OBJECT else backwards
            assert f"rg:{each.predicate.value.rpartition('#')[2]}" in part


@pytest.mark.parametrize(
    "iri", ["https://w3id.org/reformgraph/id/nothing", "not an IRI", "", "urn:a> <urn:b"]
)
def test_what_is_not_there_is_not_found(tiny_store: EmbeddedStore, iri: str) -> None:
    with pytest.raises(NotFound):
        lineage(tiny_store, iri)
