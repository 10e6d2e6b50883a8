"""SERVICE: off, or to a list of endpoints; what must never be asked (hazards 13 and 14)."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from reformgraph.errors import (
    BadEncoding,
    ConfigError,
    FederationFailed,
    FederationRefused,
    FederationTimeout,
    QuerySyntaxError,
    QueryTooComplex,
)
from reformgraph.ontology.terms import PREFIXES
from reformgraph.store import QueryPool
from reformgraph.store.remote import federation as module
from reformgraph.store.remote.federation import Endpoints, Federated
from reformgraph.store.remote.outside import Failed, call

JSON = "application/sparql-results+json"
PLAN = "https://w3id.org/reformgraph/id/plan"
RG = "PREFIX rg: <https://w3id.org/reformgraph/ontology#>\n"


def results(names: list[str], *rows: dict[str, object]) -> bytes:
    return json.dumps({"head": {"vars": names}, "results": {"bindings": rows}}).encode()


def literal(text: str, **more: str) -> dict[str, str]:
    return {"type": "literal", "value": text, **more}


ANSWER = results(
    ["item", "note"],
    {"item": {"type": "uri", "value": PLAN}, "note": literal('a "note"\nof two lines')},
    {"item": {"type": "uri", "value": "http://x.example/other"}, "note": literal("x")},
    {"item": {"type": "bnode", "value": "b0"}},
)


class Elsewhere:
    """Another endpoint: what it was asked, and how it shall answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.body, self.status, self.headers = ANSWER, 200, {"Content-Type": JSON}
        self.pause = 0.0
        elsewhere = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                elsewhere.asked.append(parse_qs(text)["query"][0])
                self.send_response(elsewhere.status)
                for name, value in elsewhere.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                for piece in (elsewhere.body[:10], elsewhere.body[10:]):
                    self.wfile.write(piece)
                    self.wfile.flush()
                    time.sleep(elsewhere.pause)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/sparql"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def inner(built: Path) -> Iterator[QueryPool]:
    with QueryPool(built, timeout=5.0) as pool:
        yield pool


@pytest.fixture
def pool(inner: QueryPool, elsewhere: Elsewhere) -> Federated:
    endpoints = Endpoints.read(elsewhere.address)
    return Federated(inner, endpoints, timeout=0.8, size=10_000)


def rows(pool: Federated | QueryPool, query: str, **more: object) -> list[str]:
    with pool.run(query, "text/csv", **more) as answer:  # type: ignore[arg-type]
        return answer.file.read().decode().split("\r\n")[1:-1]


def test_a_clause_is_answered_and_joined(pool: Federated, elsewhere: Elsewhere) -> None:
    query = f"{RG}SELECT ?slug ?note {{ ?item rg:slug ?slug SERVICE <{elsewhere.address}> {{ ?item rg:note ?note }} }}"
    assert rows(pool, query) == ['plan,"a ""note""\nof two lines"']
    # Its prologue goes along, its group word for word, and nothing else of the query.
    assert elsewhere.asked == [f"{RG}\nSELECT * WHERE {{ ?item rg:note ?note }}"]


@pytest.mark.parametrize(
    ("clause", "found"),
    [
        ("OPTIONAL {{ SERVICE <{0}> {{ ?item ?p ?note }} }}", 2),
        ("MINUS {{ SERVICE <{0}> {{ ?item ?p ?note }} }}", 1),
        ("FILTER EXISTS {{ SERVICE <{0}> {{ ?item ?p ?note }} }}", 1),
        ("SERVICE SILENT #c\n <{0}> # {{ <x:y>\n {{ ?item ?p ?note FILTER(?note != '}}') }}", 1),
        ("{{ SERVICE <{0}> {{ ?item ?p ?note }} }} UNION {{ }}", 3),
    ],
)
def test_it_may_stand_wherever_a_group_may(
    pool: Federated, elsewhere: Elsewhere, clause: str, found: int
) -> None:
    slugs = "VALUES ?slug { 'plan' 'every-child-matters' }"
    query = f"{RG}SELECT ?slug {{ ?item rg:slug ?slug {slugs} {clause.format(elsewhere.address)} }}"
    assert len(rows(pool, query)) == found
    assert len(elsewhere.asked) == 1


