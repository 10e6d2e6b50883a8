"""CLML of invented laws: metadata, structure, citations, notes, in each form that the site has."""

import pytest
from law_support import FIXTURES, ID, clml, document

from reformgraph.errors import InputError
from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.model import Document, InForce, Provision, Reference
from reformgraph.ingest.law.readers import pick

ACT = "ukpga/2099/901"


@pytest.fixture(scope="module")
def act() -> Document:
    return document((FIXTURES / "act-2099.xml").read_bytes())


@pytest.fixture(scope="module")
def order() -> Document:
    return document((FIXTURES / "order-2099-as-published.xml").read_bytes())


def at(document: Document, path: str, variant: str = "") -> Provision:
    (found,) = (p for p in document.provisions if (p.path, p.variant) == (path, variant))
    return found


def test_an_act_is_known_by_its_iri_and_says_what_it_is(act: Document) -> None:
    assert act.iri == f"{ID}{ACT}"
    assert act.uri == "http://www.legislation.gov.uk/ukpga/2099/901/2101-04-01"
    assert (act.form, act.version, act.status, act.language) == (
        ("whole", "2101-04-01", "revised", "en")
    )
    assert (act.type, act.year, act.number, act.isbn) == ("ukpga", 2099, "901", "9780000000002")
    assert (act.enacted, act.valid, act.modified) == ("2099-07-31", "2101-04-01", "2101-05-06")
    assert act.confers_power == (f"{ID}{ACT}/section/2",)
    assert act.blanket_amendments == (f"{ID}{ACT}/section/3",)
    assert act.files[0][1:] == ("2099-08-01", "Print")


def test_repealed_is_no_part_of_the_title_and_welsh_titles_are_kept(act: Document) -> None:
    assert (act.title, act.repealed) == ("Lantern Keepers Act 2099", True)
    assert act.alternative_titles == ("Deddf Ceidwaid Llusernau 2099",)


def test_versions_are_listed_with_label_and_language(act: Document) -> None:
    assert [(version.label, version.language) for version in act.versions] == [
        ("enacted", "en"),
        ("2101-04-01", "cy"),
        ("current", "en"),
    ]


def test_containers_come_from_the_tree_not_from_the_address(act: Document) -> None:
    section = at(act, "section/1")
    assert section.parent == "part/1/crossheading/the-keepers"
    assert at(act, section.parent).parent == "part/1"
    assert (section.number, section.heading) == ("1", "Keepers")
    assert at(act, "schedule/1").heading == "Lamps Small ones"
    assert at(act, "schedule/1/paragraph/1").parent == "schedule/1"


def test_extent_dates_and_status_come_from_the_nearest_that_says_so(act: Document) -> None:
    section = at(act, "section/1")
    assert (section.extent, section.start, section.end) == ("E+W", "2101-04-01", "2102-01-01")
    assert (section.status, section.in_force, section.confers_power) == ("Prospective", False, True)
    # The extent of the root holds for all, its date for none.
    assert (at(act, "section/3").extent, at(act, "section/3").start) == ("E+W+S", "")
    assert at(act, "schedule/1/paragraph/1").status == "Repealed"
    discarded = at(act, "section/2")
    assert (discarded.status, discarded.in_force, discarded.start) == (
        ("Discarded", False, "2100-01-01")
    )


def test_a_deeper_level_is_there_only_when_it_says_something_of_its_own(act: Document) -> None:
    assert at(act, "section/1/2").extent == "W"
    assert [p.path for p in act.provisions if p.element == "P2"] == ["section/1/2"]


def test_a_concurrent_version_stands_beside_its_original(act: Document) -> None:
    scottish = at(act, "section/1", "S")
    assert (scottish.extent, scottish.start) == ("S", "2100-06-01")
    assert scottish.parent == at(act, "section/1").parent
    assert scottish.heading == "Keepers in Scotland"


def test_quoted_text_makes_neither_provisions_nor_citations(act: Document) -> None:
    assert at(act, "section/3").blanket_amendment
    assert not any("7A" in p.number or p.heading == "Quoted" for p in act.provisions)
    assert not any("2097" in c.target.iri for c in act.citations)
    reading = pick.read((FIXTURES / "act-2099.xml").read_bytes(), "act")
    assert reading.ignored["leg:Citation"] == 1


