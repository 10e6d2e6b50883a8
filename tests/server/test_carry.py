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


@pytest.mark.parametrize(
    ("path", "means"),
    [
        ("/page/dcsf", "What stood then is said below"),
        ("/lineage/childrens-plan-2007", "What came later is left out"),
        ("/institutions", "A line marks it in the picture"),
        ("/frames", "What came later is drawn faint"),
        ("/search?q=department", "Each hit says what it was then"),
        ("/questions/components-on", "The question is asked of that day"),
        ("/questions/antecedents", "This question has no day"),
        ("/questions", "This page is of all dates"),
        ("/matrix", "This page shows that day"),
        ("/", "This page is of all dates"),
        ("/generations", "A generation knows all dates"),
    ],
)
def test_every_page_says_what_the_date_means_for_it(
    client: FlaskClient, path: str, means: str
) -> None:
    response = client.get(f"{path}{'&' if '?' in path else '?'}{DAY}", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    words = read(response.text).text
    assert "As at 1 January 2005" in words.replace("  ", " ") and means in words


def test_a_date_can_be_chosen_on_any_page(client: FlaskClient) -> None:
    text = client.get("/search?q=trust&kind=Policy", headers=HTML).text
    form = re.search(r'<form class="as-of".*?</form>', text, re.DOTALL)
    assert form and 'action="/search"' in form[0] and 'name="date"' in form[0]
    assert 'name="q" value="trust"' in form[0] and 'name="kind" value="Policy"' in form[0]
    assert "Shown as of all dates" in form[0]
    dated = client.get(f"/lineage/childrens-plan-2007?depth=2&{DAY}", headers=HTML).text
    form = re.search(r'<form class="as-of".*?</form>', dated, re.DOTALL)
    assert form and 'name="depth" value="2"' in form[0] and 'value="2005-01-01"' in form[0]
    assert form[0].count('name="date"') == 1
    # Pages with a day of their own need no second field.
    for path in ("/as-at/2005-01-01", "/matrix", "/questions/components-on"):
        assert 'class="as-of"' not in client.get(path, headers=HTML).text


def test_hits_and_the_river_tell_of_the_day(client: FlaskClient) -> None:
    hits = read(client.get("/search?q=Department+for+Children&date=2015-01-01", headers=HTML).text)
    assert "had gone" in hits.text
    river = client.get(f"/institutions?{DAY}", headers=HTML).text
    assert 'class="today"' in river and "1 January 2005" in river
    assert 'class="today"' not in client.get("/institutions", headers=HTML).text
    assert (
        f"&amp;{DAY}" in client.get(f"/institutions.svg?{DAY}").text
        or f"?{DAY}" in client.get(f"/institutions.svg?{DAY}").text
    )
