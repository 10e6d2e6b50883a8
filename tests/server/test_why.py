"""The page that says why, and the list of what is inferred about a thing."""

import json

from flask.testing import FlaskClient
from server_support import HTML, faults, read

ASKED = "s=childrens-plan-2007&p=rg:drawsOn&o=every-child-matters-2003"


def test_an_inferred_statement_is_told_down_to_its_claim(client: FlaskClient) -> None:
    response = client.get(f"/why?{ASKED}", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    text = read(response.text).text
    assert "inferred" in text and "super-properties.rq" in text
    assert "builds on" in text and "verified" in text and "the ontology says so" in text


def test_json_holds_premises_within_premises(client: FlaskClient) -> None:
    found = json.loads(client.get(f"/why.json?{ASKED}").data)
    assert found["asserted"] is False and found["rule"]["name"] == "super-properties"
    said, schema = found["premises"]
    assert said["asserted"] and said["claims"][0]["read_in"][0]["status"] == "verified"
    assert schema["predicate"].endswith("subPropertyOf")
    assert json.loads(client.get(f"/why?{ASKED}&format=json").data) == found


def test_an_asserted_statement_and_a_literal(client: FlaskClient) -> None:
    page = client.get(
        "/why?s=childrens-plan-2007&p=buildsOn&o=every-child-matters-2003", headers=HTML
    )
    assert "Who says so" in page.text and not faults(page.text)
    page = client.get("/why?s=dcsf&p=rg:slug&o=dcsf", headers=HTML)
    assert page.status_code == 200 and not faults(page.text)


def test_the_list_leads_to_the_reasons(client: FlaskClient) -> None:
    page = client.get("/why?s=childrens-plan-2007", headers=HTML)
    assert not faults(page.text)
    hrefs = [href for href in read(page.text).hrefs if href.startswith("/why?") and "&o=" in href]
    assert len(hrefs) > 30
    for href in hrefs[::10]:
        assert client.get(href, headers=HTML).status_code == 200
    listed = json.loads(client.get("/why.json?s=childrens-plan-2007").data)
    assert len(listed) == len(hrefs)
    assert "/why?s=childrens-plan-2007" in client.get("/page/childrens-plan-2007.html").text


def test_what_is_not_there_is_404_and_nonsense_400(client: FlaskClient) -> None:
    for query, status in (
        ("s=childrens-plan-2007&p=rg:funds&o=dcsf", 404),
        ("s=childrens-plan-2007&p=rg:hasAntecedent&o=every-child-matters-2003", 404),
        ("s=nobody-knows-this&p=a&o=rg:Item", 404),
        ("s=dcsf&p=a", 400),
        ("", 400),
        ("s=dcsf&p=%3C%20%3E&o=dcsf", 400),
    ):
        response = client.get(f"/why?{query}", headers=HTML)
        assert response.status_code == status, query
        assert not faults(response.text)


def test_hostile_names_stay_text(hostile: FlaskClient) -> None:
    page = hostile.get("/browse/Policy", headers=HTML)
    for href in read(page.text).hrefs:
        if href.startswith("/page/"):
            slug = href.removeprefix("/page/")
            assert not faults(hostile.get(f"/why?s={slug}", headers=HTML).text)
