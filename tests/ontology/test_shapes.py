"""The shapes, by pySHACL, on the small graph; and that they and the gate name the same things."""

import pyshacl
import pytest
from rdflib import Graph

from reformgraph.ontology import files
from reformgraph.ontology.shapes import check

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


def _violations(small_triples: Graph) -> set[str]:
    return {each.focus.removeprefix(BASE) for each in check(small_triples)}


def test_the_sound_graph_conforms(small_triples: Graph) -> None:
    assert _violations(small_triples) == set()


@pytest.mark.parametrize(
    ("spoil", "focus"),
    [
        # beside what test_parity.py tries
        ("DELETE WHERE { claim:paper.date rg:claimValue ?x }", "claim/paper.date"),
        ("DELETE WHERE { :paper rg:date ?x }", "claim/paper.date"),
        # and what the gate does not say
        ('INSERT DATA { :plan rg:dateEarliest "2008-12-31"^^xsd:date }', "id/plan"),
        ('INSERT DATA { :plan rg:date "2008" }', "id/plan"),
        ('INSERT DATA { :scheme rg:end "2010" }', "id/scheme"),
        ('INSERT DATA { :plan rdfs:label "Programme"@en }', "id/plan"),
        ("INSERT DATA { :plan rg:kind :paper }", "id/plan"),
        ("INSERT DATA { claim:plan-paper rg:basis rgs:basis-legal }", "claim/plan-paper"),
    ],
)
def test_a_fault_is_found(small_triples: Graph, spoil: str, focus: str) -> None:
    small_triples.update(PREFIXES + spoil)
    assert focus in _violations(small_triples)


def test_a_message_names_the_edge(small_triples: Graph) -> None:
    small_triples.update(PREFIXES + "DELETE WHERE { claim:plan-paper rg:claimSubject ?x }")
    assert any("buildsOn" in each.message for each in check(small_triples))


def test_the_shapes_are_sound_shacl() -> None:
    shapes = Graph().parse(data=files.read(files.SHAPES_FILE), format="turtle")
    pyshacl.validate(Graph(), shacl_graph=shapes, meta_shacl=True)
