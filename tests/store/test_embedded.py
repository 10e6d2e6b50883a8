"""The verbs of the embedded store."""

import pytest
from pyoxigraph import Literal, NamedNode

from reformgraph.errors import NotFound, QuerySyntaxError, StoreError, UsageError
from reformgraph.ontology.terms import RG
from reformgraph.store import EmbeddedStore, Store, open_store

BASE = "https://w3id.org/reformgraph/"
PLAN = BASE + "id/plan"


def test_it_is_a_store(store: EmbeddedStore) -> None:
    fulfils: Store = store
    assert fulfils.generation.base == BASE


def test_queries_see_the_union_of_all_graphs(store: EmbeddedStore) -> None:
    found = store.select(f"SELECT ?o {{ <{PLAN}> <{RG.buildsOn.value}> ?o }}")
    assert found.variables == ("o",)
    assert list(found) == [(NamedNode(BASE + "id/every-child-matters"),)]
    assert store.ask(f"ASK {{ <{PLAN}> ?p ?o }}")
    assert len(store.construct("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3")) == 3


def test_unbound_is_none(store: EmbeddedStore) -> None:
    rows = list(store.select("SELECT ?a ?b { BIND(1 AS ?a) OPTIONAL { ?b <x:y> ?a } }"))
    assert rows == [(Literal(1), None)]


def test_hazard_16_from_narrows(store: EmbeddedStore) -> None:
    query = "SELECT (COUNT(*) AS ?n) FROM <{}> {{ ?s ?p ?o }}"
    for graph, count in ((BASE + "graph/inferences", 1), ("x:unknown", 0)):
        ((number,),) = store.select(query.format(graph))
        assert number == Literal(count)


def test_wrong_forms_and_wrong_syntax(store: EmbeddedStore) -> None:
    with pytest.raises(UsageError):
        store.select("ASK {}")
    with pytest.raises(UsageError):
        store.ask("SELECT * {}")
    with pytest.raises(UsageError):
        store.construct("ASK {}")
    with pytest.raises(QuerySyntaxError):
        store.select("SELECT")


def test_describe_follows_claims_and_evidence(store: EmbeddedStore) -> None:
    triples = store.describe(BASE + "id/every-child-matters")
    assert len(triples) == len(set(triples))
    subjects = {getattr(triple.subject, "value", "") for triple in triples}
    assert {PLAN, BASE + "claim/r1", BASE + "evidence/r1.1"} <= subjects
    for nothing in (BASE + "id/nothing", "no iri"):
        with pytest.raises(NotFound):
            store.describe(nothing)


def test_labels(store: EmbeddedStore) -> None:
    found = store.labels([PLAN, PLAN, "no iri", BASE + "id/nothing"])
    assert found == {PLAN: "The Children’s Plan"}


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("plan", PLAN),
        ("PLAN", PLAN),
        (" plan ", PLAN),
        (PLAN, PLAN),
        (f"<{PLAN}>", PLAN),
        ("children-act-2004", "http://www.legislation.gov.uk/id/ukpga/2004/31"),
        ("claim/r1", BASE + "claim/r1"),
        ("graph/story", BASE + "graph/story"),
        ("rg:Policy", RG.Policy.value),
    ],
)
def test_resolve(store: EmbeddedStore, name: str, iri: str) -> None:
    assert store.resolve(name) == iri


@pytest.mark.parametrize("name", ["", "rg:Polcy", "x:y", "../../etc/passwd", "\ud800", "a" * 9000])
def test_hazard_35_unknown_names(store: EmbeddedStore, name: str) -> None:
    with pytest.raises(NotFound):
        store.resolve(name)


def test_near_names_are_hints(store: EmbeddedStore) -> None:
    with pytest.raises(NotFound) as caught:
        store.resolve("every-chid-maters")
    assert caught.value.hints[0] == "every-child-matters"


def test_closed_is_closed(built: object, store: EmbeddedStore) -> None:
    other = open_store(store.generation.folder.parents[1])
    other.close()
    with pytest.raises(StoreError, match="closed"):
        other.ask("ASK {}")
