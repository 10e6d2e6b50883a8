"""A question's default where the graph tells another story than the file had in mind."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reformgraph.errors import InputError
from reformgraph.ingest.build import build
from reformgraph.queries import catalogue, header, run
from reformgraph.server.app import create_app
from reformgraph.settings import Settings
from reformgraph.store import EmbeddedStore, open_store

FILES = {
    "timeline.toml": """\
id = "water"
title = "Water"
description = "Another field."
licence = "https://spdx.org/licenses/Apache-2.0"
publisher = "Nobody"
language = "en"
focal_item = "water-plan"
""",
    "sources.csv": "id,title,kind\nwater-page,A page,web page\n",
    "policies.csv": """\
id,title,kind,published,source,status
water-plan,A Plan for Water,plan,1995,water-page,verified
water-paper,A Paper on Water,white paper,1990,water-page,verified
""",
    "relations.csv": """\
id,subject,predicate,object,claim,basis,source,status
rel-water,water-plan,buildsOn,water-paper,It says so.,stated,water-page,verified
""",
}


@pytest.fixture(scope="module")
def water(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("water") / "water"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    root = folder.parent / "store"
    build([folder], root, base=Settings().base)
    return root


@pytest.fixture(scope="module")
def store(water: Path) -> Iterator[EmbeddedStore]:
    opened = open_store(water)
    yield opened
    opened.close()


def test_not_given_it_is_the_item_that_the_graphs_story_is_about(store: EmbeddedStore) -> None:
    question = catalogue.get("antecedents")
    assert run.default(store, question.parameters[0]) == "water-plan"
    table = run.ask(store, question, {})
    assert [row["toLabel"] for row in table.dicts()] == ["A Paper on Water"]
    assert "childrens-plan-2007" not in run.sparql(store, question, {}).split("SELECT")[1]


def test_the_default_of_the_file_stands_where_the_graph_knows_it(
    story_store: EmbeddedStore, both_store: EmbeddedStore
) -> None:
    for known in (story_store, both_store):
        parameter = catalogue.get("antecedents").parameters[0]
        assert run.default(known, parameter) == "childrens-plan-2007"


def test_every_default_that_is_a_storys_item_says_so() -> None:
    for question in catalogue.load().values():
        for parameter in question.parameters:
            if parameter.default == "childrens-plan-2007":
                assert parameter.focal, question.name


def test_focal_is_of_an_entity_with_a_default() -> None:
    question = catalogue.get("antecedents").text
    spoilt = question.replace("#+     default: childrens-plan-2007\n", "")
    with pytest.raises(InputError, match="focal is of an entity with a default"):
        header.parse(spoilt, "antecedents.rq")


@pytest.mark.parametrize("path", ["/", "/questions/antecedents", "/questions/claims", "/matrix"])
def test_pages_of_another_story_do_not_speak_of_the_first(water: Path, path: str) -> None:
    app = create_app(Settings(store=str(water)))
    try:
        response = app.test_client().get(path, headers={"Accept": "text/html"})
        assert response.status_code == 200
        assert "Children's Plan" not in response.text.replace("&#39;", "'")
        if path.startswith("/questions"):
            assert 'value="water-plan"' in response.text
            assert "It says so." in response.text
    finally:
        app.extensions["reformgraph"].close()
