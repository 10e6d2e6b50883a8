"""The shapes, by pySHACL, on the small graph; and that they and the gate name the same things."""

import pyshacl
import pytest
from rdflib import Graph
from rdflib.namespace import SH

from reformgraph.ontology import files

PREFIXES = """
PREFIX : <https://w3id.org/reformgraph/id/>
PREFIX claim: <https://w3id.org/reformgraph/claim/>
PREFIX evidence: <https://w3id.org/reformgraph/evidence/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX rg: <https://w3id.org/reformgraph/ontology#>
PREFIX rgs: <https://w3id.org/reformgraph/scheme#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
BASE = "https://w3id.org/reformgraph/"


@pytest.fixture(scope="module")
def shapes() -> Graph:
    return Graph().parse(data=files.read(files.SHAPES_FILE), format="turtle")


def _violations(small_triples: Graph, shapes: Graph) -> set[str]:
    _, report, _ = pyshacl.validate(small_triples, shacl_graph=shapes)
    assert isinstance(report, Graph)
    # A shape that is asked of a term names the culprit as the value.
    found = {*report.objects(None, SH.focusNode), *report.objects(None, SH.value)}
    return {str(each).removeprefix(BASE) for each in found}


def test_the_sound_graph_conforms(small_triples: Graph, shapes: Graph) -> None:
    assert _violations(small_triples, shapes) == set()


@pytest.mark.parametrize(
    ("spoil", "focus"),
    [
        # the faults of test_gate.py that the shapes know too
        ("DELETE WHERE { claim:plan-paper rg:claimPredicate ?x }", "claim/plan-paper"),
        ("DELETE WHERE { claim:paper.date rg:claimValue ?x }", "claim/paper.date"),
        ("DELETE WHERE { claim:plan-paper rg:basis ?x }", "claim/plan-paper"),
        ("DELETE WHERE { claim:plan-paper rg:hasEvidence ?x }", "claim/plan-paper"),
        ("DELETE WHERE { :plan rg:buildsOn :paper }", "claim/plan-paper"),
        ("DELETE WHERE { :paper rg:date ?x }", "claim/paper.date"),
        ("DELETE WHERE { claim:plan-paper rg:claimSubject ?x }", "id/plan"),
        ("DELETE WHERE { :office rg:hasEvidence ?x }", "id/office"),
        ("DELETE WHERE { :office rdfs:label ?x }", "id/office"),
        ("DELETE WHERE { :office rg:slug ?x }", "id/office"),
        ("DELETE WHERE { evidence:plan.1 rg:status ?x }", "evidence/plan.1"),
        ("DELETE WHERE { evidence:plan.1 rg:source ?x }", "evidence/plan.1"),
        ("INSERT DATA { :first rg:buildsOn :first }", "id/first"),
        # and what only they say
        ('INSERT DATA { :plan rg:dateEarliest "2008-12-31"^^xsd:date }', "id/plan"),
        ('INSERT DATA { :plan rg:date "2008" }', "id/plan"),
        ('INSERT DATA { :scheme rg:end "2010" }', "id/scheme"),
        ('INSERT DATA { :plan rdfs:label "Programme"@en }', "id/plan"),
        ("INSERT DATA { :plan rg:kind :paper }", "id/plan"),
        ("INSERT DATA { claim:plan-paper rg:basis rgs:basis-legal }", "claim/plan-paper"),
    ],
)
def test_a_fault_is_found(small_triples: Graph, shapes: Graph, spoil: str, focus: str) -> None:
    small_triples.update(PREFIXES + spoil)
    assert focus in _violations(small_triples, shapes)


def test_a_message_names_the_edge(small_triples: Graph, shapes: Graph) -> None:
    small_triples.update(PREFIXES + "DELETE WHERE { claim:plan-paper rg:claimSubject ?x }")
    _, _, text = pyshacl.validate(small_triples, shacl_graph=shapes)
    assert "buildsOn" in str(text)


def test_the_shapes_are_sound_shacl(shapes: Graph) -> None:
    pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True)
