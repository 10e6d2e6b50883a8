"""A timeline folder: what is read as meant, and what each kind of fault is told as."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from reformgraph.errors import InputError
from reformgraph.ingest.faults import SHOWN, Fault, InvalidInput, nearest
from reformgraph.ingest.mapping import map_timeline
from reformgraph.ingest.readers.cycles import cycles
from reformgraph.ingest.readers.timeline import read_timeline, read_timelines

Spoil = Callable[..., list[Fault]]
BASE = "https://example.org/"


def quads(folder: Path) -> set[str]:
    return {str(quad) for quad in map_timeline(read_timeline(folder), BASE)}


def told(faults: list[Fault]) -> list[str]:
    return [str(fault) for fault in faults]


def test_a_sound_timeline(small: Path) -> None:
    timeline = read_timeline(small)
    assert timeline.manifest.title == "A small timeline"
    assert [row.id for row in timeline.policies] == ["paper-2003", "plan-2007"]
    assert timeline.places["plan-2007"].file == "policies.csv"
    assert timeline.places["plan-2007"].row == 3
    assert timeline.persons == {"zoe-oname": "Zoë O'Name"}
    assert len(timeline.files) == 16
    assert timeline.row("act-s10").table == "provisions"


def test_only_some_tables(small: Path) -> None:
    for name in ("articulations", "components", "tensions", "concepts", "tenures", "rivals"):
        (small / f"{name}.csv").unlink()
    changes = small / "institution_changes.csv"
    changes.write_text(changes.read_text(encoding="utf-8").replace("comp-duty", ""), "utf-8")
    timeline = read_timeline(small)
    assert timeline.concepts == ()
    assert quads(small)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("title =", "titel ="), "timeline.toml:2:titel: expected a known key (did you mean 'title'"),
        (("title =", "titel ="), "timeline.toml:title: expected a key 'title'"),
        (('language = "en"', 'language = "en_GB"'),
         "timeline.toml:6:language: 'en_GB': expected a language tag such as en, cy or en-GB"),
        (('licence = "https://spdx.org/licenses/Apache-2.0"', 'licence = "Apache 2"'),
         "timeline.toml:4:licence: 'Apache 2': expected a web address without spaces or braces"),
        (('title = "A small timeline"', "title = 7"),
         "timeline.toml:2:title: '7': expected text in quotation marks"),
        (('id = "small"', 'id = "small'), "timeline.toml:1: expected TOML (Illegal character"),
        (('start = "1998"', 'start = "98"'), "timeline.toml:8:start: '98': expected a date"),
        (('language = "en"', 'language = "en"\nlanguage = "cy"'),
         "timeline.toml:7: expected TOML (Cannot overwrite a value"),
        (('start = "1998"', "start = nan"), "timeline.toml:8:start: 'nan': expected"),
        (('start = "1998"', "start = 0o17"), "timeline.toml:8:start: '15': expected"),
        (('language = "en"', "language = no"), "timeline.toml:6: expected TOML (Invalid value"),
    ],
)  # fmt: skip
def test_hazard_66_what_a_manifest_may_not_say(
    spoil: Spoil, change: tuple[str, str], message: str
) -> None:
    faults = told(spoil(toml=change))
    assert any(fault.startswith(message) for fault in faults), faults


def test_a_bare_toml_date_will_do(small: Path) -> None:
    path = small / "timeline.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('"1998"', "1998-05-01"), encoding="utf-8"
    )
    start = read_timeline(small).manifest.start
    assert start is not None
    assert start.text == "1998-05-01"


def test_no_manifest_no_folder_no_rows(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere: expected a folder"):
        read_timeline(tmp_path / "nowhere")
    (tmp_path / "bare").mkdir()
    with pytest.raises(InvalidInput, match=r"timeline.toml: expected a file of this name"):
        read_timeline(tmp_path / "bare")


def test_several_faults_of_several_files_come_together(spoil: Spoil) -> None:
    faults = spoil(
        policies=("2003-09,", "2003-13,"),
        institutions=("A Unit,,unit", "A Unit,,untit"),
        tenures=("minister,2003-06", "ministre,2003-06"),
        toml=('language = "en"', 'language = ""'),
        provisions=b"",
    )
    assert [(fault.file, fault.row, fault.column) for fault in faults] == [
        ("institutions.csv", 4, "kind"),
        ("policies.csv", 2, "published"),
        ("provisions.csv", 0, ""),
        ("tenures.csv", 2, "post"),
        ("timeline.toml", 6, "language"),
    ]


def test_a_broken_file_does_not_make_its_rows_dangle(spoil: Spoil) -> None:
    (fault,) = spoil(institutions=b"")
    assert fault.file == "institutions.csv"


def test_a_faulty_row_does_not_make_its_id_dangle(spoil: Spoil) -> None:
    (fault,) = spoil(institutions=("Old Department", ""))
    assert str(fault) == "institutions.csv:2:name: expected a value"


def test_rows_are_numbered_as_a_spreadsheet_shows_them(spoil: Spoil) -> None:
    faults = spoil(
        policies=("A Green Paper", '"A\nGreen\nPaper"'),
        posts=("\nminister", "\n\n\nminister,,,,,,,,,,\n  \nminister"),
    )
    assert {(fault.file, fault.row) for fault in faults} == {("posts.csv", 4), ("posts.csv", 6)}


def test_the_error(small: Path) -> None:
    text = (small / "sources.csv").read_text(encoding="utf-8")
    more = "".join(f"Bad Slug {n},t,,,,k,,,\n" for n in range(SHOWN + 50))
    (small / "sources.csv").write_text(text + more, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_timeline(small)
    error = caught.value
    assert isinstance(error, InvalidInput)
    assert error.exit_code == 1
    assert len(error.faults) == SHOWN + 50
    lines = error.detail.splitlines()
    assert len(lines) == SHOWN + 1
    assert lines[0].startswith("sources.csv:4:id: 'Bad Slug 0': expected lower-case words")
    assert lines[-1] == "… and 50 more"
    assert error.where == {"file": "sources.csv", "line": 4, "column": "id", "faults": SHOWN + 50}
    assert error.hints[0] == "bad-slug-0?"


def test_long_values_are_cut_in_messages(spoil: Spoil) -> None:
    (fault,) = spoil(policies=("A Plan,plan", "A Plan," + "x" * 5_000))
    assert len(str(fault)) < 400


def test_several_timelines(small: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for path in small.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    (other / "policies.csv").write_bytes(b"")
    with pytest.raises(InvalidInput, match=r"other/policies.csv: expected a header row"):
        read_timelines([small, other])
    (other / "policies.csv").write_bytes((small / "policies.csv").read_bytes())
    with pytest.raises(InvalidInput, match=r"other/timeline.toml:id: 'small': expected an id that"):
        read_timelines([small, other])


def test_cycles() -> None:
    assert cycles({"a": ["b"], "b": ["c"], "c": []}) == []
    assert cycles({"b": ["c"], "c": ["b"], "a": ["b"]}) == [("b", "c", "b")]
    assert cycles({"a": ["a"]}) == [("a", "a")]
    chain = {str(n): [str(n + 1)] for n in range(100_000)}
    assert cycles(chain) == []


@pytest.mark.parametrize(
    ("value", "near"),
    [
        ("dcfs", "dcsf"),
        ("DCSF", "dcsf"),
        ("dsf", "dcsf"),
        ("every-child-matters", "every-child-matters-2003"),
        ("laming", ""),
    ],
)
def test_nearest(value: str, near: str) -> None:
    assert nearest(value, ["dfes", "dcsf", "dfe", "every-child-matters-2003"]) == near
