"""The matrix: what was said against what was put in place, on a day."""

import csv
import datetime
import io

import pytest
from flask.testing import FlaskClient
from server_support import faults, read

from reformgraph.server.reading.matrix import Facts, Thing, cell, matrix, said_by, stood

HTML = {"Accept": "text/html"}
DAY = datetime.date(2007, 12, 11)


def built(iri: str, kind: str, about: str, *times: str, ongoing: bool = False) -> Thing:
    se, sl, ee, el = (*times, "", "", "", "")[:4]
    return Thing(iri, {about}, {kind}, (se, sl), (ee, el), ongoing, bool(any(times) or ongoing))


def said(iri: str, frame: str, about: str, day: str) -> Thing:
    return Thing(iri, {about}, {frame}, (day, day), dated=True)


FACTS = Facts(
    said={
        "s1": said("s1", "k-cure", "inner", "2003-01-01"),
        "s2": said("s2", "k-cure", "other", "2009-01-01"),
        "s3": said("s3", "k-goal", "other", "2001-01-01"),
    },
    built={
        "c1": built("c1", "k-duty", "inner", "2005-01-01", "2005-01-01", ongoing=True),
        "c2": built("c2", "k-role", "lone", "2005-01-01", "2005-12-31"),
        "c3": built("c3", "k-role", "inner", "2008-01-01", "2008-01-01", ongoing=True),
    },
    narrower={"top": {"inner"}, "inner": {"top"}},
    broader={"top": set(), "inner": {"top"}, "other": set(), "lone": set()},
    names={"top": ("Top", "top"), "other": ("Other", "other"), "lone": ("Lone", "lone")},
    kinds=["k-duty", "k-role"],
    frames=["k-cure", "k-goal"],
    problems={"c1": {"p1"}, "s3": {"p2"}},
)


def test_a_row_meets_a_column_through_what_is_narrower_and_on_the_day() -> None:
    lines = {line.iri: line for line in matrix(FACTS, DAY, "concepts").lines}
    assert set(lines) == {"top", "other", "lone"}
    states = {iri: [each.state for each in line.cells] for iri, line in lines.items()}
    assert states == {
        "top": ["both", "articulated"],
        "other": ["articulated", "articulated"],
        "lone": ["neither", "assembled"],
    }
    assert lines["top"].cells[0].problems == ("p1",)
    assert lines["lone"].cells[1].built_possibly == ("c2",)
    # What is said of an articulation stands at the head of the row, not in each of its cells.
    assert lines["other"].problems == ("p2",) and not lines["other"].cells[0].problems
    assert lines["top"].inner == 1


def test_before_anything_was_said_it_was_only_assembled_or_nothing() -> None:
    lines = {line.iri: line for line in matrix(FACTS, datetime.date(1990, 1, 1), "concepts").lines}
    assert {each.state for line in lines.values() for each in line.cells} == {"neither"}


def test_a_concept_opens_into_the_word_itself_and_what_is_narrower() -> None:
    opened = matrix(FACTS, DAY, "concepts", "top")
    assert [(line.iri, line.only) for line in opened.lines] == [
        ("top", False),
        ("top", True),
        ("inner", False),
    ]
    assert opened.lines[1].whole.state == "neither"


def test_frames_meet_kinds_through_the_concepts_they_are_used_of() -> None:
    lines = {line.iri: line for line in matrix(FACTS, DAY, "frames").lines}
    assert [each.state for each in lines["k-cure"].cells] == ["both", "articulated"]
    assert [each.state for each in lines["k-goal"].cells] == ["articulated", "articulated"]
    assert cell(FACTS, DAY, "frames", "k-cure", "k-duty", only=False).said == ("s1",)


@pytest.mark.parametrize(
    ("thing", "answer"),
    [
        (built("x", "k", "a", "2005-01-01", "2005-01-01", ongoing=True), "yes"),
        (built("x", "k", "a", "2005-01-01", "2005-01-01", "2007-12-11", "2007-12-11"), "possibly"),
        (built("x", "k", "a", "2005-01-01", "2005-01-01", "2007-12-10", "2007-12-10"), "no"),
        (built("x", "k", "a", "2007-01-01", "2007-12-31", ongoing=True), "possibly"),
        (built("x", "k", "a"), "no"),
    ],
)
def test_it_stood_as_the_question_says(thing: Thing, answer: str) -> None:
    assert stood(thing, "2007-12-11") == answer


