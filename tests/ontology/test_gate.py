"""Each check finds its fault and leaves the sound graph alone."""

import pytest
from ontology_faults import FAULTS, PREFIXES, delete, insert
from pyoxigraph import NamedNode, QuerySolutions, Store

from reformgraph.ontology import gate
from reformgraph.ontology.reason import materialise

BASE = "https://w3id.org/reformgraph/"


# more than one way to be wrong: check, what spoils, what is named
FURTHER = [
    ("claim-incomplete", delete("claim:paper.date rg:claimValue ?x"), "claim/paper.date"),
    ("claim-incomplete", delete("claim:plan-paper rg:claimSubject ?x"), "claim/plan-paper"),
    # a rival may go without its statement, but not both of two rivals
    ("claim-without-statement", delete(":paper rg:date ?x"), "claim/paper.date"),
    ("claim-without-statement", delete(":paper rg:date ?x"), "claim/paper-2004"),
    ("edge-without-claim", insert(":scheme rg:ledBy :small ."), "id/scheme"),
    (
        "before-institution",
        insert(
            ':scheme rg:endLatest "2008-12-31"^^xsd:date . '
            ':office rg:startEarliest "2010-01-01"^^xsd:date .'
        ),
        "id/scheme",
    ),
    ("lineage-loop", insert(":paper rg:buildsOn :plan ."), "id/paper"),
    (
        "skos-labels-overlap",
        insert(':a skos:hiddenLabel "trust" ; skos:altLabel "trust" .'),
        "id/a",
    ),
    ("skos-matches-clash", insert(":b skos:exactMatch :a . :a skos:relatedMatch :b ."), "id/b"),
    ("skos-matches-clash", insert(":a skos:exactMatch :b . :b skos:narrowMatch :a ."), "id/a"),
    ("skos-related-and-broader", insert(":c skos:related :a ; skos:narrower :a ."), "id/a"),
    ("skos-two-preferred-labels", insert(':a skos:prefLabel "x"@en , "y"@EN .'), "id/a"),
    ("stray-term", insert(":plan a rg:Polity ."), "ontology#Polity"),
    ("stray-term", insert(":plan rg:kind rgs:policy-plane ."), "scheme#policy-plane"),
    ("stray-term", insert("claim:x rg:claimPredicate rg:bildsOn ."), "ontology#bildsOn"),
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
    small.update(PREFIXES + insert(sound))
    materialise(small, inferences)
    assert [each for each in gate.check(small) if each.check.startswith("skos")] == []
