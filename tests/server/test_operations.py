"""Operations as an operator meets them: a really running server (hazards 25, 83–89, 115)."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from prometheus_client.parser import text_string_to_metric_families
from serve_support import REFORMGRAPH, asked, descendants, get, until
from tests_support import free_port, running

SERVE = [*REFORMGRAPH, "serve"]
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f } #"
CONFIG = 'log = "log.jsonl"\nlog_bytes = 200000\nslow_log = 0.3\nwarm = 0\n'


def figures(port: int) -> dict[str, dict[frozenset[tuple[str, str]], float]]:
    """Read ``/metrics`` as Prometheus would; it must be text that its own parser takes."""
    status, headers, body = get(port, "/metrics")
    assert status == 200
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found: dict[str, dict[frozenset[tuple[str, str]], float]] = {}
    for family in text_string_to_metric_families(body.decode()):
        assert family.documentation
        for sample in family.samples:
            labels = frozenset(sample.labels.items())
            found.setdefault(sample.name.removeprefix("reformgraph_"), {})[labels] = sample.value
    return found


def total(port: int, name: str, **labels: str) -> float:
    """Sum a figure over all its labels that agree with ``labels``."""
    found = figures(port).get(name, {})
    return sum(value for key, value in found.items() if set(labels.items()) <= key)


def lines(folder: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text("utf-8").splitlines()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("operations")
    (folder / "reformgraph.toml").write_text(CONFIG)
    return folder


@pytest.fixture(scope="module")
def server(story_root: Path, place: Path) -> Iterator[tuple[int, int]]:
    """A server with two workers; gives its port and its process id."""
    port = free_port()
    command = [*SERVE, "--store", str(story_root), "--port", str(port), "--query-timeout", "8"]
    with running(command, port, place) as process:
        until(lambda: total(port, "workers") == 2)
        yield port, process.pid
        until(lambda: get(port, asked("ASK {}"))[0] == 200)


@pytest.fixture
def port(server: tuple[int, int]) -> int:
    return server[0]


def test_metrics_of_all_workers(port: int) -> None:
    before = total(port, "requests_total", route="/sparql", status="200")
    failed = total(port, "query_failures_total", problem="query-syntax")
    for number in range(20):
        assert get(port, asked(f"ASK {{ <urn:m{number}> ?p ?o }}"))[0] == 200
    assert get(port, asked("SELECT * {"))[0] == 400
    assert get(port, "/nothing-at-all")[0] == 404
    until(lambda: total(port, "requests_total", route="/sparql", status="200") == before + 20)
    until(lambda: total(port, "query_failures_total", problem="query-syntax") == failed + 1)
    found: dict[str, Any] = {}

    def routes() -> set[str]:
        # Each worker knows of the others what they wrote last, so that two looks may differ.
        found.clear()
        found.update(figures(port))
        return {dict(labels)["route"] for labels in found["requests_total"]}

    until(lambda: {"none", "/sparql"} <= routes() and "query_processes" in found)
    assert sum(found["workers"].values()) == 2
    (generation,) = found["generation_info"]
    assert dict(generation)["sequence"] == "1"
    assert 0 < sum(found["generation_age_seconds"].values()) < 100_000
    assert {dict(labels)["cache"] for labels in found["cache_hits_total"]} == {
        "answers",
        "responses",
    }
    assert {dict(labels)["state"] for labels in found["query_processes"]} == {
        "idle",
        "busy",
        "slow",
    }
    # Unknown addresses and methods make no labels of their own.
    assert not any("nothing-at-all" in route for route in routes())
    counts = found["request_seconds_count"]
    for labels, value in counts.items():
        last = labels | {("le", "+Inf")}
        assert found["request_seconds_bucket"][frozenset(last)] == value


def test_counters_outlive_a_worker(server: tuple[int, int]) -> None:
    port, pid = server
    before = total(port, "requests_total", route="/page/<path:name>")
    for _ in range(10):
        assert get(port, "/page/dcsf")[0] == 200
    until(lambda: total(port, "requests_total", route="/page/<path:name>") == before + 10)
    time.sleep(1.5)  # what a worker counts is with the others after a second
    victim = next(
        child
        for child in descendants(pid)
        if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    )
    os.kill(victim, signal.SIGKILL)
    until(lambda: total(port, "workers") == 2 and not alive(victim))
    until(lambda: total(port, "requests_total", route="/page/<path:name>") == before + 10)


def test_hazard_25_the_limit_is_ours(port: int) -> None:
    began = time.monotonic()
    status, headers, body = get(port, asked(PRODUCT + "25") + "&timeout=1")
    assert (status, json.loads(body)["type"].rpartition("/")[2]) == (504, "query-timeout")
    assert headers["cache-control"] == "no-store"
    assert 1 <= time.monotonic() - began < 8
    until(lambda: total(port, "query_processes", state="slow") == 0)


def test_hazard_24_a_query_ends_with_its_client(port: int) -> None:
    before = total(port, "queries_cancelled_total")
    with ExitStack() as stack:
        for number in range(2):
            client = socket.create_connection(("127.0.0.1", port))
            stack.callback(client.close)
            path = asked(PRODUCT + f"24-{number}")
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            # One of the two may have to give way: one address never holds the whole slow lane.
        until(lambda: total(port, "query_processes", state="slow") >= 1, 5)
        began = time.monotonic()
    until(lambda: total(port, "queries_cancelled_total") > before, 6)
    until(lambda: total(port, "query_processes", state="slow") == 0, 6)
    assert time.monotonic() - began < 7.5  # not by its limit of 8 s


def test_hazard_24_a_client_that_waits_keeps_its_query(port: int) -> None:
    # Beside another of the same address that leaves.
    found: list[int] = []
    waiting = threading.Thread(
        target=lambda: found.append(get(port, asked(PRODUCT + "stays") + "&timeout=3")[0])
    )
    waiting.start()
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(f"GET {asked(PRODUCT + 'leaves')} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.5)
    waiting.join(30)
    assert found[0] in (504, 503)  # its own limit, or memory's; never 499


def test_hazard_87_logs(port: int, place: Path) -> None:
    secret = "Somebody Private"
    get(port, f"/search?q={quote(secret)}")
    get(port, "/page/evil%0A%22forged%22:1%1b[2J")
    slow = f"# {secret}\nSELECT (COUNT(*) AS ?n)\n{{ ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }} # slow"
    assert get(port, asked(slow) + "&timeout=2")[0] == 504
    assert get(port, asked(slow) + "&timeout=2.1")[0] == 504
    body = b"SELECT * { ?s ?p '" + b"x" * 900_000 + b"' }"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/sparql", body, {"Content-Type": "application/sparql-query"})
    assert connection.getresponse().read()
    connection.close()
    time.sleep(1)
    found = lines(place)  # each line is one JSON object
    requests = [line for line in found if line["event"] == "request"]
    assert {"time", "worker", "method", "path", "route", "status", "ms", "bytes"} <= set(
        requests[0]
    )
    text = (place / "log.jsonl").read_text("utf-8")
    assert all(len(line) < 6_000 for line in text.splitlines())
    assert "127.0.0.1" not in text and "\x1b" not in text
    assert secret not in "\n".join(json.dumps(line) for line in requests)
    told = [line for line in found if line["event"] == "slow-query" and "text" in line]
    mine = [line for line in told if secret in str(line["text"])]
    assert mine and mine[0]["outcome"] == "query-timeout" and int(str(mine[0]["ms"])) >= 900
    # The same query has the same digest, in its request's line too, and its text once a worker.
    digest = mine[0]["query"]
    assert len([line for line in found if line.get("query") == digest]) >= 4
    assert len(mine) <= 2


def test_hazard_87_the_log_is_bounded(port: int, place: Path) -> None:
    for _ in range(4):
        for number in range(400):
            get(port, f"/health?{number}")
        time.sleep(0.6)
    sizes = [path.stat().st_size for path in place.glob("log.jsonl*")]
    assert len(sizes) == 2
    assert sum(sizes) < 300_000  # log_bytes, and what one write brings
    assert lines(place)


def test_hazard_88_health_while_all_slow_places_are_taken(port: int) -> None:
    attackers = [
        threading.Thread(target=get, args=(port, asked(PRODUCT + f"88-{n}") + "&timeout=4"))
        for n in range(12)
    ]
    for attacker in attackers:
        attacker.start()
    until(lambda: total(port, "query_processes", state="slow") >= 2, 10)
    times = []
    for _ in range(15):
        began = time.monotonic()
        assert get(port, "/health")[0] == 200
        times.append(time.monotonic() - began)
    status, _, body = get(port, "/ready")
    for attacker in attackers:
        attacker.join()
    assert sorted(times)[len(times) // 2] < 0.25, times  # 50 ms on a machine of its own
    assert status == 200 and json.loads(body)["generation"]


def test_hazard_89_caches_on_the_way(port: int) -> None:
    tags = set()
    for form in ("json", "csv", "xml"):
        status, headers, _ = get(port, asked("SELECT * { ?s ?p ?o } LIMIT 3") + f"&format={form}")
        assert status == 200 and "Accept" in headers["vary"]
        assert headers["cache-control"] == "public, no-cache"
        tags.add(headers["etag"])
    assert len(tags) == 3
    for path in ("/nothing", asked("SELECT * {"), "/page/none"):
        status, headers, _ = get(port, path)
        assert (
            status >= 400 and headers["cache-control"] == "no-store" and "Accept" in headers["vary"]
        )
    for path in ("/health", "/ready", "/metrics"):
        assert get(port, path)[1]["cache-control"] == "no-store"


def test_hazard_83_sigterm_under_load(story_root: Path, tmp_path: Path) -> None:
    port = free_port()
    with running(
        [*SERVE, "--store", str(story_root), "--port", str(port)], port, tmp_path
    ) as process:
        get(port, "/ready")
        seen: Counter[int] = Counter()
        stop = threading.Event()

        def load(number: int) -> None:
            while not stop.is_set():
                number += 10
                try:
                    seen[get(port, asked(f"ASK {{ <urn:{number}> ?p ?o }}"), 10)[0]] += 1
                except (ConnectionError, http.client.HTTPException, TimeoutError):
                    return  # it takes no more

        clients = [threading.Thread(target=load, args=(n,)) for n in range(4)]
        slow: list[int] = []
        clients.append(
            threading.Thread(
                target=lambda: slow.append(get(port, asked(PRODUCT + "83") + "&timeout=2")[0])
            )
        )
        for client in clients:
            client.start()
        time.sleep(2)
        below = descendants(process.pid)
        assert len(below) > 4
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
        assert time.monotonic() - began < 10
        stop.set()
        for client in clients:
            client.join(15)
    until(lambda: not any(map(alive, below)), 3)
    assert set(seen) <= {200, 503} and seen[200] > 10, seen
    assert slow and slow[0] in (503, 504)


def test_hazard_85_out_of_file_handles(story_root: Path, tmp_path: Path) -> None:
    port = free_port()
    log = (tmp_path / "server.log").open("wb")
    command = [*SERVE, "--store", str(story_root), "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(
        ["bash", "-c", 'ulimit -n 96; exec "$@"', "bash", *command],
        cwd=tmp_path,
        stdout=log,
        stderr=log,
    )
    try:

        def answers() -> bool:
            try:
                return get(port, asked("ASK {}"), 5)[0] == 200
            except OSError:
                return False

        until(answers, 60)
        with ExitStack() as stack:
            for _ in range(150):
                connection = socket.create_connection(("127.0.0.1", port), timeout=5)
                stack.callback(connection.close)
            time.sleep(2)
            assert process.poll() is None
        until(answers, 30)  # by itself
        said = (tmp_path / "server.log").read_bytes()
        assert said.count(b"Traceback") == 0
        assert len(said) < 200_000
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def test_hazard_115_an_address_that_is_not_ours(story_root: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [*SERVE, "--store", str(story_root), "--host", "192.0.2.1", "--port", "80"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.returncode == 3
    assert "cannot listen on 192.0.2.1:80" in done.stderr and "Traceback" not in done.stderr
