"""HermiT on the ontology, and on data that it must find wrong."""

from pathlib import Path

import pytest
from rdflib import Graph, Literal
from rdflib.namespace import RDFS, XSD

from reformgraph.ontology import check
from reformgraph.ontology.check import ReasonerError, dl_view, prove

PREFIXES = """
@prefix : <https://w3id.org/reformgraph/id/> .
@prefix rg: <https://w3id.org/reformgraph/ontology#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
"""


def _graph(turtle: str) -> Graph:
    return Graph().parse(data=PREFIXES + turtle, format="turtle")


def test_the_ontology_is_consistent_and_every_class_can_have_members() -> None:
    proof = prove()
    assert proof.consistent
    assert proof.unsatisfiable == ()
    assert proof.seconds > 0


def test_the_small_graph_with_its_dates_is_consistent(small_triples: Graph) -> None:
    assert len(small_triples) > 80
    assert prove(small_triples).consistent


@pytest.mark.parametrize(
    "wrong",
    [
        ":a a rg:Policy , rg:Institution .",
        ":a rg:buildsOn :a .",
        ":a rg:supersedes :b . :b rg:supersedes :a .",
        ':a rg:slug "a" , "b" .',
    ],
)
def test_wrong_data_is_inconsistent(wrong: str) -> None:
    assert not prove(_graph(wrong)).consistent


def _some(property_: str, value: str) -> str:
    return f"[ a owl:Restriction ; owl:onProperty {property_} ; owl:someValuesFrom {value} ]"


IMPOSSIBLE = {
    "MergerAndMembership": "rg:Merger , org:Membership",
    "AnnouncesItself": "[ a owl:Restriction ; owl:onProperty rg:announces ; owl:hasSelf true ]",
    "LedByPolicy": _some("rg:ledBy", "rg:Policy"),
    # What the restrictions say.
    "TensionAndAbsence": "rg:Tension , rg:Absence",
    "OfPolicy": f"rg:Component , {_some('rg:isResponsibilityOf', 'rg:Policy')}",
    "ConcernsInstitution": f"rg:Tension , {_some('rg:concerns', 'rg:Institution')}",
    "InSource": f"rg:Articulation , {_some('rg:articulatedIn', 'rg:Source')}",
    "MemberPost": f"rg:Tenure , {_some('org:member', 'org:Post')}",
}


def test_a_class_that_can_have_no_member_is_named() -> None:
    """Wrong data, each as a class of what would be wrong: so one run tells them all."""
    classes = (
        f":{name} a owl:Class ; rdfs:subClassOf {wrong} ." for name, wrong in IMPOSSIBLE.items()
    )
    proof = prove(_graph("\n".join(classes)))
    assert proof.consistent
    base = "https://w3id.org/reformgraph/id/"
    assert proof.unsatisfiable == tuple(sorted(base + name for name in IMPOSSIBLE))


def test_odd_but_possible_data_is_consistent() -> None:
    odd = """
        # Two Acts of one session may amend each other.
        :a a rg:Legislation ; rg:amends :b . :b a rg:Legislation ; rg:amends :a .
        # A spending review may build on a fund and pay for it.
        :c a rg:Policy ; rg:buildsOn :d ; rg:funds :d . :d a rg:Initiative .
        # An institution may be at the end of a lineage edge.
        :e a rg:Policy ; rg:reviews :f . :f a rg:Institution ; rg:supersedes :g .
    """
    assert prove(_graph(odd)).consistent


def test_dl_view_drops_only_what_hermit_cannot_read() -> None:
    graph = _graph(
        """
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
        rg:p rdfs:range xsd:date . rg:q rdfs:range xsd:integer . rg:r rdfs:range rg:Policy .
        :a rg:p "2007-12-11"^^xsd:date , "2007"^^xsd:gYear , "2007~"^^edtf:EDTF ;
           rg:q 3 , "text" , "text"@en , "2007-12-11T00:00:00Z"^^xsd:dateTime .
        """
    )
    view = dl_view(graph)
    assert len(view) == 6
    assert not any(
        isinstance(value, Literal) and value.datatype in {XSD.date, XSD.gYear}
        for value in view.objects()
    )
    assert len(list(view.triples((None, RDFS.range, None)))) == 2


def test_hazard_115_no_java_is_a_plain_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(check, "_candidates", lambda: [str(tmp_path / "java")])
    with pytest.raises(ReasonerError, match="none could be run") as caught:
        prove()
    assert caught.value.hints
