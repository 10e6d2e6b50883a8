"""Requests over real sockets: limits, order, slow clients, and the short ways to an answer."""

import contextlib
import io
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote

import pyoxigraph
import pytest
import uvicorn
from flask import Flask
from front_support import Line, get, refused, served
from werkzeug.test import EnvironBuilder, run_wsgi_app
from werkzeug.wsgi import FileWrapper

from reformgraph.errors import UsageError
from reformgraph.server.app import create_app
from reformgraph.server.front import bridge as bridging
from reformgraph.server.front import protocol
from reformgraph.server.front.bridge import Bridge
from reformgraph.server.serve import CRASHES, Workers
from reformgraph.server.shapes import SAMPLES, Shape
from reformgraph.settings import Settings
from reformgraph.store import publish

BASE = "https://w3id.org/reformgraph/"
ID = f"{BASE}id/"
JSON = "application/sparql-results+json"
ACCEPT = f"{JSON}, text/turtle;q=0.9"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
SLUGS = (
    *("childrens-plan-2007", "every-child-matters-2003", "children-act-2004", "sure-start-1998"),
    *("dcsf", "ofsted", "hm-treasury", "youth-matters-2005"),
)


@pytest.fixture(scope="module")
def app(story_root: Path) -> Iterator[Flask]:
    app = create_app(Settings(store=str(story_root), query_timeout=60.0))
    yield app
    app.extensions["reformgraph"].close()


@pytest.fixture(scope="module")
def front(app: Flask) -> Iterator[tuple[int, Bridge]]:
    with served(app) as (port, bridge):
        yield port, bridge


def asking(query: str, more: str = "") -> bytes:
    return get(f"/sparql?query={quote(query, safe='')}{more}", f"Accept: {ACCEPT}")


def by_flask(app: Flask, query: str) -> tuple[int, dict[str, str], bytes]:
    """What Flask's route answers, without anything before it."""
    builder = EnvironBuilder(
        path="/sparql",
        query_string={"query": query},
        headers={"Host": "x.example", "Accept": ACCEPT},
    )
    flask = app.extensions["reformgraph.fast"].inner
    pieces, status, headers = run_wsgi_app(flask, builder.get_environ(), buffered=True)
    builder.close()
    fields = {name.lower(): value for name, value in headers.items()}
    return int(status[:3]), fields, b"".join(pieces)


@pytest.mark.parametrize(
    "pattern",
    ["<{iri}> " + LABEL + " ?l", "<{iri}> ?p ?l", "<{iri}> a ?x . ?x " + LABEL + " ?l", "<{iri}>"],
)
def test_all_ways_give_what_flask_gives(
    app: Flask, front: tuple[int, Bridge], pattern: str
) -> None:
    port, bridge = front
    chosen = "SELECT ?l {{ {} }}" if " " in pattern else "DESCRIBE {}"
    queries = [chosen.format(pattern.format(iri=ID + slug)) for slug in SLUGS]
    fast = app.extensions["reformgraph.fast"]
    before = fast.made
    with Line(port) as line:
        for turn in range(2):
            for place, query in enumerate(queries):
                line.send(asking(query))
                status, headers, body = line.answer()
                assert headers.pop("date")
                assert (status, headers, body) == by_flask(app, query), (turn, place)
                if turn == 0 and place == SAMPLES:
                    assert fast.made > before  # it is not Flask any more
    # What a query process answers takes a thread, and is kept by another layer.
    at_once = any(key[0] == asking(queries[-1]) for key in bridge.known.kept._entries)
    assert at_once == (" " in pattern)


def test_what_stands_beside_the_query_counts(app: Flask, front: tuple[int, Bridge]) -> None:
    port, _ = front
    query = f"SELECT ?l {{ <{ID}dcsf> {LABEL} ?l }}"
    with Line(port) as line:
        for _ in range(SAMPLES + 2):
            line.send(asking(query + " "))
            assert line.answer()[1]["content-type"] == JSON
        for more, status, media in (
            ("&format=csv", 200, "text/csv; charset=utf-8"),
            ("&timeout=nonsense", 400, "application/problem+json"),
            ("&query=ASK%7B%7D", 400, "application/problem+json"),
        ):
            line.send(asking(query, more))
            found = line.answer()
            assert (found[0], found[1]["content-type"]) == (status, media)
        line.send(asking(query).replace(b"GET", b"HEAD"))
        status, headers, _ = line.answer(head=True)
        assert status == 200 and int(headers["content-length"]) > 0
        for odd in ("%FF", "%2", "{%20}"):
            line.send(get(f"/sparql?query=ASK%7B%7D{odd}", f"Accept: {ACCEPT}"))
            assert line.answer()[0] in (200, 400)