def test_a_citation_without_uri_is_built_and_a_range_keeps_its_end(act: Document) -> None:
    built, ranged, *noted = act.citations
    assert (built.path, built.place) == ("section/1", "section/1/2")
    assert built.target.iri == f"{ID}ukpga/2098/40"
    assert ranged.target == Reference(
        f"{ID}ukpga/2098/40/section/4", f"{ID}ukpga/2098/40/section/6", "sections 4 to 6"
    )
    assert [(c.path, c.commentary, c.operative) for c in noted] == [
        ("section/1", "c2", False),
        ("section/1", "c2", True),
    ]


def test_notes_are_tied_to_provisions_and_to_effects(act: Document) -> None:
    notes = {note.id: note for note in act.commentaries}
    assert notes["c1"].text == "An invented note. Its second line."
    assert notes["c1"].paths == ("",)
    assert notes["c2"].paths == ("section/1",)  # from the title of the group
    assert (notes["invented-1"].type, notes["invented-1"].effect) == ("F", "invented-1")
    assert notes["c4"].paths == ("section/3",)  # from within quoted text
    assert (notes["c5"].paths, notes["c5"].effect) == ((), "")


def test_as_published_paths_are_built_from_numbers(order: Document) -> None:
    assert order.iri == f"{ID}nisr/2099/955"
    assert (order.uri, order.version) == (
        ("http://www.legislation.gov.uk/nisr/2099/955/made", "made")
    )
    assert [(p.path, p.parent) for p in order.provisions] == [
        ("part/II", ""),
        ("part/II/chapter/1", "part/II"),
        ("part/II/chapter/1/crossheading/keepers-oil-etc", "part/II/chapter/1"),
        ("article/1", "part/II/chapter/1/crossheading/keepers-oil-etc"),
        ("article/1A", "part/II/chapter/1/crossheading/keepers-oil-etc"),
        ("schedule/ZA1", ""),
        ("schedule/ZA1/part/1", "schedule/ZA1"),
        ("schedule/ZA1/paragraph/2", "schedule/ZA1/part/1"),
        ("schedule", ""),
        ("schedule/paragraph/3", "schedule"),
        ("schedule/4", "schedule"),
    ]
    assert all(p.iri == addresses.iri("nisr/2099/955", p.path) for p in order.provisions)


def test_the_dates_and_times_of_an_instrument(order: Document) -> None:
    assert (order.made, order.sifted) == ("2099-02-01", "2099-01-01")
    assert order.laid == (
        ("NorthernIrelandAssembly", "2099-02-02"),
        ("UnitedKingdomParliament", "2099-02-03"),
    )
    assert order.coming_into_force == (
        InForce(day="2099-03-01", time="00:01:00"),
        InForce(day="2099-04-01"),
    )
    assert order.times == (("made", "14:30:00"), ("laid", "15:00:00"))
    assert order.departments == ("Department of Lanterns",)
    assert order.corrects == (f"{ID}nisr/2098/12",)
    assert order.alternative_numbers == (("C", "7"),)


def test_a_footnote_cites_for_the_provision_that_points_to_it(order: Document) -> None:
    assert [(c.path, c.target.iri) for c in order.citations] == [
        ("", f"{ID}nia/2090/3"),
        ("article/1A", f"{ID}ukpga/Edw7/7/51"),
    ]


@pytest.mark.parametrize(("code", "main_type"), sorted(addresses.CLASSES.items()))
def test_every_document_type_is_known_by_its_metadata(code: str, main_type: str) -> None:
    number = '<ukm:Year Value="2099"/><ukm:Number Value="0007"/>'
    found = document(clml(main_type, specific=number))
    assert found.iri == f"{ID}{code}/2099/7"
    assert (found.type, found.main_type, found.form) == (code, main_type, "metadata")
    first = {"ukci": "created", "ukmo": "created", "ukmd": "created"}.get(code)
    kind = {"primary": "enacted", "secondary": "made", "euretained": "adopted"}[found.category]
    assert found.version == (first or kind)


