"""``/sparql`` over the SPARQL 1.1 Protocol (hazards 13–19, 23, 28–33, 37, 90, 93, 94)."""

import json
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pyoxigraph
import pytest
from flask import Flask
from flask.testing import FlaskClient
from pool_support import SLACK, within
from pyoxigraph import Literal, NamedNode, Quad
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from reformgraph.ontology.terms import RDF, RDFS, RG
from reformgraph.server.app import create_app
from reformgraph.settings import Settings
from reformgraph.store import publish

BASE = "https://w3id.org/reformgraph/"
PLAN = BASE + "id/plan"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"
JSON = "application/sparql-results+json"
SELECT = "SELECT ?s ?l { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l } ORDER BY ?s"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"
SD = "http://www.w3.org/ns/sparql-service-description#"


def _quads() -> Iterator[Quad]:
    story, other = NamedNode(BASE + "graph/story"), NamedNode(BASE + "graph/other")
    plan = NamedNode(PLAN)
    yield Quad(plan, RDF.type, RG.Policy, story)
    yield Quad(plan, RG.slug, Literal("plan"), story)
    yield Quad(plan, RDFS.label, Literal("<b>Plan</b>", language="en"), story)
    yield Quad(plan, RDFS.seeAlso, NamedNode("javascript:alert(1)"), other)
    yield Quad(plan, RDFS.seeAlso, NamedNode("https://example.org/outside"), other)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    root = tmp_path_factory.mktemp("protocol") / "store"
    publish(root, _quads(), base=BASE)
    app = create_app(Settings(store=str(root), query_timeout=1.0, body_limit=100_000))
    ready = app.test_client()
    assert within(SLACK, lambda: ready.get("/ready").status_code == 200)
    yield app
    app.extensions["reformgraph"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _get(client: FlaskClient, query: str, accept: str | None = None, **more: str) -> TestResponse:
    headers = {"Accept": accept} if accept else {}
    return client.get("/sparql?" + urlencode({"query": query, **more}), headers=headers)


def _problem(response: TestResponse) -> str:
    assert response.content_type == "application/problem+json"
    document = json.loads(response.data)
    assert document["status"] == response.status_code
    assert response.headers["Cache-Control"] == "no-store"
    return str(document["type"].rpartition("/")[2])


def test_the_three_ways_to_ask(client: FlaskClient) -> None:
    answers = [
        _get(client, SELECT),
        client.post("/sparql", data={"query": SELECT}),
        client.post("/sparql", data=SELECT, content_type="application/sparql-query"),
        client.post(
            "/sparql/", data=SELECT, content_type="application/sparql-query; charset=UTF-8"
        ),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.content_type == JSON
        assert answer.content_length == len(answer.data)
        assert "Accept" in answer.headers["Vary"]
        ((row,),) = [json.loads(answer.data)["results"]["bindings"]]
        assert row["s"] == {"type": "uri", "value": PLAN}


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        (None, JSON),
        ("*/*", JSON),
        ("nonsense", JSON),
        ("application/json", "application/json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        (
            "text/tab-separated-values;q=1, text/csv;q=0.5",
            "text/tab-separated-values; charset=utf-8",
        ),
        ("application/sparql-results+xml;charset=utf-8", "application/sparql-results+xml"),
        ("text/turtle, text/csv;q=0.1", "text/csv; charset=utf-8"),
        (BROWSER, "text/html; charset=utf-8"),
    ],
)
def test_hazard_32_formats_of_rows(client: FlaskClient, accept: str | None, sent: str) -> None:
    for query in (SELECT, "ASK {}"):
        response = _get(client, query, accept)
        assert (response.status_code, response.content_type) == (200, sent)