def test_two_clauses_base_and_common_prefixes(pool: Federated, elsewhere: Elsewhere) -> None:
    one = f"SERVICE <{elsewhere.address}> {{ ?item rg:note ?note }}"
    two = f"SERVICE <{elsewhere.address}> {{ ?item <here> ?note }}"
    query = f"SELECT DISTINCT ?item {{ {one} {two} ?item rg:slug ?slug }}"
    assert rows(pool, query, base="http://b.example/", common=PREFIXES) == [PLAN]
    first, second = elsewhere.asked
    assert first.startswith("BASE <http://b.example/>\nPREFIX rg: <") and "<here>" in second


def test_a_blank_node_becomes_a_name(pool: Federated, elsewhere: Elsewhere) -> None:
    query = f"SELECT ?item {{ SERVICE <{elsewhere.address}> {{ ?item ?p ?note }} FILTER(!BOUND(?note)) }}"
    assert rows(pool, query) == ["urn:reformgraph:genid:0:b0"]


def test_hazard_13_service_is_off_unless_endpoints_are_named(
    inner: QueryPool, elsewhere: Elsewhere
) -> None:
    query = f"SELECT * {{ SERVICE <{elsewhere.address}> {{ ?s ?p ?o }} }}"
    with pytest.raises(FederationRefused, match="calls no other one"):
        inner.run(query)
    assert not elsewhere.asked


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE ?x {{ ?s ?p ?o }}",
        "VALUES ?x {{ <{0}> }} SERVICE ?x {{ ?s ?p ?o }}",
        "SERVICE l: {{ ?s ?p ?o }}",
        "SERVICEl:{{ ?s ?p ?o }}",
        "SERVICE <sparql> {{ ?s ?p ?o }}",
        "SERVICE <{0}> {{ SERVICE <{0}> {{ ?s ?p ?o }} }}",
        "SERVICE <{0}> {{ {{ SERVICE <http://127.0.0.1:{1}/x> {{ ?s ?p ?o }} }} }}",
        "SERVICE <{0}#> {{ ?s ?p ?o }}",
        "SERVICE <{0}/> {{ ?s ?p ?o }}",
        "SERVICE <{0}?x=1> {{ ?s ?p ?o }}",
        "SERVICE <http://127.0.0.1:{1}/> {{ ?s ?p ?o }}",
        "SERVICE <http://127.0.0.1:{1}/sparql/../admin> {{ ?s ?p ?o }}",
        "SERVICE <http://localhost:{1}/sparql> {{ ?s ?p ?o }}",
        "SERVICE <http://[::1]:{1}/sparql> {{ ?s ?p ?o }}",
        "SERVICE <http://0x7f000001:{1}/sparql> {{ ?s ?p ?o }}",
        "SERVICE <http://127.1:{1}/sparql> {{ ?s ?p ?o }}",
        "SERVICE <http://127.0.0.1:{1}@169.254.169.254/sparql> {{ ?s ?p ?o }}",
        "SERVICE <http://a@127.0.0.1:{1}/sparql> {{ ?s ?p ?o }}",
        "SERVICE <HTTP://127.0.0.1:{1}/sparql> {{ ?s ?p ?o }}",
        "SERVICE <http://127.0.0.1:{1}/sp\\u0061rql> {{ ?s ?p ?o }}",
        "SERVICE <file:///etc/passwd> {{ ?s ?p ?o }}",
        "SERVICE SILENT <http://169.254.169.254/latest/meta-data/> {{ ?s ?p ?o }}",
        "?s ?p ?o FILTER(?s<?o)SERVICE#>\n<{0}>{{?s ?p ?o}}",
        "SERVICE <{0}> {{}}" * 5,
    ],
)
def test_hazard_14_only_a_literal_address_of_the_list_is_called(
    pool: Federated, elsewhere: Elsewhere, clause: str
) -> None:
    base = elsewhere.address.removesuffix("sparql")
    written = clause.format(elsewhere.address, elsewhere.server.server_port)
    with pytest.raises(FederationRefused):
        pool.run(f"PREFIX l: <{elsewhere.address}> SELECT * {{ {written} }}", base=base)
    assert not elsewhere.asked


