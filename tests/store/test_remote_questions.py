"""Every question has the same answer from a running engine as from the embedded store."""

import os
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from remote_engines import loaded

from reformgraph.errors import RemoteError, RemoteWrong
from reformgraph.queries import catalogue, run
from reformgraph.store import EmbeddedStore, Store
from reformgraph.store.opening import opened

KINDS = ("oxigraph", "fuseki", "virtuoso")
TOO_SLOW = {"fuseki": ("frames-by-year", "never-commenced")}
"""What an engine does not answer within a minute."""


@pytest.fixture(scope="module", params=KINDS)
def remote(
    request: pytest.FixtureRequest,
    story_root: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Store]:
    """The story graph, loaded into a running engine."""
    kind = str(request.param)
    if kind != "oxigraph" and not os.environ.get("SOAK"):
        pytest.skip("runs with SOAK=1")
    with (
        loaded(kind, story_root, tmp_path_factory.mktemp(kind), query_timeout=60) as settings,
        closing(opened(settings)) as store,
    ):
        yield store


def _rows(store: Store, name: str) -> list[tuple[str, ...]]:
    """Ask as ``run.ask`` does, also an engine that it would not ask."""
    rows = store.select(run.sparql(store, catalogue.get(name), {}))
    return sorted(tuple(map(str, row)) for row in rows)


@pytest.mark.parametrize("name", catalogue.load())
def test_the_answer_is_the_same(
    request: pytest.FixtureRequest, remote: Store, story_store: EmbeddedStore, name: str
) -> None:
    question = catalogue.get(name)
    kind = request.node.callspec.params["remote"]
    if name in TOO_SLOW.get(kind, ()):
        pytest.skip(f"{kind} takes over a minute for it")
    if remote.engine in question.wrong_on:
        with pytest.raises(RemoteWrong, match=f"{name} wrongly"):
            run.ask(remote, question, {})
        # When this fails the engine has learned it, and the mark in the header goes.
        with suppress(RemoteError):
            assert _rows(remote, name) != _rows(story_store, name)
        return
    assert _rows(remote, name) == _rows(story_store, name)