@pytest.mark.parametrize(
    ("accept", "sent"),
    [
        (None, "text/turtle; charset=utf-8"),
        ("application/n-triples", "application/n-triples"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        ("application/trig", "application/trig"),
        ("application/n-quads", "application/n-quads"),
        (BROWSER, "text/html; charset=utf-8"),
    ],
)
def test_formats_of_graphs(client: FlaskClient, accept: str | None, sent: str) -> None:
    response = _get(client, CONSTRUCT, accept)
    assert (response.status_code, response.content_type) == (200, sent)
    if "html" not in sent:
        form = pyoxigraph.RdfFormat.from_media_type(sent.partition(";")[0])
        parsed = {quad.triple for quad in pyoxigraph.parse(response.data, format=form)}
        assert parsed == {quad.triple for quad in _quads()}


def test_hazard_32_no_such_format(client: FlaskClient) -> None:
    for query in (SELECT, CONSTRUCT):
        response = _get(client, query, "image/png")
        assert (response.status_code, _problem(response)) == (406, "not-acceptable")
        response = _get(client, query, format="png")
        assert (response.status_code, _problem(response)) == (400, "bad-parameter")
    assert _get(client, CONSTRUCT, "text/csv").status_code == 406
    assert _get(client, SELECT, "image/png", format="csv").status_code == 200


@pytest.mark.parametrize(
    ("status", "problem", "address"),
    [
        (400, "bad-parameter", "?query="),
        (400, "bad-parameter", "?query=%20%0a"),
        (400, "bad-parameter", "?quer=ASK"),
        (400, "bad-parameter", "?query=ASK%7B%7D&query=ASK%7B%7D"),
        (400, "bad-parameter", "?query=ASK%7B%7D&update=x"),
        (400, "bad-parameter", "?query=ASK%7B%7D&format=csv&format=json"),
        (400, "bad-parameter", "?query=ASK%7B%7D&default-graph-uri=relative"),
        (400, "bad-parameter", "?query=ASK%7B%7D&named-graph-uri="),
        (400, "bad-parameter", "?query=ASK%7B%7D" + "&default-graph-uri=x:y" * 200),
        (414, "uri-too-long", "?query=ASK%7B%7D" + "&default-graph-uri=x:y" * 10_000),
        (400, "bad-encoding", "?query=%ff"),
        (400, "query-syntax", "?query=SELECT"),
        (400, "query-syntax", "?query=LIMIT%2099999999999999999999"),
        (400, "query-too-complex", "?query=" + quote("ASK{FILTER(" + "(" * 200)),
        (403, "update-refused", "?update=x"),
        (403, "update-refused", "?query=DROP%20ALL"),
        (403, "federation-refused", "?query=" + quote("ASK { SERVICE <http://x/> {} }")),
        (504, "query-timeout", "?query=" + quote("SELECT * {" + "".join(
            f"?a{n} ?b{n} ?c{n}. " for n in range(30)) + "}")),
    ],
)  # fmt: skip
def test_refusals_of_get(client: FlaskClient, status: int, problem: str, address: str) -> None:
    response = client.get("/sparql" + address)
    assert (response.status_code, _problem(response)) == (status, problem)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert client.get("/sparql?query=ASK%7B%7D").status_code == 200


@pytest.mark.parametrize(
    ("status", "problem", "kind", "body"),
    [
        (415, "media-type", "text/plain", b"ASK {}"),
        (415, "media-type", "", b"ASK {}"),
        (415, "media-type", "multipart/form-data; boundary=x", b"--x--"),
        (400, "bad-encoding", "application/sparql-query", b"ASK { ?s ?p '\xff' }"),
        (400, "bad-encoding", "application/sparql-query; charset=utf-16", b"ASK {}"),
        (400, "bad-encoding", "application/x-www-form-urlencoded", b"query=%ff"),
        (400, "bad-encoding", "application/x-www-form-urlencoded", b"query=\xff"),
        (400, "bad-parameter", "application/x-www-form-urlencoded", b"x="),
        (400, "bad-parameter", "application/sparql-query", b" "),
        (413, "too-large", "application/sparql-query", b"#" * 100_001),
        (413, "too-large", "application/x-www-form-urlencoded", b"query=" + b"a" * 100_001),
        (403, "update-refused", "application/sparql-update", b"DROP ALL"),
        (403, "update-refused", "application/x-www-form-urlencoded", b"update=DROP+ALL"),
    ],
)
def test_refusals_of_post(
    client: FlaskClient, status: int, problem: str, kind: str, body: bytes
) -> None:
    response = client.post("/sparql", data=body, content_type=kind)
    assert (response.status_code, _problem(response)) == (status, problem)


def test_query_in_the_address_and_in_the_body(client: FlaskClient) -> None:
    for kind, body in (
        ("application/sparql-query", "ASK {}"),
        ("application/x-www-form-urlencoded", "query=ASK+%7B%7D"),
    ):
        response = client.post("/sparql?query=ASK%7B%7D", data=body, content_type=kind)
        assert _problem(response) == "bad-parameter"


def test_hazard_29_body_of_unknown_length(app: Flask) -> None:
    for terminated, expected in ((True, "200"), (False, "411")):
        environ = EnvironBuilder(
            "/sparql",
            method="POST",
            data=b"ASK {}",
            content_type="application/sparql-query",
        ).get_environ()
        del environ["CONTENT_LENGTH"]
        environ["wsgi.input_terminated"] = terminated
        body, status, _ = run_wsgi_app(app, environ, buffered=True)
        assert status.startswith(expected), b"".join(body)


def test_hazard_19_where_the_error_is(client: FlaskClient) -> None:
    document = json.loads(_get(client, "SELECT * {\n ?s rgg:label ?o }").data)
    assert document["where"]["line"] == 2
    assert document["where"]["column"] > 1
    assert "did you mean `rg:`" in document["detail"]


@pytest.mark.parametrize("post", [False, True])
def test_dataset_parameters(client: FlaskClient, post: bool) -> None:
    def count(pattern: str, *graphs: tuple[str, str]) -> int:
        fields = [("query", f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}"), *graphs]
        data = urlencode(fields)
        kind = "application/x-www-form-urlencoded"
        response = (
            client.post("/sparql", data=data, content_type=kind, headers={"Accept": "text/csv"})
            if post
            else client.get(f"/sparql?{data}", headers={"Accept": "text/csv"})
        )
        assert response.status_code == 200, response.data
        return int(response.data.split()[1])

    every, named = "?s ?p ?o", "GRAPH ?g { ?s ?p ?o }"
    default, other = ("default-graph-uri", BASE + "graph/story"), BASE + "graph/other"
    assert count(every) == 5
    assert count(every, default) == 3
    assert count(named, default) == 0
    assert count(named, default, ("named-graph-uri", other)) == 2
    assert count(every, default, ("default-graph-uri", other)) == 5
    assert count(every, ("named-graph-uri", other)) == 0
    assert count(every, ("default-graph-uri", "http://unknown.example/")) == 0


def test_hazard_37_methods(client: FlaskClient) -> None:
    got, head = _get(client, SELECT), client.head("/sparql?" + urlencode({"query": SELECT}))
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]
    assert head.headers["ETag"] == got.headers["ETag"]
    preflight = client.options("/sparql", headers={"Origin": "https://example.org"})
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in preflight.headers["Access-Control-Allow-Headers"]
    for method in ("PUT", "DELETE", "PATCH"):
        response = client.open("/sparql", method=method)
        assert (response.status_code, _problem(response)) == (405, "method")
        assert "GET" in response.headers["Allow"]


def test_hazard_94_conditional(client: FlaskClient) -> None:
    tag = _get(client, SELECT).headers["ETag"]
    address = "/sparql?" + urlencode({"query": SELECT})
    again = client.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == tag
    for other in ('"x"', 'W/"x", ' * 1_000 + '"y"', "nonsense"):
        assert client.get(address, headers={"If-None-Match": other}).status_code == 200
    csv = client.get(address, headers={"Accept": "text/csv", "If-None-Match": tag})
    assert csv.status_code == 200
    assert client.get(address, headers={"Range": "bytes=0-3"}).status_code == 200


def test_hazard_90_volatile_answers(client: FlaskClient) -> None:
    response = _get(client, "SELECT (RAND() AS ?x) {}")
    assert "ETag" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, "text/turtle"),
        ("*/*", "text/turtle"),
        ("application/rdf+xml", "application/rdf+xml"),
        ("application/ld+json", "application/ld+json"),
        (JSON, "text/turtle"),
    ],
)
def test_service_description(client: FlaskClient, accept: str | None, media_type: str) -> None:
    response = client.get("/sparql", headers={"Accept": accept} if accept else {})
    assert response.mimetype == media_type
    form = pyoxigraph.RdfFormat.from_media_type(media_type)
    graph = pyoxigraph.Store()
    graph.extend(pyoxigraph.parse(response.data, format=form))
    found = graph.query(
        f"PREFIX sd: <{SD}> ASK {{ ?s a sd:Service ; sd:endpoint <http://localhost/sparql> ;"
        " sd:supportedLanguage sd:SPARQL11Query ; sd:feature sd:UnionDefaultGraph ;"
        " sd:resultFormat <http://www.w3.org/ns/formats/Turtle> ;"
        f" sd:defaultDataset/sd:namedGraph/sd:name <{BASE}graph/story> }}"
    )
    assert bool(found)


