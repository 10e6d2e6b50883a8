"""Outward links as strangers see them: the SSSOM file, RDF and the page."""

from flask.testing import FlaskClient


def test_the_mappings_are_served_as_sssom(client: FlaskClient) -> None:
    answer = client.get("/mappings.sssom.tsv")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/tab-separated-values")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    lines = answer.text.splitlines()
    assert lines[0].startswith("#mapping_set_id: ")
    header = next(line for line in lines if not line.startswith("#")).split("\t")
    assert {"subject_id", "predicate_id", "object_id", "mapping_justification"} <= set(header)
    assert "https://www.gov.uk/government/organisations/ofsted" in answer.text


def test_a_link_stands_on_the_page_and_in_the_rdf(client: FlaskClient) -> None:
    address = "https://www.gov.uk/government/organisations/department-for-education"
    assert f'href="{address}"' in client.get("/page/dfe", headers={"Accept": "text/html"}).text
    assert f"<{address}>" in client.get("/page/dfe.nt").text


def test_an_address_elsewhere_reconciles(client: FlaskClient) -> None:
    found = client.get(
        "/reconcile",
        query_string={"query": "https://www.gov.uk/government/organisations/ofsted"},
    ).json
    assert found["result"][0]["id"] == "ofsted" and found["result"][0]["match"]
