"""Pages over a running engine are those over the embedded store; soak."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from remote_engines import loaded

from reformgraph.server.app import create_app
from reformgraph.settings import Settings
from reformgraph.store import EmbeddedStore

pytestmark = pytest.mark.skipif(not os.environ.get("SOAK"), reason="runs with SOAK=1")

HTML = {"Accept": "text/html"}
PATHS = (
    *("/", "/institutions", "/as-at/2007-12-11", "/as-at/1999-01-01..2010-01-01", "/changes"),
    *("/matrix", "/frames", "/browse", "/browse/Component", "/sources", "/quality", "/dataset"),
    *("/lineage/childrens-plan-2007", "/lineage/childrens-plan-2007?direction=descendants"),
    *("/story/childrens-plan-2007", "/concept/concept-collaboration", "/force/children-act-2004"),
)
# These ask questions that Virtuoso answers wrongly, and say so there.
REFUSED = {"Virtuoso": ("/practice", "/strength/s3-ecm-2003-summary")}
ENTITIES = 60


@pytest.fixture(scope="module", params=["oxigraph", "fuseki", "virtuoso"])
def clients(
    request: pytest.FixtureRequest,
    story_root: Path,
    story_store: EmbeddedStore,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[FlaskClient, FlaskClient, EmbeddedStore]]:
    """The service over a running engine, over the embedded store, and that store."""
    kind = str(request.param)
    with loaded(kind, story_root, tmp_path_factory.mktemp(kind), query_timeout=60) as remote:
        apps = [create_app(settings) for settings in (remote, Settings(store=str(story_root)))]
        yield apps[0].test_client(), apps[1].test_client(), story_store
        for app in apps:
            app.extensions["reformgraph"].close()


def _words(client: FlaskClient, path: str) -> tuple[int, str]:
    answer = client.get(path, headers=HTML)
    return answer.status_code, re.sub(r"<[^>]+>|\s+", " ", answer.text)


def test_the_pages_are_the_same(
    clients: tuple[FlaskClient, FlaskClient, EmbeddedStore],
) -> None:
    remote, embedded, store = clients
    assert remote.get("/ready").status_code == 200
    for path in PATHS:
        assert _words(remote, path) == _words(embedded, path), path
    slugs = [each.slug for each in store.named() if each.slug]
    for slug in slugs[:: len(slugs) // ENTITIES]:
        ours, theirs = _words(embedded, f"/page/{slug}"), _words(remote, f"/page/{slug}")
        assert theirs[0] == ours[0], slug
        if "Who holds it now" not in ours[1]:  # asks one of the questions below
            assert theirs == ours, slug


def test_what_an_engine_answers_wrongly_is_refused(
    clients: tuple[FlaskClient, FlaskClient, EmbeddedStore],
) -> None:
    remote, embedded, _ = clients
    engine = remote.application.extensions["reformgraph"].stores.get().engine
    for paths in REFUSED.values():
        for path in paths:
            status, text = _words(remote, path)
            assert (status, "wrongly" in text) == (
                (502, True) if path in REFUSED.get(engine, ()) else (200, False)
            )
            assert _words(embedded, path)[0] == 200