def test_hazard_106_a_regnal_year_an_isbn_and_welsh_are_kept() -> None:
    old = '<ukm:Year Value="1706"/><ukm:Number Value="11"/><ukm:AlternativeNumber Category="Regnal" Value="6_Ann"/>'
    assert document(clml("EnglandAct", specific=old)).iri == f"{ID}aep/Ann/6/11"
    draft = '<ukm:Year Value="2099"/><ukm:ISBN Value="9780000000026"/>'
    found = document(clml("UnitedKingdomDraftStatutoryInstrument", specific=draft, status="draft"))
    assert (found.iri, found.version) == (f"{ID}ukdsi/2099/9780000000026", "")
    welsh = clml(
        "WelshParliamentAct",
        attributes='IdURI="http://www.legislation.gov.uk/id/asc/2099/1"',
        standard="<dc:identifier>http://www.legislation.gov.uk/asc/2099/1/enacted/welsh"
        "</dc:identifier><dc:title>Deddf (diddymwyd)</dc:title><dc:language>cy</dc:language>",
    )
    found = document(welsh)
    assert (found.language, found.title, found.repealed) == ("cy", "Deddf", True)
    assert found.uri == "http://www.legislation.gov.uk/asc/2099/1/enacted/welsh"


@pytest.mark.parametrize(
    ("identifier", "form", "fragment", "version"),
    [
        ("ukpga/2099/1/resources", "metadata", "", ""),
        ("ukpga/2099/1/contents/enacted", "contents", "", "enacted"),
        ("ukpga/2099/1/section/2/3/2100-01-01", "fragment", "section/2/3", "2100-01-01"),
        ("ukpga/2099/1/part/IV/prospective", "fragment", "part/IV", "prospective"),
        ("ukpga/2099/1/section/6/england+wales/quashed", "fragment", "section/6", "quashed"),
        ("id/ukpga/2099/1", "whole", "", "enacted"),
    ],
)
def test_the_identifier_says_what_was_asked_for(
    identifier: str, form: str, fragment: str, version: str
) -> None:
    text = "" if form == "metadata" else "<Primary><Body/></Primary>"
    standard = f"<dc:identifier>http://www.legislation.gov.uk/{identifier}</dc:identifier>"
    found = document(clml("UnitedKingdomPublicGeneralAct", standard=standard, body=text))
    assert found.iri == f"{ID}ukpga/2099/1"
    assert (found.form, found.fragment, found.version) == (form, fragment, version)


def test_numbers_that_begin_again_in_each_part_stay_apart() -> None:
    parts = "".join(
        f"<Part><Number>PART {n}</Number><P1><Pnumber>1</Pnumber></P1></Part>" for n in (1, 2)
    )
    schedule = (
        f"<Schedule><Number>SCHEDULE 1</Number><ScheduleBody>{parts}</ScheduleBody></Schedule>"
    )
    found = document(
        clml(
            "ScottishAct",
            specific='<ukm:Year Value="2099"/><ukm:Number Value="1"/>',
            body=f"<Primary><Schedules>{schedule}</Schedules></Primary>",
        )
    )
    assert [p.path for p in found.provisions if p.element == "P1"] == [
        "schedule/1/paragraph/1",
        "schedule/1/part/2/paragraph/1",
    ]


def test_contents_give_provisions_where_there_is_no_text() -> None:
    lines = (
        f'<ContentsPart IdURI="{ID}uksi/2099/1/part/1" RestrictExtent="S"><ContentsNumber>Part 1'
        f"</ContentsNumber><ContentsTitle>Oil</ContentsTitle>"
        f'<ContentsItem IdURI="{ID}uksi/2099/1/regulation/1" ContentRef="regulation-1" Status="Repealed">'
        "<ContentsNumber>1.</ContentsNumber>"
        '<ContentsTitle Generated="true">First words of the text...</ContentsTitle></ContentsItem>'
        f'<ContentsChapter IdURI="{ID}uksi/2099/1/part/1/chapter" ContentRef="part-1-chapter-2"/>'
        "</ContentsPart>"
    )
    found = document(
        clml(
            "UnitedKingdomStatutoryInstrument",
            specific='<ukm:Year Value="2099"/><ukm:Number Value="1"/>',
            body=f"<Contents><ContentsTitle>x</ContentsTitle>{lines}</Contents>",
        )
    )
    assert found.form == "contents"
    part, item, chapter = found.provisions
    assert (part.path, part.element, part.heading) == ("part/1", "Part", "Oil")
    assert (item.path, item.element, item.number, item.heading) == ("regulation/1", "P1", "1", "")
    assert (item.parent, item.extent, item.in_force) == ("part/1", "S", False)
    assert chapter.path == "part/1/chapter/2"


