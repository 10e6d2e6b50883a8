"""CSV files as spreadsheets save them: what is read as meant, and what is refused."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from reformgraph.ingest.faults import Fault
from reformgraph.ingest.mapping import map_timeline
from reformgraph.ingest.readers.timeline import read_timeline

Spoil = Callable[..., list[Fault]]
BASE = "https://example.org/"


def quads(folder: Path) -> set[str]:
    return {str(quad) for quad in map_timeline(read_timeline(folder), BASE)}


def told(faults: list[Fault]) -> list[str]:
    return [str(fault) for fault in faults]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda data: b"\xef\xbb\xbf" + data, id="byte order mark"),
        pytest.param(lambda data: data.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param(lambda data: data.replace(b"\n", b"\r"), id="CR"),
        pytest.param(lambda data: data.replace(b"\n", b" \n"), id="blanks at line ends"),
        pytest.param(lambda data: data.replace(b"\n", b",,\n"), id="blank cells at line ends"),
        pytest.param(lambda data: data + b"\n,,,\n\n", id="blank rows"),
        pytest.param(lambda data: data.rstrip(b"\n"), id="no last line end"),
        pytest.param(lambda data: data.replace("ë".encode(), "e\u0308".encode()), id="NFD"),
    ],
)
def test_what_spreadsheets_do_makes_no_difference(
    small: Path, change: Callable[[bytes], bytes]
) -> None:
    before = quads(small)
    for path in small.glob("*.csv"):
        path.write_bytes(change(path.read_bytes()))
    assert quads(small) == before


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_hazard_101_semicolons_and_tabs_for_commas(small: Path, delimiter: str) -> None:
    before = quads(small)
    for path in small.glob("*.csv"):
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=delimiter).writerows(rows)
        path.write_bytes(out.getvalue().encode())
    assert quads(small) == before


def test_hazard_101_header_only_is_an_empty_table(small: Path) -> None:
    header = (small / "rivals.csv").read_text(encoding="utf-8").splitlines()[0]
    (small / "rivals.csv").write_text(header + "\n", encoding="utf-8")
    assert read_timeline(small).rivals == ()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "posts.csv: expected a header row (the file is empty; leave it out or give it)"),
        (b"\xef\xbb\xbf \r\n", "posts.csv: expected a header row (the file is empty"),
        (b"<!DOCTYPE html><html>", "posts.csv: expected a table (this is a web page"),
        (b"PK\x03\x04...", "posts.csv: expected a text file (this is a spreadsheet workbook"),
        ("id,title\n".encode("utf-16"), "posts.csv: expected UTF-8 (this is UTF-16"),
        (
            b"id,title,institution,source,status\nm,Caf\xe9,dept-old,src-page,verified\n",
            "posts.csv:2: expected UTF-8 (byte 0xe9 at position 40 is not: was it saved as Windows-",
        ),
        (
            b'id,title,institution,source,status\nminister,"Minister,dept-old,src-page,x\na,b\n',
            "posts.csv:2: expected a closing quotation mark (the rest of the file was swallowed",
        ),
        (
            b'id,title,institution,source,status\nm,"Min"ister,dept-old,src-page,verified\n',
            "posts.csv:2: expected a delimiter or the end of the row after a closing quotation",
        ),
        (
            b"id,title,institution,source,status\nm," + b"x" * 200_000 + b",a,b,verified\n",
            "posts.csv:2: expected cells of at most 131,072 characters (this row has a longer",
        ),
        (
            b"id,title,institution,source,status\nm,Min\x00ister,dept-old,src-page,verified\n",
            "posts.csv:2:title: 'Min\\x00ister': expected text without control characters (U+0000",
        ),
        (
            b"id,title,institution,source,status\nm,Minister,dept-old,src-page\n",
            "posts.csv:2: 'm': expected 5 cells (there are 4: the row breaks off)",
        ),
        (
            b"id,title,institution,source,status\nm,A, B,dept-old,src-page,verified\n",
            "posts.csv:2: 'm': expected 5 cells (there are 6: a cell with a comma or semicolon",
        ),
        (
            b"id;title;institution;source;status\nm;A;dept-old;dept-new;src-page;verified\n",
            "posts.csv:2: 'm': expected 5 cells (there are 6: a cell with a comma or semicolon",
        ),
    ],
)
def test_hazards_65_and_101_files_that_are_no_tables(
    spoil: Spoil, data: bytes, message: str
) -> None:
    (fault,) = spoil(posts=data)
    assert str(fault).startswith(message)


def test_columns_missing_unknown_and_twice(spoil: Spoil) -> None:
    faults = spoil(
        policies=("title,kind,published", "titel,kind,kind"),
        tenures=("person,", "person,colour,"),
    )
    assert [text[:90] for text in told(faults)] == [
        "policies.csv:1: expected a column 'title' (is it 'titel'?)",
        "policies.csv:1:kind: expected each column once (it is there 2 times)",
        "policies.csv:1:titel: expected a known column (did you mean 'title'?)",
        "tenures.csv:1:colour: expected a known column (columns are id, person, wikidata, post, sta",
    ]


def test_misspelt_table(small: Path, spoil: Spoil) -> None:
    (small / "policy.csv").write_text("id\n", encoding="utf-8")
    faults = spoil(posts=("minister,Minister", "minister,"))
    assert str(faults[0]) == (
        "policy.csv: expected a file that is named after a table (did you mean 'policies'?)"
    )
