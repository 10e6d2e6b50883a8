"""What an entity page has beside its sections: small picture, sentence, citations, JSON-LD, a report."""

import json
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from server_support import application, faults, read

from reformgraph.errors import ConfigError
from reformgraph.server.app import create_app
from reformgraph.server.pictures.mini import Neighbour, render
from reformgraph.settings import Settings, load

HTML = {"Accept": "text/html"}
PLAN = "/page/childrens-plan-2007"


class _Metas(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "meta" and "property" in given:
            self.found[given["property"]] = given["content"]
        if tag == "link" and "oembed" in given.get("type", ""):
            self.found[given["type"]] = given["href"]


def _block(client: FlaskClient, path: str) -> dict[str, object]:
    [block] = read(client.get(path, headers=HTML).text).blocks
    found = json.loads(block)
    assert isinstance(found, dict)
    return found


def test_the_small_picture_leads_to_the_nearest_on_both_sides(client: FlaskClient) -> None:
    html = client.get(PLAN, headers=HTML).text
    svg = html[html.index('<svg class="picture mini') :].partition("</svg>")[0] + "</svg>"
    tree = ElementTree.fromstring(svg)
    links = [node.attrib for node in tree.iter("{http://www.w3.org/2000/svg}a")]
    assert 6 <= len(links) <= 10
    assert all(link["href"].startswith("/page/") for link in links)
    assert all(link["aria-label"].endswith("verified") for link in links)
    # Each of them stands in the lists below the picture too.
    below = html.partition("</figure>")[2]
    assert all(f'href="{link["href"]}"' in below for link in links)
    assert "picture mini" not in client.get("/page/concept-trust", headers=HTML).text


def test_hazard_72_names_do_not_leave_the_small_picture() -> None:
    bad = Neighbour('"><script>alert(1)</script>' * 9, '/p"x', "\u202e2007", "X", "&", "", False)
    tree = ElementTree.fromstring(render('a"<b>', [bad], [bad] * 5))
    assert not [node for node in tree.iter() if node.tag.endswith("script")]
    assert tree.attrib["aria-label"].startswith('a"<b>:')


def test_what_no_source_describes_gets_a_sentence(client: FlaskClient) -> None:
    person = client.get("/page/alan-johnson.json").get_json()
    assert person["summary"].startswith("A person: ") and "Alan Johnson" in person["summary"]
    listed = client.get("/sources.json").get_json()[2]
    slug = listed["source"].rpartition("/")[2]
    told = client.get(f"/page/{slug}.json").get_json()["summary"]
    assert told.startswith(("A ", "An ")) and "rest" in told


def test_three_ways_to_cite(client: FlaskClient) -> None:
    page = read(client.get(PLAN, headers=HTML).text)
    for suffix, media_type in (
        ("bib", "application/x-bibtex"),
        ("json", "application/vnd.citationstyles.csl+json"),
        ("txt", "text/plain"),
    ):
        address = f"/cite/childrens-plan-2007.{suffix}"
        assert address in page.hrefs
        answer = client.get(address)
        assert answer.status_code == 200 and answer.mimetype == media_type
        assert "Building Brighter Futures" in answer.text
    [item] = json.loads(client.get("/cite/childrens-plan-2007.json").text)
    assert item["type"] == "dataset" and item["URL"].endswith("/id/childrens-plan-2007")
    assert len(item["issued"]["date-parts"][0]) == 3
    assert client.get("/cite/nothing.bib").status_code == 404


@pytest.mark.parametrize(
    ("slug", "type_", "more"),
    [
        ("childrens-plan-2007", "Report", {"datePublished": "2007-12-11"}),
        ("children-act-2004", "Legislation", {"legislationDate": "2004-11-15"}),
        ("dcsf", "GovernmentOrganization", {"foundingDate": "2007-06-28"}),
        ("alan-johnson", "Person", {}),
        ("concept-collaboration", "DefinedTerm", {}),
        ("change-dcsf-dfe-2010", "Event", {}),
    ],
)
def test_search_engines_are_told_what_it_is(
    client: FlaskClient, slug: str, type_: str, more: dict[str, str]
) -> None:
    told = _block(client, f"/page/{slug}")
    assert told["@context"] == "https://schema.org/" and told["@type"] == type_
    assert str(told["url"]).endswith(f"/page/{slug}") and told["name"]
    assert {name: told.get(name) for name in more} == more


def test_previews_of_a_page(client: FlaskClient) -> None:
    metas = _Metas(client.get(PLAN, headers=HTML).text).found
    assert metas["og:title"] == "The Children's Plan: Building Brighter Futures"
    assert metas["og:url"].endswith(PLAN) and metas["og:description"]
    card = client.get(metas["og:image"])
    assert card.mimetype == "image/png" and 0 < len(card.data) < 30_000
    told = client.get(metas["application/json+oembed"]).get_json()
    assert told["type"] == "rich" and "/embed/lineage/childrens-plan-2007" in told["html"]
    assert "text/xml+oembed" in metas


def test_a_problem_is_reported_where_the_setting_says(story_root: Path) -> None:
    app = create_app(
        Settings(
            store=str(story_root), report="https://t.example/new?t={title}&u={page}&g={generation}"
        )
    )
    client = app.test_client()
    page = read(client.get(PLAN, headers=HTML).text)
    [report] = [href for href in page.hrefs if href.startswith("https://t.example/")]
    assert "Building%20Brighter%20Futures" in report and "%2Fpage%2Fchildrens-plan-2007" in report
    assert "report it" in client.get("/about", headers=HTML).text
    app.extensions["reformgraph"].close()
    with pytest.raises(ConfigError, match="report"):
        load({"report": "javascript:alert(1)"}, environ={})


def test_nobody_is_sent_anywhere_without_it(client: FlaskClient) -> None:
    assert "Report a problem" not in client.get(PLAN, headers=HTML).text
    assert not faults(client.get("/about", headers=HTML).text)


def test_what_a_page_tells_of_its_address_depends_on_the_host_asked(story_root: Path) -> None:
    """Hazard 38: the host of one client is not told to another by a cache."""
    app = application(story_root)
    client = app.test_client()
    one = client.get(PLAN, headers=HTML, base_url="http://one.example")
    two = client.get(PLAN, headers=HTML, base_url="http://two.example")
    assert "one.example" in one.text and "one.example" not in two.text
    assert one.headers["ETag"] != two.headers["ETag"]
    app.extensions["reformgraph"].close()
