"""Hostile labels, hostile IRIs, hubs and entities that nothing is joined to (hazards, group G)."""

import time
from urllib.parse import quote
from xml.etree import ElementTree

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from server_support import faults, read

HTML = {"Accept": "text/html"}
SLUGS = [
    *("hostile", "script", "rtl", "emoji", "nolabel", "blank", "loop", "lonely", "source"),
    *("changed", "said", "problem", "js"),
]
PATHS = [
    *(f"/page/{slug}" for slug in SLUGS),
    *("/", "/about", "/browse", "/browse/Policy", "/browse/Source", "/browse/Claim"),
    *("/page/claim/one", "/page/claim/two", "/page/claim/three", "/page/evidence/script.1"),
    *("/page/graph/hostile", "/lineage/script", "/lineage/loop?direction=descendants"),
    *("/search?q=script", "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", "/linked?iri=source&by=rg:source"),
    *("/story/script", "/story/loop", "/story/lonely", "/story/js", "/story/%3Cscript%3E"),
    *("/matrix", "/matrix?under=lonely", "/matrix?rows=frames", "/matrix/cell?row=lonely"),
    *("/matrix?under=%3Cscript%3E", "/concept/lonely", "/concept/%3Cscript%3E", "/concept/script"),
    "/about?iri=" + quote("javascript:alert(9)"),
    "/about?iri=" + quote("javascript:alert(2)"),
    "/questions/antecedents?item=script",
    "/questions/antecedents?item=%22%3E%3Cscript%3E",
    "/page/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "/sparql?query=" + quote("SELECT * { ?s ?p ?o }"),
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_hazard_72_no_label_becomes_markup(hostile: FlaskClient, path: str) -> None:
    response = hostile.get(path, headers=HTML, follow_redirects=True)
    assert response.status_code in (200, 404), response.text[:600]
    assert not faults(response.text), faults(response.text)
    assert "111111111" not in response.text, "a template ran what stands in a label"


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("suffix", ["ttl", "nt", "jsonld", "json"])
def test_hazard_72_labels_survive_every_format(
    hostile: FlaskClient, slug: str, suffix: str
) -> None:
    response = hostile.get(f"/page/{slug}.{suffix}")
    assert response.status_code == 200
    assert response.mimetype != "text/html"
    if suffix in ("ttl", "nt", "jsonld"):
        form = pyoxigraph.RdfFormat.from_extension(suffix)
        assert form is not None
        assert list(pyoxigraph.parse(response.data, format=form))


def test_hazard_73_the_picture_has_no_unsafe_link(hostile: FlaskClient) -> None:
    svg = hostile.get("/lineage/script.svg").data
    tree = ElementTree.fromstring(svg)
    for element in tree.iter():
        assert not element.tag.endswith("script")
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            if name.endswith("href"):
                assert value.startswith("/")


def test_hazard_73_unsafe_addresses_are_text(hostile: FlaskClient) -> None:
    page = read(hostile.get("/page/script", headers=HTML).text)
    assert "javascript:alert(1)" in page.text
    assert "http://example.org/a?b=1&c=2" in page.hrefs


def test_hazard_74_names_are_never_empty(hostile: FlaskClient) -> None:
    text = read(hostile.get("/page/script", headers=HTML).text).text
    assert "nolabel" in text and "blank" in text
    assert "\u202e" not in text.partition("The record")[0]


def test_hazard_111_odd_years_are_said_as_they_stand(hostile: FlaskClient) -> None:
    assert "about 0043 to 9999" in read(hostile.get("/page/emoji", headers=HTML).text).text
    assert "19x7" in read(hostile.get("/page/rtl", headers=HTML).text).text


def test_hazard_75_a_hub_is_counted_and_paged(hub: FlaskClient) -> None:
    begun = time.process_time()  # not the clock: other processes run beside this one
    response = hub.get("/page/hub", headers=HTML)
    assert time.process_time() - begun < 2
    page = read(response.text)
    assert not faults(response.text)
    assert "3,000" in page.text
    assert sum(href.startswith("/page/p") for href in page.hrefs) <= 60
    more = next(href for href in page.hrefs if href.startswith("/linked"))
    seen: set[str] = set()
    while more:
        listed = hub.get(more, headers=HTML)
        assert listed.status_code == 200 and not faults(listed.text)
        found = read(listed.text)
        seen |= {href for href in found.hrefs if href.startswith("/page/p")}
        later = listed.text.partition('rel="next" href="')[2].partition('"')[0]
        more = later.replace("&amp;", "&")
    assert len(seen) == 3_000
    assert "✓ verified" in found.text


def test_hazard_75_a_source_under_everything_is_paged(hub: FlaskClient) -> None:
    page = read(hub.get("/page/s", headers=HTML).text)
    assert "3,000" in page.text
    assert hub.get("/linked?iri=s&by=rg:source&page=30", headers=HTML).status_code == 200
    assert hub.get("/linked?iri=s&by=rg:source&page=31", headers=HTML).status_code == 404


def test_hazard_111_a_page_without_an_edge(hub: FlaskClient) -> None:
    assert "Nothing in the graph is joined to it" in hub.get("/page/lone", headers=HTML).text
    response = hub.get("/lineage/lone", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
