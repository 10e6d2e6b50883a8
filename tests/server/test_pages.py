"""Every page of the story's graph: there, well made, and saying what it should."""

import os
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from server_support import faults, read

from reformgraph.server.links import Links
from reformgraph.server.reading.overview import class_iri
from reformgraph.server.words import CLASSES
from reformgraph.store import open_store

HTML = {"Accept": "text/html"}


def page(client: FlaskClient, path: str, status: int = 200) -> str:
    response = client.get(path, headers=HTML)
    assert response.status_code == status, f"{path}: {response.status} {response.text[:800]}"
    assert response.mimetype == "text/html"
    assert not faults(response.text), f"{path}: {faults(response.text)}"
    return read(response.text).text


def paths_of(root: Path, name: str, limit: int = 3) -> list[str]:
    with closing(open_store(root)) as store:
        found = store.select(
            f"SELECT ?x ?s {{ ?x a <{class_iri(name)}>"
            " OPTIONAL { ?x <https://w3id.org/reformgraph/ontology#slug> ?s } }"
            f" ORDER BY ?x LIMIT {limit}"
        )
        links = Links(store.generation.base)
        return [
            links.page(str(x.value), str(s.value) if s else "") for x, s in found if x is not None
        ]


@pytest.mark.parametrize("name", CLASSES)
def test_an_entity_of_every_class_has_a_page(
    client: FlaskClient, story_root: Path, name: str
) -> None:
    paths = paths_of(story_root, name)
    assert paths, f"the story has no {name}"
    for path in paths:
        text = page(client, path)
        assert CLASSES[name].one.lower() in text.lower() or "The record" in text


@pytest.mark.parametrize("name", CLASSES)
def test_every_class_can_be_browsed(client: FlaskClient, name: str) -> None:
    assert CLASSES[name].many.lower() in page(client, f"/browse/{name}").lower()
    page(client, f"/browse/{name}?by=name")


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/about", "/browse", "/questions", "/ontology", "/sparql", "/search"),
        *("/search?q=trust", "/search?q=zzzzqqq", "/search?q=children&kind=Policy&page=2"),
        *("/lineage/childrens-plan-2007", "/lineage/childrens-plan-2007?direction=descendants"),
        *("/lineage/childrens-plan-2007?depth=1", "/lineage/childrens-plan-2007?all=1"),
        *("/lineage/dcsf", "/questions/antecedents", "/page/graph/childrens-plan"),
        *("/about?iri=https://w3id.org/reformgraph/scheme%23policy-white-paper",),
    ],
)
def test_pages_that_are_not_of_one_entity(client: FlaskClient, path: str) -> None:
    page(client, path)


def test_the_front_page_shows_the_focal_item_and_how_well_it_is_evidenced(
    client: FlaskClient,
) -> None:
    response = client.get("/", headers=HTML)
    assert "<svg" in response.text and 'href="/page/childrens-plan-2007"' in response.text
    text = read(response.text).text
    assert "% verified" in text and "Questions it answers" in text


def test_an_item_says_when_it_came_on_what_and_how_that_is_known(client: FlaskClient) -> None:
    text = page(client, "/page/childrens-plan-2007")
    assert "Published 11 December 2007" in text
    assert "What it draws on" in text and "What draws on it" in text
    assert "builds on" in text and "is implemented by" in text
    assert "✓ verified" in text and "? unverified" in text
    assert "Every Child Matters" in text
    assert "How to cite this page" in text and "@misc{childrens-plan-2007," in text


def test_rival_claims_stand_side_by_side_with_the_asserted_one_first(client: FlaskClient) -> None:
    text = page(client, "/page/childrens-plan-2007")
    assert "Where sources disagree" in text
    assert text.index("used here") < text.index("rival", text.index("used here"))
    assert "September 2007" in text


def test_an_institution_tells_its_life_in_order(client: FlaskClient) -> None:
    text = page(client, "/page/dcsf")
    assert "Stood 28 June 2007 to 12 May 2010" in text
    assert text.index("where it came from") < text.index("what became of it")
    assert "Posts and holders" in text and "held by Ed Balls" in text


def test_what_still_stands_says_so(client: FlaskClient) -> None:
    assert "still standing when last checked" in page(client, "/page/comp-s10-la-duty")


def test_a_law_links_outward_to_legislation_gov_uk(client: FlaskClient) -> None:
    response = client.get("/page/children-act-2004", headers=HTML)
    assert 'href="http://www.legislation.gov.uk/id/ukpga/2004/31"' in response.text
    assert 'rel="noopener noreferrer"' in response.text


def test_a_source_lists_what_rests_on_it(client: FlaskClient) -> None:
    text = page(client, "/page/wikipedia-dfes")
    assert "What rests on it" in text and "statements read in it" in text


def test_a_concept_shows_its_articulations_with_quotation(client: FlaskClient) -> None:
    text = page(client, "/page/concept-collaboration")
    assert "narrower concepts" in text and "Chapter 4 pairs leadership with collaboration" in text


def test_a_question_lists_its_columns_once_and_keeps_the_query(client: FlaskClient) -> None:
    response = client.get("/questions/antecedents?item=every-child-matters-2003", headers=HTML)
    assert "toLabel" not in read(response.text).text.partition("What the columns mean")[0]
    assert "every-child-matters-2003" in response.text


def test_a_wrong_argument_keeps_the_form_and_says_what_is_near(client: FlaskClient) -> None:
    text = page(client, "/questions/antecedents?item=childrens-plan-207", status=404)
    assert (
        "The Children's Plan: Building Brighter Futures"
        in text.partition("Which of these is meant?")[2]
    )
    page(client, "/questions/institutions-on?date=2007-13-45", status=400)


def test_the_ontology_page_has_every_term(client: FlaskClient) -> None:
    from reformgraph.ontology.terms import RG

    html = client.get("/ontology", headers=HTML).text
    assert all(f'id="{name}"' in html for name in RG)


def test_every_internal_link_of_the_main_pages_leads_somewhere(client: FlaskClient) -> None:
    followed: set[str] = set()
    for start in ("/", "/page/childrens-plan-2007", "/page/dcsf", "/page/ca2004-s10", "/about"):
        for href in read(client.get(start, headers=HTML).text).hrefs:
            path = href.partition("#")[0]
            if path.startswith("/") and path not in followed:
                followed.add(path)
    assert len(followed) > 150
    routes, asked = client.application.url_map.bind("localhost"), Counter[str]()
    for path in sorted(followed):
        route, _ = routes.match(path.partition("?")[0])
        asked[route] += 1
        if asked[route] > 12 and not os.environ.get("SOAK"):
            continue
        status = client.get(path, headers=HTML).status_code
        assert status in (200, 303), f"{path}: {status}"


def test_search_is_narrowed_and_says_what_was_meant(client: FlaskClient) -> None:
    html = client.get("/search?q=childrens+trsut&period=2000s", headers=HTML).text
    found = read(html)
    assert not faults(html)
    assert "this is for childrens trust" in found.text
    chosen = [href for href in found.hrefs if href.startswith("/search?q=childrens+trsut&period")]
    assert any("&institution=dcsf" in href for href in chosen)
    told = client.get("/search.json?q=trust&period=2000s&verified=verified").get_json()
    assert told["filters"] == {"period": "2000s", "verified": "verified"}
    assert told["total"] == sum(told["facets"].values()) > 20
    assert told["narrow"]["period"] == [
        {"value": "2000s", "label": "2000s", "count": told["total"]}
    ]
