"""Every inferred triple has an explanation that goes down to what somebody asserted."""

from collections import Counter
from itertools import islice, pairwise

import pytest
from pyoxigraph import Literal, NamedNode, Store

from reformgraph.ontology import explain as explaining
from reformgraph.ontology import rule as ruling
from reformgraph.ontology.explain import Explanation, Statement, explain, over
from reformgraph.ontology.reason import materialise
from reformgraph.ontology.terms import OWL, PREFIXES, PROV, RDF, RG
from reformgraph.store import EmbeddedStore

BASE = "https://w3id.org/reformgraph/"
ID = f"{BASE}id/"
SAMPLE = 300


@pytest.fixture
def reasoned(small: Store, inferences: NamedNode) -> Store:
    materialise(small, inferences)
    return small


def _why(store: Store, s: str, p: NamedNode, o: NamedNode | Literal) -> Explanation:
    found = explain(over(store), f"{ID}{s}", p.value, o)
    assert found is not None
    return found


def test_an_asserted_triple_names_its_claims_and_where_they_were_read(reasoned: Store) -> None:
    found = _why(reasoned, "plan", RG.buildsOn, NamedNode(f"{ID}paper"))
    assert found.asserted and found.rule is None and not found.premises
    assert found.graphs == (f"{BASE}graph/small",)
    (claim,) = found.claims
    assert (claim.claim, claim.sentence, claim.basis) == (
        f"{BASE}claim/plan-paper",
        "It says so.",
        "stated",
    )
    (read,) = claim.read
    assert (read.sources, read.locator, read.verified) == (("Book",), "p 1", True)


def test_a_value_with_a_rival_names_its_claim(reasoned: Store) -> None:
    date = Literal("2003", datatype=NamedNode("http://id.loc.gov/datatypes/edtf/EDTF"))
    found = _why(reasoned, "paper", RG.date, date)
    assert [claim.claim for claim in found.claims] == [f"{BASE}claim/paper.date"]


def test_an_inference_of_an_inference_is_told_down_to_the_claim(reasoned: Store) -> None:
    found = _why(reasoned, "scheme", RG.drawsOn, NamedNode(f"{ID}plan"))
    assert not found.asserted and found.rule is not None
    assert found.rule.name == "super-properties"
    by_inverse = found.premises[0]
    assert by_inverse.rule is not None and by_inverse.rule.name == "inverses"
    assert by_inverse.statement.predicate == RG.isAnnouncedBy.value
    said = by_inverse.premises[0]
    assert said.asserted and said.claims[0].claim == f"{BASE}claim/plan-scheme"
    assert {leaf.statement.predicate for leaf in found.leaves()} == {
        RG.announces.value,
        OWL.inverseOf.value,
        PREFIXES["rdfs"] + "subPropertyOf",
    }


def test_a_chain_of_super_classes_is_told_step_by_step(reasoned: Store) -> None:
    found = _why(reasoned, "plan", RDF.type, PROV.Entity)
    assert found.rule is not None and found.rule.name == "super-classes"
    chain = [each.statement for each in found.premises if "subClassOf" in each.statement.predicate]
    assert chain[0].subject == RG.Policy.value and chain[-1].object == PROV.Entity
    for one, following in pairwise(chain):
        assert str(one.object) == f"<{following.subject}>"


def test_what_is_not_there_has_no_explanation(reasoned: Store) -> None:
    assert explain(over(reasoned), f"{ID}plan", RG.funds.value, NamedNode(f"{ID}paper")) is None
    assert explain(over(reasoned), f"{ID}plan", RG.slug.value, Literal("paper")) is None
    with pytest.raises(ValueError, match="IRI"):
        explain(over(reasoned), "plan", RG.funds.value, NamedNode(f"{ID}paper"))


def test_a_triple_that_only_its_own_consequence_supports_is_not_explained(small: Store) -> None:
    # Somebody wrote both directions into the graph of inferences by hand: nothing asserts either.
    small.update(
        f"""PREFIX rg: <{RG.drawsOn.value[: -len("drawsOn")]}>
        INSERT DATA {{ GRAPH <{BASE}graph/inferences> {{
          <{ID}plan> rg:establishes <{ID}paper> . <{ID}paper> rg:isEstablishedBy <{ID}plan> }} }}"""
    )
    found = explain(over(small), f"{ID}plan", RG.establishes.value, NamedNode(f"{ID}paper"))
    assert found is None


@pytest.mark.parametrize("rule", ruling.rules(), ids=lambda rule: rule.name)
def test_every_rule_says_what_it_does_and_rests_on(rule: ruling.Rule) -> None:
    assert rule.title and rule.explains.endswith(".") and rule.premises
    own = {v for v in (rule.conclusion.subject, rule.conclusion.object) if v.startswith("?")}
    assert own <= set(rule.variables())


def test_a_rule_is_one_conclusion() -> None:
    with pytest.raises(ValueError, match="CONSTRUCT of one triple"):
        ruling.read("x", "#+ title: X\nCONSTRUCT { ?a a ?b . ?b a ?a } WHERE { ?a a ?b }")


def test_inferred_lists_both_ends(reasoned: Store) -> None:
    found = explaining.inferred(over(reasoned), f"{ID}plan")
    assert Statement(f"{ID}plan", RG.drawsOn.value, NamedNode(f"{ID}paper")) in found
    assert Statement(f"{ID}scheme", RG.drawsOn.value, NamedNode(f"{ID}plan")) in found


def test_every_inferred_triple_of_the_story_is_explained(story_store: EmbeddedStore) -> None:
    graph = NamedNode(f"{BASE}graph/inferences")
    quads = sorted(story_store.graph.quads_for_pattern(None, None, None, graph), key=str)
    by_predicate: dict[str, list[Statement]] = {}
    for quad in quads:
        assert isinstance(quad.subject, NamedNode) and not isinstance(quad.object, BaseException)
        statement = Statement(quad.subject.value, quad.predicate.value, quad.object)  # type: ignore[arg-type]
        by_predicate.setdefault(quad.predicate.value, []).append(statement)
    used: Counter[str] = Counter()
    for found in by_predicate.values():
        step = max(1, len(found) // SAMPLE)
        for each in islice(found, 0, None, step):
            told = explain(story_store.select, each.subject, each.predicate, each.object)
            assert told is not None, each
            assert told.rule is not None
            used[told.rule.name] += 1
            for leaf in told.leaves():
                assert leaf.asserted, each
                query = f"ASK {{ <{leaf.statement.subject}> <{leaf.statement.predicate}> {leaf.statement.object} }}"
                assert story_store.ask(query)
    assert set(used) == {rule.name for rule in ruling.rules()}
    assert min(used.values()) >= 10, used
