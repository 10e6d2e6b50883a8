"""Rules that the Turtle files themselves keep."""

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from reformgraph.ontology import files
from reformgraph.ontology.namespace import Namespace
from reformgraph.ontology.terms import DCTERMS, OWL, RDF, RDFS, RG, RGS, SKOS

Statements = dict[tuple[str, NamedNode], list[NamedNode | Literal]]


@pytest.fixture(scope="module")
def statements() -> Statements:
    found: Statements = {}
    for triple in files.ontology_triples():
        assert isinstance(triple.subject, NamedNode)
        assert isinstance(triple.object, NamedNode | Literal)
        found.setdefault((triple.subject.value, triple.predicate), []).append(triple.object)
    return found


def _english(statements: Statements, iri: str, predicate: NamedNode) -> str:
    (value,) = statements[iri, predicate]
    assert isinstance(value, Literal), (iri, predicate)
    assert value.language == "en", (iri, predicate)
    return value.value


@pytest.mark.parametrize("namespace", [RG, RGS], ids=["rg", "rgs"])
def test_every_own_term_has_one_label_and_one_definition(
    statements: Statements, namespace: Namespace
) -> None:
    for name in namespace:
        iri = namespace[name].value
        label = _english(statements, iri, RDFS.label)
        assert label == _english(statements, iri, SKOS.prefLabel), iri
        definition = _english(statements, iri, SKOS.definition)
        assert definition[0].isupper(), iri
        assert definition.endswith("."), iri
        assert len(statements[iri, RDFS.isDefinedBy]) == 1, iri
        is_class = OWL.Class in statements[iri, RDF.type]
        if namespace is RG:
            assert label[0].isupper() == is_class, iri
            assert name[0].isupper() == is_class, iri


def test_every_reused_term_has_a_type_a_label_and_a_home(statements: Statements) -> None:
    for iri in {iri for iri, _ in statements if not iri.startswith("https://w3id.org/reformgraph")}:
        assert (iri, RDF.type) in statements, iri
        assert (iri, RDFS.label) in statements, iri
        assert (iri, RDFS.isDefinedBy) in statements, iri


def test_parents_domains_and_ranges_exist(statements: Statements) -> None:
    declared = {iri for iri, predicate in statements if predicate == RDF.type}
    links = (
        *(RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, OWL.inverseOf),
        *(OWL.disjointWith, SKOS.inScheme, SKOS.topConceptOf),
    )
    for (iri, predicate), values in statements.items():
        if predicate in links:
            assert {value.value for value in values} <= declared, iri
        if predicate == RDFS.range:
            (value,) = values
            assert value.value in declared or "XMLSchema" in value.value, iri


def test_the_transitive_property_says_nothing_else_of_itself(statements: Statements) -> None:
    """OWL 2 DL: nothing but sub-property axioms and an inverse may be said of it."""
    iri = RG.hasAntecedent.value
    assert set(statements[iri, RDF.type]) == {OWL.ObjectProperty, OWL.TransitiveProperty}
    assert (iri, RDFS.domain) not in statements
    assert (iri, RDFS.range) not in statements
    assert statements[RG.hasDescendant.value, RDF.type] == [OWL.ObjectProperty]


@pytest.mark.parametrize("name", [*files.ONTOLOGY_FILES, files.SHAPES_FILE])
def test_every_file_says_what_it_is(name: str) -> None:
    header: dict[NamedNode, list[str]] = {}
    quads = list(parse(files.read(name), format=RdfFormat.TURTLE))
    (home,) = {q.subject for q in quads if (q.predicate, q.object) == (RDF.type, OWL.Ontology)}
    for quad in quads:
        if quad.subject == home and isinstance(quad.object, NamedNode | Literal):
            header.setdefault(quad.predicate, []).append(quad.object.value)
    (version,) = header[OWL.versionInfo]
    assert header[OWL.versionIRI] == [f"{str(home)[1:-1]}/{version}"]
    assert header[DCTERMS.license] == ["https://creativecommons.org/licenses/by/4.0/"]
    assert DCTERMS.title in header
    assert SKOS.changeNote in header


def test_what_goes_into_a_built_graph_has_no_blank_nodes_and_imports_nothing() -> None:
    for triple in files.ontology_triples():
        assert not isinstance(triple.subject, BlankNode)
        assert not isinstance(triple.object, BlankNode)
        assert triple.predicate.value != "http://www.w3.org/2002/07/owl#imports"