def test_a_known_answer_ends_with_its_generation(tmp_path: Path) -> None:
    def graph(label: str) -> None:
        text = f'<{ID}a> {LABEL} "{label}"@en <{BASE}graph/t> .'
        publish(tmp_path, pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.N_QUADS), base=BASE)

    graph("old")
    app = create_app(Settings(store=str(tmp_path)))
    request = asking(f"SELECT ?l {{ <{ID}a> {LABEL} ?l }}")
    with served(app) as (port, bridge), Line(port) as line:
        for _ in range(SAMPLES + 2):
            line.send(request)
            assert b'"old"' in line.answer()[2]
        assert bridge.known.kept.hits
        graph("new")
        deadline = time.monotonic() + 20
        while b'"old"' in (line.send(request) or line.answer()[2]):
            assert time.monotonic() < deadline
        line.send(request)
        assert b'"new"' in line.answer()[2]
    app.extensions["reformgraph"].close()


def test_requests_in_one_packet_and_in_pieces(front: tuple[int, Bridge]) -> None:
    port, _ = front
    one, two = asking("ASK { <a:a> <a:b> 1 }"), get("/health")
    with Line(port) as line:
        line.send(one + two + one + one)
        kinds = [line.answer()[1]["content-type"] for _ in range(4)]
        assert kinds == [JSON, "application/json", JSON, JSON]
        for place in range(0, len(one), 40):
            line.send(one[place : place + 40])
            time.sleep(0.001)
        assert line.answer()[1]["content-type"] == JSON


def test_http_1_0_and_close_end_the_connection(front: tuple[int, Bridge]) -> None:
    for request in (get("/health", version="1.0"), get("/health", "Connection: close")):
        with Line(front[0]) as line:
            line.send(request)
            assert line.answer()[0] == 200
            assert line.closed()


def test_bodies_chunked_announced_and_too_long(front: tuple[int, Bridge]) -> None:
    top = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
    with Line(front[0]) as line:
        line.send(top + b"Transfer-Encoding: chunked\r\n\r\n4\r\nASK \r\n2\r\n{}\r\n0\r\n\r\n")
        assert line.answer()[0] == 200
        line.send(top + b"Expect: 100-continue\r\nContent-Length: 6\r\n\r\n")
        while b"100 Continue\r\n\r\n" not in line.left:
            line._more()
        line.left = b""
        line.send(b"ASK {}")
        assert line.answer()[0] == 200
        line.send(top + b"Transfer-Encoding: chunked\r\n\r\n120000\r\n" + b"#" * 0x120000)
        assert line.answer()[0] == 413
    with Line(front[0]) as line:
        line.send(top + b"Content-Length: 2000000\r\n\r\n")
        status, headers, _ = line.answer()
        assert (status, headers["connection"]) == (413, "close")


def test_what_is_not_http_is_told_so(front: tuple[int, Bridge]) -> None:
    for data in (
        b"nonsense\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"GET  HTTP/1.1\r\n\r\n",
    ):
        with Line(front[0]) as line:
            line.send(data)
            assert refused(line) == (400, "bad-request")


def test_headers_and_addresses_have_an_end(front: tuple[int, Bridge]) -> None:
    with Line(front[0]) as line:
        line.send(get("/", *(f"X-{n}: {'x' * 5_000}" for n in range(30)))[:-2])
        assert refused(line) == (431, "headers-too-long")
    with Line(front[0]) as line:
        line.send(get("/", *(f"X-{n}: {'x' * 5_000}" for n in range(14))))
        assert refused(line) == (431, "headers-too-long")
    with Line(front[0]) as line:
        line.send(get("/sparql?query=" + "x" * 150_000))
        assert refused(line) == (414, "uri-too-long")


