"""The record of a law on its page, the way in by its path, the list of effects."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from law_records import FETCHED
from server_support import HTML, application, faults, read

from reformgraph.store.law_outline import place


@pytest.fixture(scope="module")
def law_client(law_root: Path) -> Iterator[FlaskClient]:
    app = application(law_root)
    yield app.test_client()
    app.extensions["reformgraph"].close()


def test_the_sites_own_path_leads_to_the_page(law_client: FlaskClient) -> None:
    for path, slug in (("ukpga/1989/41", "children-act-1989"), ("ukpga/1989/41/section/1", "ukpga-1989-41-section-1")):  # fmt: skip
        response = law_client.get(f"/legislation/{path}", headers=HTML)
        assert (response.status_code, response.location) == (303, f"/page/{slug}")
    turtle = law_client.get("/legislation/ukpga/1989/41.ttl")
    assert turtle.location == "/page/children-act-1989.ttl"
    assert law_client.get("/legislation/ukpga/1989/4199", headers=HTML).status_code == 404


def test_a_page_tells_effects_versions_notes_and_what_is_not_shown_yet(
    law_client: FlaskClient,
) -> None:
    response = law_client.get("/page/ukpga-1989-41-section-1", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    text = read(response.text).text
    assert "22 October 2014" in text and "Words in s. 1(4)(b) inserted" in text
    assert "Open Government Licence v3.0" in text and "Adoption and Children Act 2002" in text
    whole = read(law_client.get("/page/children-act-1989", headers=HTML).text).text
    assert "1 effect is not yet shown in that text" in whole and "no day in force" in whole


def test_effects_are_listed(law_client: FlaskClient) -> None:
    response = law_client.get("/effects?iri=children-act-1989", headers=HTML)
    assert response.status_code == 200 and not faults(response.text)
    assert "words inserted" in response.text and "30 December 2005" in response.text
    assert law_client.get("/effects?iri=children-act-1989&way=up", headers=HTML).status_code == 400
    assert law_client.get("/effects?iri=children-act-1989&page=9", headers=HTML).status_code == 404


def test_versions_stand_on_a_time_line_with_links(law_client: FlaskClient) -> None:
    found = read(law_client.get("/page/ukpga-1989-41-section-1", headers=HTML).text)
    assert "https://www.legislation.gov.uk/ukpga/1989/41/section/1/1991-10-14" in found.hrefs
    text = law_client.get("/page/ukpga-1989-41-section-1", headers=HTML).text
    line = text[text.index("points-line") : text.index("</figure>")]
    # As enacted stands at the making of the Act, which the timeline knows.
    marks = [float(x) for x in re.findall(r'<circle class="solid" cx="([0-9.]+)"', line)]
    assert len(marks) == 3 and marks == sorted(marks)
    assert "1 effect came into force" in line


def test_provisions_stand_in_the_order_of_the_text(law_client: FlaskClient) -> None:
    text = law_client.get("/page/children-act-1989", headers=HTML).text
    part = text[text.index('id="structure"') : text.index('id="effects-on"')]
    found = re.findall(r'<span class="piece-number">([^<]+)</span>', part)
    assert found.index("Part I") < found.index("s 1") < found.index("s 6") < found.index("s 17")
    assert found.index("s 27") < next(n for n, one in enumerate(found) if one.startswith("Sch"))
    assert "All" in part and "/linked?" in part


def test_the_files_behind_a_law_are_named_with_address_time_digest_and_licence(
    law_client: FlaskClient,
) -> None:
    for slug in ("children-act-1989", "ukpga-1989-41-section-1"):
        text = law_client.get(f"/page/{slug}", headers=HTML).text
        part = read(text[text.index('id="files"') :]).text
        assert FETCHED.url in part and "16 July 2026" in part and "5" * 16 in part
        assert "Open Government Licence v3.0" in part and "© Crown and database right" in part


def test_a_law_of_which_no_file_was_read_has_the_link_to_its_text(law_client: FlaskClient) -> None:
    text = law_client.get("/page/ca2004-s10", headers=HTML).text
    found = read(text)
    assert "https://www.legislation.gov.uk/ukpga/2004/31/section/10" in found.hrefs
    assert 'id="files"' not in text and 'id="structure"' not in text


@pytest.mark.parametrize(
    ("numbers", "order"),
    [
        (("2", "10", "1"), ["1", "2", "10"]),
        (("1", "A1", "1A", "1ZA"), ["A1", "1", "1ZA", "1A"]),
        (("10A", "10", "10B", "9"), ["9", "10", "10A", "10B"]),
    ],
)
def test_sections_are_put_as_drafters_count(numbers: tuple[str, ...], order: list[str]) -> None:
    act = "http://www.legislation.gov.uk/id/ukpga/2099/901/section/"
    assert [one.removeprefix(act) for one in sorted((act + n for n in numbers), key=place)] == order
