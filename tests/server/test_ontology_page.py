"""The page of the ontology: each term with what it is, whose, how used, and live examples."""

import re

import pytest
from flask.testing import FlaskClient
from server_support import read

from reformgraph.ontology import documented
from reformgraph.ontology.terms import RG
from reformgraph.store import EmbeddedStore

HTML = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def text(client: FlaskClient) -> str:
    response = client.get("/ontology", headers=HTML)
    assert response.status_code == 200
    return response.text


def _section(text: str, name: str) -> str:
    return text.partition(f'<section class="term" id="{name}"')[2].partition("</section>")[0]


@pytest.mark.parametrize("name", RG)
def test_every_term_tells_all_of_itself(text: str, name: str) -> None:
    section = _section(text, name)
    for word in ("Example: ", "source of the idea", "in this graph", "testing"):
        assert word in section, word
    aligned = ("close to", "narrower than", "wider than", "related to", "no counterpart")
    assert any(word in section for word in aligned) or "prov:" in section


def test_a_class_says_how_many_there_are_and_leads_to_them(text: str) -> None:
    section = _section(text, "Policy")
    assert re.search(r"in this graph</dt><dd>\d{2,}: ", section)
    assert 'href="/browse/Policy"' in section and 'href="#Item"' in section
    assert 'href="/page/childrens-plan-2007"' in section


def test_a_property_shows_its_ends_traits_and_alignments(text: str) -> None:
    section = _section(text, "ledBy")
    assert 'href="#Initiative"' in section and 'href="#Institution"' in section
    assert "asymmetric" in _section(text, "buildsOn")
    assert 'href="https://schema.org/legislationAmends"' in _section(text, "amends")
    assert "wd:P7888" in _section(text, "Merger")
    assert "no counterpart" in _section(text, "Component")


def test_a_class_shows_what_each_of_it_has(text: str) -> None:
    section = _section(text, "Articulation")
    assert "rg:articulatedIn: at least 1</a>" in section
    assert "rg:articulatedIn: only rg:Item or org:ChangeEvent or org:Organization</a>" in section
    assert "rg:articulates: at least one skos:Concept</a>" in section
    assert "each is one of rg:Tension or rg:Absence or" in _section(text, "Problem")


def test_what_a_term_is_comes_from_the_file_that_the_build_attached(
    client: FlaskClient, story_store: EmbeddedStore, text: str
) -> None:
    attached = documented.rows(story_store.attached(documented.ATTACHED))
    for name in ("Claim", "buildsOn", "dateEarliest"):
        for _, html in attached[name]:
            assert html in _section(text, name)


def test_the_picture_has_every_class_once_and_links_to_its_place(text: str) -> None:
    picture = text.partition('<svg class="picture"')[2].partition("</svg>")[0]
    for name in RG:
        if name[0].isupper():
            assert picture.count(f'href="#{name}"') == 1, name
    assert "also eli:LegalResource" in picture
    assert "org:ChangeEvent" in picture


def test_every_place_that_the_page_leads_to_is_there(client: FlaskClient, text: str) -> None:
    hrefs = {href for href in read(text).hrefs if not href.startswith("http")}
    assert len(hrefs) > 200
    for href in hrefs:
        if href.startswith("#"):
            assert f'id="{href[1:]}"' in text, href
        elif not href.startswith("/sparql"):
            status = client.get(href.partition("#")[0], headers=HTML).status_code
            assert status in (200, 303), href


def test_where_a_property_is_used_is_a_query_that_runs(client: FlaskClient, text: str) -> None:
    (href,) = re.findall(r'href="(/sparql\?query=[^"]+)"', _section(text, "buildsOn"))
    answer = client.get(href.replace("&amp;", "&"), headers={"Accept": "text/csv"})
    assert answer.status_code == 200
    assert answer.text.count("\n") > 50


def test_without_what_the_examples_name_the_page_stands(hostile: FlaskClient) -> None:
    text = hostile.get("/ontology", headers=HTML).text
    assert 'href="/page/childrens-plan-2007"' not in text
    assert "childrens-plan-2007" in text
