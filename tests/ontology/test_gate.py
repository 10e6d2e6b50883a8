"""Each check finds its fault and leaves the sound graph alone."""

import pytest
from pyoxigraph import NamedNode, QuerySolutions, Store

from reformgraph.ontology import gate
from reformgraph.ontology.reason import materialise

PREFIXES = """
PREFIX : <https://w3id.org/reformgraph/id/>
PREFIX claim: <https://w3id.org/reformgraph/claim/>
PREFIX evidence: <https://w3id.org/reformgraph/evidence/>
PREFIX graph: <https://w3id.org/reformgraph/graph/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX rg: <https://w3id.org/reformgraph/ontology#>
PREFIX rgs: <https://w3id.org/reformgraph/scheme#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
BASE = "https://w3id.org/reformgraph/"


def _insert(triples: str) -> str:
    return f"INSERT DATA {{ GRAPH graph:small {{ {triples} }} }}"


def _delete(pattern: str) -> str:
    return f"DELETE WHERE {{ GRAPH graph:small {{ {pattern} }} }}"


# check -> what spoils the small graph, and the thing that the check then names
FAULTS = {
    "before-institution": (
        _insert(
            ":paper <http://purl.org/dc/terms/publisher> :office . "
            ':office rg:startEarliest "2006-01-01"^^xsd:date .'
        ),
        "id/paper",
    ),
    "blank-node": (_insert(":plan rg:hasEvidence [] ."), "id/plan"),
    "claim-end-unknown": (_delete(":first rg:slug ?x"), "claim/paper-first"),
    "claim-incomplete": (
        _delete("claim:plan-paper rg:claimPredicate ?x"),
        "claim/plan-paper",
    ),
    "claim-without-basis": (_delete("claim:plan-paper rg:basis ?x"), "claim/plan-paper"),
    "claim-without-evidence": (_delete("claim:plan-paper rg:hasEvidence ?x"), "claim/plan-paper"),
    "claim-without-statement": (_delete(":plan rg:buildsOn :paper"), "claim/plan-paper"),
    "draws-on-later": (_insert(":paper rg:buildsOn :plan ."), "id/paper"),
    "edge-without-claim": (_delete("claim:plan-paper rg:claimSubject ?x"), "id/plan"),
    "entity-without-evidence": (_delete(":office rg:hasEvidence ?x"), "id/office"),
    "entity-without-label": (_delete(":office rdfs:label ?x"), "id/office"),
    "entity-without-slug": (_delete(":office rg:slug ?x"), "id/office"),
    "evidence-without-status": (_delete("evidence:plan.1 rg:status ?x"), "evidence/plan.1"),
    "lineage-cycle": (_insert(":first rg:respondsTo :plan ."), "id/first"),
    "lineage-loop": (_insert(":first rg:buildsOn :first ."), "id/first"),
    "skos-concept-and-scheme": (_insert(":a a skos:Concept , skos:ConceptScheme ."), "id/a"),
    "skos-labels-overlap": (
        _insert(':a skos:prefLabel "trust"@en ; skos:altLabel "trust"@en .'),
        "id/a",
    ),
    "skos-matches-clash": (_insert(":a skos:exactMatch :b ; skos:broadMatch :b ."), "id/a"),
    "skos-related-and-broader": (
        _insert(":a skos:related :c ; skos:broader :b . :b skos:broader :c ."),
        "id/a",
    ),
    "skos-two-preferred-labels": (
        _insert(':a skos:prefLabel "trust"@en , "trusts"@en .'),
        "id/a",
    ),
    "stray-term": (_insert(":plan rg:bildsOn :paper ."), "ontology#bildsOn"),
    "succession-cycle": (
        _insert(":first rg:supersedes :office . :office rg:supersedes :paper ."),
        "id/first",
    ),
    "verified-without-source": (_delete("evidence:plan.1 rg:source ?x"), "evidence/plan.1"),
}
# more than one way to be wrong: check, what spoils, what is named
FURTHER = [
    ("claim-incomplete", _delete("claim:paper.date rg:claimValue ?x"), "claim/paper.date"),
    ("claim-incomplete", _delete("claim:plan-paper rg:claimSubject ?x"), "claim/plan-paper"),
    # a rival may go without its statement, but not both of two rivals
    ("claim-without-statement", _delete(":paper rg:date ?x"), "claim/paper.date"),
    ("claim-without-statement", _delete(":paper rg:date ?x"), "claim/paper-2004"),
    ("edge-without-claim", _insert(":scheme rg:ledBy :small ."), "id/scheme"),
    (
        "before-institution",
        _insert(
            ':scheme rg:endLatest "2008-12-31"^^xsd:date . '
            ':office rg:startEarliest "2010-01-01"^^xsd:date .'
        ),
        "id/scheme",
    ),
    ("lineage-loop", _insert(":paper rg:buildsOn :plan ."), "id/paper"),
    (
        "skos-labels-overlap",
        _insert(':a skos:hiddenLabel "trust" ; skos:altLabel "trust" .'),
        "id/a",
    ),
    ("skos-matches-clash", _insert(":b skos:exactMatch :a . :a skos:relatedMatch :b ."), "id/b"),
    ("skos-matches-clash", _insert(":a skos:exactMatch :b . :b skos:narrowMatch :a ."), "id/a"),
    ("skos-related-and-broader", _insert(":c skos:related :a ; skos:narrower :a ."), "id/a"),
    ("skos-two-preferred-labels", _insert(':a skos:prefLabel "x"@en , "y"@EN .'), "id/a"),
    ("stray-term", _insert(":plan a rg:Polity ."), "ontology#Polity"),
    ("stray-term", _insert(":plan rg:kind rgs:policy-plane ."), "scheme#policy-plane"),
    ("stray-term", _insert("claim:x rg:claimPredicate rg:bildsOn ."), "ontology#bildsOn"),
]
CASES = [(name, spoil, focus) for name, (spoil, focus) in FAULTS.items()] + FURTHER


def test_every_check_has_a_fault_here() -> None:
    assert set(FAULTS) == {each.name for each in gate.checks()}


def test_the_sound_graph_has_no_findings(small: Store, inferences: NamedNode) -> None:
    materialise(small, inferences)
    assert gate.check(small) == []


@pytest.mark.parametrize(("name", "spoil", "focus"), CASES)
def test_a_check_finds_its_fault(
    small: Store, inferences: NamedNode, name: str, spoil: str, focus: str
) -> None:
    small.update(PREFIXES + spoil)
    materialise(small, inferences)
    found = gate.check(small)
    assert (name, BASE + focus) in {(each.check, each.focus) for each in found}
    assert all(each.message for each in found)
    assert found == sorted(found, key=lambda f: (f.severity, f.check, f.focus, f.message))


def test_inferred_edges_need_no_claim(small: Store, inferences: NamedNode) -> None:
    assert materialise(small, inferences) > 0
    assert not [each for each in gate.check(small) if each.check == "edge-without-claim"]


def test_a_circle_is_told_step_by_step(small: Store, inferences: NamedNode) -> None:
    small.update(PREFIXES + FAULTS["lineage-cycle"][0])
    materialise(small, inferences)
    (circle,) = [each for each in gate.check(small) if each.check == "lineage-cycle"]
    assert circle.severity == "warning"
    steps = [
        step.removeprefix(f"{BASE}id/") for step in circle.message.split(": ", 1)[1].split(" → ")
    ]
    assert steps == ["first", "plan", "paper", "first"]


@pytest.mark.parametrize("each", gate.checks(), ids=lambda check: check.name)
def test_every_check_explains_itself_and_is_a_select(each: gate.Check) -> None:
    assert each.title
    assert each.explains.endswith(".")
    answer = Store().query(each.query)
    assert isinstance(answer, QuerySolutions)
    names = [variable.value for variable in answer.variables]
    assert names == (["from", "to"] if each.finds_cycles else ["focus", "message"])
    assert "NOT EXISTS" not in each.query  # MINUS is far faster in Oxigraph


def test_labels_in_two_languages_and_weak_matches_of_others_are_sound(
    small: Store, inferences: NamedNode
) -> None:
    """What the integrity conditions of SKOS leave open is no fault."""
    sound = (
        ':a skos:prefLabel "trust"@en , "Vertrauen"@de ; skos:altLabel "trust"@de ;'
        " skos:related :b ; skos:broader :c ; skos:exactMatch :x ; skos:broadMatch :y ."
    )
    small.update(PREFIXES + _insert(sound))
    materialise(small, inferences)
    assert [each for each in gate.check(small) if each.check.startswith("skos")] == []
