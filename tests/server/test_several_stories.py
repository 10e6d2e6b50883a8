"""Pages of a graph that holds two timelines: the stories side by side, and what they share."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from server_support import BASE, HTML, Reader, application, faults

from reformgraph.ingest.build import build

FOCAL = ("childrens-plan-2007", "health-and-care-act-2022")


@pytest.fixture(scope="module")
def both(both_root: Path) -> Iterator[FlaskClient]:
    app = application(both_root)
    yield app.test_client()
    app.extensions["reformgraph"].close()


def page(client: FlaskClient, path: str) -> str:
    response = client.get(path, headers=HTML)
    assert response.status_code == 200, (path, response.status)
    reader = Reader()
    reader.feed(response.text)
    assert not reader.faults, (path, reader.faults)
    assert not [name for name, times in Counter(reader.ids).items() if times > 1], path
    return response.text


def test_the_front_page_lists_and_draws_each_story(both: FlaskClient) -> None:
    text = page(both, "/")
    stories = text.split('id="stories"')[1].split("</section>")[0]
    for slug in FOCAL:
        assert f'href="/lineage/{slug}"' in stories
        assert f'href="/story/{slug}"' in stories
    assert 'href="/page/health-social-care"' in stories
    assert text.count('<svg xmlns="http://www.w3.org/2000/svg" class="picture') == 2


def test_a_graph_of_one_story_has_no_list_of_stories(client: FlaskClient) -> None:
    text = page(client, "/")
    assert 'id="stories"' not in text
    assert text.count('class="picture ') == 1


@pytest.mark.parametrize("path", ["/lineage", "/story"])
def test_without_a_name_one_chooses_among_several(both: FlaskClient, path: str) -> None:
    response = both.get(path)
    assert response.status_code == 303
    assert response.headers["Location"] == "/#stories"


def test_the_lineage_of_the_act_crosses_into_the_first_story(both: FlaskClient) -> None:
    text = page(both, "/lineage/health-and-care-act-2022")
    assert "What the Health and Care Act 2022 draws on" in text
    assert 'href="/page/health-act-1999"' in text
    rows = both.get("/lineage/health-and-care-act-2022.json").get_json()
    assert "partnership-in-action-1998" in str(rows)


def test_the_story_of_the_act_is_told(both: FlaskClient) -> None:
    text = page(both, "/story/health-and-care-act-2022")
    assert "How the Health and Care Act 2022 came about" in text
    assert "Partnership in Action" in text


def test_a_shared_body_shows_what_both_say(both: FlaskClient) -> None:
    text = page(both, "/page/department-of-health")
    assert 'href="/page/change-dh-dhsc-2018"' in text
    assert 'href="/page/change-children-to-dfes-2003"' in text


def test_each_thing_says_which_story_it_is_of(both: FlaskClient) -> None:
    assert "Health and social care integration in England" in page(both, "/page/better-care-fund")


def test_the_questions_are_answered_about_the_second(both: FlaskClient) -> None:
    table = both.get("/questions/antecedents.csv?item=health-and-care-act-2022")
    assert table.status_code == 200
    assert "Integration and Innovation" in table.text
    assert "Partnership in Action" in table.text


def test_a_question_offers_the_item_of_each_story(both: FlaskClient) -> None:
    text = page(both, "/questions/antecedents")
    for slug in FOCAL:
        assert f'href="/questions/antecedents?item={slug}"' in text
    assert "Ask of the item" not in page(both, "/questions/most-built-upon")


@pytest.mark.parametrize(
    "path", ["/about", "/matrix", "/quality", "/browse/Timeline", "/search?q=NHS"]
)
def test_pages_of_the_whole_graph(both: FlaskClient, path: str) -> None:
    page(both, path)


def test_the_pages_of_what_came_from_rdf_of_others(tmp_path: Path) -> None:
    example = Path(__file__).resolve().parents[2] / "docs" / "examples" / "foreign-rdf"
    build([example], tmp_path / "store", base=BASE)
    app = application(tmp_path / "store")
    client = app.test_client()
    page = client.get("/page/department-for-education", headers=HTML)
    assert page.status_code == 200 and not faults(page.text)
    assert "https://example.org/government/dfe" in page.text
    assert "Secretary of State for Education" in page.text
    for address in (
        "/", "/institutions", "/dataset", "/page/graph/departments-for-children-departments",
        "/page/ed-balls", "/about?iri=https://example.org/government/dfe", "/as-at/2008-01-01",
    ):  # fmt: skip
        answer = client.get(address, headers=HTML, follow_redirects=True)
        assert answer.status_code == 200 and not faults(answer.text), address
    app.extensions["reformgraph"].close()
