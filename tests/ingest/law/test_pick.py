"""The reader is picked by what is in a file, never by its name."""

import gzip

import pytest
from law_support import SAMPLES, needs_samples

from reformgraph.errors import InputError
from reformgraph.ingest.law.readers import pick

FEED = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:u="http://www.legislation.gov.uk/namespaces/metadata">'
    "<id>http://www.legislation.gov.uk/{path}/data.feed</id>{entries}</feed>"
)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'<EN xmlns="http://www.legislation.gov.uk/namespaces/legislation"/>', "clml"),
        (FEED.format(path="ukpga/2099", entries="<entry><id>x</id></entry>").encode(), "atom"),
        (FEED.format(path="changes/affected/ukpga", entries="").encode(), "effects"),
        (FEED.format(path="x", entries="<entry><u:Effect/></entry>").encode(), "effects"),
        (b'<x:RDF xmlns:x="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>', "rdf"),
        (b'<akomaNtoso xmlns="http://docs.oasis-open.org/legaldocml/ns/akn/3.0"/>', "akn"),
        (b'\xef\xbb\xbf\n{"meta": {}}', "lgu2"),
    ],
)
def test_the_root_element_decides(content: bytes, kind: str) -> None:
    assert pick.kind(content, "any.bin") == kind
    assert pick.kind(gzip.compress(content), "any.bin") == kind


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"<html/>", "HTML"),
        (b"\x1f\x8bnonsense", "cannot be unpacked"),
        (b'<Legislation xmlns="urn:x"/>', "leg:Legislation of legislation.gov.uk is in"),
        (b'<kml xmlns="http://www.opengis.net/kml/2.2"/>', "<kml> is of no kind"),
    ],
)
def test_hazard_69_anything_else_is_refused_by_name(content: bytes, words: str) -> None:
    with pytest.raises(InputError) as caught:
        pick.read(content, "any.xml")
    assert words in caught.value.detail
    assert caught.value.where["file"] == "any.xml"


@needs_samples
@pytest.mark.parametrize("folder", ["clml", "rdf", "akn", "atom", "json"])
def test_each_sample_goes_to_the_reader_of_its_format(folder: str) -> None:
    for path in sorted((SAMPLES / folder).iterdir()):
        effects = "changes" in path.name
        expected = {"json": "lgu2", "atom": "effects" if effects else "atom"}.get(folder, folder)
        assert pick.kind(path.read_bytes(), path.name) == expected, path.name
