"""``/graph-store``: reading graphs by the SPARQL 1.1 Graph Store HTTP Protocol."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat
from server_support import application, publish_trig
from werkzeug.test import TestResponse

from reformgraph.server.app import create_app
from reformgraph.settings import Settings

TRIG = """
GRAPH <http://x/g%20é?a=b&c#d> { <http://x/a> <http://x/p> "1", "2" . <http://x/a> <http://x/p> <http://x/b> }
GRAPH <http://localhost/graph-store/person/1.ttl> { <http://x/a> <http://x/p> "direct" }
GRAPH <https://w3id.org/reformgraph/graph/short> { <http://x/a> <http://x/p> "1", "short" }
"""
NAME = "http://x/g%20é?a=b&c#d"


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    root = tmp_path_factory.mktemp("graphs") / "store"
    publish_trig(root, TRIG)
    app = application(root)
    yield app.test_client()
    app.extensions["reformgraph"].close()


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    root = tmp_path_factory.mktemp("graphs") / "store"
    publish_trig(root, TRIG + '<http://x/a> <http://x/p> "default" .')
    app = application(root)
    yield app.test_client()
    app.extensions["reformgraph"].close()


def triples(response: TestResponse) -> list[str]:
    assert response.status_code == 200, response.text
    form = RdfFormat.from_media_type(response.mimetype)
    return sorted(quad.object.value for quad in pyoxigraph.parse(response.data, form))


def problem(response: TestResponse) -> dict[str, object]:
    assert response.mimetype == "application/problem+json"
    return dict(json.loads(response.data))


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        (None, "text/turtle; charset=utf-8"),
        ("*/*", "text/turtle; charset=utf-8"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/turtle; charset=utf-8"),
        ("application/n-triples", "application/n-triples"),
        ("application/n-quads", "application/n-quads"),
        ("application/trig", "application/trig"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("text/turtle;q=0.5, application/n-triples", "application/n-triples"),
    ],
)
def test_a_graph_by_its_iri(union: FlaskClient, accept: str | None, sent: str) -> None:
    headers = {"Accept": accept} if accept else {}
    response = union.get(f"/graph-store?graph={quote(NAME, safe='')}", headers=headers)
    assert triples(response) == ["1", "2", "http://x/b"]
    assert response.content_type == sent
    assert response.content_length == len(response.data)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    again = union.get(
        response.request.url, headers={**headers, "If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304


def test_direct_naming(union: FlaskClient) -> None:
    assert triples(union.get("/graph-store/person/1.ttl")) == ["direct"]
    assert triples(union.get("/graph-store/short")) == ["1", "short"]
    assert triples(union.get("/graph-store/short?format=nt")) == ["1", "short"]


def test_the_default_graph(union: FlaskClient, own: FlaskClient) -> None:
    assert triples(own.get("/graph-store?default")) == ["default"]
    every = ["1", "2", "direct", "http://x/b", "short"]
    assert triples(union.get("/graph-store?default=")) == every


def test_all_graphs_together(own: FlaskClient) -> None:
    response = own.get("/graph-store")
    assert response.mimetype == "application/trig"
    quads = list(pyoxigraph.parse(response.data, RdfFormat.TRIG))
    assert len(quads) == 7 and len({quad.graph_name for quad in quads}) == 4
    assert own.get("/graph-store?format=nq").mimetype == "application/n-quads"
    assert own.get("/graph-store", headers={"Accept": "text/turtle"}).status_code == 406


def test_head_is_get_without_its_body(union: FlaskClient) -> None:
    for path in ("/graph-store/short", "/graph-store?default", "/graph-store"):
        got, head = union.get(path), union.head(path)
        assert (head.status_code, head.data) == (200, b"")
        for name in ("Content-Type", "Content-Length", "ETag", "Vary"):
            assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize(
    ("status", "path"),
    [
        (404, "/graph-store?graph=http://x/none"),
        (404, "/graph-store/none"),
        (404, "/graph-store/..%2f..%2fetc%2fpasswd"),
        (404, "/graph-store/a%0ab"),
        (404, "/graph-store/%ff"),
        (400, "/graph-store?graph=relative"),
        (400, "/graph-store?graph="),
        (400, "/graph-store?graph=http://x/a b"),
        (400, "/graph-store?graph=%ff"),
        (400, "/graph-store?graph=http://x/&graph=http://x/"),
        (400, "/graph-store?graph=http://x/&default"),
        (400, "/graph-store?default&format=csv"),
    ],
)
def test_what_is_not_there(union: FlaskClient, status: int, path: str) -> None:
    response = union.get(path)
    assert response.status_code == status
    assert problem(response)["status"] == status
    assert union.head(path).status_code == status


def test_an_unknown_graph_names_near_ones(union: FlaskClient) -> None:
    response = union.get("/graph-store?graph=https://w3id.org/reformgraph/graph/shorts")
    assert problem(response)["hints"] == ["https://w3id.org/reformgraph/graph/short"]


def test_hazard_32_no_such_format(union: FlaskClient) -> None:
    response = union.get("/graph-store/short", headers={"Accept": "text/csv"})
    assert response.status_code == 406


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/graph-store?default", "/graph-store/short", "/graph-store"])
def test_hazard_15_writing_is_refused(union: FlaskClient, path: str, method: str) -> None:
    response = union.open(path, method=method, data="<a:a> <a:a> <a:a> .")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert str(problem(response)["type"]).endswith("/method")


def test_hazard_37_preflight(union: FlaskClient) -> None:
    response = union.options("/graph-store/short", headers={"Origin": "https://example.org"})
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_hazard_12_a_graph_over_the_limit_is_refused_whole(story_root: Path) -> None:
    app = create_app(Settings(store=str(story_root), result_limit=10_000))
    response = app.test_client().get("/graph-store/childrens-plan")
    assert response.status_code == 503
    assert str(problem(response)["type"]).endswith("/result-too-large")
    app.extensions["reformgraph"].close()


def test_the_graphs_of_the_story(client: FlaskClient) -> None:
    with client.get("/graph-store/ontology?format=nt", buffered=True) as response:
        assert len(response.data.splitlines()) > 500
