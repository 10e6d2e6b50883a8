"""Headers, caching, generations that change under a running server, failures."""

import json
import logging
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from server_support import application, publish_trig

from reformgraph.server.app import create_app
from reformgraph.settings import Settings

HTML = {"Accept": "text/html"}
PATHS = [
    "/",
    "/page/dcsf",
    "/lineage/dcsf",
    "/search?q=x",
    "/questions",
    "/page/nothing",
    "/health",
]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_protected(client: FlaskClient, path: str) -> None:
    response = client.get(path, headers=HTML)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("path", ["/", "/page/dcsf", "/page/dcsf.ttl", "/lineage/dcsf.svg"])
def test_a_second_look_costs_a_304(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('"') and not tag.startswith("W/")
    for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = client.get(path, headers={"If-None-Match": known})
        assert again.status_code == 304 and not again.data
        assert again.headers["ETag"] == tag and "Accept" in again.vary
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_formats_have_etags_of_their_own(client: FlaskClient) -> None:
    tags = {client.get(f"/page/dcsf.{s}").headers["ETag"] for s in ("html", "ttl", "nt", "json")}
    assert len(tags) == 4


def test_static_files_are_kept_a_year_under_their_hash(client: FlaskClient) -> None:
    html = client.get("/", headers=HTML).text
    href = html.partition('href="/static/tokens.')[2].partition('"')[0]
    response = client.get(f"/static/tokens.{href}")
    assert response.status_code == 200 and "immutable" in response.headers["Cache-Control"]
    assert response.mimetype == "text/css"
    assert "no-cache" in client.get("/static/tokens.css").headers["Cache-Control"]


SMALL = """
@prefix rg: <https://w3id.org/reformgraph/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
GRAPH <https://w3id.org/reformgraph/graph/t> {{
  <https://w3id.org/reformgraph/id/x> a rg:Policy ; rg:slug "x" ; rdfs:label "{label}"@en .
}}"""


def test_a_new_generation_is_served_without_restart(tmp_path: Path) -> None:
    root = tmp_path / "store"
    publish_trig(root, SMALL.format(label="Before"))
    app = application(root)
    client = app.test_client()
    before = client.get("/page/x", headers=HTML)
    assert "Before" in before.text
    publish_trig(root, SMALL.format(label="After"))
    app.extensions["reformgraph"].stores._next_look = 0.0  # do not wait the 100 ms
    after = client.get("/page/x", headers={**HTML, "If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200 and "After" in after.text
    assert after.headers["ETag"] != before.headers["ETag"]
    assert client.get("/", headers=HTML).status_code == 200
    app.extensions["reformgraph"].close()


def test_without_a_graph_it_starts_and_says_so(tmp_path: Path) -> None:
    client = create_app(Settings(store=str(tmp_path / "nowhere"))).test_client()
    assert client.get("/health").status_code == 200
    for path in ("/", "/page/x", "/search?q=x"):
        response = client.get(path, headers=HTML)
        assert response.status_code == 503 and "Retry-After" in response.headers
        assert str(tmp_path) not in response.text


def test_health_and_ready(client: FlaskClient) -> None:
    health = json.loads(client.get("/health").data)
    assert health["status"] == "ok" and health["generation"].startswith("1-")
    ready = client.get("/ready")
    assert ready.status_code == 200, ready.text


def test_an_unexpected_fault_has_an_id_that_is_in_the_log(
    story_root: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = application(story_root)

    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("reformgraph.server.pages.entity.entity.read", broken)
    with caplog.at_level(logging.ERROR, logger="reformgraph.server"):
        response = app.test_client().get("/page/dcsf", headers={"Accept": "text/html"})
    assert response.status_code == 500
    assert "secret detail" not in response.text and "Traceback" not in response.text
    number = response.text.partition("logged as ")[2][:12]
    assert number in caplog.text and "secret detail" in caplog.text
    app.extensions["reformgraph"].close()


def test_a_body_over_the_limit_is_413(story_root: Path) -> None:
    app = create_app(Settings(store=str(story_root), body_limit=1_000))
    response = app.test_client().post("/sparql", data={"query": "x" * 2_000})
    assert response.status_code == 413
    assert response.mimetype == "application/problem+json"
    app.extensions["reformgraph"].close()


def test_a_mount_point_is_kept_in_every_link(client: FlaskClient) -> None:
    response = client.get("/page/dcsf", headers=HTML, environ_overrides={"SCRIPT_NAME": "/graph"})
    assert 'href="/page/' not in response.text and 'href="/graph/page/' in response.text