def test_hazard_14_no_redirect_is_followed(pool: Federated, elsewhere: Elsewhere) -> None:
    inside = Elsewhere()
    query = f"SELECT * {{ SERVICE <{elsewhere.address}> {{ ?s ?p ?o }} }}"
    for status in (301, 302, 303, 307, 308):
        elsewhere.status = status
        elsewhere.headers = {"Location": inside.address, "Content-Length": "0"}
        elsewhere.body = b""
        with pytest.raises(FederationFailed, match=f"sends elsewhere .{status}."):
            pool.run(query)
    inside.server.shutdown()
    inside.server.server_close()
    assert not inside.asked


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
     "2002:a00:1::", "fe80::1%eth0", "0.0.0.0", "224.0.0.1", "100.64.0.1"],
)  # fmt: skip
def test_hazard_14_a_name_may_not_lead_to_a_private_address(address: str) -> None:
    asked = {"address": "https://data.example/sparql", "query": "ASK {}", "names": []}
    for addresses in ([address], ["203.0.114.1", address]):
        with pytest.raises(Failed, match="not public"):
            call(asked, time.monotonic() + 1, 1000, (), resolver=lambda *_, a=addresses: a)


def test_a_private_address_that_is_named_may_be_asked(elsewhere: Elsewhere) -> None:
    endpoints = Endpoints.read(f"https://data.example/sparql, 10.0.0.5 {elsewhere.address}")
    assert endpoints.private == {"10.0.0.5", "127.0.0.1"}
    asked = {"address": elsewhere.address, "query": "ASK {}", "names": ["item", "note"]}
    assert "VALUES (?item ?note)" in call(
        asked, time.monotonic() + 1, 10_000, endpoints.private, resolver=lambda *_: ["127.0.0.1"]
    )


def test_https_checks_the_certificate(elsewhere: Elsewhere) -> None:
    asked = {"address": elsewhere.address.replace("http:", "https:"), "query": "x", "names": []}
    with pytest.raises(Failed, match="no whole connection"):
        call(asked, time.monotonic() + 1, 10_000, {"127.0.0.1"})
    assert not elsewhere.asked


@pytest.mark.parametrize("pause", [3.0, 0.3])
def test_hazard_14_calls_have_a_time_limit_of_their_own(
    pool: Federated, elsewhere: Elsewhere, pause: float
) -> None:
    elsewhere.pause = pause
    started = time.monotonic()
    query = f"SELECT * {{ SERVICE <{elsewhere.address}> {{ ?item ?p ?note }} }}"
    if pause > 1:
        with pytest.raises(FederationTimeout, match="in time"):
            pool.run(query)
    else:
        # The sum counts, not each call.
        with pytest.raises(FederationTimeout):
            pool.run(query.replace("} }", f"}} SERVICE <{elsewhere.address}> {{ ?item ?p ?x }} }}"))
    assert time.monotonic() - started < 5.0
    assert rows(pool, "SELECT (1 AS ?x) {}") == ["1"]


GOOD = {"Content-Type": JSON}


@pytest.mark.parametrize(
    ("status", "headers", "body", "said"),
    [
        (500, GOOD, b"", "answered 500"),
        (200, {"Content-Type": "text/html"}, b"<html>", "text/html"),
        (200, {}, b"{}", "something"),
        (200, GOOD, ANSWER[:40], "cannot be read"),
        (200, GOOD, b'{"head":{},"boolean":true}', "no solutions"),
        (200, GOOD, results(["item"], {"item": literal("x" * 20_000)}), "over 10000 bytes"),
        (200, GOOD | {"Content-Encoding": "gzip"}, ANSWER, "compressed"),
        (200, GOOD, results(["other"]), "cannot be read"),
        (200, GOOD, results(["item) { } } SERVICE <x:y> {"]), "cannot be read"),
        (200, GOOD, results(["item"], {"item": {"type": "uri", "value": "x:y> ) } #"}}), "cannot"),
        (200, GOOD, results(["item"], {"item": {"type": "uri", "value": "relative"}}), "cannot"),
        (200, GOOD, results(["item"], {"item": literal("x", datatype="x:y> ) #")}), "cannot"),
        (200, GOOD, results(["item"], {"item": literal("x", **{"xml:lang": "en ) #"})}), "cannot"),
    ],
)  # fmt: skip
def test_hazard_14_a_hostile_answer_is_told_as_such(
    elsewhere: Elsewhere, status: int, headers: dict[str, str], body: bytes, said: str
) -> None:
    elsewhere.status, elsewhere.headers, elsewhere.body = status, headers, body
    asked = {"address": elsewhere.address, "query": "SELECT", "names": ["item", "note"]}
    with pytest.raises(Failed, match=said):
        call(asked, time.monotonic() + 2, 10_000, {"127.0.0.1"})


