"""Every format: the same document says the same; what is broken or hostile gives one clear message."""

import gzip

import pytest
from law_support import FIXTURES, SAMPLES, needs_samples

from reformgraph.errors import InputError
from reformgraph.ingest.law import loss
from reformgraph.ingest.law.model import Document, Reading
from reformgraph.ingest.law.readers import akn, atom, clml, effects, lgu2, pick, rdf

CORE = ("iri", "title", "type", "main_type", "year", "number", "enacted", "made", "language")
SHOWN = (*CORE, "version", "status", "modified", "extent", "fragment")
READERS = {"akn": akn, "atom": atom, "effects": effects, "lgu2": lgu2, "rdf": rdf}
BOMB = b'<!DOCTYPE r [<!ENTITY a "%s"><!ENTITY b "&a;&a;&a;">]>\n<r>&b;</r>' % (b"x" * 1000)
XXE = b'<?xml version="1.0"?>\n<!DOCTYPE r SYSTEM "file:///etc/hosts">\n<r/>'


def sample(name: str) -> Reading:
    return pick.read((SAMPLES / name).read_bytes(), name)


def core(document: Document, names: tuple[str, ...]) -> dict[str, object]:
    return {name: getattr(document, name) for name in names}


def structure(document: Document) -> list[tuple[str, str, str, str]]:
    return [(p.path, p.element, p.heading, p.parent) for p in document.provisions]


@needs_samples
@pytest.mark.parametrize(
    "name",
    [
        "aep-Ann-6-11-1991-02-01.xml",
        "anaw-2020-3-section-2-welsh.xml.gz",
        "asp-2025-11-2025-08-07.xml.gz",
        "mwa-2011-7-section-1.xml.gz",
        "nia-2022-21-enacted.xml",
        "ukpga-2000-8-section-91.xml.gz",
    ],
)
def test_clml_and_akoma_ntoso_say_the_same(name: str) -> None:
    (one,) = sample(f"clml/{name}").documents
    (other,) = sample(f"akn/{name.replace('.xml', '.akn.xml')}").documents
    assert core(one, (*SHOWN, "uri", "form", "isbn", "valid", "files")) == core(
        other, (*SHOWN, "uri", "form", "isbn", "valid", "files")
    )
    assert structure(one) == structure(other)
    assert one.effects == other.effects
    assert {note.id for note in other.commentaries} <= {note.id for note in one.commentaries}


@needs_samples
@pytest.mark.parametrize(
    ("clml_name", "json_name"),
    [
        ("nia-2022-21-enacted.xml", "lgu2-nia-2022-21-enacted.json"),
        ("asp-2025-11-2025-08-07.xml.gz", "lgu2-asp-2025-11-metadata.json"),
        ("asp-2025-11-contents-2025-08-07.xml", "lgu2-asp-2025-11-contents.json"),
    ],
)
def test_clml_and_json_say_the_same(clml_name: str, json_name: str) -> None:
    (one,) = sample(f"clml/{clml_name}").documents
    (other,) = sample(f"json/{json_name}").documents
    assert core(one, SHOWN) == core(other, SHOWN)
    if other.form == "contents":
        assert [p.path for p in other.provisions] == [
            p.path for p in one.provisions if p.path not in ("introduction", "")
        ]


@needs_samples
def test_a_list_in_atom_and_in_json_says_the_same() -> None:
    feed, listed = sample("atom/search-ukpga.feed"), sample("json/lgu2-list-ukpga.json")
    names = ("iri", "title", "type", "main_type", "year", "number", "isbn", "version", "uri")
    assert [core(one, names) for one in feed.documents] == [
        core(one, names) for one in listed.documents
    ]


@needs_samples
def test_effects_in_atom_and_in_json_say_the_same() -> None:
    feed, listed = sample("atom/changes-effects-lgu2.feed.gz"), sample("json/lgu2-effects.json.gz")
    names = ("id", "type", "affecting_law", "affected_law", "affecting", "affected", "applied")
    for one, other in zip(feed.effects, listed.effects, strict=True):
        for name in (*names, "required", "affecting_text", "affected_text", "affected_title"):
            assert getattr(one, name) == getattr(other, name), name
        assert [(d.day, d.prospective) for d in one.in_force] == [
            (d.day, d.prospective) for d in other.in_force
        ]


