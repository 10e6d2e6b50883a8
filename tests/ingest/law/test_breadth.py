"""Laws of every type and form, invented, all the way into one sound graph."""

from functools import cache

import pyoxigraph
import pytest
from law_support import FIXTURES, ID, clml
from pyoxigraph import Literal, NamedNode

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.mapping import map_unit
from reformgraph.ingest.law.mapping.scope import describe_sources
from reformgraph.ingest.law.mapping.shards import Origin, Shard, shown, split
from reformgraph.ingest.law.readers import pick
from reformgraph.ontology import gate, reason
from reformgraph.ontology.files import ontology_triples
from reformgraph.ontology.terms import DC, DCTERMS, ELI, RDF, RDFS, RG, RGS, SKOS, XSD

BASE = "https://w3id.org/reformgraph/"
WWW = "http://www.legislation.gov.uk/"
NUMBER = '<ukm:Year Value="2099"/><ukm:Number Value="{}"/>'
TITLE = "<dc:title>The Lamps {} 2099</dc:title>"
ACT_TEXT = (
    "<Primary><Body><P1group><Title>Lamps</Title><P1><Pnumber>1</Pnumber></P1></P1group>"
    "</Body></Primary>"
)
DATED = "2100-04-01"


def files() -> dict[str, bytes]:
    """One file for each type, and one for each form that is not that of a whole law."""
    made = {
        code: clml(
            main_type,
            standard=TITLE.format(code),
            specific=NUMBER.format(7),
            body={"primary": ACT_TEXT}.get("primary" if "Act" in main_type else "", ""),
        )
        for code, main_type in addresses.CLASSES.items()
    }
    ukpga = "UnitedKingdomPublicGeneralAct"

    def form(tail: str, title: str, body: str = ACT_TEXT, attributes: str = "") -> bytes:
        standard = f"<dc:identifier>{WWW}ukpga/2099/{tail}</dc:identifier>" + TITLE.format(title)
        return clml(ukpga, standard=standard, body=body, attributes=attributes, status="revised")

    section = (
        f'<Primary><Body><P1group RestrictStartDate="{DATED}" RestrictExtent="S"><Title>Oil</Title>'
        f'<P1 IdURI="{ID}ukpga/2099/21/section/2A"><Pnumber>2A</Pnumber></P1></P1group></Body></Primary>'
    )
    lines = (
        f'<Contents><ContentsItem IdURI="{ID}ukpga/2099/22/section/1"><ContentsNumber>1</ContentsNumber>'
        "<ContentsTitle>Wicks</ContentsTitle></ContentsItem></Contents>"
    )
    return made | {
        "fragment": form("21/section/2A/" + DATED, "Fragment Act", section),
        "contents": form("22/contents", "Contents Act", lines),
        "metadata": form("23/resources", "Metadata Act", ""),
        "enacted": form("24/enacted", "Versions Act"),
        "dated": form(f"24/{DATED}", "Versions Act", attributes=f'RestrictStartDate="{DATED}"'),
        "regnal": clml(
            "EnglandAct",
            standard=TITLE.format("Union Act"),
            specific='<ukm:Year Value="1706"/><ukm:Number Value="11"/>'
            '<ukm:AlternativeNumber Category="Regnal" Value="6_Ann"/>',
        ),
        "welsh": clml(
            "WelshParliamentAct",
            attributes=f'IdURI="{ID}asc/2099/8"',
            standard=f"<dc:identifier>{WWW}asc/2099/8/enacted/welsh</dc:identifier>"
            "<dc:title>Deddf Lampau 2099</dc:title><dc:language>cy</dc:language>",
        ),
        "both languages": clml(
            "WelshParliamentAct",
            attributes=f'IdURI="{ID}asc/2099/9"',
            standard="<dc:title>Wicks Act 2099</dc:title>"
            '<dct:alternative xmlns:dct="http://purl.org/dc/terms/" xml:lang="cy">Deddf Pabwyr 2099'
            "</dct:alternative>",
        ),
        "draft": clml(
            "UnitedKingdomDraftStatutoryInstrument",
            standard=TITLE.format("Draft Order"),
            specific='<ukm:Year Value="2099"/><ukm:ISBN Value="9780000000026"/>'
            f'<ukm:SupersededBy URI="{ID}uksi/2099/7"/>',
            status="draft",
        ),
        "rule": (FIXTURES / "order-2099-as-published.xml").read_bytes(),
    }


