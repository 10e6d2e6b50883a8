"""The rules on the small graph: exactly what they should infer, once."""

import pytest
from pyoxigraph import NamedNode, Quad, QueryTriples, Store

from reformgraph.ontology import files
from reformgraph.ontology.reason import materialise
from reformgraph.ontology.terms import compact

BASE = "https://w3id.org/reformgraph/"

EXPECTED = {
    # one type each is asserted, the others follow
    "plan a rg:Item",
    "plan a prov:Entity",
    "paper a rg:Item",
    "paper a prov:Entity",
    "first a rg:Item",
    "first a prov:Entity",
    "scheme a rg:Item",
    "scheme a prov:Entity",
    "act a rg:Item",
    "act a eli:LegalResource",
    "act a prov:Entity",
    "office a org:Organization",
    "office a foaf:Agent",
    "office a prov:Agent",
    "book a prov:Entity",
    "small a prov:Entity",
    "claim/plan-paper a prov:Entity",
    "claim/plan-scheme a prov:Entity",
    "claim/paper-first a prov:Entity",
    "claim/scheme.led_by.office a prov:Entity",
    "claim/paper.date a prov:Entity",
    "claim/paper-2004 a prov:Entity",
    # lineage, in the direction in which it draws
    "plan rg:drawsOn paper",
    "paper rg:drawsOn first",
    "scheme rg:isAnnouncedBy plan",
    "scheme rg:drawsOn plan",
}


def _short(node: object) -> str:
    assert isinstance(node, NamedNode)
    short = compact(node).removeprefix(f"{BASE}id/").removeprefix(BASE)
    short = short.replace("http://www.legislation.gov.uk/id/ukpga/2004/31", "act")
    return short.replace("rdf:type", "a")


def _inferred(store: Store, graph: NamedNode) -> set[str]:
    quads = store.quads_for_pattern(None, None, None, graph)
    return {f"{_short(q.subject)} {_short(q.predicate)} {_short(q.object)}" for q in quads}


def test_the_rules_infer_exactly_this(small: Store, inferences: NamedNode) -> None:
    assert materialise(small, inferences) == len(EXPECTED)
    assert _inferred(small, inferences) == EXPECTED


def test_a_second_run_adds_nothing(small: Store, inferences: NamedNode) -> None:
    materialise(small, inferences)
    before = len(small)
    assert materialise(small, inferences) == 0
    assert len(small) == before


def test_nothing_that_another_graph_says_is_said_again(small: Store, inferences: NamedNode) -> None:
    small.update(
        f"""PREFIX rg: <https://w3id.org/reformgraph/ontology#>
        INSERT DATA {{ GRAPH <{BASE}graph/other> {{
            <{BASE}id/plan> a rg:Item ; rg:drawsOn <{BASE}id/paper> }} }}"""
    )
    materialise(small, inferences)
    assert not {"plan a rg:Item", "plan rg:drawsOn paper"} & _inferred(small, inferences)


def test_no_closure_is_stored(small: Store, inferences: NamedNode) -> None:
    small.update(
        f"""PREFIX rg: <https://w3id.org/reformgraph/ontology#>
        INSERT DATA {{ GRAPH <{BASE}graph/small> {{ <{BASE}id/a> rg:hasAntecedent <{BASE}id/b> }} }}"""
    )
    materialise(small, inferences)
    assert not any(
        "Antecedent" in line or "Descendant" in line for line in _inferred(small, inferences)
    )


def test_the_ontology_alone_infers_nothing(inferences: NamedNode) -> None:
    store = Store()
    ontology = NamedNode(f"{BASE}graph/ontology")
    store.extend(Quad(t.subject, t.predicate, t.object, ontology) for t in files.ontology_triples())
    assert materialise(store, inferences) == 0


@pytest.mark.parametrize(("name", "rule"), [*files.queries("rules")])
def test_every_rule_is_a_construct(name: str, rule: str) -> None:
    assert isinstance(Store().query(rule), QueryTriples), name
