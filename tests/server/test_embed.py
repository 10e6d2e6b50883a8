"""Pictures in frames, oEmbed, what crawlers are told, the sources, the page for programs."""

import csv
import io
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from server_support import faults, read

HTML = {"Accept": "text/html"}
PLAN = "childrens-plan-2007"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.mark.parametrize(
    "path", [f"/embed/lineage/{PLAN}?direction=descendants&basis=stated", "/embed/institutions"]
)
def test_a_picture_may_be_framed_and_nothing_else(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == 200 and "frame-ancestors *" in policy
    assert "script-src" not in policy and "unsafe" not in policy and "'sha256-" in policy
    assert "<svg" in answer.text and "<script" not in answer.text
    whole = path.replace("/embed", "")
    assert whole.partition("?")[0] in [href.partition("?")[0] for href in read(answer.text).hrefs]
    page = client.get(whole, headers=HTML)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_a_framed_picture_is_that_of_its_address(client: FlaskClient) -> None:
    def nodes(text: str) -> set[str]:
        return {href for href in read(text).hrefs if href.startswith("/page/")}

    query = "basis=stated&depth=2"
    framed = nodes(client.get(f"/embed/lineage/{PLAN}?{query}", headers=HTML).text)
    assert framed <= nodes(client.get(f"/lineage/{PLAN}?{query}", headers=HTML).text)
    assert framed != nodes(client.get(f"/embed/lineage/{PLAN}", headers=HTML).text)
    assert client.get("/embed/lineage/nothing", headers=HTML).status_code == 404
    assert client.get(f"/embed/lineage/{PLAN}?depth=-1", headers=HTML).status_code == 400


@pytest.mark.parametrize("page", [f"page/{PLAN}", f"lineage/{PLAN}?depth=2", "institutions"])
def test_oembed(client: FlaskClient, page: str) -> None:
    asked = {"url": f"http://localhost/{page}", "maxwidth": "500"}
    told = client.get("/oembed", query_string=asked).get_json()
    assert (told["version"], told["type"], told["width"]) == ("1.0", "rich", 500)
    frame = told["html"].partition('src="')[2].partition('"')[0]
    assert frame.startswith("http://localhost/embed/")
    assert client.get(frame.removeprefix("http://localhost"), headers=HTML).status_code == 200
    xml = client.get("/oembed", query_string=asked | {"format": "xml"})
    assert ElementTree.fromstring(xml.data).findtext("html") == told["html"]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("", 400),
        ("http://evil.example/page/childrens-plan-2007", 404),
        ("http://localhost/page/nothing", 404),
        ("http://localhost/quality", 404),
        ("javascript:alert(1)", 404),
        ("http://[", 404),
        ('http://localhost/lineage/childrens-plan-2007?x="><script>', 200),
    ],
)
def test_oembed_of_what_is_not_ours(client: FlaskClient, url: str, status: int) -> None:
    answer = client.get("/oembed", query_string={"url": url})
    assert answer.status_code == status
    assert "<script" not in answer.text


def test_the_sitemap_has_every_entity_once_and_each_answers(client: FlaskClient) -> None:
    index = ElementTree.fromstring(client.get("/sitemap.xml").data)
    parts = [each.text or "" for each in index.iter(f"{MAP}loc")]
    paths = [
        (each.text or "").removeprefix("http://localhost")
        for part in parts
        for each in ElementTree.fromstring(
            client.get(part.removeprefix("http://localhost")).data
        ).iter(f"{MAP}loc")
    ]
    assert len(paths) == len(set(paths)) > 1_500 and f"/page/{PLAN}" in paths
    for path in [*paths[:14], *paths[20::400]]:
        assert client.get(path, headers=HTML, follow_redirects=True).status_code == 200, path
    assert client.get(f"/sitemap/{len(parts) + 1}.xml").status_code == 404
    robots = client.get("/robots.txt").text
    assert "Sitemap: http://localhost/sitemap.xml" in robots and "Disallow: /sparql" in robots


def test_sources_say_what_rests_on_them(client: FlaskClient) -> None:
    page = client.get("/sources", headers=HTML)
    assert page.status_code == 200 and not faults(page.text)
    rows = list(csv.DictReader(io.StringIO(client.get("/sources.csv").text)))
    holds = [int(row["holds"]) for row in rows]
    assert len(rows) > 600 and holds == sorted(holds, reverse=True)
    named = [
        row["label"] for row in csv.DictReader(io.StringIO(client.get("/sources.csv?by=name").text))
    ]
    assert named == sorted(named, key=str.casefold)
    kind = rows[3]["kind"]
    some = client.get("/sources.json", query_string={"kind": kind}).get_json()
    assert {row["kind"] for row in some} == {kind} and len(some) < len(rows)
    # The same figure as on the page that says what falls with it.
    slug = rows[3]["source"].rpartition("/")[2]
    assert len(client.get(f"/strength/{slug}.json").get_json()["falling"]) == int(rows[3]["alone"])
    assert client.get("/sources?by=nothing").status_code == 400
    assert client.get("/sources?page=999", headers=HTML).status_code == 404


def test_the_page_for_programs_has_every_address(client: FlaskClient) -> None:
    page = client.get("/api", headers=HTML)
    assert page.status_code == 200 and not faults(page.text)
    text = read(page.text).text
    paths = client.get("/openapi.json").get_json()["paths"]
    assert len(paths) > 50 and all(path in text for path in paths)
