"""One date for the whole site."""

import re

import pytest
from flask.testing import FlaskClient
from server_support import faults, read

HTML = {"Accept": "text/html"}
DAY = "date=2005-01-01"


def local(html: str) -> list[str]:
    return [h for h in read(html).hrefs if h.startswith("/") and not h.startswith("/static/")]


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/",
            "/page/dcsf",
            "/lineage/childrens-plan-2007",
            "/story/childrens-plan-2007",
            "/browse",
        ),
        *(
            "/browse/Policy",
            "/search?q=trust",
            "/questions",
            "/institutions",
            "/matrix",
            "/quality",
        ),
        *("/concept/concept-collaboration", "/changes"),
    ],
)
def test_every_link_of_a_dated_page_keeps_the_date(client: FlaskClient, path: str) -> None:
    joint = "&" if "?" in path else "?"
    response = client.get(f"{path}{joint}{DAY}", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    assert "1 January 2005" in read(response.text).text
    own = ("/as-at", "/sparql", "/static")
    undated = [h for h in local(response.text) if "date=" not in h and not h.startswith(own)]
    # The one link that lets the date go.
    assert len(undated) <= 1, undated
    forms = re.findall(r"<form[^>]*method=\"get\".*?</form>", response.text, re.DOTALL)
    assert forms and all('name="date"' in form for form in forms if "/as-at" not in form)


def test_a_page_without_a_date_is_as_it_was(client: FlaskClient) -> None:
    text = client.get("/page/dcsf", headers=HTML).text
    assert "date=" not in "".join(h for h in local(text) if h.startswith("/page/"))
    assert "Let the date go" not in text


def test_what_stood_that_day_is_said_of_a_body_a_law_and_a_document(client: FlaskClient) -> None:
    def said(slug: str, day: str) -> str:
        return read(client.get(f"/page/{slug}?date={day}", headers=HTML).text).text

    assert "On 1 January 2005 it was still to come" in said("dcsf", "2005-01-01")
    assert "it stood ." in said("dcsf", "2008-06-01")
    assert "it had gone" in said("dcsf", "2015-01-01")
    assert "it was still to be published" in said("childrens-plan-2007", "2005-01-01")


def test_the_lineage_ends_at_the_day(client: FlaskClient) -> None:
    whole = client.get("/lineage/childrens-plan-2007.json").json
    then = client.get(f"/lineage/childrens-plan-2007.json?{DAY}").json
    assert 1 < len(then["nodes"]) < len(whole["nodes"])


def test_redirects_keep_the_date_and_nonsense_is_refused(client: FlaskClient) -> None:
    answer = client.get(f"/id/dcsf?{DAY}", headers=HTML)
    assert answer.headers["Location"] == f"/page/dcsf?{DAY}"
    for path in ("/page/dcsf?date=soon", "/?date=2005-02-30", "/browse?date=%3Cscript%3E"):
        assert client.get(path, headers=HTML).status_code == 400


def test_what_stood_on_a_day_makes_it_the_day_of_its_links(client: FlaskClient) -> None:
    page = client.get("/as-at/2005-01-01", headers=HTML).text
    assert f"/page/dfes?{DAY}" in page
