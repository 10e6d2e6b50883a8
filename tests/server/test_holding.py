"""Pages of duties and provisions tell who holds the duty now."""

from flask.testing import FlaskClient
from server_support import HTML, faults, read


def test_a_power_of_a_split_department_is_followed(client: FlaskClient) -> None:
    response = client.get("/page/comp-s50-intervention", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    part = response.text.partition('id="holders"')[2].partition("</section>")[0]
    assert "Who holds it now" in part and "passed to" in part
    assert "/page/change-dcsf-dfe-2010" in read(part).hrefs


def test_what_was_repealed_is_held_by_nobody(client: FlaskClient) -> None:
    text = client.get("/page/ha1999-s31", headers=HTML).text
    assert "<strong>Nobody</strong>" in text and "itself ended" in text


def test_other_pages_have_no_such_part(client: FlaskClient) -> None:
    assert 'id="holders"' not in client.get("/page/childrens-plan-2007", headers=HTML).text
