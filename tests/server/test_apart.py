"""Questions on a graph that is not held in memory run in query processes, with their limits."""

import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pool_support import SLACK, processes, within
from server_support import BASE, faults, read

from reformgraph.ingest.build import build, chosen
from reformgraph.queries import catalogue
from reformgraph.server import apart
from reformgraph.server.app import create_app
from reformgraph.server.observe import OWN
from reformgraph.server.protocol.cache import Results
from reformgraph.server.service import Service
from reformgraph.settings import Settings
from reformgraph.store import EmbeddedStore, QueryPool, graph_copy
from reformgraph.store.answer import Answer
from reformgraph.store.base import Solutions

HTML = {"Accept": "text/html"}
PATH = "/questions/antecedents"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story, built as if it were too large for memory."""
    found = tmp_path_factory.mktemp("large") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph_copy, "MOST", 10)
        assert not build(chosen(["childrens-plan"]), found, base=BASE).generation.in_memory
    return found


def serving(root: Path, **settings: float) -> Flask:
    return create_app(Settings(store=str(root), **settings))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def large(root: Path) -> Iterator[FlaskClient]:
    app = serving(root)
    yield app.test_client()
    app.extensions["reformgraph"].close()


@pytest.fixture
def selected(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the HTTP worker itself asks the engine."""
    asked: list[str] = []
    select = EmbeddedStore.select

    def noted(store: EmbeddedStore, query: str) -> Solutions:
        asked.append(query)
        return select(store, query)

    monkeypatch.setattr(EmbeddedStore, "select", noted)
    return asked


@pytest.mark.parametrize("name", catalogue.load())
def test_the_answers_are_the_same(client: FlaskClient, large: FlaskClient, name: str) -> None:
    path = f"/questions/{name}.csv"
    assert large.get(path).data == client.get(path).data


def test_the_worker_itself_does_not_run_it(large: FlaskClient, selected: list[str]) -> None:
    assert large.get(f"{PATH}?item=every-child-matters-2003", headers=HTML).status_code == 200
    assert not [query for query in selected if "title: " in query]
    # One that makes pages ahead may be sacrificed itself.
    again = f"{PATH}.csv?item=every-child-matters-2003"
    large.get(again, environ_overrides={OWN: True})
    assert len([query for query in selected if "title: " in query]) == 1


def test_what_takes_too_long_is_stopped_and_the_form_stays(root: Path) -> None:
    app = serving(root, query_timeout=1.0)
    service: Service = app.extensions["reformgraph"]
    hasty = app.test_client()

    def never() -> None:
        """Have the first query process come to no end."""
        assert isinstance(service.pool, QueryPool)
        pool = service.pool
        assert within(SLACK, lambda: bool(pool.supervisor.counted()[0]))
        for pid in processes(pool):
            os.kill(pid, signal.SIGSTOP)

    never()
    page = hasty.get(PATH, headers=HTML)
    assert page.status_code == 504 and not faults(page.text)
    assert page.headers["Cache-Control"] == "no-store"
    assert "stopped after 1 seconds" in read(page.text).text
    assert "/questions/antecedents.rq" in read(page.text).hrefs
    assert {field["name"] for field in read(page.text).fields} >= {"item"}
    never()
    problem = hasty.get(f"{PATH}.json")
    assert problem.status_code == 504 and problem.get_json()["title"]
    service.close()


def test_what_is_too_large_is_refused_and_the_form_stays(
    large: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "LARGEST", 100)
    page = large.get(f"{PATH}?item=children-act-2004", headers=HTML)
    assert page.status_code >= 400 and "over 100 bytes" in read(page.text).text
    assert large.get(f"{PATH}.csv?item=children-act-2004").status_code == page.status_code


def test_a_graph_that_was_replaced_meanwhile_is_asked_directly(
    large: FlaskClient, monkeypatch: pytest.MonkeyPatch, selected: list[str]
) -> None:
    def other(*_: object, **__: object) -> Answer:
        return Answer(io.BytesIO(), 0, "application/sparql-results+json", "7-other", "solutions")

    monkeypatch.setattr(Results, "run", other)
    rows = large.get(f"{PATH}.json?item=children-act-2004").get_json()["rows"]
    assert isinstance(rows, list)
    assert len([query for query in selected if "title: " in query]) == 1
