"""One invented order in Akoma Ntoso, RDF, JSON and as a line of a list: the same core everywhere."""

import json

import pytest
from law_support import ID, document

from reformgraph.ingest.law.model import Document

SITE = "http://www.legislation.gov.uk/"
LAW = "uksi/2099/12"
META = f"""<dc:identifier>{SITE}{LAW}/made</dc:identifier><dc:title>The Lamps Order 2099</dc:title>
<ukm:SecondaryMetadata><ukm:DocumentClassification><ukm:DocumentCategory Value="secondary"/>
<ukm:DocumentMainType Value="UnitedKingdomStatutoryInstrument"/><ukm:DocumentStatus Value="final"/>
</ukm:DocumentClassification><ukm:Year Value="2099"/><ukm:Number Value="12"/>
<ukm:Made Date="2099-08-01"/></ukm:SecondaryMetadata>"""
NAMES = """xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:ukm="http://www.legislation.gov.uk/namespaces/metadata" """
AKN = f"""<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0" {NAMES}><act><meta>
<identification><FRBRWork><FRBRthis value="{ID}{LAW}"/></FRBRWork><FRBRExpression>
<FRBRthis value="{SITE}{LAW}/made"/><FRBRlanguage language="eng"/></FRBRExpression></identification>
<proprietary>{META}</proprietary></meta><body><part eId="part-1"><num>Part 1</num>
<heading>Lamps</heading><article eId="article-2"><num>2.</num><heading>Light</heading><content><p>
<ref href="{ID}ukpga/2099/901/section/3">s. 3</ref><quotedStructure><section eId="section-9">
<num>9</num></section></quotedStructure></p></content></article></part></body></act></akomaNtoso>"""
RDF = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
xmlns:dct="http://purl.org/dc/terms/" xmlns:frbr="http://purl.org/vocab/frbr/core#">
<frbr:Work rdf:about="{ID}{LAW}"><dct:title>The Lamps Order 2099</dct:title></frbr:Work>
<frbr:Expression rdf:about="{SITE}{LAW}/made"><dct:valid>start=2099-08-20;</dct:valid>
</frbr:Expression></rdf:RDF>"""
FEED = f"""<feed xmlns="http://www.w3.org/2005/Atom" {NAMES}><entry><id>{ID}{LAW}</id>
<title>The Lamps Order 2099</title><link href="{SITE}{LAW}/made"/>
<ukm:CreationDate Date="2099-08-01"/></entry></feed>"""
JSON = json.dumps(
    {
        "meta": {
            "id": LAW,
            "longType": "UnitedKingdomStatutoryInstrument",
            "year": 2099,
            "number": 12,
            "date": "2099-08-01",
            "version": "made",
            "title": "The Lamps Order 2099",
        },
        "contents": {
            "body": [
                {
                    "name": "part",
                    "number": "Part 1",
                    "title": "Lamps",
                    "href": "part/1",
                    "children": [
                        {"name": "item", "number": "2", "title": "Light", "href": "article/2"}
                    ],
                }
            ]
        },
    }
)
ALL = {"akn": AKN, "rdf": RDF, "feed": FEED, "json": JSON}


def of(kind: str) -> Document:
    return document(ALL[kind].encode(), f"lamps.{kind}")


@pytest.mark.parametrize("kind", ALL)
def test_the_core_is_the_same_in_every_format(kind: str) -> None:
    found = of(kind)
    assert (found.iri, found.title, found.language) == (f"{ID}{LAW}", "The Lamps Order 2099", "en")
    assert (found.type, found.year, found.number) == ("uksi", 2099, "12")
    assert found.main_type == "UnitedKingdomStatutoryInstrument"
    assert found.uri == f"{SITE}{LAW}/made"
    # RDF does not say when an instrument was made.
    assert found.made == ("" if kind == "rdf" else "2099-08-01")


@pytest.mark.parametrize("kind", ["akn", "json"])
def test_structure_is_the_same_and_quoted_law_is_no_part_of_it(kind: str) -> None:
    found = of(kind).provisions
    assert [(p.path, p.element, p.number, p.heading, p.parent) for p in found] == [
        ("part/1", "Part", "Part 1", "Lamps", ""),
        ("article/2", "P1", "2", "Light", "part/1"),
    ]


def test_a_citation_stands_at_the_citing_provision() -> None:
    (citation,) = of("akn").citations
    assert (citation.path, citation.target.iri) == ("article/2", f"{ID}ukpga/2099/901/section/3")


def test_rdf_says_since_when_a_version_is_valid() -> None:
    assert (of("rdf").start, of("rdf").versions[0].label) == ("2099-08-20", "made")
