"""``--data`` and ``--default-data`` of build and serve, as a user types them."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest
from tests_support import free_port, running

from reformgraph.cli import run

REFORMGRAPH = [sys.executable, "-m", "reformgraph"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.ttl").write_text('<http://x/a> <http://x/p> "one" .', encoding="utf-8")
    (tmp_path / "two.nt").write_text('<http://x/a> <http://x/p> "two" .\n', encoding="utf-8")
    (tmp_path / "bad.ttl").write_text("<http://x/a> <http://x/p>\n oops .", encoding="utf-8")
    return tmp_path


def test_build_takes_files_after_the_option_too(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["build", "--store", "s", "--data", "one.ttl", "two.nt"]) == 0
    assert "2 quads from 2 statements" in capsys.readouterr().err
    assert (
        run(["query", "--store", "s", "--format", "csv", "SELECT ?o { ?s ?p ?o } ORDER BY ?o"]) == 0
    )
    assert capsys.readouterr().out.split() == ["o", "one", "two"]
    assert run(["info", "--store", "s"]) == 0
    assert "quads in https://w3id.org/reformgraph/graph/one.ttl" in capsys.readouterr().out


def test_hazard_49_a_bad_file_leaves_the_last_good_graph(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["build", "--store", "s", "--default-data", "one.ttl"]) == 0
    current = (folder / "s" / "current").read_text()
    assert run(["build", "--store", "s", "--data", "bad.ttl"]) == 1
    told = capsys.readouterr().err
    assert "bad.ttl:2:2: " in told and "Traceback" not in told
    assert (folder / "s" / "current").read_text() == current
    assert not list((folder / "s").glob("building-*"))


def test_wrong_use_is_exit_2(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["build", "--store", "s", "--data", "nowhere.ttl"]) == 2
    assert run(["serve", "one.ttl"]) == 2
    assert "say --data one.ttl" in capsys.readouterr().err
    assert not (folder / "s").exists()


def test_serve_keeps_nothing_unless_it_is_told_where(folder: Path) -> None:
    scratch = folder / "tmp"
    scratch.mkdir()
    port = free_port()
    command = [*REFORMGRAPH, "serve", "--workers", "1", "--port", str(port)]
    command += ["--data", "http://g/1=one.ttl", "--default-data", "two.nt"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(scratch))
        with running(command, port, folder) as server:
            query = quote("SELECT ?o ?n { ?s ?p ?o . GRAPH <http://g/1> { ?s ?p ?n } }")
            address = f"http://127.0.0.1:{port}/sparql?query={query}&format=csv"
            with urllib.request.urlopen(address, timeout=30) as response:
                assert response.read().split() == [b"o,n", b"two,one"]
            assert list(scratch.glob("reformgraph-*"))
            os.kill(server.pid, signal.SIGINT)
            server.wait(timeout=20)
    assert not list(scratch.glob("reformgraph-*"))
    assert not (folder / "reformgraph-store").exists()


def test_a_bad_file_is_not_served(folder: Path) -> None:
    command = [*REFORMGRAPH, "serve", "--port", str(free_port()), "--data", "bad.ttl"]
    done = subprocess.run(command, capture_output=True, timeout=60)
    assert done.returncode == 1
    assert b"bad.ttl:2:2: " in done.stderr and b"Traceback" not in done.stderr
