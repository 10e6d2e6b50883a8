"""One word through time: definitions, uses, and what was built for it."""

import pytest
from flask.testing import FlaskClient
from server_support import faults, read

HTML = {"Accept": "text/html"}


def page(client: FlaskClient, slug: str) -> str:
    response = client.get(f"/concept/{slug}", headers=HTML)
    assert response.status_code == 200, response.text[:500]
    assert not faults(response.text), faults(response.text)
    return read(response.text).text


def test_definitions_stand_side_by_side_with_their_authors(client: FlaskClient) -> None:
    text = page(client, "concept-collaboration")
    assert "Rival and narrower definitions, side by side" in text
    assert "Jan Horwath and Tony Morrison, 2007" in text
    assert "Collaboration as agreement" in text and "Collaboration as bargaining" in text


def test_uses_come_in_order_of_time_and_the_first_is_said(client: FlaskClient) -> None:
    found = client.get("/concept/concept-collaboration.json").get_json()
    days = [use["date"] for use in found["articulations"] if use["date"]]
    assert days == sorted(days) and len(days) > 5
    assert found["firstUse"] == found["articulations"][0]["iri"]
    assert "first use" in page(client, "concept-collaboration")
    assert any(use["quotation"] for use in found["articulations"])


def test_a_document_that_once_says_what_it_means_is_not_listed(client: FlaskClient) -> None:
    found = client.get("/concept/concept-working-together.json").get_json()
    assert found["neverDefinedIn"]
    for document in found["neverDefinedIn"]:
        frames = {
            frame
            for use in found["articulations"]
            if use["document"] == document
            for frame in use["frames"]
        }
        assert frames == {"undefined"}
    assert "never define it" in page(client, "concept-working-together")


def test_components_say_when_they_stood(client: FlaskClient) -> None:
    text = page(client, "concept-co-operation")
    assert "What was put in place for it" in text and "since 2005" in text
    assert "Problems named about these uses and components" in text


@pytest.mark.parametrize("slug", ["concept-silos", "concept-communication-level", "concept-npm"])
def test_every_concept_has_a_page_or_is_not_there(client: FlaskClient, slug: str) -> None:
    response = client.get(f"/concept/{slug}", headers=HTML)
    assert response.status_code in (200, 404) and not faults(response.text)


def test_what_is_no_concept_is_not_found(client: FlaskClient) -> None:
    wrong = client.get("/concept/concept-colaboration", headers=HTML)
    assert wrong.status_code == 404 and "concept-collaboration" in wrong.text
    assert client.get("/concept/dcsf", headers=HTML).status_code == 404
    assert client.get("/concept/concept-silos?format=zz").status_code == 400
    assert client.get("/concept").headers["Location"] == "/browse/Concept"


def test_the_concept_links_to_it(client: FlaskClient) -> None:
    linked = read(client.get("/page/concept-silos", headers=HTML).text).hrefs
    assert "/concept/concept-silos" in linked
    inner = read(client.get("/concept/concept-leadership", headers=HTML).text)
    for href in {h.partition("#")[0] for h in inner.hrefs if h.startswith(("/concept", "/matrix"))}:
        assert client.get(href, headers=HTML).status_code in (200, 303), href
