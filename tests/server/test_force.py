"""From announcement to force: steps in order of time, with lags and evidence."""

import json

import pytest
from flask.testing import FlaskClient
from server_support import HTML, faults, read

from reformgraph.server.reading.force import lag


def test_an_act_from_the_policy_that_asked_for_it(client: FlaskClient) -> None:
    response = client.get("/force/children-act-2004", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    found = json.loads(client.get("/force/children-act-2004.json").data)
    stages = [step["stage"] for step in found["steps"]]
    assert stages.index("policy") < stages.index("making") < stages.index("change")
    assert all(step["sources"] for step in found["steps"])
    assert not any(step["indirect"] for step in found["steps"])
    dated = [step["when"][:4] for step in found["steps"] if step["when"]]
    assert dated == sorted(dated)


def test_a_section_shows_the_policies_of_its_law_and_says_so(client: FlaskClient) -> None:
    text = client.get("/force/ca2004-s10", headers=HTML).text
    assert "asked for its law" in text and "/page/children-act-2004" in read(text).hrefs
    assert "/force/ca2004-s10" in read(client.get("/page/ca2004-s10", headers=HTML).text).hrefs


def test_what_is_no_law_is_refused(client: FlaskClient) -> None:
    assert client.get("/force/childrens-plan-2007", headers=HTML).status_code == 404
    assert client.get("/force/nonsense", headers=HTML).status_code == 404


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2003-09", "2004-11-15", "about 14 months later"),
        ("2004-11-15", "2004-11-16", "1 day later"),
        ("2004-11-15", "2009-11-12", "5 years later (1,823 days)"),
        ("2004", "2004-05", "in the same year"),
        ("2004", "2006~", "about 2 years later"),
        ("", "2006", ""),
    ],
)
def test_lags_are_no_more_exact_than_the_dates(first: str, last: str, expected: str) -> None:
    assert lag(first, last) == expected
