"""The thin layer before Flask: the same bytes as Flask's route, and never more than tiny work."""

import json
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from reformgraph.ontology.terms import PREFIXES
from reformgraph.server import fastpath
from reformgraph.server.app import create_app
from reformgraph.server.protocol import tiny
from reformgraph.server.shapes import SAMPLES
from reformgraph.settings import Settings

BASE = "https://w3id.org/reformgraph/"
PLAN = f"<{BASE}id/childrens-plan-2007>"
RG = "PREFIX rg: <https://w3id.org/reformgraph/ontology#>\n"
JSON = "application/sparql-results+json"
QUERY = "application/sparql-query"
FORM = "application/x-www-form-urlencoded"

TINY = [
    f"SELECT ?p ?o {{ {PLAN} ?p ?o }}",
    f"SELECT * WHERE {{ {PLAN} a ?class . }} LIMIT 3",
    f"{RG}SELECT ?x {{ ?x rg:buildsOn {PLAN} }}",
    f"{RG}select ?l ?s {{ {PLAN} <{PREFIXES['rdfs']}label> ?l ; rg:slug ?s }} # both",
    f"{RG}ASK {{ {PLAN} a rg:Policy }}",
    f"{RG}ASK {{ {PLAN} a rg:Nothing }}",
    f"DESCRIBE {PLAN}",
    f'{RG}SELECT ?x {{ ?x rg:slug "childrens-plan-2007" }}',
    "SELECT ?x { ?x <é:ü> ?y }",
    "SELECT ?x { <relative> ?p ?x }",
    "SELECT ?s ?p ?o { ?s ?p ?o } LIMIT 700",  # tiny in form, large in what it gives
    "SELECT ?x { ?x undeclared:y ?y }",
    "SELECT ?x { <bad iri:> ?p ?x } LIMIT 99999999999999999999",
]
OTHER = [
    "SELECT * {",
    "SELECT (NOW() AS ?n) {}",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    f"SELECT DISTINCT ?p {{ {PLAN} ?p ?o }} ORDER BY ?p",
    f"{RG}SELECT ?x {{ {PLAN} rg:drawsOn+ ?x }}",
    f"CONSTRUCT {{ {PLAN} ?p ?o }} {{ {PLAN} ?p ?o }}",
    "INSERT DATA { <a:a> <a:b> <a:c> }",
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "",
    " ",
    "nonsense",
    "ASK { FILTER(" + "(" * 200 + "1" + ")" * 200 + ") }",
]
ACCEPTS = [
    None,
    JSON,
    "text/csv",
    "text/turtle",
    "application/json",
    "text/html",
    "image/png",
    "*/*",
]


@pytest.fixture(scope="module")
def app(story_root: Path) -> Iterator[Flask]:
    app = create_app(Settings(store=str(story_root), query_timeout=60.0))
    yield app
    app.extensions["reformgraph"].close()


Reply = tuple[str, list[tuple[str, str]], bytes]


def _ask(wsgi: Any, **request: Any) -> Reply:
    builder = EnvironBuilder(path="/sparql", **request)
    environ = builder.get_environ()
    builder.close()
    pieces, status, headers = run_wsgi_app(wsgi, environ, buffered=True)
    return status, list(headers), b"".join(pieces)


