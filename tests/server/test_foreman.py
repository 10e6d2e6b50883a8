"""One process makes pages ahead for all workers; what becomes of it harms nobody."""

import http.client
import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import serve_support
from serve_support import REFORMGRAPH
from server_support import publish_trig
from tests_support import free_port, running

from reformgraph.server import ahead, foreman
from reformgraph.server.foreman import Foreman
from reformgraph.server.journal import Journal

GRAPH = """@prefix rg: <https://w3id.org/reformgraph/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://w3id.org/reformgraph/graph/t> {{ <https://w3id.org/reformgraph/id/one>
 a rg:Policy ; rg:slug "one" ; rdfs:label "{0}"@en . }}"""
SERVE = [*REFORMGRAPH, "serve", "--workers", "2"]
until = partial(serve_support.until, seconds=60.0)


def told(log: Path) -> list[str]:
    lines = map(json.loads, log.read_text().splitlines()) if log.exists() else ()
    return [line["message"] for line in lines if line.get("from", "").endswith("foreman")]


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Foreman]:
    """Make a foreman whose process does what a program says, with the file as its argument."""

    def make(program: str) -> Foreman:
        monkeypatch.setattr(foreman, "COMMAND", ("-c", "import os, sys, time\n" + program))
        publish_trig(tmp_path / "store", GRAPH.format("a"))
        journal = Journal(str(tmp_path / "log.jsonl"), 1_000_000)
        return Foreman(tmp_path / "store", tmp_path / ahead.NAME, journal)

    return make


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        ("sys.exit(1)", "exit 1"),
        ("os.kill(os.getpid(), 9)", "SIGKILL"),
        ("open(sys.argv[1] + '.part', 'w').close(); os.kill(os.getpid(), 15)", "SIGTERM"),
        ("sys.exit(0)", ""),
    ],
)
def test_how_it_ended_is_told_in_a_line(
    watched: Callable[..., Foreman], tmp_path: Path, program: str, reason: str
) -> None:
    one = watched(program)
    one.look()
    until(lambda: one.look() or one._process is None)
    for _ in range(3):
        one.look()  # nor is it tried again
    assert one._process is None
    expected = f"pages were not made ahead ({reason}); they are made when asked for"
    assert told(tmp_path / "log.jsonl") == ([expected] if reason else [])
    assert not list(tmp_path.glob(f"{ahead.NAME}*"))


def test_a_system_that_starts_no_process_is_told_too(
    watched: Callable[..., Foreman], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = watched("")
    monkeypatch.setattr(foreman.sys, "executable", str(tmp_path / "none"))
    one.look()
    one.look()
    assert len(told(tmp_path / "log.jsonl")) == 1


def test_a_new_generation_ends_the_process_of_the_old_one(
    watched: Callable[..., Foreman], tmp_path: Path
) -> None:
    one = watched("open(sys.argv[1], 'w').close(); time.sleep(60)")
    path = tmp_path / ahead.NAME
    one.look()
    first = one._process
    until(path.exists)
    one.look()
    assert one._process is first and path.exists()
    inode = path.stat().st_ino
    publish_trig(tmp_path / "store", GRAPH.format("b"))
    with path.open("rb"):  # so that its inode is not given again
        one.look()
        assert first is not None and first.returncode == -signal.SIGKILL
        until(path.exists)
        assert path.stat().st_ino != inode
    second = one._process
    shutil.rmtree(tmp_path / "store")
    one.look()  # the workers serve on
    assert one._process is second and path.exists()
    one.start()
    one.stop()
    assert second is not None and second.returncode == -signal.SIGKILL
    assert not told(tmp_path / "log.jsonl")


def makers(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            if b"server.warming" in Path(f"/proc/{child}/cmdline").read_bytes():
                found.append(int(child))
    return found


def get(port: int, path: str, coding: str = "zstd") -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Accept": "text/html", "Accept-Encoding": coding})
    answer = connection.getresponse()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    headers.pop("date", None)
    found = answer.status, headers, answer.read()
    connection.close()
    return found


def test_two_workers_have_one_process_and_a_switch_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, log, port = tmp_path / "store", tmp_path / "log.jsonl", free_port()
    (tmp_path / "tmp").mkdir()
    for name, value in (("WARM", "1"), ("LOG", str(log))):
        monkeypatch.setenv(f"REFORMGRAPH_{name}", value)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    publish_trig(store, GRAPH.format("the first"))
    seen: set[int] = set()

    def file() -> Path | None:
        return next((tmp_path / "tmp").glob(f"reformgraph-shared-*/{ahead.NAME}"), None)

    def written() -> bool:
        now = makers(process.pid)
        assert len(now) <= 1
        seen.update(now)
        return file() is not None

    with running([*SERVE, "--store", str(store), "--port", str(port)], port, tmp_path) as process:
        until(written)
        until(lambda: not makers(process.pid))
        assert len(seen) == 1
        answers = [get(port, "/browse/Policy") for _ in range(4)]  # not made ahead
        pages = [get(port, "/browse") for _ in range(16)]
        assert all(page == pages[0] for page in pages) and pages[0][0] == 200
        assert pages[0][1]["content-encoding"] == "zstd" and answers[0][0] == 200
        # Whatever was made ahead, nobody asked for it.
        until(lambda: log.read_text().count('"path":"/browse"') == 16)
        assert '"/quality"' not in log.read_text()
        time.sleep(1.5)  # the workers have told each other
        figures = get(port, "/metrics", "identity")[2]
        assert b'route="/quality"' not in figures and b"reformgraph_workers 2" in figures

        publish_trig(store, GRAPH.format("the second"))
        until(lambda: makers(process.pid))
        assert file() is None, "the old one was left"
        until(written)
        until(lambda: not makers(process.pid))
        assert len(seen) == 2 and not told(log)
        # Nobody had asked the workers anything when they opened it.
        until(lambda: log.read_text().count("now serving generation 2") == 2)
        assert b"the second" not in pages[0][2] and get(port, "/browse")[1] != pages[0][1]

        publish_trig(store, GRAPH.format("the third"))
        until(lambda: makers(process.pid))
        os.kill(makers(process.pid)[0], signal.SIGKILL)
        until(lambda: told(log))
        assert get(port, "/")[0] == 200 and len(told(log)) == 1 and file() is None

        publish_trig(store, GRAPH.format("the fourth"))
        until(lambda: makers(process.pid))
        last = makers(process.pid)[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert not Path(f"/proc/{last}").exists()
    assert not list((tmp_path / "tmp").iterdir())
