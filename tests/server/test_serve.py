"""``reformgraph serve`` as a process: it starts, says where, recovers, stops, and refuses in a line."""

import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from serve_support import command, workers
from tests_support import free_port, running


def get(port: int, path: str) -> int:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
        response.read()
        return int(response.status)


def answers(port: int) -> bool:
    try:
        return get(port, "/health") == 200
    except OSError:
        return False


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_hazards_26_47_and_84_it_serves_replaces_a_dead_worker_and_stops(
    story_root: Path, tmp_path: Path
) -> None:
    port = free_port()
    with running(command(story_root, port, "--workers", "2"), port, tmp_path) as process:
        assert get(port, "/page/dcsf") == 200
        log = tmp_path / f"server-{port}.log"
        deadline = time.monotonic() + 10
        while f"Serving http://127.0.0.1:{port}" not in log.read_text():
            assert time.monotonic() < deadline
            time.sleep(0.1)

        second = subprocess.run(command(story_root, port), capture_output=True, timeout=60)
        assert second.returncode == 3
        assert b"in use" in second.stderr and b"Traceback" not in second.stderr

        before = workers(process.pid)
        # Forked workers hung in one start of four: they inherited locks that nobody would release.
        assert all(b"spawn_main" in _command(w) for w in before)
        killed: set[int] = set()
        # Soon after another, too: that is no reason for the service to end.
        for _ in range(3):
            victim = workers(process.pid)[0]
            killed.add(victim)
            os.kill(victim, signal.SIGKILL)
            deadline = time.monotonic() + 20
            while len(set(workers(process.pid)) - killed) < len(before):
                assert time.monotonic() < deadline, "the worker did not come back"
                time.sleep(0.1)
        deadline = time.monotonic() + 20
        while not answers(port):  # they are there before they listen
            assert time.monotonic() < deadline, "nobody answers"
            time.sleep(0.1)
        assert all(get(port, "/page/dcsf") == 200 for _ in range(10))

        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
        assert time.monotonic() - begun < 10


def test_hazard_41_without_a_graph_it_says_what_to_run(tmp_path: Path) -> None:
    result = subprocess.run(
        command(tmp_path / "none", free_port()), capture_output=True, timeout=60, cwd=tmp_path
    )
    assert result.returncode == 3
    assert b"reformgraph build" in result.stderr and b"Traceback" not in result.stderr
    assert not (tmp_path / "none").exists()


def test_a_setting_that_cannot_be_read_is_told_in_a_line(story_root: Path) -> None:
    wrong = {**os.environ, "REFORMGRAPH_FEDERATION": "http://data.example/sparql"}
    done = subprocess.run(
        command(story_root, free_port()), capture_output=True, text=True, timeout=60, env=wrong
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1 and "expected https" in done.stderr
