"""Strength of evidence: what falls with a source, and what does not."""

import json

from flask.testing import FlaskClient
from server_support import HTML, faults, read


def test_what_rests_on_a_source_alone_is_apart_from_what_has_another(client: FlaskClient) -> None:
    response = client.get("/strength/s3-ecm-2003-summary", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    found = json.loads(client.get("/strength/s3-ecm-2003-summary.json").data)
    falling = {(each["claim"] or each["item"])["iri"] for each in found["falling"]}
    assert falling and not falling & {each["iri"] for each in found["withAnotherLeg"]}
    rows = client.get("/questions/resting-on.json").get_json()
    assert rows
    own = read(client.get("/page/s3-ecm-2003-summary", headers=HTML).text)
    assert "/strength/s3-ecm-2003-summary" in own.hrefs


def test_what_is_no_source_is_refused(client: FlaskClient) -> None:
    assert client.get("/strength/childrens-plan-2007", headers=HTML).status_code == 404


def test_quality_leads_to_it(client: FlaskClient) -> None:
    hrefs = read(client.get("/quality", headers=HTML).text).hrefs
    assert any(href.startswith("/strength/") for href in hrefs)