def test_a_document_of_a_year_is_possible_while_the_year_runs() -> None:
    thing = Thing("x", start=("2007-01-01", "2007-12-31"))
    assert [said_by(thing, day) for day in ("2006-12-31", "2007-06-01", "2007-12-31")] == [
        "no",
        "possibly",
        "yes",
    ]
    assert said_by(Thing("x"), "2007-01-01") == "no"


@pytest.mark.parametrize("day", ["1999-01-01", "2005-04-01", "2007-12-11", "2012-01-01"])
def test_it_agrees_with_the_question_about_components(client: FlaskClient, day: str) -> None:
    asked = client.get(f"/questions/components-on.json?date={day}").get_json()["rows"]
    expected = {(row["item"]["value"], row["stood"]["value"]) for row in asked}
    made = client.get(f"/matrix.json?date={day}").get_json()
    found = set()
    for line in made["lines"]:
        for each in line["cells"]:
            found |= {(iri, "yes") for iri in each["assembled"]}
            found |= {(iri, "possibly") for iri in each["assembledPossibly"]}
    # A component that facilitates no concept of the scheme has no row.
    assert found <= expected and len(found) > len(expected) * 0.8


@pytest.mark.parametrize(
    "path",
    [
        *("/matrix", "/matrix?rows=frames", "/matrix?date=1066-10-14", "/matrix?date="),
        *("/matrix?under=concept-collaboration", "/matrix?under=concept-co-operation-level"),
        "/matrix/cell?row=concept-collaboration&kind=duty&date=2007-12-11",
        "/matrix/cell?row=concept-collaboration&only=1",
        "/matrix/cell?rows=frames&row=undefined",
        "/matrix/cell?row=concept-silos&kind=finance&date=1066-10-14",
    ],
)
def test_its_pages(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200, response.text[:500]
    assert not faults(response.text), faults(response.text)


def test_every_cell_opens_its_evidence(client: FlaskClient) -> None:
    for start in ("/matrix", "/matrix?rows=frames", "/matrix?under=concept-collaboration"):
        page = read(client.get(start, headers=HTML).text)
        cells = [href for href in page.hrefs if href.startswith("/matrix/cell")]
        assert len(cells) >= 8
        for href in cells[:40]:
            response = client.get(href, headers=HTML)
            assert response.status_code == 200 and "Nothing lies behind" not in response.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        *(("date=zz", 400), ("date=2007-13-45", 400), ("date=%00", 400), ("rows=q", 400)),
        *(("under=zz", 404), ("under=dcsf", 404), ("rows=frames&under=concept-silos", 400)),
        ("date=" + "9" * 5_000, 400),
        ("date=%D9%A2%D9%A0%D9%A0%D9%A7-12-11", 400),
    ],
)
def test_nonsense_keeps_the_form(client: FlaskClient, query: str, status: int) -> None:
    response = client.get(f"/matrix?{query}", headers=HTML)
    assert response.status_code == status
    assert not faults(response.text) and 'id="m-date"' in response.text
    problem = client.get(f"/matrix.json?{query}")
    assert problem.status_code == status and problem.mimetype == "application/problem+json"


def test_the_csv_has_a_row_for_each_cell(client: FlaskClient) -> None:
    response = client.get("/matrix.csv?rows=frames")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert response.mimetype == "text/csv"
    assert len(rows) == len({r["row"] for r in rows}) * len({r["kind"] for r in rows})
    assert {r["state"] for r in rows} <= {"both", "articulated", "assembled", "neither"}
    assert client.get("/matrix.pdf").status_code == 404
    assert client.get("/matrix?format=csv").text == client.get("/matrix.csv").text
    assert client.get("/matrix/cell").status_code == 400
    assert client.get("/matrix/cell?row=concept-silos&kind=zz").status_code == 400
