"""Replicas behind a load balancer: a generation is copied, switched to, and one server is killed."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad
from remote_engines import free_port, program, running
from serve_support import until

import reformgraph
from reformgraph.store import generations, publish

BASE = "https://w3id.org/reformgraph/"
READERS = 4

pytestmark = pytest.mark.skipif(not os.environ.get("SOAK"), reason="runs with SOAK=1")

_CONFIG = """
global
    maxconn 1000
defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    option redispatch
    retries 3
    retry-on all-retryable-errors
frontend people
    bind 127.0.0.1:{port}
    default_backend replicas
backend replicas
    balance roundrobin
    option httpchk GET /ready
    default-server check inter 500ms fall 2 rise 1
    server one 127.0.0.1:{one}
    server two 127.0.0.1:{two}
"""


def serve(stack: ExitStack, store: Path, port: int) -> "subprocess.Popen[bytes]":
    source = str(Path(reformgraph.__file__).parents[1])
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "reformgraph",
            "serve",
            "--store",
            str(store),
            "--port",
            str(port),
            "--workers",
            "1",
        ],
        env={**os.environ, "PYTHONPATH": source},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    stack.callback(process.wait)
    stack.callback(_kill, process)
    until(lambda: _status(port) == 200, 60)
    return process


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _status(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class Readers:
    """Threads that read through the balancer without a pause and count what they get."""

    def __init__(self, port: int) -> None:
        self.seen: Counter[str] = Counter()
        self.failed: list[str] = []
        self.times: list[float] = []
        self._stop = threading.Event()
        query = "SELECT%20(COUNT(*)%20AS%20%3Fn)%20%7B%3Fs%20%3Curn%3Amark%3E%20%3Fo%7D"
        self._paths = [f"/sparql?query={query}", "/page/childrens-plan.json", "/search?q=children"]
        self._port = port
        self._threads = [threading.Thread(target=self._read, args=(n,)) for n in range(READERS)]

    def _read(self, number: int) -> None:
        while not self._stop.is_set():
            path = self._paths[number % 3]
            number += 1
            began = time.monotonic()
            try:
                request = urllib.request.Request(
                    f"http://127.0.0.1:{self._port}{path}",
                    headers={"Accept": "text/csv, */*;q=0.1"},
                )
                with urllib.request.urlopen(request, timeout=30) as answer:
                    body = answer.read()
            except (OSError, urllib.error.HTTPError) as error:
                self.failed.append(f"{path}: {error}")
                continue
            self.times.append(time.monotonic() - began)
            self.seen[body.split()[1].decode() if path.startswith("/sparql") else "page"] += 1

    @contextmanager
    def reading(self) -> Any:
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join()


def copy(generation: generations.Generation, replica: Path) -> None:
    """Bring a generation to a replica as docs/scale.md says: copy, rename, point."""
    target = replica / generations.FOLDER / generation.id
    aside = replica / f"building-copy-{generation.id}"
    shutil.copytree(generation.folder, aside)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside.rename(target)
    generations.sound(target)
    generations.point(replica, generation.id)


def test_hazard_45_replicas_behind_haproxy(tmp_path: Path, story_root: Path) -> None:
    binary = program("haproxy")
    built = tmp_path / "built"
    story = generations.choose(story_root)[0]
    quads = list(pyoxigraph.Store.read_only(str(story.folder / generations.QUADS)))
    publish(built, quads, base=BASE)
    first = generations.choose(built)[0]
    mark = Quad(NamedNode("urn:a"), NamedNode("urn:mark"), Literal("1"), quads[0].graph_name)
    second = publish(built, [*quads, mark], base=BASE)
    ports = {"port": free_port(), "one": free_port(), "two": free_port()}
    config = tmp_path / "haproxy.cfg"
    config.write_text(_CONFIG.format(**ports))
    replicas = {name: tmp_path / name for name in ("one", "two")}
    with ExitStack() as stack:
        servers = {}
        for name, replica in replicas.items():
            copy(first, replica)
            servers[name] = serve(stack, replica, ports[name])
        url = f"http://127.0.0.1:{ports['port']}/health"
        stack.enter_context(running([binary, "-f", str(config)], url, tmp_path / "haproxy.log"))
        until(lambda: _status(ports["port"]) == 200, 20)
        readers = stack.enter_context(Readers(ports["port"]).reading())
        until(lambda: readers.seen["0"] > 50, 60)
        for replica in replicas.values():
            copy(second, replica)
        until(lambda: readers.seen["1"] > 50, 60)
        before = sum(readers.seen.values())
        _kill(servers["one"])
        until(lambda: sum(readers.seen.values()) > before + 200, 60)
        serve(stack, replicas["one"], ports["one"])
        before = sum(readers.seen.values())
        until(lambda: sum(readers.seen.values()) > before + 200, 60)
        old = readers.seen["0"]
        before = sum(readers.seen.values())
        until(lambda: sum(readers.seen.values()) > before + 200, 60)
        assert readers.seen["0"] == old  # nobody sees the old one any more
    times = sorted(readers.times)
    print(
        f"{len(times)} reads, {len(readers.failed)} failed, median "
        f"{times[len(times) // 2] * 1e3:.1f} ms, p99 {times[int(len(times) * 0.99)] * 1e3:.0f} ms, "
        f"longest {times[-1] * 1e3:.0f} ms"
    )
    assert readers.failed == []