def test_hazard_36_slow_headers_and_silence(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEADER_TIMEOUT", 0.2)
    with served(app) as (port, _), Line(port) as silent, Line(port) as slow:
        slow.send(b"GET / HTTP/1.1\r\nHost: x\r\n")
        assert refused(slow) == (408, "request-timeout")
        assert silent.closed()
        with Line(port) as quick:
            quick.send(get("/health"))
            assert quick.answer()[0] == 200
            quick.send(b"GET /hea")  # the second one is late, too
            assert refused(quick) == (408, "request-timeout")


def test_hazard_95_slow_bodies_hold_no_thread(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridging, "BODY_TIMEOUT", 1.0)
    post = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nASK"
    with served(app) as (port, _), contextlib.ExitStack() as stack:
        slow = [stack.enter_context(Line(port)) for _ in range(6)]  # of two threads
        for line in slow:
            line.send(post)
        with Line(port) as quick:
            quick.send(get("/about"))
            assert quick.answer()[0] == 200
        assert [refused(line) for line in slow] == [(408, "request-timeout")] * 6


def test_hazard_91_a_crowd_waits_without_threads(
    front: tuple[int, Bridge], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, calls = app.extensions["reformgraph"], []
    run = service.pool.run

    def slow(*arguments: Any, **named: Any) -> Any:
        calls.append(1)
        time.sleep(0.3)
        return run(*arguments, **named)

    monkeypatch.setattr(service.pool, "run", slow)
    # One may wait in a thread, and there are two threads for twelve who ask.
    monkeypatch.setattr(service.results.flight, "_most", 1)
    crowd = asking("SELECT (COUNT(*) AS ?n) { ?s ?p ?o } # crowd")
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(Line(front[0])) for _ in range(12)]
        for line in lines:
            line.send(crowd)
        assert {line.answer()[0] for line in lines} == {200}
        assert len(calls) == 1
        posted = (
            b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: 26\r\n\r\nSELECT ?s { ?s ?p 'crowd'}"
        )
        for line in lines[:5]:
            line.send(posted)
        assert {line.answer()[0] for line in lines[:5]} == {200}
    counted = service.figures.snapshot()["values"]["requests_total"]
    assert not any('status="503"' in labels for labels in counted)


def test_hazard_91_a_page_is_made_once_for_a_crowd(
    front: tuple[int, Bridge], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, calls = app.extensions["reformgraph"], []
    keep = service.keep

    def slow(key: Any, make: Any) -> bytes:
        calls.append(key)
        time.sleep(0.3)
        return cast(bytes, keep(key, make))

    monkeypatch.setattr(service, "keep", slow)
    monkeypatch.setattr(service.making, "_most", 1)
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(Line(front[0])) for _ in range(12)]
        for line in lines:
            line.send(get("/questions/problems.csv"))
        answers = {(status, body) for status, _, body in (line.answer() for line in lines)}
        assert len(answers) == 1 and next(iter(answers))[0] == 200
        assert len(calls) == 1

        def fails(key: Any, make: Any) -> bytes:
            time.sleep(0.3)
            raise UsageError("no such thing")

        monkeypatch.setattr(service, "keep", fails)
        for line in lines:
            line.send(get("/questions/problems.json"))
        assert {line.answer()[0] for line in lines} == {400}  # and none of them is told to wait
    counted = service.figures.snapshot()["values"]["requests_total"]
    assert not any('status="503"' in labels for labels in counted)


def test_hazard_24_who_reads_nothing_loses_the_connection(
    front: tuple[int, Bridge], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    size, closed = 30_000_000, threading.Event()

    class Large(io.BytesIO):
        def close(self) -> None:
            closed.set()

    def large(environ: dict[str, Any], start: Any) -> Any:
        start("200 OK", [("Content-Length", str(size))])
        return FileWrapper(Large(bytes(size)))

    monkeypatch.setattr(app.extensions["reformgraph.fast"], "inner", large)
    with Line(front[0]) as line:
        line.send(get("/large"))
        assert line.answer()[2] == bytes(size)  # whoever reads gets all, piece by piece
    assert closed.wait(10)
    closed.clear()
    monkeypatch.setattr(protocol, "STALL", 0.2)
    with Line(front[0]) as line:
        line.send(get("/large"))
        assert closed.wait(10)
        with pytest.raises((AssertionError, OSError)):
            line.answer()


def test_idle_connections_are_closed(app: Flask) -> None:
    with served(app, timeout_keep_alive=1) as (port, _), Line(port) as line:
        for _ in range(SAMPLES + 2):
            line.send(asking("ASK { <a:a> <a:b> 2 }"))
            assert line.answer()[0] == 200
        assert line.closed()


def test_a_header_with_an_underscore_is_nobodys(
    front: tuple[int, Bridge], app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, Any]] = []
    fast = app.extensions["reformgraph.fast"]
    inner = fast.inner

    def spy(environ: dict[str, Any], start: Any) -> Any:
        seen.append(environ)
        return inner(environ, start)

    monkeypatch.setattr(fast, "inner", spy)
    with Line(front[0]) as line:
        line.send(get("/health", "X_Forwarded_For: 1", "X-One: a", "X-One: b", "Cookie: a=1"))
        assert line.answer()[0] == 200
    assert "HTTP_X_FORWARDED_FOR" not in seen[0]
    assert (seen[0]["HTTP_X_ONE"], seen[0]["REMOTE_ADDR"]) == ("a,b", "127.0.0.1")


def test_many_may_teach_a_shape_at_once() -> None:
    shape = Shape()
    headers = [("Content-Type", "x/y"), ("Content-Length", "2"), ("ETag", '"t"')]
    for _ in range(SAMPLES + 3):
        shape.learn("200 OK", headers, b"ab", (b"ab", "t"))
    assert shape.trusted
    assert shape.head(3, "u") == (
        b'HTTP/1.1 200 OK\r\nContent-Type: x/y\r\nContent-Length: 3\r\nETag: "u"\r\n'
    )
    other = Shape()
    for _ in range(SAMPLES):
        other.learn("200 OK", headers, b"ab", (b"ba", "t"))
    assert not other.trusted


def test_workers_that_die_at_once_end_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []

    class Dead:
        pid, exitcode = 1, 1

        def __init__(self, *_: object) -> None:
            started.append(self)
            self.process = SimpleNamespace(is_alive=lambda: False)

        def start(self) -> None: ...

        kill = join = start

    monkeypatch.setattr("uvicorn.supervisors.multiprocess.Process", Dead)
    monkeypatch.setattr("reformgraph.server.serve.Process", Dead)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    workers = Workers(uvicorn.Config("none:app", workers=2), [])
    workers.init_processes()
    for _ in range(CRASHES):
        workers.keep_subprocess_alive()
    assert workers.gave_up and workers.should_exit.is_set()
    assert len(started) == 2 + CRASHES - 1
