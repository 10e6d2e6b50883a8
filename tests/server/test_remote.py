"""The service over a remote store: pages, ``/sparql``, and what people get while it is away."""

import json
import os
import signal
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from remote_engines import Engine, oxigraph

from reformgraph.cli import run
from reformgraph.server import ahead, handed, warming
from reformgraph.server.app import create_app
from reformgraph.settings import Settings
from reformgraph.store import opening
from reformgraph.store.embedded import open_store

HTML = {"Accept": "text/html"}
JSON = "application/sparql-results+json"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory, story_root: Path) -> Iterator[Engine]:
    with oxigraph(tmp_path_factory.mktemp("engine")) as engine:
        loader = opening.loader(settings_of(engine, story_root))
        assert loader is not None
        opened = open_store(story_root)
        loader(opened.generation)
        opened.close()
        yield engine


def settings_of(engine: Engine, root: Path, **more: object) -> Settings:
    return Settings(
        store=engine.query,
        sidecar=str(root),
        remote_load=engine.load,
        **{"remote_timeout": 5.0, "remote_retries": 0, **more},  # type: ignore[arg-type]
    )


@contextmanager
def client_of(settings: Settings) -> Iterator[FlaskClient]:
    app = create_app(settings)
    try:
        yield app.test_client()
    finally:
        app.extensions["reformgraph"].close()


PAGES = (
    "/",
    "/page/children-act-2004",
    "/page/children-act-2004.json",
    "/lineage/childrens-plan",
    "/story/childrens-plan",
    "/matrix?date=2007-12-11",
    "/practice",
    "/institutions",
    "/quality",
    "/search?q=children",
    "/browse/Policy",
    "/ontology",
)


def test_pages_are_made_ahead(
    engine: Engine, story_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(engine, story_root, log="off")
    for name in ("SERVE", "SHARED"):
        monkeypatch.setenv(f"_REFORMGRAPH_{name}", "")  # as it was when the test is over
    handed.hand_down(settings, tmp_path)
    monkeypatch.setattr(warming, "_paths", lambda service: iter(["/browse/Policy"]))
    monkeypatch.setattr(warming, "gather", lambda journal: None)
    monkeypatch.setattr(os, "nice", lambda by: by)
    assert warming.main([str(tmp_path / ahead.NAME), str(os.getppid())]) == 0
    alone, reader = create_app(settings), create_app(settings, shared=tmp_path)
    found, expected = (
        app.test_client().get("/browse/Policy", headers=HTML) for app in (reader, alone)
    )
    assert found.data == expected.data and found.headers == expected.headers
    assert not reader.extensions["reformgraph"].finished()
    for app in (alone, reader):
        app.extensions["reformgraph"].close()


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_those_of_the_embedded_store(engine: Engine, story_root: Path, page: str) -> None:
    with (
        client_of(settings_of(engine, story_root)) as remote,
        client_of(Settings(store=str(story_root))) as embedded,
    ):
        found, expected = (each.get(page, headers=HTML) for each in (remote, embedded))
        assert found.status_code == expected.status_code == 200
        # An engine gives what a page does not sort in an order of its own.
        assert Counter(found.text.split()) == Counter(expected.text.split())


def test_sparql_and_ready(engine: Engine, story_root: Path) -> None:
    with client_of(settings_of(engine, story_root)) as client:
        assert client.get("/ready").status_code == 200
        found = client.get("/sparql", query_string={"query": "ASK { ?s ?p ?o }"})
        assert found.get_json()["boolean"] is True
        wrong = client.get(
            "/sparql", query_string={"query": "SELECT * { ?s ?p"}, headers={"Accept": JSON}
        )
        assert wrong.status_code == 400
        assert wrong.get_json()["type"].endswith("query-syntax")
        update = client.post("/sparql", data={"update": "CLEAR ALL"})
        assert update.status_code == 403
        tiny = client.get("/sparql", query_string={"query": "SELECT * { ?s ?p ?o } LIMIT 1"})
        assert tiny.status_code == 200


def test_hazard_99_pages_while_it_is_away(story_root: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        away = Engine("none", f"http://127.0.0.1:{bound.getsockname()[1]}/query", "")
        with client_of(settings_of(away, story_root)) as client:
            page = client.get("/page/childrens-plan", headers=HTML)
            assert page.status_code == 502
            assert "The remote store cannot be reached" in page.text
            assert "127.0.0.1" not in page.text
            problem = client.get("/sparql?query=ASK%7B%7D", headers={"Accept": JSON})
            assert problem.status_code == 502
            assert problem.get_json()["type"].endswith("/remote-unreachable")
            assert problem.headers["Cache-Control"] == "no-store"
            ready = client.get("/ready")
            assert ready.status_code == 503
            assert json.loads(ready.data)["reason"] == "remote-unreachable"
            health = client.get("/health")
            assert health.status_code == 200
            assert health.get_json()["status"] == "degraded"
            # The search index lies beside the service.
            assert client.get("/search?q=children", headers=HTML).status_code == 200


def test_hazard_99_away_and_back(tmp_path: Path, story_root: Path) -> None:
    with ExitStack() as stack:
        engine = stack.enter_context(oxigraph(tmp_path))
        settings = settings_of(engine, story_root, remote_timeout=0.5)
        with client_of(settings) as client:
            # Empty: it answers, but holds another graph than the sidecar is of.
            ready = client.get("/ready")
            assert ready.status_code == 503
            assert json.loads(ready.data)["reason"] == "remote-wrong"
            assert "no whole generation" in client.get("/health").get_json()["reason"]
            pid = engine.pid
            os.kill(pid, signal.SIGSTOP)
            try:
                hanging = client.get("/page/childrens-plan", headers={"Accept": "text/html"})
                assert hanging.status_code == 504
            finally:
                os.kill(pid, signal.SIGCONT)
            loader = opening.loader(settings_of(engine, story_root))
            assert loader is not None
            store = open_store(story_root)
            loader(store.generation)
            store.close()
            assert client.get("/ready").status_code == 200
            assert client.get("/health").get_json()["status"] == "ok"
            assert client.get("/page/childrens-plan", headers=HTML).status_code == 200


def test_the_command_line_over_a_remote_store(
    engine: Engine,
    story_root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("REFORMGRAPH_STORE", engine.query)
    monkeypatch.setenv("REFORMGRAPH_SIDECAR", str(story_root))
    monkeypatch.setenv("REFORMGRAPH_REMOTE_USER", "ada")
    monkeypatch.setenv("REFORMGRAPH_REMOTE_PASSWORD", "opensesame")
    monkeypatch.setenv("REFORMGRAPH_REMOTE_HEADER", "X-Token: t0psecret")
    for command in (
        ["info", "--format", "csv"],
        ["search", "children"],
        ["query", "ASK { ?s ?p ?o }"],
        ["generations"],
    ):
        assert run(command) == 0, command
        said = "".join(capfd.readouterr())
        assert "opensesame" not in said
        assert "t0psecret" not in said
        if command[0] == "info":
            assert "remote_password,(set)," in said
    # Without an address to load by, a build says what to set.
    assert run(["build"]) == 2
    assert "remote_load" in capfd.readouterr().err