def _requests(query: str) -> Iterator[dict[str, Any]]:
    for accept in ACCEPTS:
        headers = {"Accept": accept} if accept else {}
        yield {"query_string": urlencode({"query": query}), "headers": headers}
    encoded = urlencode({"query": query})
    yield {"query_string": encoded + "&format=csv"}
    yield {"query_string": "format=xml&" + encoded}
    yield {"query_string": encoded + "&format=nonsense"}
    yield {"query_string": encoded + "&" + encoded}
    yield {"query_string": encoded + f"&default-graph-uri={quote(BASE)}graph/childrens-plan"}
    yield {"query_string": encoded, "method": "HEAD"}
    yield {"query_string": encoded, "method": "PUT"}
    yield {"query_string": encoded, "headers": {"Accept-Encoding": "gzip, br"}}
    yield {"query_string": encoded, "headers": {"Host": "other.example"}}
    yield {"query_string": encoded, "headers": {"Range": "bytes=0-3"}}
    yield {"query_string": encoded, "headers": {"If-None-Match": "*"}}
    for body, kind in ((encoded, FORM), (query, QUERY), (query, f"{QUERY}; charset=utf-8")):
        yield {"method": "POST", "data": body, "content_type": kind}
        yield {"method": "POST", "data": body, "content_type": kind, "query_string": "format=tsv"}
    yield {"method": "POST", "data": query, "content_type": "text/plain"}
    yield {"method": "POST", "data": query, "content_type": f"{QUERY}; charset=latin-1"}


@pytest.mark.parametrize("query", [*TINY, *OTHER], ids=range(len(TINY) + len(OTHER)))
def test_the_same_as_flask(app: Flask, query: str) -> None:
    layer = app.wsgi_app.inner
    assert isinstance(layer, fastpath.FastPath)
    for request in _requests(query):
        flask = _ask(layer.inner, **request)
        # From Flask through the layer, or made in place; then from what is kept.
        first, again = _ask(layer, **request), _ask(layer, **request)
        if "(NOW()" in query and flask[0].startswith("200"):
            # Not kept; what it says may differ.
            assert first[0] == again[0] == flask[0]
            assert [name for name, _ in first[1]] == [name for name, _ in flask[1]]
            continue
        assert first == flask, request
        assert again == flask, request


@pytest.mark.parametrize(
    "raw", ["query=%ff", "query=%E2%82", "query=ASK+%7B%7D&query", "a=b", "query", "=", "&", "%"]
)
def test_odd_query_strings(app: Flask, raw: str) -> None:
    layer: Any = app.wsgi_app.inner
    assert _ask(layer, query_string=raw) == _ask(layer.inner, query_string=raw)


def test_tiny_look_ups_are_made_in_place_once_flask_has_shown_how(app: Flask) -> None:
    layer: Any = app.wsgi_app.inner
    service = app.extensions["reformgraph"]
    before, queries = layer.made, service.results.kept.misses
    for number in range(SAMPLES + 20):
        query = f"SELECT ?o {{ <{BASE}id/never-{number}> ?p ?o }}"
        request = {
            "query_string": urlencode({"query": query}),
            "headers": {"Accept": JSON + ";q=1"},
        }
        assert _ask(layer, **request)[0] == "200 OK"
    assert layer.made - before == 20
    assert service.results.kept.misses - queries == SAMPLES


