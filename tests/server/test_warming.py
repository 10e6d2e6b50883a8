"""Pages made ahead are the pages that are served."""

from pathlib import Path

import pytest
from server_support import application

from reformgraph.queries import catalogue
from reformgraph.server import warming
from reformgraph.server.service import Service


def test_what_was_made_ahead_is_served(story_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = application(story_root)
    service: Service = app.extensions["reformgraph"]
    some = ["/questions/triggers", "/browse", "/as-at/2007-12-11"]
    monkeypatch.setattr(warming, "_paths", lambda service: iter(some))
    monkeypatch.setattr(warming.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(app.jinja_env, "list_templates", lambda: ["about.html"])
    assert warming.warm(app, service) == len(some)
    made = []
    answer = Service.answer

    def counted(self: Service, key: object, make: object) -> bytes:
        def making() -> object:
            made.append(key)
            return make()  # type: ignore[operator]

        return answer(self, key, making)  # type: ignore[arg-type]

    monkeypatch.setattr(Service, "answer", counted)
    client = app.test_client()
    headers = {"Accept": "text/html", "Accept-Encoding": "gzip, deflate, br, zstd"}
    for path in some:
        assert client.get(path, headers=headers).status_code == 200
    assert not made
    service.close()


def test_everything_that_is_made_ahead_is_there(story_root: Path) -> None:
    app = application(story_root)
    service: Service = app.extensions["reformgraph"]
    paths = list(warming._paths(service))
    assert len(paths) == len(set(paths)) > len(catalogue.load())
    adapter = app.url_map.bind("localhost")
    assert all(adapter.match(path.partition("?")[0]) for path in paths)
    service.close()
