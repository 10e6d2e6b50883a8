"""Pages made ahead are the pages that are served, byte for byte."""

import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from server_support import application

from reformgraph.queries import catalogue
from reformgraph.server import ahead, warming
from reformgraph.server.app import create_app
from reformgraph.server.service import Service
from reformgraph.settings import Settings

SOME = ["/questions/triggers", "/browse", "/as-at/2007-12-11", "/api", "/ontology", "/institutions"]
CODINGS = ("gzip, deflate, br, zstd", "gzip", "")


def service_of(app: Flask) -> Service:
    return app.extensions["reformgraph"]  # type: ignore[no-any-return]


def asked(app: Flask, path: str, coding: str = CODINGS[0], host: str = "127.0.0.1:8000") -> object:
    headers = {"Accept": "text/html", "Accept-Encoding": coding}
    answer = app.test_client().get(path, headers=headers, base_url=f"http://{host}")
    return answer.status_code, list(answer.headers), answer.get_data()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The keys of all answers that are made rather than found, in any application."""
    keys: list[object] = []
    keep = Service.keep

    def counted(self: Service, key: object, make: object) -> bytes:
        def making() -> object:
            keys.append(key)
            return make()  # type: ignore[operator]

        return keep(self, key, making)  # type: ignore[arg-type]

    monkeypatch.setattr(Service, "keep", counted)
    return keys


@pytest.fixture
def pages(story_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of some pages of the story graph, made ahead."""
    app = application(story_root)
    monkeypatch.setattr(warming, "_paths", lambda service: iter(SOME))
    monkeypatch.setattr(warming, "REST", 0)
    assert warming.make(app, service_of(app)) == len(SOME)
    path = tmp_path / ahead.NAME
    stamp = ahead.stamp(Settings(store=str(story_root)))
    ahead.write(path, stamp, service_of(app).finished())
    service_of(app).close()
    return path


def test_what_was_made_ahead_is_served_byte_for_byte(
    story_root: Path, pages: Path, made: list[object]
) -> None:
    alone, reader = application(story_root), application(story_root, pages.parent)
    for path in SOME:
        expected = [asked(alone, path, coding) for coding in CODINGS]
        made.clear()
        assert asked(reader, path) == expected[0]
        assert not made, "it was made again"
        assert [asked(reader, path, coding) for coding in CODINGS] == expected
    kept = service_of(reader).finished()
    assert len(kept) == len(SOME) and all("gzip" in key for key in kept)  # type: ignore[operator]
    for app in (alone, reader):
        service_of(app).close()


def test_hazard_38_what_names_the_host_is_not_told_to_another(
    story_root: Path, pages: Path
) -> None:
    alone, reader = application(story_root), application(story_root, pages.parent)
    for path in ("/api", "/changes.atom"):
        asked(reader, path, host="one.example")
        assert asked(reader, path, host="two.example") == asked(alone, path, host="two.example")
    for app in (alone, reader):
        service_of(app).close()


@pytest.mark.parametrize("fault", ["settings", "generation", "cut", "nonsense", "folder", "gone"])
def test_a_file_that_does_not_fit_is_as_if_it_were_not_there(
    story_root: Path, pages: Path, made: list[object], fault: str
) -> None:
    reader = application(story_root, pages.parent)
    answers = service_of(reader)
    expected = asked(reader, "/browse")
    assert not made
    whole = pages.read_bytes()
    pages.unlink()
    if fault == "settings":
        other = ahead.stamp(Settings(store=str(story_root), public_url="https://one.example"))
        pages.write_bytes(whole.replace(ahead.stamp(answers.settings).encode(), other.encode()))
    elif fault == "generation":
        id_ = answers.stores.get().generation.id
        pages.write_bytes(whole.replace(id_.encode(), b"9-" + b"0" * (len(id_) - 2)))
    elif fault == "cut":
        pages.write_bytes(whole[: whole.index(b"\n") + 1])
    elif fault == "nonsense":
        pages.write_bytes(b'{"stamp": 3}\n' + whole)
    elif fault == "folder":
        pages.mkdir()
    assert asked(reader, "/browse") == expected
    assert len(made) == 2  # the page and its packed copy
    answers.close()


def test_a_file_that_is_replaced_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / ahead.NAME
    reader = ahead.Ahead(path, "stamp")
    assert reader.get(("a", 1)) is None
    ahead.write(path, "stamp", {("a", 1): b"one", ("b", ""): b""})
    assert (reader.get(("a", 1)), reader.get(("b", "")), reader.get("c")) == (b"one", b"", None)
    ahead.write(path, "stamp", {("a", 1): b"two"})
    assert (reader.get(("a", 1)), reader.get(("b", ""))) == (b"two", None)
    ahead.remove(path)
    assert reader.get(("a", 1)) is None
    assert ahead.Ahead(None, "stamp").get(("a", 1)) is None


def test_nothing_is_made_for_nobody_or_for_an_old_generation(story_root: Path) -> None:
    app = application(story_root)
    assert warming.make(app, service_of(app), wanted=lambda: False) == 0
    service_of(app).close()


def test_what_takes_too_long_is_left_and_the_rest_is_kept(
    story_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(Settings(store=str(story_root)))
    service = app.extensions["reformgraph"]
    kept: list[int] = []
    monkeypatch.setattr(warming, "LIMIT", 0.0)
    monkeypatch.setattr(warming, "KEEP", 0.0)
    assert warming.make(app, service, keep=lambda: kept.append(len(service.finished()))) <= 1
    monkeypatch.setattr(warming, "LIMIT", 0.3)
    made = warming.make(app, service, keep=lambda: kept.append(len(service.finished())))
    assert 1 <= made < 30
    assert kept == sorted(kept) and kept[-1] >= 1
    service.close()


def test_nobody_waits_for_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reformgraph.server.warming", str(tmp_path / "pages"), "1"]
    assert subprocess.run(command, timeout=30, check=False).returncode == 0
    assert not list(tmp_path.iterdir())


def test_a_compiled_template_serves_the_others(
    story_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = application(story_root), application(story_root, tmp_path)
    warming.compile_templates(first, tmp_path)
    monkeypatch.setattr(second.jinja_env, "compile", lambda *_, **__: pytest.fail("compiled"))
    assert asked(second, "/about") == asked(first, "/about")
    for each in tmp_path.glob("template-*"):
        each.write_bytes(b"")
    third = application(story_root, tmp_path)
    assert asked(third, "/about") == asked(first, "/about")
    for app in (first, second, third):
        service_of(app).close()


def test_everything_that_is_made_ahead_is_there(story_root: Path) -> None:
    app = application(story_root)
    service = service_of(app)
    paths = list(warming._paths(service))
    assert len(paths) == len(set(paths)) > len(catalogue.load())
    adapter = app.url_map.bind("localhost")
    assert all(adapter.match(path.partition("?")[0]) for path in paths)
    service.close()