def test_a_shape_that_differs_is_left_to_flask(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    layer: Any = app.wsgi_app.inner
    monkeypatch.setattr(fastpath, "run", lambda *_, **__: b"something else")
    before = layer.made
    for number in range(SAMPLES + 5):
        query = f"SELECT * {{ <{BASE}id/other-{number}> <urn:p> ?o }}"
        headers = {"Accept": JSON, "Host": "differs.example"}
        reply = _ask(layer, query_string=urlencode({"query": query}), headers=headers)
        assert json.loads(reply[2])["results"] == {"bindings": []}
    assert layer.made == before


def test_a_known_answer_needs_no_flask(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    layer: Any = app.wsgi_app.inner
    request = {"query_string": urlencode({"query": OTHER[2]}), "headers": {"Accept": JSON}}
    known = _ask(layer, **request)
    tag = dict(known[1])["ETag"]
    assert not tag.startswith("W/")
    fresh = {**request, "headers": {"Accept": JSON, "If-None-Match": tag}}
    unchanged = _ask(layer, **fresh)
    assert unchanged[0].startswith("304") and unchanged[2] == b""

    def broken(*_: object) -> None:
        raise AssertionError("Flask was called")

    monkeypatch.setattr(layer, "inner", broken)
    assert _ask(layer, **request) == known
    assert _ask(layer, **fresh) == unchanged


@pytest.mark.parametrize(
    "query",
    [
        "SELECT DISTINCT ?p { ?s ?p ?o }",
        "SELECT * { ?s ?p ?s }",
        "SELECT * { ?s ?p $s }",
        "SELECT * { ?s <a:a> ?x ; <a:b> ?y }",
        "SELECT * { ?s <a:a>+ <a:b> }",
        "SELECT * { ?s <a:a>|<a:c> <a:b> }",
        "SELECT * { ?s ?p ?o } ORDER BY ?s",
        "SELECT * { ?s ?p ?o } OFFSET 100000000",
        "SELECT * FROM <a:g> { ?s ?p ?o }",
        "SELECT * { GRAPH ?g { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o . ?o ?q ?r }",
        "SELECT * { ?s ?p ?o FILTER(?o > 1) }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT * { SERVICE <a:b> { ?s ?p ?o } }",
        "DESCRIBE * { ?s ?p ?o }",
        "DESCRIBE ?s { ?s ?p ?o }",
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "SELECT * { <a:a> <a:1> ?a ; <a:2> ?b ; <a:3> ?c ; <a:4> ?d ; <a:5> ?e }",
        f"SELECT * {{ <a:a> <a:b> ?o }} #{'x' * 3_000}",
    ],
)
def test_what_is_not_tiny(query: str) -> None:
    assert tiny.recognise(query) is None


def test_other_queries_run_once_and_without_flask(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    layer: Any = app.wsgi_app.inner
    service = app.extensions["reformgraph"]
    ran: list[str] = []
    real = service.pool.run

    def counted(query: str, *rest: Any, **more: Any) -> Any:
        ran.append(query)
        return real(query, *rest, **more)

    monkeypatch.setattr(service.pool, "run", counted)
    before = layer.made

    def ask(pattern: str, number: int) -> Reply:
        query = f"SELECT ?x {{ {pattern} FILTER(?x != <x:{number}>) }} ORDER BY ?x"
        request = {
            "query_string": urlencode({"query": query}),
            "headers": {"Accept": "text/csv;q=0.7"},
        }
        return _ask(layer, **request)

    for number in range(SAMPLES + 4):
        assert ask(f"{PLAN} <{PREFIXES['rg']}drawsOn> ?x", number)[0] == "200 OK"
    assert layer.made - before == 4
    assert len(ran) == len(set(ran)) == SAMPLES + 4
    # What fails is told by Flask, and not tried twice.
    failed = ask("?x ?p ?o } }", 1)
    assert failed[0].startswith("400") and b"query-syntax" in failed[2]
    assert len(ran) == SAMPLES + 5
    large = urlencode({"query": "SELECT * { ?s ?p ?o . ?s ?q ?r } LIMIT 40000"})
    whole = _ask(layer, query_string=large, headers={"Accept": "text/csv;q=0.7"})
    assert whole[0] == "200 OK" and len(whole[2]) > 2 << 20
    assert int(dict(whole[1])["Content-Length"]) == len(whole[2])


def test_a_hub_goes_to_a_query_process(hub: Any) -> None:
    store = hub.application.extensions["reformgraph"].stores.get().graph
    law = f"<{BASE}id/hub>"
    for query in (f"SELECT * {{ ?s ?p {law} }}", "SELECT * { ?s ?p ?o }"):
        found = tiny.recognise(query)
        assert found is not None
        with pytest.raises(tiny.TooMuch):
            tiny.run(store, found, JSON, BASE)
    source = f"SELECT * {{ <{BASE}id/lone> ?a ?b ; ?c ?d ; ?e ?f ; ?g ?h }}"
    found = tiny.recognise(source)
    assert found is not None and found.patterns == 4
    tiny.run(store, found, JSON, BASE)
    assert tiny.STATEMENTS ** (1 / 2) < 3_000


def test_recognising_is_linear() -> None:
    for text in ("SELECT " + "?a " * 600, "PREFIX a:<b> " * 150, "SELECT * {" + "<a> " * 400):
        assert tiny.recognise(text[: tiny.LONGEST]) is None


def test_hazard_91_equal_queries_take_one_place(story_root: Path) -> None:
    app = create_app(Settings(store=str(story_root), threads=300, query_timeout=60.0))
    service = app.extensions["reformgraph"]
    runs: list[str] = []
    real = service.pool.run
    begun, go = threading.Barrier(101, timeout=10), threading.Event()

    def counted(query: str, *rest: Any, **more: Any) -> Any:
        runs.append(query)
        assert go.wait(10)
        return real(query, *rest, **more)

    service.pool.run = counted
    replies: list[Reply] = []
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s ?q ?r }"

    def ask() -> None:
        begun.wait()
        replies.append(_ask(app.wsgi_app, query_string=urlencode({"query": query})))

    threads = [threading.Thread(target=ask) for _ in range(100)]
    for thread in threads:
        thread.start()
    begun.wait()
    while service.results.flight._waiting < 99:
        assert len(runs) <= 1
    go.set()
    for thread in threads:
        thread.join(10)
    service.close()
    assert runs == [query]
    assert {reply[0] for reply in replies} == {"200 OK"}
    assert len({reply[2] for reply in replies}) == 1


def test_a_large_answer_is_shared_and_not_kept(app: Flask) -> None:
    service = app.extensions["reformgraph"]
    query = "SELECT * { ?s ?p ?o . ?s ?q ?r } LIMIT 20000"
    before = service.results.kept.bytes
    with service.results.run(query, JSON) as one, service.results.run(query, JSON) as two:
        assert one.length > 2 << 20
        assert one.file.read() == two.file.read()
    assert service.results.kept.bytes == before


def test_the_cache_is_bounded(story_root: Path) -> None:
    app = create_app(Settings(store=str(story_root), cache_bytes=200_000, query_timeout=60.0))
    for number in range(60):
        text = f"SELECT ?s ?p ?o {{ ?s ?p ?o }} LIMIT {50 + number}"
        assert _ask(app.wsgi_app, query_string=urlencode({"query": text}))[0] == "200 OK"
    service = app.extensions["reformgraph"]
    layer: Any = app.wsgi_app.inner
    service.close()
    for kept in (service.results.kept, layer.kept):
        assert 0 < kept.bytes <= 100_000
        assert 0 < len(kept) < 60


def test_a_new_generation_is_seen_soon(tmp_path: Path) -> None:
    import pyoxigraph

    from reformgraph.store import publish

    root = tmp_path / "store"
    text = '<{0}id/a> <{1}slug> "{2}" <{0}graph/x> .'

    def build(slug: str) -> None:
        data = text.format(BASE, PREFIXES["rg"], slug)
        publish(root, pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.N_QUADS), base=BASE)

    build("old")
    app = create_app(Settings(store=str(root), query_timeout=60.0))
    service = app.extensions["reformgraph"]
    request = {"query_string": urlencode({"query": f"SELECT ?o {{ <{BASE}id/a> ?p ?o }}"})}
    tags = set()
    for slug in ("old", "new"):
        build(slug)
        until = time.monotonic() + 10.0  # a query process reads it first
        while slug.encode() not in _ask(app.wsgi_app, **request)[2] and time.monotonic() < until:
            time.sleep(0.05)
        for _ in range(SAMPLES + 2):
            status, headers, body = _ask(app.wsgi_app, **request)
            assert status == "200 OK" and slug.encode() in body
        tags.add(dict(headers)["ETag"])
    service.close()
    assert len(tags) == 2


def test_a_body_that_breaks_off(app: Flask) -> None:
    environ = EnvironBuilder(path="/sparql", method="POST", content_type=QUERY).get_environ()
    environ |= {"CONTENT_LENGTH": "100", "wsgi.input": BytesIO(b"ASK {}")}
    _, status, _ = run_wsgi_app(app.wsgi_app, environ, buffered=True)
    assert status.startswith("400")