@needs_samples
def test_rdf_and_clml_say_the_same_of_the_law() -> None:
    (one,) = sample("clml/ukpga-1985-67-section-6-2007-09-01.xml.gz").documents
    (other,) = sample("rdf/transport-act-1985-doc-excerpt.rdf").documents
    names = ("iri", "title", "type", "main_type", "year", "number", "language", "publisher")
    assert core(one, names) == core(other, names)
    assert {version.label for version in other.versions} == {"current", "2003-04-01"}


@needs_samples
def test_rdf_has_aliases_and_effects() -> None:
    (law,) = sample("rdf/aliases-doc-excerpt.rdf").documents
    assert "http://www.legislation.gov.uk/id/wsi/2008/w6" in law.same_as
    first, second = sorted(sample("rdf/effects-metalex-doc-excerpt.rdf").effects, key=str)
    assert {first.type, second.type} == {"text amended", "Commencement Order"}


@needs_samples
@pytest.mark.parametrize("folder", ["akn", "atom", "json", "rdf"])
def test_every_sample_is_read_and_nothing_is_dropped_without_a_reason(folder: str) -> None:
    report = loss.report(sample(f"{folder}/{path.name}") for path in (SAMPLES / folder).iterdir())
    assert report.files
    assert [line.name for line in report.unknown] == []


@pytest.mark.parametrize("kind", ["akn", "atom", "effects", "rdf"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><body>Blocked</body></html>", "HTML"),
        (b"<other/>", "root|law"),
        (b"<a><b></a>", "line 1|root"),
        (b"\x1f\x8b\x08\x00broken", "gzip"),
        (b"\xff\xfe\x00\x00", ""),
        (b'<?xml version="1.0" encoding="ebcdic-cp-us"?><a/>', "encoding"),
        (b"<a>\xe9</a>", "encoding|root"),
        (b"{}", "JSON"),
        (b"<a>&lol;</a>", "entity|root"),
    ],
)
def test_hazard_58_what_is_not_the_format_is_told_as_such(
    kind: str, content: bytes, said: str
) -> None:
    with pytest.raises(InputError, match=rf"^odd\.file.*(?:{said})"):
        READERS[kind].read(content, "odd.file")


@pytest.mark.parametrize("kind", ["akn", "atom", "effects", "rdf"])
@pytest.mark.parametrize("content", [BOMB, XXE])
def test_hazard_60_and_61_a_doctype_is_refused_before_parsing(kind: str, content: bytes) -> None:
    with pytest.raises(InputError, match=r"bomb\.xml, line \d: .*DOCTYPE"):
        READERS[kind].read(content, "bomb.xml")


@pytest.mark.parametrize("kind", ["akn", "atom", "rdf"])
def test_hazard_59_and_62_deep_nesting_is_refused(kind: str) -> None:
    content = b"<a>" * 50_000 + b"</a>" * 50_000
    with pytest.raises(InputError, match=r"deep\.xml"):
        READERS[kind].read(content, "deep.xml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1, column 1"),
        (b"{", "line 1, column 2"),
        (b'{"id": "a",\n "id": "b"}', "twice"),
        (b'{"id": NaN}', "NaN"),
        (b"[" * 50_000 + b"]" * 50_000, "too deep"),
        (b'{"id": "caf\xe9"}', "UTF-8"),
        (b'{"id": "ukpga/2099"}', "of no law"),
        (b'{"meta": []}', "shape"),
        (b"[1, 2]", "shape"),
        (b"{}", "neither"),
        (b'"text"', "shape|neither"),
        (b"\x1f\x8b\x08\x00broken", "gzip"),
        (gzip.compress(b'{"id": 1}', mtime=0)[:-9], "gzip"),
        (b'{"year": ' + b"9" * 5_000 + b"}", "JSON"),
    ],
)
def test_hazard_64_and_66_json_that_is_wrong_has_one_message(content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=rf"^odd\.json.*(?:{said})"):
        lgu2.read(content, "odd.json")


def test_every_reader_names_what_it_read_in_the_counts() -> None:
    for path in FIXTURES.iterdir():
        if path.suffix in (".xml", ".feed"):
            reading = pick.read(path.read_bytes(), path.name)
            assert reading.met
            assert all(reading.ignored[name] <= reading.met[name] for name in reading.ignored), path


def test_akoma_ntoso_is_not_read_as_clml() -> None:
    with pytest.raises(InputError, match="root element"):
        clml.read(b'<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"/>', "a")