def test_the_form(client: FlaskClient) -> None:
    page = client.get("/sparql", headers={"Accept": BROWSER})
    assert page.content_type == "text/html; charset=utf-8"
    text = page.get_data(as_text=True)
    assert '<textarea id="query" name="query"' in text
    assert '<option value="csv"' in text
    # The form itself; where the editor is built, its script is all that comes beside it.
    assert text.count("<script") == text.count('<script src="/static/')


def test_a_result_page(client: FlaskClient) -> None:
    text = _get(client, "SELECT * { ?s ?p ?o }", BROWSER).get_data(as_text=True)
    assert 'href="/page/plan"' in text
    assert "&lt;b&gt;Plan&lt;/b&gt;" in text
    assert "<b>Plan" not in text
    assert "javascript:alert(1)" in text
    assert 'href="javascript:' not in text
    assert 'href="https://example.org/outside" rel="noopener nofollow"' in text
    assert "<strong>Yes</strong>" in _get(client, "ASK {}", BROWSER).get_data(as_text=True)
    text = _get(client, CONSTRUCT, BROWSER).get_data(as_text=True)
    assert "@prefix rg:" in text
    text = _get(client, "CONSTRUCT {} {}", BROWSER).get_data(as_text=True)
    assert 'value="ttl"' in text
    assert "No rows" in _get(client, "SELECT ?x { <x:y> ?x <x:y> }", BROWSER).get_data(as_text=True)
    many = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }"
    assert "The first 1000 rows" in _get(client, many, BROWSER).get_data(as_text=True)