@cache
def graph() -> pyoxigraph.Store:
    by_law: dict[str, list[Shard]] = {}
    origins = []
    for name, content in files().items():
        reading = pick.read(content, f"{name}.xml")
        origin = shown(Origin(f"file:{name}", "0" * 64, name), reading.documents)
        origins.append(origin)
        for shard in split(reading, origin):
            by_law.setdefault(shard.law, []).append(shard)
    store = pyoxigraph.Store()
    for law, shards in by_law.items():
        store.extend(map_unit(law, shards, {}, BASE))
    store.extend(describe_sources(origins, BASE))
    ontology = NamedNode(f"{BASE}graph/ontology")
    store.extend(
        pyoxigraph.Quad(t.subject, t.predicate, t.object, ontology) for t in ontology_triples()
    )
    reason.materialise(store, NamedNode(f"{BASE}graph/inferences"))
    return store


def values(iri: str, predicate: NamedNode) -> set[str]:
    found = graph().quads_for_pattern(NamedNode(iri), predicate, None)
    return {str(getattr(quad.object, "value", "")) for quad in found}


def test_all_of_them_together_pass_the_gate() -> None:
    assert not [each for each in gate.check(graph()) if each.severity == "error"]


@pytest.mark.parametrize("code", sorted(addresses.CLASSES))
def test_every_type_of_document_is_a_law_with_title_class_and_kind(code: str) -> None:
    law = f"{ID}{code}/2099/7"
    assert RG.Legislation.value in values(law, RDF.type)
    assert values(law, RDFS.label) == {f"The Lamps {code} 2099"}
    assert values(law, ELI.type_document) == {f"{WWW}def/legislation/{addresses.CLASSES[code]}"}
    assert values(law, RG.slug) == {f"{code}-2099-7"} and values(law, RG.year) == {"2099"}
    european = code in ("eur", "eudn", "eudr", "eut")
    kinds = {RGS["legislation-act"].value, RGS["legislation-statutory-instrument"].value}
    assert bool(values(law, RG.kind) & kinds) is not european


def test_a_fragment_says_something_of_its_section_and_names_its_law() -> None:
    section = f"{ID}ukpga/2099/21/section/2A"
    assert values(section, RG.heading) == {"Oil"} and values(section, RG.extent) == {"S"}
    assert values(section, ELI.is_part_of) == {f"{ID}ukpga/2099/21"}
    assert values(f"{WWW}ukpga/2099/21/section/2A/{DATED}", RG.start) == {DATED}


def test_contents_and_metadata_alone_make_a_law() -> None:
    assert values(f"{ID}ukpga/2099/22/section/1", RG.heading) == {"Wicks"}
    assert values(f"{ID}ukpga/2099/23", RDFS.label) == {"The Lamps Metadata Act 2099"}


def test_two_versions_are_one_law_with_two_expressions() -> None:
    law = f"{ID}ukpga/2099/24"
    found = {q.subject.value for q in graph().quads_for_pattern(None, ELI.realizes, NamedNode(law))}
    assert found == {f"{WWW}ukpga/2099/24/enacted", f"{WWW}ukpga/2099/24/{DATED}"}
    assert values(law, RDFS.label) == {"The Lamps Versions Act 2099"}


def test_a_regnal_year_a_draft_and_what_became_of_it() -> None:
    assert values(f"{ID}aep/Ann/6/11", RG.year) == {"1706"}
    assert values(f"{ID}aep/Ann/6/11", DCTERMS.identifier) == {"Regnal 6 Ann"}
    draft = f"{ID}ukdsi/2099/9780000000026"
    assert values(draft, DCTERMS.identifier) == {"ISBN 9780000000026"}
    assert values(draft, DCTERMS.isReplacedBy) == {f"{ID}uksi/2099/7"}


def test_welsh_titles_say_that_they_are_welsh() -> None:
    def labels(law: str, predicate: NamedNode) -> set[Literal]:
        found = graph().quads_for_pattern(NamedNode(f"{ID}{law}"), predicate, None)
        return {quad.object for quad in found if isinstance(quad.object, Literal)}

    assert labels("asc/2099/8", RDFS.label) == {Literal("Deddf Lampau 2099", language="cy")}
    assert labels("asc/2099/9", RDFS.label) == {Literal("Wicks Act 2099", language="en")}
    assert {text.value for text in labels("asc/2099/9", SKOS.altLabel)} == {"Deddf Pabwyr 2099"}


def test_the_dates_number_and_department_of_an_instrument_are_in_the_graph() -> None:
    rule = f"{ID}nisr/2099/955"
    assert values(rule, RG.date) == {"2099-02-01"}
    assert values(rule, DCTERMS.dateSubmitted) == {"2099-02-02", "2099-02-03"}
    assert values(rule, ELI.first_date_entry_in_force) == {"2099-03-01"}
    assert values(rule, RG.start) == set()  # two days: neither is that of the whole
    assert values(rule, DC.creator) == {"Department of Lanterns"}
    assert "C 7" in values(rule, DCTERMS.identifier)
    (first,) = graph().quads_for_pattern(NamedNode(rule), ELI.first_date_entry_in_force, None)
    assert isinstance(first.object, Literal) and first.object.datatype == XSD.date
