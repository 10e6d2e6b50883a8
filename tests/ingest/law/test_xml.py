"""What may be wrong with a file: one message each, with the file and, where known, the line."""

import gc
import gzip

import pytest

from reformgraph.errors import InputError
from reformgraph.ingest.law import xml

BOMB = b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;">]>\n<a>&z;</a>'


def said(content: bytes) -> InputError:
    with pytest.raises(InputError) as caught:
        list(xml.events(content, "law.xml"))
    assert caught.value.where["file"] == "law.xml"
    assert caught.value.detail.startswith("law.xml")
    assert "\n" not in caught.value.detail
    return caught.value


@pytest.mark.parametrize(
    ("content", "words", "line"),
    [
        (b"", "empty", None),
        (b"\xef\xbb\xbf \n", "empty", None),
        (b"<a><b>\n<c/>", "cut off", 2),
        (b"<a>\n<b></a>", "not well-formed", 2),
        (b"<a/><b/>", "not well-formed", 1),
        (b'<a>\n<b x="', "cut off", 2),
        (b"<a>\n<b></", "cut off", 2),
        (b'{"a": 1}', "JSON", 1),
        (b"%PDF-1.7", "a PDF", 1),
        (b"hello", "text or other data", 1),
        (b"<a>\n&nbsp;</a>", "entity", 2),
        (b"<a>\n\x00</a>", "UTF-8", 1),
    ],
)
def test_a_file_that_is_no_xml_gives_one_sentence(
    content: bytes, words: str, line: int | None
) -> None:
    error = said(content)
    assert words in error.detail
    assert error.where.get("line") == line


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><head><script>awsWafCookieDomainList = [];</script></head></html>",
        b"\n<html><body>Too many requests</body></html>",
        b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" ""><html/>',
    ],
)
def test_hazard_58_an_html_page_saved_as_xml_is_told_as_such(content: bytes) -> None:
    assert "HTML" in said(content).detail
    assert ("robots" in said(content).detail) == (b"awsWaf" in content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<a>\n\xe9</a>", "not in the encoding"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "'utf-7' is not read"),
        ("<a>é</a>".encode("utf-32"), "not XML"),
        ("<!DOCTYPE a><a/>".encode("utf-32-le"), "not XML"),
        ("<!DOCTYPE a><a/>".encode("utf-16-le"), "not XML"),
        ('<?xml version="1.0"?><a/>'.encode("cp037"), "not XML"),
    ],
)
def test_hazard_58_other_encodings_are_refused_by_name(content: bytes, words: str) -> None:
    assert words in said(content).detail


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "windows-1252", "utf-16"])
def test_hazard_58_an_encoding_that_is_declared_and_true_is_read(encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?><a>é</a>'.encode(encoding)
    assert [element.text for _, element in xml.events(content, "law.xml", ("end",))] == ["é"]


@pytest.mark.parametrize("depth", [257, 20_000])
def test_hazard_59_deep_nesting_is_refused(depth: int) -> None:
    assert "over the limits" in said(b"<a>" * depth + b"</a>" * depth).detail


@pytest.mark.parametrize(
    "content",
    [BOMB, BOMB.replace(b"\n<!DOCTYPE", b"<!--" + b"x" * 200_000 + b"-->\n<!DOCTYPE")],
)
def test_hazard_60_a_doctype_is_refused_before_parsing(
    content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml.etree, "iterparse", None)
    error = said(content)
    assert "DOCTYPE" in error.detail
    assert error.where["line"] == content[: content.index(b"<!DOCTYPE")].count(b"\n") + 1


def test_hazard_60_a_prolog_without_end_is_refused() -> None:
    assert "no root element" in said(b"<!--" + b"x" * 2_000_000 + b"--><!DOCTYPE a><a/>").detail


def test_hazard_60_a_doctype_in_utf_16_is_refused_as_well() -> None:
    text = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'
    assert "DOCTYPE" in said(text.encode("utf-16")).detail


def test_hazard_61_no_external_entity_is_fetched() -> None:
    content = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
    assert "DOCTYPE" in said(content).detail


@pytest.mark.parametrize(
    "content", [b'<a x="' + b"y" * 11_000_000 + b'"/>', b"<a>" + b"y" * 11_000_000 + b"</a>"]
)
def test_hazard_62_a_huge_attribute_or_text_is_refused(content: bytes) -> None:
    assert "over the limits" in said(content).detail


def test_hazard_106_gzip_is_known_by_its_bytes_and_false_gzip_told() -> None:
    assert xml.root(gzip.compress(b"<a/>"), "law.xml") == "a"
    assert "cannot be unpacked" in said(b"\x1f\x8b" + b"z" * 40).detail
    assert "cannot be unpacked" in said(gzip.compress(b"<a>" + b" b" * 999 + b"</a>")[:40]).detail


def test_hazard_69_a_gzip_bomb_stops_at_the_limit() -> None:
    content = gzip.compress(b"<a>" + b"<b/>" * 1_000_000 + b"</a>")
    source = xml.opened(content, "law.xml", limit=1024 * 1024)
    read = 0
    with pytest.raises(InputError, match="more than 1 MB"):
        while chunk := source.read(64 * 1024):
            read += len(chunk)
    assert read <= 1024 * 1024


def test_names_are_shown_with_the_usual_prefixes() -> None:
    assert xml.short(f"{xml.LEG}P1") == "leg:P1"
    assert xml.short("{urn:other}x") == "{urn:other}x"
    assert xml.short("URI") == "URI"


def test_the_collector_is_paused_for_one_file_and_leaves_nothing_frozen() -> None:
    with xml.uncollected():
        assert not gc.isenabled()
        record = [(number,) for number in range(100)]
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0
    assert any(one is record for one in gc.get_objects(generation=2))


def test_what_others_froze_stays_frozen() -> None:
    gc.freeze()
    try:
        with xml.uncollected():
            pass
        assert gc.get_freeze_count()
    finally:
        gc.unfreeze()
