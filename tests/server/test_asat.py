"""What stood on a day, two days side by side, what happened between them."""

import csv
import datetime
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from server_support import BASE, application, faults, publish_trig, read

from reformgraph.server.pictures import strip
from reformgraph.server.reading import altered, asat
from reformgraph.server.reading.asat import Span

HTML = {"Accept": "text/html"}
DAY = datetime.date
# A body of 2000 to 2010, one that goes on, one whose end nobody knows, one still to come; a law of
# 2004 whose commencement nobody knows; a component that the law introduces; a merger in June 2007.
MADE = """
@prefix rg: <https://w3id.org/reformgraph/ontology#> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@base <https://w3id.org/reformgraph/> .
<graph/t> {
  <id/t> a rg:Timeline ; rg:slug "t" ; rdfs:label "T"@en .
  <id/old> a rg:Institution ; rg:slug "old" ; rdfs:label "Old Board"@en ; rg:inTimeline <id/t> ;
    rg:start "2000-01-01"^^edtf:EDTF ; rg:startEarliest "2000-01-01"^^xsd:date ; rg:startLatest "2000-01-01"^^xsd:date ;
    rg:end "2010-03-31"^^edtf:EDTF ; rg:endEarliest "2010-03-31"^^xsd:date ; rg:endLatest "2010-03-31"^^xsd:date .
  <id/lasting> a rg:Institution ; rg:slug "lasting" ; rdfs:label "Lasting Office"@en ; rg:inTimeline <id/t> ;
    rg:start "2001"^^edtf:EDTF ; rg:startEarliest "2001-01-01"^^xsd:date ; rg:startLatest "2001-12-31"^^xsd:date ; rg:isOngoing true .
  <id/vague> a rg:Institution ; rg:slug "vague" ; rdfs:label "Vague Trust"@en ; rg:inTimeline <id/t> ;
    rg:start "2005-06"^^edtf:EDTF ; rg:startEarliest "2005-06-01"^^xsd:date ; rg:startLatest "2005-06-30"^^xsd:date .
  <id/late> a rg:Institution ; rg:slug "late" ; rdfs:label "Late Agency"@en ; rg:inTimeline <id/t> ;
    rg:start "2012-04-01"^^edtf:EDTF ; rg:startEarliest "2012-04-01"^^xsd:date ; rg:startLatest "2012-04-01"^^xsd:date ; rg:isOngoing true .
  <id/law> a rg:Legislation ; rg:slug "law" ; rdfs:label "Joint Act 2004"@en ; rg:inTimeline <id/t> ;
    rg:date "2004-11-15"^^edtf:EDTF ; rg:dateEarliest "2004-11-15"^^xsd:date ; rg:dateLatest "2004-11-15"^^xsd:date .
  <id/duty> a rg:Component ; rg:slug "duty" ; rdfs:label "Duty to join"@en ; rg:inTimeline <id/t> ;
    rg:introducedBy <id/law> ; rg:isOngoing true .
  <id/merger> a rg:Merger ; rg:slug "merger" ; rdfs:label "The merger"@en ; rg:inTimeline <id/t> ;
    rg:date "2007-06"^^edtf:EDTF ; rg:dateEarliest "2007-06-01"^^xsd:date ; rg:dateLatest "2007-06-30"^^xsd:date .
}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    root: Path = tmp_path_factory.mktemp("asat") / "store"
    publish_trig(root, MADE)
    app = application(root)
    yield app.test_client()
    app.extensions["reformgraph"].close()


def states(client: FlaskClient, day: str) -> dict[str, str]:
    items = client.get(f"/as-at/{day}.json").json["items"]
    return {each["item"].removeprefix(f"{BASE}id/"): each["state"] for each in items}


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("1999-12-31", {"old": "coming", "lasting": "coming", "law": "coming", "duty": "coming"}),
        ("2001-06-01", {"old": "stood", "lasting": "possibly", "vague": "coming"}),
        ("2004-11-15", {"law": "unknown", "duty": "possibly"}),
        ("2008-01-01", {"old": "stood", "lasting": "stood", "vague": "possibly", "late": "coming"}),
        # On the last day itself sources differ on whether the body still stood.
        ("2010-03-31", {"old": "possibly"}),
        ("2013-01-01", {"old": "gone", "late": "stood", "vague": "possibly"}),
    ],
)
def test_each_thing_has_its_state_on_a_day(
    made: FlaskClient, day: str, expected: dict[str, str]
) -> None:
    found = states(made, day)
    assert {name: found[name] for name in expected} == expected


def test_two_days_side_by_side_say_what_came_and_went(made: FlaskClient) -> None:
    rows = made.get("/as-at/2013-01-01.json?with=2003-01-01").json
    found = {row["item"].removeprefix(f"{BASE}id/"): row["change"] for row in rows}
    assert found == {
        "old": "went",
        "lasting": "stayed",
        "vague": "came",
        "late": "came",
        "duty": "came",
    }
    page = read(made.get("/as-at/2013-01-01?with=2003-01-01", headers=HTML).text).text
    assert "1 January 2003 and 1 January 2013" in page and "Vague Trust" in page


def test_events_between_two_days_are_certain_or_possible(made: FlaskClient) -> None:
    rows = made.get("/changes.json?from=2005-06-15&to=2007-12-31").json
    assert [(r["itemLabel"], r["happened"], r["within"]) for r in rows] == [
        ("Vague Trust", "began", "possibly"),
        ("The merger", "changed", "yes"),
    ]
    # The order of the two days does not matter, and one kind of event can be asked for.
    swapped = made.get("/changes.json?from=2007-12-31&to=2005-06-15&what=changed").json
    assert [r["itemLabel"] for r in swapped] == ["The merger"]
    text = list(
        csv.DictReader(io.StringIO(made.get("/changes.csv?from=2010-01-01&to=2010-12-31").text))
    )
    assert [(r["itemLabel"], r["happened"]) for r in text] == [("Old Board", "ended")]


def test_changes_come_as_an_atom_feed(made: FlaskClient) -> None:
    response = made.get("/changes.atom?from=2000-01-01&to=2012-12-31")
    assert response.mimetype == "application/atom+xml"
    atom = "{http://www.w3.org/2005/Atom}"
    feed = ET.fromstring(response.data)
    titles = [entry.findtext(f"{atom}title") for entry in feed.iter(f"{atom}entry")]
    assert titles[0] == "Late Agency began" and "Old Board ended" in titles
    ids = [entry.findtext(f"{atom}id") for entry in feed.iter(f"{atom}entry")]
    assert len(set(ids)) == len(ids) and feed.findtext(f"{atom}updated")
    links = [
        link.attrib for entry in feed.iter(f"{atom}entry") for link in entry.iter(f"{atom}link")
    ]
    assert all("/page/" in link["href"] for link in links)


@pytest.mark.parametrize(
    "path",
    [
        *("/as-at/2007-02-30", "/as-at/soon", "/as-at/2007-12-11?with=x", "/as-at?date=1.1.2007"),
        *("/changes?from=2007", "/changes?to=9999-99-99", "/changes?what=boiled", "/as-at/%00"),
    ],
)
def test_hazard_110_nonsense_days_are_refused_with_the_right_form(
    made: FlaskClient, path: str
) -> None:
    response = made.get(path)
    assert response.status_code == 400
    assert response.mimetype == "application/problem+json"
    assert "expected" in response.json["detail"]


def test_the_page_of_any_year_is_well_made(client: FlaskClient) -> None:
    for path in (
        *("/as-at/2007-12-11", "/as-at/0001-01-01", "/as-at/9999-12-31", "/as-at/2004-02-29"),
        *(
            "/as-at/1997-05-01?with=2010-05-12",
            "/changes",
            "/changes?from=0001-01-01&to=9999-12-31",
        ),
    ):
        response = client.get(path, headers=HTML)
        assert response.status_code == 200, path
        assert not faults(response.text), (path, faults(response.text))


def test_without_a_day_the_focal_item_gives_it(client: FlaskClient) -> None:
    response = client.get("/as-at", headers=HTML)
    assert (response.status_code, response.headers["Location"]) == (303, "/as-at/2007-12-11")
    response = client.get("/as-at?date=1999-01-01&with=2001-01-01", headers=HTML)
    assert response.headers["Location"] == "/as-at/1999-01-01?with=2001-01-01"


def test_the_story_agrees_with_its_own_question(client: FlaskClient) -> None:
    """The page and the question institutions-on follow one rule."""
    items = client.get("/as-at/2007-12-11.json").json["items"]
    page = {r["item"] for r in items if r["class"] == "Institution" and r["state"] == "stood"}
    answer = client.get("/questions/institutions-on.csv?date=2007-12-11").text
    rows = list(csv.DictReader(io.StringIO(answer)))
    assert page == {r["item"] for r in rows if r["stood"] == "yes"}


def test_a_strip_marks_its_year_and_links_each() -> None:
    bars = [strip.Bar(1999 + n, n, 1, n == 2) for n in range(4)]
    drawn = ET.fromstring(strip.render(bars, lambda year: f"/y/{year}?a=1&b=2", title="A & B"))
    svg = "{http://www.w3.org/2000/svg}"
    links = drawn.findall(f"{svg}a")
    assert [a.get("href") for a in links] == [f"/y/{y}?a=1&b=2" for y in range(1999, 2003)]
    assert [a.get("aria-current") for a in links] == [None, None, "date", None]
    assert strip.render([], str, title="") == ""


def test_a_round_year_beside_the_marked_one_is_not_written_over_it() -> None:
    bars = [strip.Bar(year, 1, 1, year == 1986) for year in range(1973, 2023)]
    written = [text.text for text in ET.fromstring(strip.render(bars, str, title="")).iter()]
    assert "1986" in written and "1985" not in written and "1990" in written


def test_leap_days_and_unknown_days_do_no_harm() -> None:
    span = Span("x", "Institution", ("", ""), ("", ""), ("", ""), ongoing=False, dated=False)
    assert span.on("2007-12-11") == "unknown"
    assert asat.years([span]) == (0, 0)
    assert asat.events([span], DAY(1, 1, 1), DAY(9999, 12, 31)) == ()


def test_the_slider_covers_the_years_and_needs_no_script(made: FlaskClient) -> None:
    page = made.get("/as-at/2008-03-05?with=2003-01-01", headers=HTML).text
    slider = re.search(r'<input id="a-slide"[^>]*>', page)
    assert slider and 'type="range"' in slider[0] and 'name="day"' in slider[0]
    low, high, value = (
        int(re.search(rf'{name}="(\d+)"', slider[0])[1])
        for name in ("min", "max", "value")  # type: ignore[index]
    )
    assert DAY.fromordinal(value) == DAY(2008, 3, 5)
    assert DAY.fromordinal(low) == DAY(2000, 1, 1) and DAY.fromordinal(high) == DAY(2012, 12, 31)
    sent = made.get(f"/as-at?day={DAY(2004, 2, 29).toordinal()}&with=2003-01-01")
    assert (
        sent.status_code == 303 and sent.headers["Location"] == "/as-at/2004-02-29?with=2003-01-01"
    )
    assert made.get("/as-at?day=99999999").status_code == 400
    form = re.search(r'<form class="slider".*?</form>', page, re.DOTALL)
    assert form and 'name="with" value="2003-01-01"' in form[0]


def test_what_changed_between_two_days_is_told_with_what_changed_it(client: FlaskClient) -> None:
    rows = client.get("/as-at/2007-12-11.json?with=2010-06-01").json
    changes = {row["change"] for row in rows}
    assert changes == {"came", "went", "changed", "stayed"}
    changed = [row for row in rows if row["change"] == "changed"]
    assert {"Institution", "Post", "Legislation"} <= {row["class"] for row in changed}
    # Each thing is told once.
    assert len({row["item"] for row in rows}) == len(rows)
    page = client.get("/as-at/2007-12-11?with=2010-06-01", headers=HTML).text
    assert not faults(page)
    words = read(page).text
    for row in changed:
        assert row["itemLabel"][:40] in words
    assert (
        "What came, went and changed, by kind" in words and "non-departmental public body" in words
    )
    feed = [h for h in read(page).hrefs if "/changes.atom?" in h]
    assert feed and "from=2007-12-11&to=2010-06-01" in feed[0]
    assert client.get(feed[0]).mimetype == "application/atom+xml"
    # The order of the days does not matter.
    turned = client.get("/as-at/2010-06-01.json?with=2007-12-11").json
    assert {r["item"]: r["change"] for r in turned} == {r["item"]: r["change"] for r in rows}


def test_an_alteration_counts_after_the_first_and_by_the_last_day() -> None:
    known = [
        altered.Alteration("a", "on the first day", "2007-01-01", "2007-01-01"),
        altered.Alteration("b", "on the last day", "2008-01-01", "2008-01-01"),
        altered.Alteration("c", "some day of the year", "2007-01-01", "2007-12-31"),
        altered.Alteration("d", "open end", "2007-05-01", ""),
        altered.Alteration("e", "after", "2008-01-02", "2008-01-02"),
        altered.Alteration("f", "not asked for", "2007-05-01", "2007-05-01"),
    ]
    found = altered.between(known, ["a", "b", "c", "d", "e"], DAY(2007, 1, 1), DAY(2008, 1, 1))
    assert [(each.iri, each.sure) for each in found] == [("b", True), ("c", False), ("d", False)]


def test_the_strip_says_what_it_shows_and_is_a_picture_of_its_own(client: FlaskClient) -> None:
    page = client.get("/as-at/2007-12-11", headers=HTML).text
    alone = client.get("/as-at/2007-12-11.svg")
    assert (
        alone.mimetype == "image/svg+xml" and "sha256-" in alone.headers["Content-Security-Policy"]
    )
    said = ET.fromstring(alone.data).findtext("{http://www.w3.org/2000/svg}desc") or ""
    assert said in read(page).text and "In 2007, which is shown," in said
    # The table has a row for each bar.
    bars = len(re.findall(r'class="bar', page))
    table = page.partition('id="years"')[2].partition("</table>")[0]
    assert table.count("<tr>") - 1 == bars > 20
    assert "The query behind this picture" in page
