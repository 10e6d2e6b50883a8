"""The files are OWL 2 DL by structure, and the checker sees what is not."""

import pytest
from rdflib import Graph
from rdflib.namespace import RDF

from reformgraph.ontology import check, dl, files

HEADER = """
@prefix : <https://w3id.org/reformgraph/id/> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:onto a owl:Ontology ; owl:versionIRI :one ; owl:versionInfo "1" ; rdfs:label "onto" ;
  skos:changeNote "one" .
skos:changeNote a owl:AnnotationProperty .
:C a owl:Class . :D a owl:Class .
:p a owl:ObjectProperty . :q a owl:ObjectProperty . :d a owl:DatatypeProperty .
:note a owl:AnnotationProperty .
"""


def _faults(turtle: str) -> list[str]:
    return dl.faults(Graph().parse(data=HEADER + turtle, format="turtle"))


def test_the_ontology_the_scheme_and_the_alignments_are_owl_2_dl() -> None:
    assert dl.faults(check.ontology()) == []


@pytest.mark.parametrize("name", files.ONTOLOGY_FILES)
def test_each_file_has_one_whole_header(name: str) -> None:
    graph = Graph().parse(data=files.read(name), format="turtle")
    assert not [each for each in dl.faults(graph) if "header" in each or "Ontology" in each]


@pytest.mark.parametrize(
    "fine",
    [
        "",
        ":p a owl:TransitiveProperty ; owl:inverseOf :q .",
        ":p a owl:IrreflexiveProperty ; rdfs:subPropertyOf :q . :q a owl:TransitiveProperty .",
        ":d rdfs:range xsd:integer ; rdfs:domain :C . :x :d 4 .",
        # A class that is an individual too, and a property that is one: punning that is allowed.
        ":C a :D . :p a :D .",
        # A declared datatype that only annotations use.
        'edtf:EDTF a rdfs:Datatype . :x :note "2007~"^^edtf:EDTF .',
        ":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom"
        + " [ a owl:Class ; owl:unionOf ( :C :D ) ] ] .",
        ":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ;"
        + ' owl:minCardinality "1"^^xsd:nonNegativeInteger ] .',
        ":C owl:disjointUnionOf ( :D owl:Nothing ) .",
        ":x a :C ; :p :y ; rdfs:seeAlso <http://example.org/undeclared> .",
    ],
)
def test_what_is_allowed_passes(fine: str) -> None:
    assert _faults(fine) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (":p a owl:DatatypeProperty .", "is both"),
        (":p a owl:AnnotationProperty .", "is both"),
        (":C a rdfs:Datatype .", "both a class and a datatype"),
        (":p a owl:TransitiveProperty , owl:IrreflexiveProperty .", "not simple"),
        (":p a owl:TransitiveProperty ; owl:inverseOf :q . :q a owl:AsymmetricProperty .", "not s"),
        (
            ":p a owl:TransitiveProperty ; rdfs:subPropertyOf :q . :q a owl:FunctionalProperty .",
            "not simple",
        ),
        (":q owl:propertyChainAxiom ( :p :p ) ; a owl:AsymmetricProperty .", "not simple"),
        (":p a owl:TransitiveProperty ; owl:propertyDisjointWith :q .", "disjoint with a property"),
        (
            ":p a owl:TransitiveProperty . :C rdfs:subClassOf"
            + " [ a owl:Restriction ; owl:onProperty :p ; owl:maxCardinality 1 ] .",
            "counted in a restriction",
        ),
        (":d rdfs:range xsd:date .", "no datatype of OWL 2"),
        ("edtf:EDTF a rdfs:Datatype . :d rdfs:range edtf:EDTF .", "no datatype of OWL 2"),
        (':x :d "2007-12-11"^^xsd:date .', "has no datatype of OWL 2"),
        (":p rdfs:range :Nowhere .", "no declared class"),
        (":p rdfs:domain :Nowhere .", "no declared class"),
        (":C rdfs:subClassOf :Nowhere .", "not declared one"),
        (":C owl:disjointWith :Nowhere .", "not declared one"),
        (":p rdfs:subPropertyOf :d .", "another sort"),
        (":p rdfs:subPropertyOf :nowhere .", "another sort or undeclared"),
        (":d owl:inverseOf :p .", "no object property"),
        (":d a owl:SymmetricProperty .", "no object property"),
        (":note a owl:FunctionalProperty .", "no object or data property"),
        (":x :nowhere :y .", "used and not declared"),
        (":x a :Nowhere .", "not declared"),
        (':x :p "value" .', "not a thing"),
        (":x :d :y .", "not a value"),
        (":two a owl:Ontology .", "has no"),
        (":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ] .", "is malformed"),
        (
            ":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p , :q ;"
            + " owl:someValuesFrom :D ] .",
            "is malformed",
        ),
        (
            ":R a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :D .",
            "is malformed",
        ),
        (
            ":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :note ;"
            + " owl:someValuesFrom :D ] .",
            "no declared object or data property",
        ),
        (
            ":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ;"
            + " owl:someValuesFrom :Nowhere ] .",
            "about no declared class",
        ),
        (
            ":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :d ;"
            + " owl:allValuesFrom xsd:date ] .",
            "about no datatype of OWL 2",
        ),
        (
            ":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ;"
            + " owl:minCardinality 1 ] .",
            "no xsd:nonNegativeInteger",
        ),
        (":C owl:disjointUnionOf ( :D :Nowhere ) .", "no two declared classes"),
        (
            ":C rdfs:subClassOf _:r . :D rdfs:subClassOf _:r . _:r a owl:Restriction ;"
            + " owl:onProperty :p ; owl:someValuesFrom :C .",
            "stands in two axioms",
        ),
    ],
)
def test_what_is_not_allowed_is_told(wrong: str, said: str) -> None:
    assert any(said in each for each in _faults(wrong)), _faults(wrong)


def test_no_header_is_a_fault() -> None:
    graph = Graph()
    graph.add((RDF.Bag, RDF.type, RDF.Bag))
    assert "There is no owl:Ontology." in dl.faults(graph)
