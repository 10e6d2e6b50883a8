"""The log and the figures by themselves: escaped, bounded, once a minute, added up."""

import json
import logging
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pool_support import PRODUCT
from prometheus_client.parser import text_string_to_metric_families

from reformgraph.errors import QueryTimeout
from reformgraph.server import journal as journal_module
from reformgraph.server.figures import Figures, labels
from reformgraph.server.journal import Journal, Records, Told, clean
from reformgraph.server.observe import Observed, Ready
from reformgraph.store import QueryPool


def test_hazard_87_texts_cannot_forge_a_line() -> None:
    assert clean("a\nb\x1b[31m\u202e") == "a b�[31m�"
    assert clean("x" * 700) == "x" * 600 + "…"


def test_hazard_87_odd_requests_are_one_line(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path / "log"), 1_000_000)
    odd = ('/a"b', "/a\\b", "/\n\r\x00", "/ü\u2028", "/" + "p" * 5_000)
    for path in (*odd, "/" + "ü" * 300, '/"' * 400, "/" + "\\" * 700):
        journal.request(Told("GET\n", path, "none", 404, 0.0, 0))
    journal.flush()
    lines = (tmp_path / "log").read_text("utf-8").splitlines()
    assert len(lines) == 8
    for line in lines:
        found = json.loads(line)
        assert found["method"] == "?" and len(found["path"]) <= 601


def test_hazard_87_two_workers_share_a_file_under_its_size(tmp_path: Path) -> None:
    path = tmp_path / "log"
    one, two = Journal(str(path), 20_000), Journal(str(path), 20_000)
    for number in range(300):
        for journal in (one, two):
            journal.request(Told("GET", f"/{number}", "none", 404, 0.001, 10, "kept", "abc"))
            if not number % 20:
                journal.flush()
    one.close()
    two.close()
    sizes = {each.name: each.stat().st_size for each in tmp_path.iterdir()}
    assert set(sizes) == {"log", "log.1"}
    assert sum(sizes.values()) <= 24_000
    assert all(json.loads(line) for line in path.read_text("utf-8").splitlines())


def test_hazard_85_a_log_that_cannot_be_written_waits(tmp_path: Path) -> None:
    path = tmp_path / "later" / "log"
    journal = Journal(str(path), 20_000)
    journal.event("one")
    journal.flush()
    path.parent.mkdir()
    journal.event("two")
    journal.flush()
    assert [json.loads(line)["event"] for line in path.read_text("utf-8").splitlines()] == [
        "one",
        "two",
    ]


def test_hazard_85_what_could_not_be_written_comes_once_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    journal = Journal(str(path), 40_000)
    for number in range(300):
        journal.event("line", number=number)
    append, calls = journal_module._append, 0

    def fails_once(*arguments: Any) -> int:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError("no room")
        return append(*arguments)

    monkeypatch.setattr(journal_module, "_append", fails_once)
    journal.flush()
    begun = len(path.read_text("utf-8").splitlines())
    assert 0 < begun < 300
    journal.event("line", number=300)
    journal.flush()
    written = (path.with_name("log.1"), path)
    lines = [json.loads(line) for each in written for line in each.read_text("utf-8").splitlines()]
    assert [line["number"] for line in lines] == list(range(301))


def test_hazard_85_a_full_disk_leaves_no_part_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "log"
    journal = Journal(str(path), 1_000_000)
    for number in range(100):
        journal.event("line", number=number)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, old[1]))
        journal.flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, before)
    assert not path.read_bytes()
    journal.flush()
    lines = [json.loads(line)["number"] for line in path.read_text("utf-8").splitlines()]
    assert lines == list(range(100))


def test_hazard_85_what_waits_is_bounded_and_the_rest_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "MOST_WAITING", 1_000)
    path = tmp_path / "later" / "log"
    journal = Journal(str(path), 100_000)
    for _ in range(2):
        for number in range(50):
            journal.event("line", number=number)
        journal.flush()
    path.parent.mkdir()
    journal.flush()
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert 5 < len(lines) < 15
    assert lines[-1]["event"] == "dropped"
    assert len(lines) - 1 + lines[-1]["lines"] == 100


_WRITES = """
import sys
from pathlib import Path
from reformgraph.server.journal import Journal
journal = Journal("stderr", 0, Path(sys.argv[1]))
for turn in range(20):
    for number in range(400):
        journal.event("line", turn=turn, number=number, text=sys.argv[2] * 100)
    journal.flush()
"""


def test_hazard_87_two_workers_share_a_pipe_and_mix_no_lines(tmp_path: Path) -> None:
    reads, writes = os.pipe()
    command = [sys.executable, "-c", _WRITES, str(tmp_path)]
    both = [subprocess.Popen([*command, letter], stderr=writes) for letter in "ab"]
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        lines = pipe.read().splitlines()
    assert [each.wait() for each in both] == [0, 0]
    assert len(lines) == 2 * 20 * 400
    assert all(json.loads(line)["event"] == "line" for line in lines)


