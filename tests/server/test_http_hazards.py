"""Hazards of group B as a client on the wire meets them: a really running server, raw sockets."""

import http.client
import json
import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from tests_support import free_port, running

JSON = "application/sparql-results+json"
QUERY = "application/sparql-query"
BODY_LIMIT = 1_048_576


@pytest.fixture(scope="module")
def port(story_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "reformgraph", "serve", "--store", str(story_root)]
    more = ["--port", str(port), "--workers", "1", "--query-timeout", "20"]
    with running([*command, *more], port, tmp_path_factory.mktemp("server")):
        yield port
        # After all that, a tiny query is still answered.
        assert send(port, "GET", "/sparql?query=ASK%7B%7D")[0] == 200


def send(
    port: int, method: str, path: str, body: object = None, **headers: str
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        # A body that is refused unread may be cut off while it is being sent.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.request(method, path, body=body, headers=sent)  # type: ignore[arg-type]
        response = connection.getresponse()
        found = {name.lower(): value for name, value in response.getheaders()}
        return response.status, found, response.read()
    finally:
        connection.close()


def raw(port: int, data: bytes) -> bytes:
    """Send bytes as they are and return all that comes until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(data)
        found = b""
        try:
            while piece := connection.recv(65_536):
                found += piece
        except (TimeoutError, ConnectionResetError):
            pass
        return found


def post(port: int, body: object, **headers: str) -> tuple[int, dict[str, str], bytes]:
    return send(port, "POST", "/sparql", body, Content_Type=QUERY, **headers)


def problem(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    status, headers, body = answer
    assert headers["content-type"] == "application/problem+json"
    return status, str(json.loads(body)["type"].rpartition("/")[2])


def test_hazard_10_a_huge_body_is_refused_unread(port: int) -> None:
    head = (
        f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\n"
        "Content-Length: 104857600\r\nConnection: close\r\n\r\n"
    )
    begun = time.monotonic()
    answer = raw(port, head.encode() + b"#" * 1_000)
    assert answer.startswith(b"HTTP/1.1 413") and b"too-large" in answer
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "xml", "nt"])
def test_hazard_23_a_200_is_whole_and_has_its_length(port: int, form: str) -> None:
    what = "CONSTRUCT { ?s ?p ?o }" if form == "nt" else "SELECT *"
    query = quote(what + " WHERE { ?s ?p ?o }")
    status, headers, body = send(port, "GET", f"/sparql?query={query}&format={form}")
    assert status == 200 and len(body) > 500_000
    assert int(headers["content-length"]) == len(body)
    assert "transfer-encoding" not in headers


def test_hazard_23_a_failure_in_the_middle_is_no_200(port: int) -> None:
    # Rows come at once and without end: the limit is met long after the first byte.
    query = quote("SELECT * { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }")
    for form in ("csv", "tsv", "json", "xml"):
        answer = send(port, "GET", f"/sparql?query={query}&format={form}&timeout=0.5")
        assert problem(answer) in ((504, "query-timeout"), (503, "result-too-large"))


def test_hazard_24_slow_readers_and_those_who_leave_hold_nobody(port: int) -> None:
    # Over 1 MB each, and more readers than the server has threads.
    path = "/graph-store/childrens-plan?format=nt"
    with ExitStack() as stack:
        begun = []
        for _ in range(12):
            reader = socket.create_connection(("127.0.0.1", port), timeout=20)
            stack.callback(reader.close)
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            reader.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            begun.append(reader.recv(12))
        assert begun.count(b"HTTP/1.1 200") == 4
        assert begun.count(b"HTTP/1.1 503") == 8
        assert send(port, "GET", "/sparql?query=ASK%7B%7D")[0] == 200
        assert send(port, "GET", "/page/dcsf")[0] == 200
    deadline = time.monotonic() + 20
    while send(port, "GET", path)[0] != 200:
        assert time.monotonic() < deadline, "their places did not come back"
        time.sleep(0.05)


def test_hazard_27_long_addresses(port: int) -> None:
    assert send(port, "GET", f"/sparql?query={'%23' * 10_900}%0AASK%7B%7D")[0] == 200
    answer = send(port, "GET", f"/sparql?query={'%23' * 15_000}%0AASK%7B%7D")
    assert problem(answer) == (414, "uri-too-long")
    assert "send the query by POST" in json.loads(answer[2])["detail"]
    # Longer ones are not even taken apart.
    answer = send(port, "GET", f"/sparql?query={'%23' * 21_000}%0AASK%7B%7D")
    assert problem(answer) == (414, "uri-too-long")
    assert post(port, "#" * 200_000 + "\nASK {}")[0] == 200


def test_hazard_27_the_form_of_a_long_query_is_posted(port: int) -> None:
    for length, method in ((100, b"get"), (9_000, b"post")):
        query = "ASK {} " + "#" * length
        form = {"Content_Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        _, _, page = send(port, "POST", "/sparql", f"query={quote(query)}", **form)
        assert re.search(rb'<form class="ask"[^>]* method="' + method, page)


def test_hazard_28_body_limits(port: int) -> None:
    assert problem(post(port, "#" * (BODY_LIMIT + 1))) == (413, "too-large")
    form = {"Content_Type": "application/x-www-form-urlencoded"}
    whole = "query=ASK%7B%7D&x=" + "a" * 600_000
    assert send(port, "POST", "/sparql", whole, **form)[0] == 200
    over = "query=ASK%7B%7D&x=" + "a" * BODY_LIMIT
    assert problem(send(port, "POST", "/sparql", over, **form)) == (413, "too-large")


def test_hazard_29_chunked_bodies_are_read(port: int) -> None:
    status, _, body = post(port, iter([b"ASK ", b"{}"]), Accept=JSON)
    assert (status, json.loads(body)["boolean"]) == (200, True)


def test_hazard_29_no_length_at_all(port: int) -> None:
    answer = raw(
        port,
        f"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: {QUERY}\r\n"
        "Connection: close\r\n\r\n".encode(),
    )
    # Without a length and without chunks there is no body (RFC 9112 §6.3), so there is no query.
    assert answer.startswith((b"HTTP/1.1 400", b"HTTP/1.1 411"))


def test_hazard_30_only_utf_8(port: int) -> None:
    assert problem(post(port, b"ASK { ?s ?p '\xff\xfe' }")) == (400, "bad-encoding")
    assert problem(send(port, "GET", "/sparql?query=%ff")) == (400, "bad-encoding")
    kind = f"{QUERY}; charset=iso-8859-1"
    answer = send(port, "POST", "/sparql", "ASK {}", Content_Type=kind)
    assert problem(answer) == (400, "bad-encoding")


def test_hazard_31_queries_twice_or_none(port: int) -> None:
    ask = "query=ASK%7B%7D"
    for fields in (f"{ask}&{ask}", "query=", "x=y", f"{ask}&update=x"):
        assert problem(send(port, "GET", f"/sparql?{fields}")) == (400, "bad-parameter")
    answer = send(port, "POST", "/sparql", "ASK {}", Content_Type="text/plain")
    assert problem(answer) == (415, "media-type")


def test_hazard_32_a_header_of_5000_media_types(port: int) -> None:
    accept = ",".join(f"a/b{n}" for n in range(5_000))
    begun = time.monotonic()
    status, headers, _ = send(port, "GET", "/sparql?query=ASK%7B%7D", Accept=f"text/csv,{accept}")
    assert time.monotonic() - begun < 2
    assert status in (200, 431)
    assert status != 200 or headers["content-type"].startswith("text/csv")


@pytest.mark.parametrize(
    "path",
    [
        "/sparql?query=ASK%7B%7D&format=csv%0d%0aSet-Cookie:%20x=y",
        "/graph-store?graph=http://x/%0d%0aSet-Cookie:%20x=y",
        "/page/x%0d%0aSet-Cookie:%20x=y",
        "/lineage/dcsf?depth=1%0d%0aSet-Cookie:%20x=y",
    ],
)
def test_hazard_33_header_injection(port: int, path: str) -> None:
    status, headers, _ = send(port, "GET", path, Accept="application/json")
    assert status in (400, 404)
    assert "set-cookie" not in headers and "Set-Cookie" not in str(headers)


@pytest.mark.parametrize(
    "path", ["/?next=//evil.example/", "//evil.example/", "/id//evil.example", "/\\evil.example"]
)
def test_hazard_34_no_open_redirect(port: int, path: str) -> None:
    status, headers, _ = send(
        port, "GET", path, Host="evil.example", X_Forwarded_Host="evil.example"
    )
    assert status < 500
    assert "evil" not in headers.get("location", "")


@pytest.mark.parametrize(
    "path",
    ["/static/..%2f..%2fetc%2fpasswd", "/page/%00", "/page/%ff", "/page/" + "x" * 9_000,
     "/page/a%0ab", "/graph-store/..%2f..%2fetc", "/../../etc/passwd"],
)  # fmt: skip
def test_hazard_35_paths(port: int, path: str) -> None:
    status, _, body = send(port, "GET", path)
    assert status == 404 and b"root:" not in body


def test_hazards_36_and_95_half_sent_and_idle_connections(port: int) -> None:
    with ExitStack() as stack:
        for number in range(400):
            idle = socket.create_connection(("127.0.0.1", port))
            stack.callback(idle.close)
            if number % 2:
                idle.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        begun = time.monotonic()
        for _ in range(20):
            assert send(port, "GET", "/sparql?query=ASK%7B%7D")[0] == 200
        assert time.monotonic() - begun < 5


def test_hazard_36_headers_have_ten_seconds(port: int) -> None:
    begun = time.monotonic()
    answer = raw(port, b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    assert time.monotonic() - begun < 15
    assert not answer.startswith(b"HTTP/1.1 2")


def test_hazard_37_methods(port: int) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        assert problem(send(port, method, "/sparql", "x")) == (405, "method")
    status, headers, body = send(
        port, "OPTIONS", "/sparql", Origin="https://x.example", Access_Control_Request_Method="POST"
    )
    assert (status, body) == (204, b"") and headers["access-control-allow-origin"] == "*"
    for method in ("TRACE", "BREW"):
        assert send(port, method, "/sparql")[0] in (400, 405, 501)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:99999", "a b", "", "[::1"])
def test_hazard_38_the_host_header_is_no_address(port: int, host: str) -> None:
    answer = raw(
        port,
        f"GET /id/dcsf HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Proto: https\r\n"
        "Connection: close\r\n\r\n".encode(),
    )
    assert answer.startswith((b"HTTP/1.1 303", b"HTTP/1.1 400"))
    assert b"evil" not in answer


@pytest.mark.parametrize(
    ("status", "query"),
    [
        (400, "SELECT * { ?s ?p ?o } LIMIT 99999999999999999999"),
        (400, "SELECT * { ?s ?p ?o } LIMIT -1"),
        (400, "SELECT * { ?s ?p ?o } OFFSET 99999999999999999999"),
        (200, "SELECT * { ?s ?p ?o } OFFSET 99999999"),
        (200, "SELECT * { ?s ?p ?o } LIMIT 0"),
        (200, "SELECT (9999999999999999999999 * 99999999999999999999999 AS ?x) {}"),
        (200, "SELECT (SUBSTR('a', -9223372036854775808, 9223372036854775807) AS ?x) {}"),
        (200, "SELECT (REGEX('a', 'a{1,1000000}') AS ?x) {}"),
    ],
)
def test_hazard_92_absurd_numbers(port: int, status: int, query: str) -> None:
    assert send(port, "GET", f"/sparql?query={quote(query)}")[0] == status


def test_hazard_93_graphs_without_end(port: int) -> None:
    body = "query=ASK%7B%7D" + "&default-graph-uri=http://x/" * 10_000
    form = "application/x-www-form-urlencoded"
    assert send(port, "POST", "/sparql", body, Content_Type=form)[0] == 400
    for iri in ("relative", "http://a%20b/", "", "//x"):
        answer = send(port, "GET", f"/sparql?query=ASK%7B%7D&named-graph-uri={iri}")
        assert problem(answer) == (400, "bad-parameter")


def test_hazard_94_ranges_and_lists_of_tags(port: int) -> None:
    path = "/sparql?query=" + quote("SELECT * { ?s ?p ?o } LIMIT 100")
    status, headers, whole = send(port, "GET", path)
    assert status == 200
    status, _, body = send(port, "GET", path, Range="bytes=0-3")
    assert (status, len(body)) == (200, len(whole))
    tags = ", ".join(f'W/"{n}"' for n in range(500))
    assert send(port, "GET", path, If_None_Match=tags)[0] == 200
    assert send(port, "GET", path, If_None_Match=f"{tags}, {headers['etag']}")[0] == 304
    assert send(port, "GET", path, If_None_Match="*")[0] == 304


def test_hazard_95_a_chunked_body_without_end(port: int) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(1_000):
            yield b"#" * 65_536

    try:
        status, _, body = post(port, endless())
    except (BrokenPipeError, ConnectionResetError):
        return  # refused before it was all sent
    assert status == 413, body


def test_hazard_95_huge_headers(port: int) -> None:
    answer = raw(port, b"GET / HTTP/1.1\r\nHost: x\r\nX-Big: " + b"a" * 2_000_000 + b"\r\n\r\n")
    assert not answer.startswith(b"HTTP/1.1 2")
    assert send(port, "GET", "/health")[0] == 200


def test_hazard_96_nothing_is_sniffed(port: int) -> None:
    for path in ("/sparql?query=ASK%7B%7D&format=csv", "/sparql?query=x", "/graph-store/ontology"):
        _, headers, _ = send(port, "GET", path, Content_Type="text/html")
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "html" not in headers["content-type"]
