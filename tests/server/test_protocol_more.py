"""``/sparql``: timeouts asked for, common prefixes, functions, limits, what it says of itself."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from pool_support import SLACK, within
from werkzeug.test import TestResponse

from reformgraph.server.app import create_app
from reformgraph.server.protocol.functions import extension_functions
from reformgraph.settings import Settings

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d }"
LABELS = "SELECT ?l { ?s rdfs:label ?l } LIMIT 3"
SD = "http://www.w3.org/ns/sparql-service-description#"


@pytest.fixture(scope="module")
def strict(story_root: Path) -> Iterator[FlaskClient]:
    app = create_app(Settings(store=str(story_root), query_timeout=1.5, common_prefixes="off"))
    client = app.test_client()
    # Its processes are there before it is timed.
    assert within(SLACK, lambda: client.get("/ready").status_code == 200)
    yield client
    app.extensions["reformgraph"].close()


def _get(client: FlaskClient, query: str, **more: str) -> TestResponse:
    return client.get("/sparql?" + urlencode({"query": query, **more}), buffered=True)


@pytest.mark.parametrize("seconds", ["0.2", "1e9", "", "0"])
def test_a_timeout_is_asked_for(strict: FlaskClient, seconds: str) -> None:
    # Where nothing else runs a process is ready at once; elsewhere the wait for one would be timed.
    assert _get(strict, "ASK {}").status_code == 200
    response = _get(strict, SLOW, timeout=seconds)
    if seconds == "1e9":
        assert response.status_code == 400
        return
    assert response.status_code == 504
    limit = "0.2" if seconds == "0.2" else "1.5"
    assert json.loads(response.data)["detail"] == f"the query was stopped after {limit} seconds"
    assert json.loads(response.data)["where"]["limit"] == limit


@pytest.mark.parametrize("seconds", ["-1", "abc", "nan", "inf", "1_0", "٣", "9" * 20, "1,5"])
def test_nonsense_for_a_timeout(strict: FlaskClient, seconds: str) -> None:
    response = _get(strict, "ASK {}", timeout=seconds)
    assert response.status_code == 400
    assert json.loads(response.data)["where"] == {"field": "timeout"}


def test_more_than_the_limit_is_the_limit(strict: FlaskClient) -> None:
    response = _get(strict, SLOW, timeout="600")
    assert json.loads(response.data)["where"]["limit"] == "1.5"
    assert _get(strict, "ASK {}", timeout="600").status_code == 200


def test_common_prefixes_may_be_left_out(client: FlaskClient, strict: FlaskClient) -> None:
    assert _get(client, LABELS).status_code == 200
    response = _get(strict, LABELS)
    assert response.status_code == 400
    told = json.loads(response.data)
    assert "prefix `rdfs:` is not declared" in told["detail"] and told["where"]["line"] == 1


def test_a_declared_prefix_wins(client: FlaskClient) -> None:
    query = "PREFIX rdfs: <http://x/> CONSTRUCT { rdfs:a rdfs:b rdfs:c } {}"
    assert b"<http://x/a> <http://x/b>" in _get(client, query, format="nt").data


def test_hazard_19_the_place_stays_right_and_only_the_fault_is_told(client: FlaskClient) -> None:
    told = json.loads(_get(client, "SELECT * {\n ?s rdfs:label }").data)
    assert (told["where"]["line"], told.get("hints", [])) == (2, [])
    assert "unexpected `}`" in told["detail"]
    told = json.loads(_get(client, "SELECT * {\n ?s rgg:label ?o ; rdfs:label ?l }").data)
    assert "did you mean `rg:`" in told["detail"]
    assert all("rdfs" not in hint for hint in told["hints"])


def test_a_function_that_is_not_there_is_the_query_s_fault(client: FlaskClient) -> None:
    response = _get(client, "SELECT * {\n BIND(<http://x/f>(1) AS ?x) }")
    told = json.loads(response.data)
    assert (response.status_code, told["type"].rpartition("/")[2]) == (400, "query-syntax")
    assert told["where"] == {"line": 2, "column": 8}


def _described(client: FlaskClient) -> pyoxigraph.Store:
    found = pyoxigraph.Store()
    found.load(client.get("/sparql").data, format=pyoxigraph.RdfFormat.TURTLE)
    return found


def test_the_service_description_counts_every_graph(client: FlaskClient) -> None:
    rows = _described(client).query(
        f"PREFIX sd: <{SD}> PREFIX void: <http://rdfs.org/ns/void#> SELECT ?name ?n "
        "{ ?d a sd:Dataset ; sd:namedGraph [ sd:name ?name ; sd:graph [ void:triples ?n ] ] }"
    )
    counts = {row["name"].value: int(row["n"].value) for row in rows}
    assert len(counts) == 4
    for iri, count in counts.items():
        query = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
        assert int(_get(client, query, format="csv").data.split()[1]) == count


def test_the_service_description_states_the_limits(strict: FlaskClient) -> None:
    rows = list(
        _described(strict).query(
            "PREFIX limit: <https://w3id.org/reformgraph/service#> SELECT ?t ?b"
            " { ?s limit:timeout ?t ; limit:bodyBytes ?b }"
        )
    )
    assert [(row["t"].value, row["b"].value) for row in rows] == [("1.5", "1048576")]
    header = _get(strict, "ASK {}").headers["Query-Limits"]
    assert header == "timeout=1.500, result-bytes=256000000, body-bytes=1048576"


def test_every_extension_function_is_there(client: FlaskClient) -> None:
    listed = {
        row["f"].value
        for row in _described(client).query(f"SELECT ?f {{ ?s <{SD}extensionFunction> ?f }}")
    }
    assert listed == set(extension_functions()) and len(listed) > 40
    for function in listed:
        assert _get(client, f"SELECT (<{function}>('x') AS ?x) {{}}").status_code == 200, function


@pytest.mark.parametrize("host", ["a b", "evil.example/<>", "x" * 5_000, "[::1", "é", "a\tb"])
def test_hazard_38_an_odd_host(client: FlaskClient, host: str) -> None:
    for path in ("/sparql", "/sparql?query=ASK%7B%7D", "/graph-store/ontology", "/id/dcsf"):
        response = client.get(path, headers={"Accept": "text/turtle, */*"}, base_url=None)
        assert response.status_code < 400
        environ = {"HTTP_HOST": host}
        response = client.get(path, environ_overrides=environ, buffered=True)
        assert response.status_code < 500, (path, host)
        assert "evil" not in response.headers.get("Location", "")


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ("format=tsv&format=text/tab-separated-values", "text/tab-separated-values"),
        ("format=csv&format=csv", "text/csv"),
        ("format=csv&format=json", ""),
        ("format=csv&format=nonsense", "text/csv"),
        ("format=json&format=json", "application/sparql-results+json"),
        ("format=nonsense&format=nonsense", ""),
    ],
)
def test_a_format_named_twice(client: FlaskClient, fields: str, sent: str) -> None:
    response = client.get(f"/sparql?query=SELECT*{{}}&{fields}")
    assert (response.status_code, response.mimetype == sent) == (
        (200, True) if sent else (400, False)
    )


def test_hazard_37_head_runs_the_query_once(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = client.application.extensions["reformgraph"].pool
    ran: list[str] = []
    run = pool.run

    def counted(query: str, *args: object, **more: object) -> object:
        ran.append(query)
        return run(query, *args, **more)

    monkeypatch.setattr(pool, "run", counted)
    query = "SELECT * { ?s a ?head_once } LIMIT 5"
    response = client.head("/sparql?" + urlencode({"query": query}))
    assert (response.status_code, response.data) == (200, b"")
    assert len(ran) <= 1


def test_hazard_13_and_14_no_other_service_is_called(client: FlaskClient) -> None:
    for service in ("<http://127.0.0.1:9/>", "?x", "x:y", "SILENT <https://example.org/>"):
        query = f"PREFIX x: <http://127.0.0.1:9/> SELECT * {{ SERVICE {service} {{ ?a ?b ?c }} }}"
        told = json.loads(_get(client, query).data)
        assert (told["status"], told["type"].rpartition("/")[2]) == (403, "federation-refused")


def test_hazards_16_17_and_18_only_the_graphs_that_were_named(client: FlaskClient) -> None:
    graph = "https://w3id.org/reformgraph/graph/ontology"
    inside = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    named = "SELECT (COUNT(DISTINCT ?g) AS ?n) { GRAPH ?g { ?s ?p ?o } }"

    def count(query: str, **more: str) -> int:
        return int(_get(client, query, format="csv", **more).data.split()[1])

    every, own = count(inside), count(inside, **{"default-graph-uri": graph})
    assert 0 < own < every
    assert count(inside.replace("{", f"FROM <{graph}> {{")) == own
    assert count(named, **{"default-graph-uri": graph}) == 0
    assert count(inside, **{"default-graph-uri": "http://127.0.0.1:9/unknown"}) == 0
    assert count(inside.replace("{", "FROM <http://127.0.0.1:9/unknown> {")) == 0
    both = inside.replace("{", "FROM <http://x/> {")
    assert count(both, **{"default-graph-uri": graph}) == own