def test_a_failure_is_told_unless_it_is_to_be_silent(pool: Federated, elsewhere: Elsewhere) -> None:
    elsewhere.status = 500
    query = f"SELECT * {{ SERVICE <{elsewhere.address}> {{ ?item ?p ?note }} }}"
    with pytest.raises(FederationFailed, match="answered 500") as caught:
        pool.run(query)
    assert caught.value.where == {"endpoint": elsewhere.address}
    # SPARQL 1.1 Federated Query §2.2: with SILENT one solution without bindings.
    assert len(rows(pool, query.replace("SERVICE", "SERVICE SILENT"))) == 1


def test_values_keep_every_kind_of_term(pool: Federated, elsewhere: Elsewhere) -> None:
    terms = [
        literal("é\\\u2028'\"", **{"xml:lang": "en-gb"}),
        literal("3", datatype="http://www.w3.org/2001/XMLSchema#integer"),
    ]
    elsewhere.body = results(["note"], *({"note": term} for term in terms), {})
    query = f"SELECT ?note {{ SERVICE <{elsewhere.address}> {{ ?item ?p ?note }} }}"
    with pool.run(query, JSON) as answer:
        told = json.loads(answer.file.read())["results"]["bindings"]
    assert [row.get("note") for row in told] == [*terms, None]


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ("SELECT * {{ SERVICE <{0}> {{ ?s ?p }} }}", 1, None),
        ("SELECT *\n{{ SERVICE\n SILENT <{0}>\n {{ ?s ?p ?o }}\n  ?a ?b }}", 5, 10),
    ],
)
def test_a_query_that_does_not_parse_is_not_sent(
    pool: Federated, elsewhere: Elsewhere, query: str, line: int, column: int | None
) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        pool.run(query.format(elsewhere.address))
    assert caught.value.where["line"] == line
    assert column is None or caught.value.where["column"] == column
    with pytest.raises(BadEncoding):
        pool.run(f"SELECT * {{ SERVICE <{elsewhere.address}> {{ ?s ?p '\ud800' }} }}")
    with pytest.raises(QueryTooComplex):
        pool.run(f"SELECT * {{ SERVICE <{elsewhere.address}> {{ {'{' * 200}{'}' * 200} }} }}")
    assert not elsewhere.asked


def test_hazard_13_the_parser_of_the_calling_process_opens_no_socket(elsewhere: Elsewhere) -> None:
    hidden = f"SELECT * {{ SERVICE <{elsewhere.address}> {{ ?s ?p ?o }} }}"
    job = {"query": f"ASK {hidden[9:]}", "base": None, "common": {}, "calls": []}
    said = module._outside(job | {"seconds": 1.0, "size": 1, "private": []}, 1.0)
    assert said == {"values": []} and not elsewhere.asked


@pytest.mark.parametrize(
    "text",
    ["http://data.example/sparql", "https:///x", "https://user@x/", "ftp://x/", "data.example",
     "https://x/#a", "https://x:0/", "https://x/<y>"],
)  # fmt: skip
def test_a_wrong_setting_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="federation"):
        Endpoints.read(f"https://good.example/sparql {text}")


def test_an_answer_with_calls_is_never_kept(pool: Federated, elsewhere: Elsewhere) -> None:
    query = f"SELECT ?note {{ SERVICE <{elsewhere.address}> {{ ?item ?p ?note }} }}"
    assert module.scan(query).volatile
    assert rows(pool, query) == rows(pool, query)
    assert len(elsewhere.asked) == 2


def test_what_the_pool_behind_it_gets_calls_nobody(elsewhere: Elsewhere) -> None:
    """So it is with a remote engine too, which might federate by itself."""
    got: list[str] = []

    class Inner:
        timeout, result_limit = 5.0, 1_000

        def run(self, query: str, *_: object, **more: object) -> str:
            got.append(query)
            assert not module.scan(query).service
            assert not more["scanned"].service  # type: ignore[attr-defined]
            return "answer"

    pool = Federated(Inner(), Endpoints.read(elsewhere.address), size=10_000)  # type: ignore[arg-type]
    query = f"SELECT * {{\n SERVICE <{elsewhere.address}> {{\n ?item ?p ?note }}\n ?item ?q ?x }}"
    assert pool.run(query) == "answer"
    assert "VALUES (?item ?note)" in got[0] and got[0].count("\n") == query.count("\n")