def test_hazard_85_the_same_trouble_is_told_once_a_minute(tmp_path: Path) -> None:
    path = tmp_path / "log"
    journal = Journal(str(path), 100_000)
    logger = logging.getLogger("trouble")
    logger.propagate = False
    logger.addHandler(Records(journal))
    for _ in range(50):
        logger.error("no room: %s", "disk", extra={"often": True})
        logger.warning("another thing")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logger.exception("internal %s", "abc")
    journal.flush()
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert [line["message"] for line in lines].count("no room: disk") == 1
    assert [line["message"] for line in lines].count("another thing") == 50
    assert "ValueError: two" in lines[-1]["trace"]


class _Inner:
    """Serves the generation ``two``."""

    def is_current(self, generation: str) -> bool:
        return generation == "two"


def test_what_is_given_again_is_counted_and_logged_like_the_first_time(tmp_path: Path) -> None:
    path, figures = tmp_path / "log", Figures(None)
    journal = Journal(str(path), 100_000)
    observed = Observed(_Inner(), figures, journal)  # type: ignore[arg-type]
    ready = Ready("200 OK", [], b"12345", "two", "tiny", "abc")
    kept = observed.keep(ready)
    assert observed.holds(kept) and not observed.holds(kept._replace(generation="one"))
    observed.count(ready, 0.002)
    observed.count(kept, 0.002)
    journal.flush()
    first, again = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    assert first | {"time": ""} == again | {"time": ""}
    assert (first["path"], first["status"], first["bytes"]) == ("/sparql", 200, 5)
    assert (first["ms"], first["by"], first["query"]) == (2.0, "tiny", "abc")
    lines = figures.exposition().splitlines()
    asked = 'reformgraph_requests_total{route="/sparql",method="GET",status="200"} 2'
    assert asked in lines and 'reformgraph_response_bytes_total{route="/sparql"} 10' in lines
    assert 'reformgraph_request_seconds_bucket{route="/sparql",le="0.001"} 0' in lines
    assert 'reformgraph_request_seconds_bucket{route="/sparql",le="0.0025"} 2' in lines


def test_a_log_that_is_off_writes_nothing(tmp_path: Path) -> None:
    journal = Journal("off", 0)
    journal.request(Told("GET", "/", "/", 200, 0.0, 0))
    journal.line(journal.around(Told("GET", "/", "/", 200, 0.0, 0)), 0.0)
    journal.event("one")
    journal.flush()
    assert not journal._waiting.tell() and not list(tmp_path.iterdir())


def test_figures_of_several_workers_are_added_up(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from reformgraph.server.figures import Figures, labels\n"
        "from reformgraph.server.journal import Told\n"
        f"f = Figures(Path({str(tmp_path)!r}))\n"
        "f.seen(Told('GET', '/a', '/a', 200, 0.2, 10, 'tiny'))\n"
        "busy = ('query_failures_total', labels(problem='busy'), 1)\n"
        "f.sources.append(lambda: [('queries_waiting', '', 7), busy]); f.write()"
    )
    dead = subprocess.run(
        [
            sys.executable,
            "-c",
            script,
        ],
        check=True,
        timeout=60,
    )
    assert dead.returncode == 0
    for _ in range(2):  # found lying there, then folded with what was folded before
        mine = Figures(tmp_path)
        assert not list(tmp_path.glob("[0-9]*.json"))
        mine.seen(Told("GET", "/a", "/a", 200, 0.0005, 5))
        odd = ("query_failures_total", labels(problem='odd "one"\n'), 1)
        mine.sources.append(lambda odd=odd: [odd])
        text = mine.exposition()
        found = {
            (
                sample.name,
                sample.labels.get("le", ""),
                sample.labels.get("problem", ""),
            ): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }
        assert found["reformgraph_requests_total", "", ""] == 2
        assert found["reformgraph_sparql_answers_total", "", ""] == 1
        assert found["reformgraph_request_seconds_bucket", "0.001", ""] == 1
        assert found["reformgraph_request_seconds_count", "", ""] == 2
        assert found["reformgraph_response_bytes_total", "", ""] == 15
        assert found["reformgraph_query_failures_total", "", 'odd "one"\n'] == 1
        assert found["reformgraph_query_failures_total", "", "busy"] == 1
        assert ("reformgraph_queries_waiting", "", "") not in found  # of a worker that is dead
    assert labels(a=1) == '{a="1"}'


def test_hazard_86_a_clock_that_jumps_moves_no_limit(
    story_root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = time.monotonic()
    real = time.time
    # Seventy minutes forth, then years back, as if a clock were set while queries run.
    jumps = iter([4_200.0, -4_200.0, 86_400.0 * 366, -1e9] * 10_000)
    with QueryPool(story_root, timeout=10.0) as pool:
        pool.run("ASK {}").file.close()
        monkeypatch.setattr(time, "time", lambda: real() + next(jumps))
        with pytest.raises(QueryTimeout):
            pool.run(PRODUCT, timeout=1.0)
        for _ in range(5):
            pool.run("ASK {}").file.close()
    assert 1.0 <= time.monotonic() - begun < 30
