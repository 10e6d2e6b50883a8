"""The report of what was met and what was left out: nothing is dropped in silence."""

import json

import pytest
from law_support import FIXTURES, SAMPLES, clml, needs_samples

from reformgraph.ingest.law import loss
from reformgraph.ingest.law.readers import clml as reader
from reformgraph.ingest.law.readers import pick


def test_every_element_and_attribute_is_counted_and_told_used_or_ignored() -> None:
    reading = pick.read((FIXTURES / "act-2099.xml").read_bytes(), "act")
    assert (reading.met["leg:P1"], reading.met["leg:P1@Status"]) == (6, 1)
    assert reading.met["effect type: words substituted"] == 1
    assert "leg:P1" not in reading.ignored
    assert reading.ignored["leg:Text"] == reading.met["leg:Text"]
    assert set(reading.ignored) <= set(reading.met)
    assert not loss.report([reading]).unknown


def test_what_nobody_decided_to_drop_is_unknown_and_comes_first() -> None:
    content = clml(
        "ScottishAct",
        specific='<ukm:Year Value="2099"/><ukm:Number Value="1"/><ukm:Novelty Value="x"/>',
        body='<Primary><Body><P1 Colour="red"><Pnumber>1</Pnumber></P1></Body></Primary>',
    )
    report = loss.report([pick.read(content, "law")], ["other.xml: the file is empty"])
    assert [line.name for line in report.unknown] == [
        "leg:P1@Colour",
        "ukm:Novelty",
        "ukm:Novelty@Value",
    ]
    assert report.lines[0].unknown
    table = report.as_table()
    assert "leg:P1@Colour  (UNKNOWN)" in table
    assert table.endswith("not read: other.xml: the file is empty")
    assert json.loads(report.as_json())["documents"] == 1


def test_readings_add_up() -> None:
    reading = pick.read((FIXTURES / "act-2099.xml").read_bytes(), "act")
    report = loss.report([reading, reading])
    assert (report.files, report.documents, report.provisions) == (2, 2, 18)
    assert (report.citations, report.commentaries, report.effects) == (8, 10, 2)


def test_a_name_is_not_both_used_and_dropped_for_how_it_looks() -> None:
    assert not loss.reason_for("leg:P1@IdURI")
    assert not loss.reason_for("leg:Legislation@IdURI")
    assert "leg:P1@IdURI" in reader.USED


@needs_samples
@pytest.mark.parametrize("path", sorted((SAMPLES / "clml").glob("*")), ids=lambda path: path.name)
def test_no_name_in_the_samples_is_unaccounted_for(path) -> None:  # type: ignore[no-untyped-def]
    report = loss.report([pick.read(path.read_bytes(), path.name)])
    assert report.documents == 1
    assert report.unknown == []
