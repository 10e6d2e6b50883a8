"""Real CLML: every sample reads, counts equal those of a plain walk over the tree, known facts hold."""

import gzip
import re
from collections import Counter
from pathlib import Path

import pytest
from law_support import ID, SAMPLES, needs_samples, sample
from lxml import etree

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.readers import clml, pick
from reformgraph.ingest.law.xml import ATOM, LEG, UKM, short

pytestmark = needs_samples

FILES = sorted((SAMPLES / "clml").glob("*"))
QUOTES = (f"{LEG}BlockAmendment", f"{LEG}BlockExtract", f"{LEG}InlineAmendment")


def tree(path: Path) -> etree._Element:
    content = path.read_bytes()
    return etree.fromstring(gzip.decompress(content) if path.suffix == ".gz" else content)


def unquoted(root: etree._Element, *names: str) -> list[etree._Element]:
    return [
        element
        for element in root.iter(*(LEG + name for name in names))
        if next(element.iterancestors(*QUOTES), None) is None
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_counts_are_those_of_a_plain_walk(path: Path) -> None:
    root = tree(path)
    reading = pick.read(path.read_bytes(), path.name)
    (document,) = reading.documents
    named = list(root.iter(etree.Element))
    met = Counter(short(str(e.tag)) for e in named)
    met.update(f"{short(str(e.tag))}@{short(str(key))}" for e in named for key in e.attrib)
    met.update(f"effect type: {effect.type}" for effect in document.effects)
    assert reading.met == met
    assert len(document.effects) == met["ukm:UnappliedEffect"]
    assert len(document.commentaries) == met["leg:Commentary"]
    versions = [e for e in root.iter(f"{ATOM}link") if "hasVersion" in e.get("rel", "")]
    assert len(document.versions) == len(versions)
    if root.tag == f"{LEG}EN":
        return
    cited = unquoted(root, "Citation", "CitationSubRef")
    assert len(document.citations) == len(cited)
    if document.form != "contents":
        sections = [p for p in document.provisions if p.element == "P1"]
        assert len(sections) == len(unquoted(root, "P1"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_records_hold_together(path: Path) -> None:
    document = pick.read(path.read_bytes(), path.name).documents[0]
    address = addresses.split(document.iri)
    assert address is not None
    paths = {provision.path for provision in document.provisions}
    assert len({(p.path, p.variant) for p in document.provisions}) == len(document.provisions)
    for provision in document.provisions:
        assert provision.iri == f"{ID}{address.law}/{provision.path}"
        assert provision.parent in paths | {""}
        assert re.fullmatch(r"|\d{4}-\d{2}-\d{2}", provision.start)
    for citation in document.citations:
        assert citation.path in paths | {""}
        assert citation.target.iri.startswith(ID)
        assert citation.target.end.startswith(ID) or not citation.target.end
    for commentary in document.commentaries:
        assert set(commentary.paths) <= paths | {""}
        assert commentary.type in set("FCIEMPX")
        assert commentary.text
    for effect in document.effects:
        assert addresses.split(effect.affected_law)
        assert addresses.split(effect.affecting_law)
        assert effect.in_force


@pytest.mark.parametrize(
    ("name", "iri", "form", "fragment", "version"),
    [
        ("aep-Ann-6-11-1991-02-01.xml", "aep/Ann/6/11", "whole", "", "1991-02-01"),
        ("anaw-2014-4.xml.gz", "anaw/2014/4", "whole", "", ""),
        ("asp-2025-11-contents-2025-08-07.xml", "asp/2025/11", "contents", "", "2025-08-07"),
        ("mwa-2010-5-metadata.xml.gz", "mwa/2010/5", "metadata", "", ""),
        ("nia-2021-6-section-43-1.xml.gz", "nia/2021/6", "fragment", "section/43/1", ""),
        ("nia-2022-21-enacted.xml", "nia/2022/21", "whole", "", "enacted"),
        ("ssi-2009-189.xml", "ssi/2009/189", "whole", "", "made"),
        (
            "ukdsi-2012-9780111529935-as-published.xml",
            "ukdsi/2012/9780111529935",
            "whole",
            "",
            "",
        ),
        (
            "ukpga-2006-35-notes-division-7.xml",
            "ukpga/2006/35/notes",
            "metadata",
            "notes/division/7",
            "",
        ),
        ("ukpga-2021-5-as-published.xml", "ukpga/2021/5", "whole", "", "enacted"),
        ("uksi-1998-1584-as-published.xml", "uksi/1998/1584", "whole", "", "made"),
        ("uksi-2015-1669.xml", "uksi/2015/1669", "whole", "", ""),
        ("wsi-2022-367-made.xml", "wsi/2022/367", "whole", "", "made"),
    ],
)
def test_each_form_of_file_is_known(
    name: str, iri: str, form: str, fragment: str, version: str
) -> None:
    document = sample(name)
    assert document.iri == ID + iri
    assert (document.form, document.version) == (form, version)
    if form != "metadata":
        assert document.fragment == fragment


def test_the_data_protection_act() -> None:
    document = sample("ukpga-2018-12.xml.gz")
    assert len(document.commentaries) == 1_742
    assert len(document.effects) == 339
    assert document.enacted == "2018-05-23"
    section = {p.path: p for p in document.provisions}["section/13A"]
    assert section.heading == "Meaning of “relevant offence” for purpose of right to erasure"
    assert section.parent.startswith("part/2/chapter/2/crossheading/")
    # Of the 45 applied effects of the changes feed, 43 are notes of the text [README of samples].
    feed = SAMPLES / "atom" / "changes-affected-ukpga-2018-12.feed.gz"
    applied = {
        e.get("EffectId") for e in tree(feed).iter(f"{UKM}Effect") if e.get("Applied") == "true"
    }
    assert len(applied & {note.effect for note in document.commentaries}) == 43


def test_the_human_rights_act() -> None:
    document = sample("ukpga-1998-42.xml.gz")
    assert (len(document.commentaries), len(document.effects)) == (96, 4)
    assert len(document.versions) == 30
    abolished = {p.path: p for p in document.provisions}["schedule/1/part/III"]
    assert (abolished.end, abolished.in_force) == ("2004-06-22", False)


def test_concurrent_versions_of_the_transport_act() -> None:
    section = [
        p
        for p in sample("ukpga-1985-67-section-6-2007-09-01.xml.gz").provisions
        if p.path == "section/6"
    ]
    assert [(p.variant, p.extent, p.start, p.end) for p in section] == [
        ("", "E+W", "2007-09-01", "2008-11-26"),
        ("S", "S", "2005-07-24", ""),
    ]


def test_the_dates_of_the_children_act_section_are_its_own_not_those_of_the_root() -> None:
    document = sample("ukpga-1989-41-section-1-trimmed.xml")
    section = {p.path: p for p in document.provisions}["section/1"]
    assert (document.start, section.start) == ("2026-07-15", "2014-10-22")


def test_prospective_parts_of_the_education_scotland_act() -> None:
    document = sample("asp-2025-11-2025-08-07.xml.gz")
    prospective = [p for p in document.provisions if p.status == "Prospective"]
    assert prospective
    assert all(p.in_force is False for p in prospective)
    contents = sample("asp-2025-11-contents-2025-08-07.xml")
    both = ({p.path: (p.number, p.heading) for p in one.provisions} for one in (document, contents))
    whole, listed = both
    assert set(whole) == set(listed)


def test_a_repealed_measure_and_a_welsh_section() -> None:
    measure = sample("mwa-2010-5-metadata.xml.gz")
    assert (measure.title, measure.repealed) == ("Carers Strategies (Wales) Measure 2010", True)
    assert measure.extent == "W"
    assert f"{ID}mwa/2010/5/section/2" in measure.confers_power
    welsh = sample("anaw-2020-3-section-2-welsh.xml.gz")
    assert (welsh.language, welsh.fragment) == ("cy", "section/2")
    assert welsh.uri.endswith("/anaw/2020/3/section/2/welsh")


def test_drafts_know_what_they_supersede_and_what_superseded_them() -> None:
    draft = sample("ukdsi-2012-9780111529935-metadata.xml")
    assert draft.superseded_by == (f"{ID}uksi/2012/3048",)
    assert len(draft.supersedes) == 1
    assert draft.coming_into_force[0].day == "2012-12-12"


def test_instruments_as_published() -> None:
    coronavirus = sample("uksi-2020-1326-as-published.xml")
    assert coronavirus.times == (("made", "13:35:00"), ("laid", "15:00:00"))
    assert coronavirus.departments == ("Department of Health and Social Care",)
    outturn = sample("uksi-2003-1153-as-published.xml")
    assert [p.path for p in outturn.provisions] == [
        *(f"regulation/{number}" for number in range(1, 6)),
        "schedule/1",
        "schedule/2",
    ]
    assert (outturn.made, outturn.laid[0][1]) == ("2003-04-24", "2003-05-09")


def test_an_effect_list_of_an_act_with_many_unapplied_effects() -> None:
    effects = sample("ukpga-1991-48-metadata.xml.gz").effects
    assert len(effects) == 1_493
    assert all(effect.applied is None for effect in effects)
    orders = [effect for effect in effects if effect.commenced]
    assert orders[0].commenced[0].iri == f"{ID}ukpga/2007/5"


def test_memory_is_that_of_the_records_not_of_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    """At no time does the tree hold more than a part of a large Act."""
    most = 0
    close = clml._Reader._close

    def watched(self: clml._Reader, element: etree._Element, tag: str) -> None:
        nonlocal most
        if tag in (f"{LEG}Part", f"{LEG}Schedule", f"{LEG}Body"):
            most = max(most, sum(1 for _ in element.iter()))
        close(self, element, tag)

    monkeypatch.setattr(clml._Reader, "_close", watched)
    content = (SAMPLES / "clml" / "ukpga-2018-12.xml.gz").read_bytes()
    total = sum(clml.read(content, "act").met[name] for name in ("leg:P2", "leg:P3", "leg:Text"))
    assert 0 < most < total / 20


def test_paths_built_from_numbers_are_those_of_the_site() -> None:
    """Without any address in the structure, the same provisions come out (as-published files)."""
    for name in ("asp-2025-11-2025-08-07.xml.gz", "uksi-2005-263-2013-04-01.xml.gz"):
        root = tree(SAMPLES / "clml" / name)
        for element in root.iter(etree.Element):
            for attribute in ("IdURI", "DocumentURI", "id"):
                element.attrib.pop(attribute, None)
        bare = clml.read(etree.tostring(root), name).documents[0]
        site = sample(name)
        assert bare.iri == site.iri
        assert [p.path for p in bare.provisions] == [p.path for p in site.provisions]
