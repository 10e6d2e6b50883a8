"""Addresses: 303s, near matches, nonsense, what a path may hold."""

import json

import pytest
from flask.testing import FlaskClient

HTML = {"Accept": "text/html"}
ID = "https://w3id.org/reformgraph/id/dcsf"


@pytest.mark.parametrize(
    ("accept", "target"),
    [
        ("text/html", "/page/dcsf"),
        ("*/*", "/page/dcsf"),
        ("text/turtle", "/page/dcsf.ttl"),
        ("application/ld+json", "/page/dcsf.jsonld"),
        ("application/rdf+xml;q=0.9, text/html;q=0.1", "/page/dcsf.rdf"),
    ],
)
def test_a_thing_sends_to_the_document_about_it(
    client: FlaskClient, accept: str, target: str
) -> None:
    response = client.get("/id/dcsf", headers={"Accept": accept})
    assert response.status_code == 303
    assert response.headers["Location"] == target
    assert "Accept" in response.vary


def test_suffixes_work_on_things_claims_and_evidence(client: FlaskClient) -> None:
    claim = "claim/rel-si-1996-785-amends-children-act-1989"
    for path in ("id/dcsf.ttl", f"{claim}.ttl", "evidence/dcsf.1.ttl", "graph/childrens-plan.ttl"):
        response = client.get(f"/{path}")
        assert response.status_code == 303, path
        assert client.get(response.headers["Location"]).mimetype == "text/turtle"


def test_the_iri_of_a_law_leads_to_its_page(client: FlaskClient) -> None:
    response = client.get("/about?iri=http://www.legislation.gov.uk/id/ukpga/2004/31", headers=HTML)
    assert (response.status_code, response.headers["Location"]) == (303, "/page/children-act-2004")
    response = client.get(f"/about?iri={ID}", headers={"Accept": "text/turtle"})
    assert response.headers["Location"] == "/page/dcsf.ttl"


def test_a_term_leads_to_its_place_in_the_ontology(client: FlaskClient) -> None:
    response = client.get("/ontology/buildsOn", headers=HTML)
    assert (response.status_code, response.headers["Location"]) == (303, "/ontology#buildsOn")
    turtle = client.get("/ontology/buildsOn", headers={"Accept": "text/turtle"})
    assert turtle.headers["Location"] == "/ontology.ttl"
    assert client.get("/ontology/buildson", headers=HTML).status_code == 404


def test_lineage_without_a_name_is_that_of_the_focal_item(client: FlaskClient) -> None:
    assert client.get("/lineage").headers["Location"] == "/lineage/childrens-plan-2007"


def test_unknown_names_suggest_near_ones(client: FlaskClient) -> None:
    response = client.get("/page/childrens-plan-2008", headers=HTML)
    assert response.status_code == 404
    assert 'href="/page/childrens-plan-2007"' in response.text
    problem = client.get("/id/childrens-plan-2008", headers={"Accept": "application/json"})
    assert problem.status_code == 404 and problem.mimetype == "application/problem+json"
    body = json.loads(problem.data)
    assert body["status"] == 404 and body["type"].endswith("/not-found")
    assert "childrens-plan-2007" in body["hints"]
    assert problem.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        *("/page/..%2f..%2fetc%2fpasswd", "/page/%00", "/page/%ff", "/page/a%0ab", "/page/con"),
        *("/page/" + "x" * 9_000, "/page/DCSF", "/page/claim/nothing", "/page/claim/", "/id/%20"),
        *("/about?iri=http://example.org/unknown", "/about?iri=no%20iri", "/nothing/here"),
        *("/lineage/nothing", "/questions/nothing", "/browse/Nothing", "/static/../app.py"),
        *("/static/base.000000000000.css", "/page/rg:Policy", "/page/id/dcsf", "/ontology/none"),
        *("/linked?iri=dcsf&by=rg:funds", "/lineage/claim%2Frel-x", "/browse/Policy?page=99"),
        *("/search?q=trust&page=9999",),
    ],
)
def test_what_is_not_there_is_404_for_people_and_programs(client: FlaskClient, path: str) -> None:
    for accept, mime in (("text/html", "text/html"), ("*/*", "application/problem+json")):
        response = client.get(path, headers={"Accept": accept})
        assert response.status_code == 404, path
        assert response.mimetype == mime
        assert "Traceback" not in response.text and "/work" not in response.text


@pytest.mark.parametrize(
    "path",
    [
        *("/lineage/dcsf?depth=-1", "/lineage/dcsf?depth=1000000000", "/lineage/dcsf?depth=abc"),
        *("/lineage/dcsf?direction=sideways", "/search?q=x&kind=Nonsense", "/search?q=x&page=0"),
        *("/browse/Policy?page=abc", "/browse/Policy?by=colour", "/page/dcsf?format=exe"),
        *("/questions/antecedents?nonsense=1", "/linked?iri=dcsf&by=no+predicate"),
        *("/search?q=" + "x" * 501, "/search?q=a%00b", "/about?iri=" + "x" * 4_001),
        *("/lineage/dcsf?depth=%D9%A3",),
    ],
)
def test_nonsense_parameters_are_400_and_say_which(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers={"Accept": "application/json"})
    assert response.status_code == 400, path
    body = json.loads(response.data)
    assert body["title"] and body["detail"]


@pytest.mark.parametrize(
    "text", ['"', "\\", "*", "}", "' OR *", "NEAR(", "🙂", "a" * 500, "%", "\t"]
)
def test_search_box_nonsense_is_answered(client: FlaskClient, text: str) -> None:
    assert client.get("/search", query_string={"q": text}, headers=HTML).status_code == 200


def test_methods(client: FlaskClient) -> None:
    head = client.head("/page/dcsf", headers=HTML)
    assert head.status_code == 200 and not head.data
    assert client.delete("/page/dcsf").status_code == 405
    assert "GET" in client.options("/page/dcsf").headers["Allow"]


def test_no_redirect_leaves_the_service(client: FlaskClient) -> None:
    for path in ("/id//evil.example", "/about?iri=//evil.example/", "/lineage//evil.example"):
        response = client.get(path, headers=HTML)
        location = response.headers.get("Location", "/")
        assert location.startswith("/") and not location.startswith("//")


def test_headers_hold_no_text_of_the_request(client: FlaskClient) -> None:
    response = client.get("/page/x%0d%0aSet-Cookie:a=b", headers=HTML)
    assert response.status_code == 404 and "Set-Cookie" not in response.headers
