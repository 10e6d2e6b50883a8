"""``/sparql`` with federation turned on: another service of this kind is the endpoint called."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from flask.testing import FlaskClient
from server_support import application
from werkzeug.serving import make_server

from reformgraph.errors import ConfigError
from reformgraph.server.app import create_app
from reformgraph.settings import Settings

RG = "PREFIX rg: <https://w3id.org/reformgraph/ontology#> "
JSON = "application/sparql-results+json"


@pytest.fixture(scope="module")
def other(story_root: Path) -> Iterator[str]:
    app = application(story_root)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.port}/sparql"
    server.shutdown()
    app.extensions["reformgraph"].close()


@pytest.fixture(scope="module")
def federated(story_root: Path, other: str) -> Iterator[FlaskClient]:
    app = create_app(Settings(store=str(story_root), federation=other))
    yield app.test_client()
    app.extensions["reformgraph"].close()


def test_a_listed_endpoint_is_asked_and_the_answer_is_not_kept(
    federated: FlaskClient, other: str
) -> None:
    clause = f"SERVICE <{other}> {{ ?item rg:slug 'childrens-plan-2007' }}"
    query = f"{RG}SELECT ?item ?date {{ {clause} ?item rg:date ?date }}"
    for _ in range(2):
        answer = federated.get("/sparql", query_string={"query": query}, headers={"Accept": JSON})
        (row,) = json.loads(answer.data)["results"]["bindings"]
        assert row["date"]["value"] == "2007-12-11"
        assert answer.headers["Cache-Control"] == "no-store" and "ETag" not in answer.headers
    page = federated.get("/sparql", query_string={"query": query}, headers={"Accept": "text/html"})
    assert page.status_code == 200 and "2007-12-11" in page.text


@pytest.mark.parametrize("accept", ["text/html", JSON])
def test_hazard_14_another_endpoint_is_refused(
    federated: FlaskClient, other: str, accept: str
) -> None:
    for clause in ("<http://127.0.0.1:9/>", "?x", f"<{other}x>"):
        query = f"SELECT * {{ SERVICE {clause} {{ ?s ?p ?o }} }}"
        answer = federated.get("/sparql", query_string={"query": query}, headers={"Accept": accept})
        assert answer.status_code == 403
    failed = f"SELECT * {{ SERVICE <{other}> {{ ?s ?p ?o FILTER(<x:nothing>(?o)) }} }}"
    answer = federated.get("/sparql", query_string={"query": failed}, headers={"Accept": JSON})
    assert (answer.status_code, answer.json["type"].rpartition("/")[2]) == (
        502,
        "federation-failed",
    )  # type: ignore[index]
    assert answer.json["where"]["endpoint"] == other  # type: ignore[index]


def test_the_service_description_says_so(federated: FlaskClient, client: FlaskClient) -> None:
    wanted = {"Accept": "text/turtle"}
    assert "BasicFederatedQuery" in federated.get("/sparql", headers=wanted).text
    assert "BasicFederatedQuery" not in client.get("/sparql", headers=wanted).text


def test_a_wrong_list_is_told_at_the_start(story_root: Path) -> None:
    with pytest.raises(ConfigError, match="expected https"):
        create_app(Settings(store=str(story_root), federation="http://data.example/sparql"))
