"""Hazard 99: every way in which a remote endpoint fails, played by a local server."""

import gc
import json
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
from pyoxigraph import Literal

from reformgraph.errors import (
    RemoteDenied,
    RemoteError,
    RemoteTimeout,
    RemoteUnreachable,
    RemoteWrong,
    ResultTooLarge,
)
from reformgraph.store import generations
from reformgraph.store.remote.endpoint import RemoteStore
from reformgraph.store.remote.load import Target, load
from reformgraph.store.remote.wire import Access, Wire

JSON = "application/sparql-results+json"
ROWS = json.dumps(
    {
        "head": {"vars": ["n"]},
        "results": {"bindings": [{"n": {"type": "literal", "value": "one"}}]},
    }
).encode()
QUERY = "SELECT ?n { ?s ?p ?n }"

Play = Callable[[BaseHTTPRequestHandler, int], None]


def answer(
    handler: BaseHTTPRequestHandler,
    status: int = 200,
    body: bytes = ROWS,
    kind: str = JSON,
    **headers: str,
) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


class Stage:
    """A server that plays one fault; counts the requests and keeps their headers and bodies."""

    def __init__(self, play: Play, context: ssl.SSLContext | None = None) -> None:
        self.headers: list[dict[str, str]] = []
        self.bodies: list[bytes] = []
        stage = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                stage.headers.append(dict(self.headers))
                stage.bodies.append(self.rfile.read(int(self.headers["Content-Length"] or 0)))
                play(self, len(stage.headers))

            do_PUT = do_DELETE = do_POST  # noqa: N815  the names of http.server

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.server.daemon_threads = True
        scheme = "http"
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            scheme = "https"
        self.address = f"{scheme}://localhost:{self.server.server_port}/sparql"


