"""The record of a law on its page, the way in by its path, the list of effects."""

from collections.abc import Iterator
from pathlib import Path

import law_records
import pytest
from flask.testing import FlaskClient
from server_support import HTML, faults, read

from reformgraph.server.app import create_app
from reformgraph.settings import Settings
from reformgraph.store import publish

BASE = "https://w3id.org/reformgraph/"


@pytest.fixture(scope="module")
def law_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    root: Path = tmp_path_factory.mktemp("served") / "store"
    publish(root, law_records.joined(), base=BASE)
    yield create_app(Settings(store=str(root))).test_client()


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
