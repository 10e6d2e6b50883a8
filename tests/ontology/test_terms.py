"""terms.py against the Turtle files, and what it does with names that it does not have."""

import copy
import pickle
import subprocess
import sys

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from reformgraph.ontology import files, terms
from reformgraph.ontology.namespace import Namespace
from reformgraph.ontology.terms import LINEAGE, NAMESPACES, OWL, RDF, RDFS, RG, RGS, SKOS


def _subjects(name: str) -> set[str]:
    quads = parse(files.read(name), format=RdfFormat.TURTLE)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode)}


@pytest.mark.parametrize(
    ("namespace", "name"),
    [(RGS, "scheme.ttl")]
    + [
        (namespace, "reform.ttl")
        for namespace in NAMESPACES
        if namespace.prefix not in {"rgs", "rdf", "rdfs", "owl", "xsd", "schema"}
    ],
    ids=lambda each: getattr(each, "prefix", each),
)
def test_each_namespace_lists_what_the_ontology_declares(namespace: Namespace, name: str) -> None:
    declared = {iri for iri in _subjects(name) if iri.startswith(namespace.iri)}
    assert {namespace.iri + local for local in namespace} == declared


def test_a_term_is_the_same_node_by_attribute_and_by_item() -> None:
    assert RG.buildsOn == RG["buildsOn"] == NamedNode(RG.iri + "buildsOn")
    assert "buildsOn" in RG
    assert "bildsOn" not in RG


def test_an_unknown_term_is_named_at_once_with_its_neighbours() -> None:
    with pytest.raises(AttributeError, match=r"rg:bildsOn.*did you mean buildsOn"):
        _ = RG.bildsOn
    with pytest.raises(KeyError, match=r"rgs:policy-whitepaper.*policy-white-paper"):
        _ = RGS["policy-whitepaper"]


def test_namespaces_survive_copying_and_pickling() -> None:
    assert copy.deepcopy(RG).buildsOn == RG.buildsOn
    assert pickle.loads(pickle.dumps(RG)).buildsOn == RG.buildsOn


def test_every_value_of_every_vocabulary_is_a_concept_with_that_notation() -> None:
    found = {}
    for quad in parse(files.read("scheme.ttl"), format=RdfFormat.TURTLE):
        found.setdefault((quad.subject, quad.predicate), set()).add(quad.object)
    names = ("policy", "initiative", "institution", "legislation", "change", "component")
    for name in (*names, "problem", "frame", "basis", "status"):
        for value in terms.vocabulary(name):
            concept = terms.kind_iri(name, value)
            assert concept.value == f"{RGS.iri}{name}-{value.lower().replace(' ', '-')}"
            assert {each.value for each in found[concept, SKOS.notation]} == {value}
            assert found[concept, SKOS.inScheme] == {terms.scheme_iri(name)}
            assert found[concept, SKOS.topConceptOf] == {terms.scheme_iri(name)}


def test_kind_iri_names_the_allowed_values() -> None:
    assert terms.kind_iri("institution", "NHS body") == RGS["institution-nhs-body"]
    with pytest.raises(KeyError, match=r"'whitepaper' is no policy; allowed: green paper, white"):
        terms.kind_iri("policy", "whitepaper")
    with pytest.raises(KeyError, match="no vocabulary 'policies'"):
        terms.vocabulary("policies")


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("https://w3id.org/reformgraph/ontology#buildsOn", "rg:buildsOn"),
        (RGS["policy-white-paper"], "rgs:policy-white-paper"),
        (SKOS.prefLabel, "skos:prefLabel"),
        ("https://w3id.org/reformgraph/ontology#bildsOn", None),
        ("https://w3id.org/reformgraph/id/plan", None),
    ],
)
def test_compact_shortens_known_terms_only(iri: str | NamedNode, short: str | None) -> None:
    assert terms.compact(iri) == (short or str(iri))


def test_lineage_agrees_with_the_ontology() -> None:
    """Each entry's ``drawing`` lies below rg:drawsOn and is the predicate or its inverse."""
    triples = set(files.ontology_triples())
    below = {
        t.subject for t in triples if (t.predicate, t.object) == (RDFS.subPropertyOf, RG.drawsOn)
    }
    assert below == {each.drawing for each in LINEAGE}
    inverses = {(t.subject, t.object) for t in triples if t.predicate == OWL.inverseOf}
    for each in LINEAGE:
        if each.antecedent is terms.Antecedent.OBJECT:
            assert each.drawing == each.predicate
        else:
            assert (each.predicate, each.drawing) in inverses
    objects = {
        t.subject for t in triples if (t.predicate, t.object) == (RDF.type, OWL.ObjectProperty)
    }
    assert {each.predicate for each in LINEAGE} <= objects


def test_importing_the_terms_is_light() -> None:
    code = "import sys, reformgraph.ontology.terms; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert not {"rdflib", "owlready2", "yaml", "edtf"} & set(done.stdout.split())