@contextmanager
def staged(play: Play, context: ssl.SSLContext | None = None) -> Iterator[Stage]:
    stage = Stage(play, context)
    thread = threading.Thread(target=stage.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stage
    finally:
        stage.server.shutdown()
        thread.join()
        stage.server.server_close()


@pytest.fixture
def generation(root: Path) -> generations.Generation:
    return generations.choose(root)[0]


def store_at(
    address: str, generation: generations.Generation, limit: int = 1_000_000, **more: object
) -> RemoteStore:
    access = Access(address, **{"timeout": 5.0, **more})  # type: ignore[arg-type]
    return RemoteStore(Wire(access), generation, limit=limit)


def test_hazard_99_refuses(generation: generations.Generation) -> None:
    with socket.socket() as bound:  # bound, so that nobody else listens there
        bound.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{bound.getsockname()[1]}/sparql"
        store = store_at(address, generation)
        with pytest.raises(RemoteUnreachable, match="takes no connection") as caught:
            store.select(QUERY)
    assert caught.value.status == 502
    assert "127.0.0.1" not in caught.value.detail  # strangers learn no address
    assert "takes no connection" in store.degraded


def test_hazard_99_no_such_name(generation: generations.Generation) -> None:
    with pytest.raises(RemoteUnreachable):
        store_at("http://nowhere.invalid/sparql", generation).select(QUERY)


def test_hazard_99_hangs_and_is_not_asked_twice(generation: generations.Generation) -> None:
    done = threading.Event()
    with staged(lambda handler, _: (done.wait(20), None)[1]) as stage:
        with pytest.raises(RemoteTimeout) as caught:
            store_at(stage.address, generation, timeout=0.3).select(QUERY)
        done.set()
    assert caught.value.status == 504
    assert len(stage.headers) == 1  # the engine may still be at it


def test_hazard_99_drips(generation: generations.Generation) -> None:
    done = threading.Event()

    def drip(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", JSON)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        for _n in range(2_000):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            if done.wait(0.01):
                return

    with staged(drip) as stage:
        with pytest.raises(RemoteTimeout):
            store_at(stage.address, generation, timeout=0.3).select(QUERY)
        done.set()


def test_hazard_99_html_with_200(generation: generations.Generation) -> None:
    page = b"<!doctype html><title>Welcome</title>"
    with (
        staged(lambda handler, _: answer(handler, 200, page, "text/html")) as stage,
        pytest.raises(RemoteWrong, match="web page") as caught,
    ):
        store_at(stage.address, generation).select(QUERY)
    assert caught.value.status == 502
    assert len(stage.headers) == 1


def _broken_off(handler: BaseHTTPRequestHandler, _: int) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", JSON)
    handler.send_header("Content-Length", str(len(ROWS)))
    handler.end_headers()
    handler.wfile.write(ROWS[:-10])
    handler.close_connection = True


@pytest.mark.parametrize(
    "play",
    [
        _broken_off,
        lambda handler, _: answer(handler, body=ROWS[:-10]),
        lambda handler, _: answer(handler, body=b""),
        lambda handler, _: answer(handler, body=ROWS, kind="text/plain"),
        lambda handler, _: answer(handler, body=b"\xff\xfe"),
    ],
    ids=["connection", "length", "empty", "type", "bytes"],
)
def test_hazard_99_half_a_result_is_never_given(
    generation: generations.Generation, play: Play
) -> None:
    with staged(play) as stage, pytest.raises(RemoteWrong) as caught:
        store_at(stage.address, generation, retries=1).select(QUERY)
    assert caught.value.status == 502
    assert len(stage.headers) == 2  # a read may be tried again


def test_hazard_99_half_then_whole(generation: generations.Generation) -> None:
    def play(handler: BaseHTTPRequestHandler, number: int) -> None:
        _broken_off(handler, number) if number == 1 else answer(handler)

    with staged(play) as stage:
        assert list(store_at(stage.address, generation).select(QUERY)) == [(Literal("one"),)]


def test_hazard_99_500_then_fine(generation: generations.Generation) -> None:
    def play(handler: BaseHTTPRequestHandler, number: int) -> None:
        answer(handler) if number > 2 else answer(handler, 500, b"oh")

    with staged(play) as stage:
        store = store_at(stage.address, generation)
        assert list(store.select(QUERY)) == [(Literal("one"),)]
        assert len(stage.headers) == 3
        assert store.degraded == ""


@pytest.mark.parametrize(("status", "tries"), [(500, 3), (503, 3), (404, 1), (501, 1)])
def test_hazard_99_fails_for_good(
    generation: generations.Generation, status: int, tries: int
) -> None:
    with (
        staged(lambda handler, _: answer(handler, status, b"secret stack trace")) as stage,
        pytest.raises(RemoteError, match=str(status)) as caught,
    ):
        store_at(stage.address, generation).select(QUERY)
    assert caught.value.status == 502
    assert "secret" not in caught.value.detail
    assert len(stage.headers) == tries


@pytest.mark.parametrize("status", [401, 403, 407])
def test_hazard_99_bad_credentials(generation: generations.Generation, status: int) -> None:
    with (
        staged(lambda handler, _: answer(handler, status, b"")) as stage,
        pytest.raises(RemoteDenied, match="credentials") as caught,
    ):
        store_at(stage.address, generation, user="ada", password="opensesame").select(QUERY)
    assert caught.value.status == 502
    assert "opensesame" not in caught.value.detail
    assert len(stage.headers) == 1


def test_credentials_are_sent_and_never_follow_a_redirect(
    generation: generations.Generation, caplog: pytest.LogCaptureFixture
) -> None:
    with staged(lambda handler, _: answer(handler)) as thief:

        def play(handler: BaseHTTPRequestHandler, _: int) -> None:
            answer(handler, 307, b"", Location=thief.address)

        with staged(play) as stage, pytest.raises(RemoteWrong, match="elsewhere"):
            store_at(
                stage.address, generation, user="ada", password="opensesame", header="X-Token: t0p"
            ).select(QUERY)
        assert thief.headers == []
    sent = {name.lower(): value for name, value in stage.headers[0].items()}
    assert sent["authorization"] == "Basic YWRhOm9wZW5zZXNhbWU="
    assert sent["x-token"] == "t0p"
    access = Access(stage.address, user="ada", password="opensesame", header="X-Token: t0p")
    for text in (repr(access), caplog.text):
        assert "opensesame" not in text
        assert "t0p" not in text


def test_a_bearer_token_takes_the_place_of_basic(generation: generations.Generation) -> None:
    with staged(lambda handler, _: answer(handler)) as stage:
        store_at(stage.address, generation, header="Authorization: Bearer t0p").select(QUERY)
    assert stage.headers[0]["Authorization"] == "Bearer t0p"


def test_hazard_99_tls_error(generation: generations.Generation, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with staged(lambda handler, _: answer(handler), context) as stage:
        with pytest.raises(RemoteUnreachable, match="secure connection") as caught:
            store_at(stage.address, generation).select(QUERY)
        assert "certificate verify failed" in caught.value.detail
        assert stage.headers == []
        # The operator's own authority makes it good.
        trusted = tmp_path / "ca.pem"
        authority.cert_pem.write_to_path(str(trusted))
        assert list(store_at(stage.address, generation, ca=str(trusted)).select(QUERY))


def test_booleans_are_words_whatever_the_engine_writes(generation: generations.Generation) -> None:
    """Virtuoso writes 1 and 0, which XML Schema allows; pages look for the words."""
    kind = "http://www.w3.org/2001/XMLSchema#boolean"
    rows = {"head": {"vars": ["n"]}, "results": {"bindings": []}}
    rows["results"]["bindings"] = [  # type: ignore[call-overload]
        {"n": {"type": "literal", "value": value, "datatype": kind}} for value in ("1", "0", "true")
    ]
    with staged(lambda handler, _: answer(handler, body=json.dumps(rows).encode())) as stage:
        found = [str(row[0]) for row in store_at(stage.address, generation).select(QUERY)]
    assert [each.partition("^")[0] for each in found] == ['"true"', '"false"', '"true"']


def test_an_engine_is_known_by_the_name_it_gives(generation: generations.Generation) -> None:
    yes = b'{"head": {}, "boolean": true}'
    with staged(lambda handler, _: answer(handler, body=yes)) as stage:
        store = store_at(stage.address, generation)
        assert store.engine == "BaseHTTP"  # nothing was asked before, and it is asked once
        assert store.engine == "BaseHTTP" and len(stage.headers) == 1


def test_an_answer_without_end_is_stopped(generation: generations.Generation) -> None:
    with (
        staged(lambda handler, _: answer(handler, body=b" " * 300_000)) as stage,
        pytest.raises(ResultTooLarge),
    ):
        store_at(stage.address, generation, limit=200_000).select(QUERY)
    assert len(stage.headers) == 1


def test_a_part_that_virtuoso_calls_an_answer(generation: generations.Generation) -> None:
    with (
        staged(lambda handler, _: answer(handler, X_SQL_State="S1TAT")) as stage,
        pytest.raises(RemoteTimeout, match="part"),
    ):
        store_at(stage.address, generation).select(QUERY)


def test_rows_cut_by_the_engine_are_no_answer(generation: generations.Generation) -> None:
    with (
        staged(lambda handler, _: answer(handler, X_SPARQL_MaxRows="1")) as stage,
        pytest.raises(RemoteWrong, match="1 rows"),
    ):
        store_at(stage.address, generation).select(QUERY)
    assert len(stage.headers) == 1


def test_changes_are_never_sent_twice(root: Path, generation: generations.Generation) -> None:
    with staged(lambda handler, _: answer(handler, 500, b"")) as stage:
        target = Target(Wire(Access(stage.address)), "graphs")
        with pytest.raises(RemoteError, match="500"):
            load(generation, target)
    assert len(stage.headers) == 1


@pytest.mark.parametrize("by", ["graphs", "update"])
def test_a_load_that_breaks_leaves_no_mark(generation: generations.Generation, by: str) -> None:
    def play(handler: BaseHTTPRequestHandler, number: int) -> None:
        answer(handler, 204 if number < 3 else 500, b"")

    with staged(play) as stage, pytest.raises(RemoteError):
        load(generation, Target(Wire(Access(stage.address)), by))
    assert not any(generation.id.encode() in body for body in stage.bodies)


@pytest.mark.parametrize("by", ["graphs", "update"])
def test_the_error_of_a_load_may_go_in_any_thread(
    generation: generations.Generation, by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error keeps its frames; what reads the store may only go in the thread that made it."""
    lost: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda found: lost.append(found.exc_value))
    kept: list[BaseException] = []
    with staged(lambda handler, number: answer(handler, 204 if number < 3 else 500, b"")) as stage:
        try:
            load(generation, Target(Wire(Access(stage.address)), by))
        except RemoteError as error:
            kept.append(error)
    assert kept
    other = threading.Thread(target=lambda: (kept.clear(), gc.collect()))
    other.start()
    other.join()
    assert lost == []


def test_the_graph_of_another_generation_is_told(generation: generations.Generation) -> None:
    rows = ROWS.replace(b'"n"', b'"id"').replace(b"one", b"7-0123456789ab")
    with staged(lambda handler, _: answer(handler, body=rows)) as stage:
        store = store_at(stage.address, generation)
        with pytest.raises(RemoteWrong, match="7-0123456789ab, not " + generation.id):
            store.check()
        assert "7-0123456789ab" in store.degraded