def test_structures_of_the_eu_are_read() -> None:
    body = (
        "<EURetained><EUPrelims><MultilineTitle><Text>Regulation 2099/12</Text> <Text>on oil</Text>"
        '</MultilineTitle><EUPreamble><Division id="division-1"><Number>(1)</Number><P><Text>Since '
        f'<Citation URI="{ID}eur/2098/3"/>.</Text></P></Division></EUPreamble></EUPrelims>'
        "<EUBody><EUTitle><Number>TITLE I</Number><Title>Oil</Title>"
        "<EUChapter><Number>CHAPTER II</Number><Title>Fish</Title><EUSection><Number>Section 1</Number>"
        "<Title>Cod</Title><P1group><Title>Scope</Title><P1><Pnumber>Article 1</Pnumber></P1></P1group>"
        "</EUSection></EUChapter></EUTitle></EUBody><Schedules><Schedule><Number>ANNEX II</Number>"
        "<ScheduleBody><Division><Number>A.</Number></Division></ScheduleBody></Schedule></Schedules>"
        "</EURetained>"
    )
    found = document(
        clml(
            "EuropeanUnionRegulation",
            specific='<ukm:Year Value="2099"/><ukm:Number Value="12"/><ukm:ELI Value="reg:2099:12:oj"/>',
            body=body,
        )
    )
    assert [p.path for p in found.provisions] == [
        "title/I",
        "title/I/chapter/II",
        "title/I/chapter/II/section/1",
        "article/1",
        "annex/II",
        "annex/II/division/A",
    ]
    assert found.provisions[3].heading == "Scope"
    assert found.title == "Regulation 2099/12 on oil"
    assert [(c.path, c.target.iri) for c in found.citations] == [("", f"{ID}eur/2098/3")]
    assert found.same_as == ("http://data.europa.eu/eli/reg/2099/12/oj",)


def test_explanatory_notes_are_metadata_of_the_notes_not_of_the_law() -> None:
    notes = clml(
        "UnitedKingdomPublicGeneralAct",
        attributes=f'IdURI="{ID}ukpga/2099/1/notes"',
        standard="<dc:title>Explanatory Notes to an Act</dc:title>",
        body=f'<ExplanatoryNotes><Division IdURI="{ID}ukpga/2099/1/notes/division/1"><Number>1</Number>'
        '<Citation URI="http://www.legislation.gov.uk/id/ukpga/2098/1"/></Division></ExplanatoryNotes>',
    )
    content = notes.replace(b"<Legislation", b"<EN").replace(b"</Legislation", b"</EN")
    found = document(content)
    assert (found.iri, found.form) == (f"{ID}ukpga/2099/1/notes", "metadata")
    assert not found.provisions
    assert not found.citations
    assert pick.read(content, "en").ignored["leg:Citation"] == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (clml("NoSuchAct"), "class 'NoSuchAct' is not known"),
        (clml("ScottishAct"), "no year and no number"),
        (clml("ScottishAct", specific='<ukm:Year Value="2099"/>'), "has no number"),
        (b"<Legislation/>", "is in no namespace"),
        (b'<Legislation xmlns="urn:other"/>', "namespace 'urn:other'"),
        (b"<nonsense/>", "<nonsense> is of no kind that is read here"),
    ],
)
def test_hazard_106_what_names_no_law_or_is_unknown_gives_one_message(
    content: bytes, words: str
) -> None:
    with pytest.raises(InputError) as caught:
        pick.read(content, "odd.xml")
    assert caught.value.detail.startswith("odd.xml: ")
    assert words in caught.value.detail


def test_hazard_106_a_cut_file_gives_its_line() -> None:
    content = (FIXTURES / "act-2099.xml").read_bytes()
    with pytest.raises(InputError, match=r"act.xml, line \d+: cut off") as caught:
        pick.read(content[:9000], "act.xml")
    assert caught.value.where["line"] == content[:9000].count(b"\n") + 1
