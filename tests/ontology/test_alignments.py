"""No own term is left out of the alignments: each has a counterpart elsewhere, or says it has none."""

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from reformgraph.ontology import files
from reformgraph.ontology.terms import RDFS, RG, SKOS

MATCHES = {
    *(SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch),
    *(RDFS.subClassOf, RDFS.subPropertyOf),
}
HOMES = {
    *("data.europa.eu/eli", "www.w3.org/ns/org", "www.w3.org/ns/prov", "purl.org/dc/terms"),
    *("schema.org", "data.europa.eu/m8g", "purl.org/vocab/cpsv", "www.w3.org/2006/time"),
    *("www.wikidata.org/entity", "www.w3.org/ns/oa", "xmlns.com/foaf"),
    *("www.w3.org/1999/02/22-rdf-syntax-ns",),
}


@pytest.fixture(scope="module")
def aligned() -> tuple[Triple, ...]:
    quads = parse(files.read("alignments.ttl"), format=RdfFormat.TURTLE)
    return tuple(quad.triple for quad in quads)


@pytest.mark.parametrize("name", RG)
def test_a_term_is_aligned_or_says_that_it_has_no_counterpart(
    aligned: tuple[Triple, ...], name: str
) -> None:
    own = [each for each in aligned if each.subject == RG[name]]
    matches = [each for each in own if each.predicate in MATCHES]
    notes = [each.object for each in own if each.predicate == SKOS.editorialNote]
    assert all(isinstance(each, Literal) for each in notes)
    none = [each for each in notes if str(each).startswith('"No counterpart: ')]
    assert bool(matches) != bool(none), name


def test_no_term_is_matched_twice_with_the_same(aligned: tuple[Triple, ...]) -> None:
    pairs = [(each.subject, each.object) for each in aligned if each.predicate in MATCHES]
    assert len(pairs) == len(set(pairs))


def test_the_vocabularies_that_people_join_on_are_there(aligned: tuple[Triple, ...]) -> None:
    ends = {e.object.value for e in aligned if isinstance(e.object, NamedNode)}
    assert not [home for home in HOMES if not any(home in end for end in ends)]
    for wanted in ("P1365", "P1366", "P571", "P576", "P7888", "P155", "P156"):
        assert f"http://www.wikidata.org/entity/{wanted}" in ends
    assert "https://schema.org/legislationChanges" in ends


def test_everything_matched_is_of_a_known_vocabulary(aligned: tuple[Triple, ...]) -> None:
    for each in aligned:
        if each.predicate in MATCHES:
            assert isinstance(each.object, NamedNode)
            assert any(home in each.object.value for home in HOMES), each
