"""What became of institutions: rivers of bodies, their picture, their table."""

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from server_support import BASE, application, faults, publish_trig, read

from reformgraph.server.pictures import river, succession
from reformgraph.server.reading.succession import Body, Change, Holder, Rivers

HTML = {"Accept": "text/html"}
SVG = "{http://www.w3.org/2000/svg}"
# A and B merged into C in 2004, C was renamed D in 2010; X stands alone; Y was only created.
MADE = """
@prefix rg: <https://w3id.org/reformgraph/ontology#> .
@prefix org: <http://www.w3.org/ns/org#> .
@prefix edtf: <http://id.loc.gov/datatypes/edtf/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@base <https://w3id.org/reformgraph/> .
<graph/t> {
  <id/a> a rg:Institution ; rg:slug "a" ; rdfs:label "A Board"@en .
  <id/b> a rg:Institution ; rg:slug "b" ; rdfs:label "B <script>alert(1)</script> & Co"@en .
  <id/c> a rg:Institution ; rg:slug "c" ; rdfs:label "C Office"@en .
  <id/d> a rg:Institution ; rg:slug "d" ; rdfs:label "D Office"@en ; rg:isOngoing true .
  <id/x> a rg:Institution ; rg:slug "x" ; rdfs:label "X"@en .
  <id/y> a rg:Institution ; rg:slug "y" ; rdfs:label "Y"@en .
  <id/law> a rg:Legislation ; rg:slug "law" ; rdfs:label "Merging Act 2003"@en .
  <id/m> a rg:Merger , org:ChangeEvent ; rg:slug "m" ; rdfs:label "The merger"@en ; rg:date "2004-04-01"^^edtf:EDTF ;
    rg:dateEarliest "2004-04-01"^^xsd:date ; rg:dateLatest "2004-04-01"^^xsd:date ; rg:legalBasis <id/law> ;
    org:originalOrganization <id/a> , <id/b> ; org:resultingOrganization <id/c> .
  <id/n> a rg:Renaming , org:ChangeEvent ; rg:slug "n" ; rdfs:label "The renaming"@en ; rg:date "2010"^^edtf:EDTF ;
    rg:dateEarliest "2010-01-01"^^xsd:date ; rg:dateLatest "2010-12-31"^^xsd:date ;
    org:originalOrganization <id/c> ; org:resultingOrganization <id/d> .
  <id/k> a rg:Creation , org:ChangeEvent ; rg:slug "k" ; rdfs:label "The creation"@en ; org:resultingOrganization <id/y> .
}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    root: Path = tmp_path_factory.mktemp("rivers") / "store"
    publish_trig(root, MADE)
    app = application(root)
    yield app.test_client()
    app.extensions["reformgraph"].close()


def test_a_river_holds_all_that_became_one_another(made: FlaskClient) -> None:
    found = made.get("/institutions.json").json
    assert [b["label"][0] for b in found["institutions"]] == ["A", "B", "C", "D"]
    assert [(c["kind"], c["date"]) for c in found["changes"]] == [
        ("Merger", "2004-04-01"),
        ("Renaming", "2010"),
    ]
    assert found["changes"][0]["legalBasis"] == [f"{BASE}id/law"]
    rows = list(csv.DictReader(io.StringIO(made.get("/institutions.csv?around=d").text)))
    assert rows[0]["before"] == f"{BASE}id/a {BASE}id/b"


def test_what_never_changed_has_no_river_and_the_page_says_so(made: FlaskClient) -> None:
    response = made.get("/institutions?around=x")
    assert response.status_code == 404 and "no change" in response.json["detail"]
    assert made.get("/institutions?around=nobody").status_code == 404
    assert made.get("/institutions.xyz").status_code == 404


def test_the_picture_is_well_formed_links_each_change_and_escapes_names(made: FlaskClient) -> None:
    response = made.get("/institutions.svg")
    assert (
        response.mimetype == "image/svg+xml"
        and "sha256-" in response.headers["Content-Security-Policy"]
    )
    drawn = ET.fromstring(response.data)
    assert [a.get("href") for a in drawn.iter(f"{SVG}a") if a.get("class") == "bend"] == [
        "/page/m",
        "/page/n",
    ]
    titles = [t.text or "" for t in drawn.iter(f"{SVG}title")]
    assert any("1 April 2004: merged" in t and "Merging Act 2003" in t for t in titles)
    assert "<script>" not in response.text
    page = made.get("/institutions", headers=HTML)
    assert not faults(page.text) and "Merging Act 2003" in page.text


def test_the_story_has_its_departments_with_posts(client: FlaskClient) -> None:
    page = client.get("/institutions?around=dcsf&posts=1", headers=HTML)
    assert not faults(page.text)
    assert "Department for Children, Schools and Families" in page.text and "Ed Balls" in page.text
    whole = client.get("/institutions?all=1", headers=HTML)
    assert whole.status_code == 200 and not faults(whole.text)


def _body(name: str, start: str = "", end: str = "") -> Body:
    return Body(name, f"{name} with a rather long name", name, (start, start), (end, end))


def test_bands_of_one_row_never_overlap() -> None:
    bodies = {f"b{n}": _body(f"b{n}", f"{1990 + n}-01-01", f"{1991 + n}-01-01") for n in range(20)}
    changes = tuple(
        Change(
            f"c{n}",
            "",
            "Renaming",
            f"{1991 + n}",
            (f"{1991 + n}-01-01",) * 2,
            (f"b{n}",),
            (f"b{n + 1}",),
        )
        for n in range(19)
    )
    made = river.plan(Rivers(bodies, changes))
    assert made is not None and len(made.bands) == 20
    by_line: dict[float, list[river.Band]] = {}
    for band in made.bands:
        by_line.setdefault(band.y, []).append(band)
    for bands in by_line.values():
        for one, two in pairwise(sorted(bands, key=lambda each: each.x)):
            assert one.end <= two.x + 0.1


def test_undated_changes_give_no_picture_but_a_table() -> None:
    change = Change("c", "C", "Merger", "", ("", ""), ("a",), ("b",))
    rivers = Rivers({"a": _body("a"), "b": _body("b")}, (change,))
    assert river.plan(rivers) is None
    assert succession.render(rivers, str, str, title="T") == ""
    assert "1 merger" in succession.describe(rivers)


def test_posts_and_their_holders_are_drawn_on_request(client: FlaskClient) -> None:
    bare = client.get("/institutions.svg?around=dcsf").text
    held = client.get("/institutions.svg?around=dcsf&posts=1").text
    assert "tenure" not in bare.partition("</style>")[2]
    spans = re.findall(r'<a class="node tenure[^>]*><title>([^<]+)</title>', held)
    assert any("Balls" in words and "2007–2010" in words for words in spans)
    page = client.get("/institutions?around=dcsf&posts=1", headers=HTML).text
    assert not faults(page)
    # The table has each holder that the picture has.
    table = page.partition('id="posts-h"')[2]
    assert len(spans) <= table.count("<tr>") - 1 and "Balls" in table


def test_spans_of_posts_lie_below_their_band_and_above_the_next(client: FlaskClient) -> None:
    bodies = {f"urn:b{n}": Body(f"urn:b{n}", f"Body {n}", f"b{n}", ("2000-01-01", "2000-01-01"), ("2010-01-01",) * 2) for n in range(2)}  # fmt: skip
    change = Change(
        "urn:c", "c", "Transfer", "2005", ("2005-01-01", "2005-12-31"), ("urn:b0",), ("urn:b1",)
    )
    held = [
        Holder(
            "urn:b0",
            f"urn:p{n % 3}",
            f"urn:who{n}",
            f"urn:t{n}",
            f"200{n + 3}-01-01",
            f"200{n + 4}-01-01",
        )
        for n in range(6)
    ]
    made = river.plan(Rivers(bodies, (change,)), held)
    assert made and len(made.spans) == 6
    lines = {band.body.iri: band.y for band in made.bands}
    low, high = sorted(lines.values())
    below = [span.y for span in made.spans]
    assert all(lines["urn:b0"] + river.BAND / 2 < y for y in below)
    if lines["urn:b0"] == low:
        assert max(below) < high - 21  # where the label of the next band begins
    assert len(set(below)) == 3


def test_the_page_has_the_query_and_the_exports(client: FlaskClient) -> None:
    page = client.get("/institutions?around=dcsf", headers=HTML).text
    words = read(page).text
    assert "The query behind this picture" in words and "org:originalOrganization" in words
    assert {"/institutions.svg?around=dcsf", "#table"} <= set(read(page).hrefs)