def test_relative_iris_are_of_this_address(client: FlaskClient) -> None:
    response = _get(client, "CONSTRUCT { <a> <b> <#c> } {}", "application/n-triples")
    assert response.data == (
        b"<http://localhost/a> <http://localhost/b> <http://localhost/sparql#c> .\n"
    )


def test_a_person_keeps_the_query_that_failed(client: FlaskClient) -> None:
    query = "SELECT * { ?s rgg:label '</textarea><script>' }"
    for response in (_get(client, query, BROWSER), _get(client, query, format="html")):
        text = response.get_data(as_text=True)
        assert response.status_code == 400
        assert response.headers["Cache-Control"] == "no-store"
        assert "did you mean `rg:`?" in text
        assert "rgg:label &#39;&lt;/textarea&gt;&lt;script&gt;" in text
    slow = "SELECT * {" + "".join(f"?a{n} ?b{n} ?c{n}. " for n in range(30)) + "}"
    response = _get(client, slow, BROWSER)
    assert response.status_code == 504
    assert "?a29 ?b29 ?c29" in response.get_data(as_text=True)


def test_hazard_33_nothing_of_the_request_in_headers(client: FlaskClient) -> None:
    response = _get(client, "ASK {}", format="csv\r\nSet-Cookie: x=y")
    assert response.status_code == 400
    assert "Set-Cookie" not in response.headers
