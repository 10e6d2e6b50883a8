"""Clients that people really use, unmodified, against a server that is really running."""

import csv
import gzip
import io
import json
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pandas
import pytest
from rdflib import Graph, Literal, URIRef, Variable
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, N3, RDFXML, TSV, TURTLE, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import EndPointInternalError, QueryBadFormed
from tests_support import free_port, running

COUNT = """PREFIX rg: <https://w3id.org/reformgraph/ontology#>
SELECT (COUNT(*) AS ?n) { ?plan rg:slug "childrens-plan-2007" ; rg:buildsOn ?item }"""
ROWS = """PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?s ?l { ?s rdfs:label ?l } ORDER BY ?s ?l LIMIT 50"""
DCSF = URIRef("https://w3id.org/reformgraph/id/dcsf")
NAMED = (DCSF, URIRef("http://www.w3.org/2004/02/skos/core#altLabel"), Literal("DCSF", lang="en"))

# `make clients` puts them there; they are too large to come with the tests.
CLIENTS = Path(__file__).resolve().parents[2] / ".clients"


@pytest.fixture(scope="module")
def endpoint(story_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "reformgraph", "serve", "--store", str(story_root)]
    with running([*command, "--port", str(port)], port, tmp_path_factory.mktemp("server")):
        yield f"http://127.0.0.1:{port}/sparql"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_sparqlwrapper(endpoint: str, method: str) -> None:
    wrapper = SPARQLWrapper(endpoint, returnFormat=JSON)
    wrapper.setMethod(method)
    wrapper.setQuery(COUNT)
    answer = wrapper.query().convert()
    assert int(answer["results"]["bindings"][0]["n"]["value"]) > 30
    wrapper.setQuery("DESCRIBE <https://w3id.org/reformgraph/id/dcsf>")
    wrapper.setReturnFormat("turtle")
    described = Graph().parse(data=wrapper.query().convert(), format="turtle")
    assert NAMED in described


@pytest.mark.parametrize("form", [JSON, XML, CSV, TSV])
def test_sparqlwrapper_rows_in_every_format(endpoint: str, form: str) -> None:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setQuery(ROWS)
    wrapper.setReturnFormat(form)
    answer = wrapper.query().convert()
    if form == JSON:
        assert len(answer["results"]["bindings"]) == 50
    elif form == XML:
        assert len(answer.getElementsByTagName("result")) == 50
    else:
        assert len(answer.splitlines()) == 51


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # SPARQLWrapper's own
@pytest.mark.parametrize("form", [TURTLE, RDFXML, N3, JSONLD, XML])
def test_sparqlwrapper_graphs_in_every_format(endpoint: str, form: str) -> None:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setQuery(f"CONSTRUCT {{ <{DCSF}> ?p ?o }} WHERE {{ <{DCSF}> ?p ?o }}")
    wrapper.setReturnFormat(form)
    answer = wrapper.query().convert()
    if isinstance(answer, bytes):
        answer = Graph().parse(data=answer, format="turtle" if form in (TURTLE, N3) else form)
    assert NAMED in answer


def test_sparqlwrapper_tells_its_own_errors(endpoint: str) -> None:
    wrapper = SPARQLWrapper(endpoint)
    wrapper.setQuery("SELECT * { ?s rgg:label }")
    with pytest.raises(QueryBadFormed, match="did you mean `rg:`"):
        wrapper.query()
    assert not issubclass(QueryBadFormed, EndPointInternalError)


def test_rdflib_sparqlstore(endpoint: str) -> None:
    graph = Graph(SPARQLStore(endpoint))
    [[count]] = graph.query(COUNT)
    assert int(count) > 30
    assert NAMED in graph
    assert Literal("DCSF", lang="en") in set(graph.objects(DCSF, NAMED[1]))
    assert len(SPARQLStore(endpoint, returnFormat="json").query(ROWS)) == 50
    assert bool(graph.query(f"ASK {{ <{DCSF}> ?p ?o }}"))
    rows = graph.query("SELECT ?o { ?s ?p ?o }", initBindings={Variable("s"): DCSF})
    assert len(list(rows)) > 5


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_pandas_reads_the_address(endpoint: str, form: str) -> None:
    address = f"{endpoint}?{urlencode({'query': ROWS, 'format': form})}"
    table = pandas.read_csv(address, sep="," if form == "csv" else "\t")
    assert table.shape == (50, 2)
    assert list(table.columns) == (["s", "l"] if form == "csv" else ["?s", "?l"])
    address = f"{endpoint}?{urlencode({'query': COUNT, 'format': 'csv'})}"
    assert int(pandas.read_csv(address)["n"][0]) > 30
    packed = pandas.read_csv(address, storage_options={"Accept-Encoding": "gzip"})
    assert int(packed["n"][0]) > 30


@pytest.fixture(scope="module")
def curl() -> str:
    found = shutil.which("curl")
    if found is None:
        pytest.skip("curl is not installed")
    return found


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_curl(endpoint: str, curl: str, tmp_path: Path) -> None:
    query = tmp_path / "query.rq"
    query.write_text(ROWS, encoding="utf-8")
    ways = [
        [endpoint, "--data-urlencode", f"query@{query}"],
        [endpoint, "--get", "--data-urlencode", f"query@{query}"],
        [endpoint, "-H", "Content-Type: application/sparql-query", "--data-binary", f"@{query}"],
        [endpoint, "--compressed", "--data-urlencode", f"query@{query}"],
    ]
    for way in ways:
        rows = list(csv.reader(io.StringIO(_run(curl, "-sSf", "-H", "Accept: text/csv", *way))))
        assert rows[0] == ["s", "l"] and len(rows) == 51
    head = _run(curl, "-sSfI", f"{endpoint}?query={quote(ROWS)}")
    assert head.startswith("HTTP/1.1 200") and "content-length:" in head.lower()
    turtle = _run(curl, "-sSf", "-H", "Accept: text/turtle", endpoint)
    assert "sd:endpoint" in turtle


def test_the_request_of_yasgui(endpoint: str) -> None:
    """YASQE posts a form with its own Accept header from another origin, after a preflight."""
    origin = {"Origin": "https://yasgui.example"}
    preflight = urllib.request.Request(
        endpoint,
        method="OPTIONS",
        headers={**origin, "Access-Control-Request-Method": "POST",
                 "Access-Control-Request-Headers": "content-type"},
    )  # fmt: skip
    with urllib.request.urlopen(preflight) as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "content-type" in response.headers["Access-Control-Allow-Headers"].lower()
    for query, accept, sent in (
        (ROWS, "application/sparql-results+json,*/*;q=0.9", "application/sparql-results+json"),
        (f"DESCRIBE <{DCSF}>", "text/turtle,*/*;q=0.9", "text/turtle; charset=utf-8"),
    ):
        request = urllib.request.Request(
            endpoint,
            data=urlencode({"query": query}).encode(),
            headers={
                **origin,
                "Accept": accept,
                "Accept-Encoding": "gzip, deflate",
                "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            },
        )
        with urllib.request.urlopen(request) as response:
            assert response.headers["Content-Type"] == sent
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert "ETag" in response.headers["Access-Control-Expose-Headers"]
            assert gzip.decompress(response.read())


def test_comunica(endpoint: str) -> None:
    program = CLIENTS / "node_modules" / ".bin" / "comunica-sparql"
    if not program.exists() or shutil.which("node") is None:
        pytest.skip("Comunica is not there: `make clients` installs it with npm")
    for source in (f"sparql@{endpoint}", endpoint):
        answer = json.loads(
            _run(str(program), source, ROWS, "-t", "application/sparql-results+json")
        )
        assert len(answer["results"]["bindings"]) == 50
    query = f"CONSTRUCT {{ <{DCSF}> ?p ?o }} WHERE {{ <{DCSF}> ?p ?o }}"
    triples = _run(str(program), f"sparql@{endpoint}", query, "-t", "application/n-triples")
    assert NAMED in Graph().parse(data=triples, format="nt")


def test_jena_rsparql(endpoint: str) -> None:
    jars = CLIENTS / "jena" / "lib"
    java = shutil.which("java")
    if java is None or not list(jars.glob("jena-cmds-*.jar")):
        pytest.skip("Jena is not there: `make clients` fetches it with mvn, and it needs a java")
    rsparql = [java, "-cp", f"{jars}/*", "arq.rsparql", "--service", endpoint]
    answer = json.loads(_run(*rsparql, "--results=json", ROWS))
    assert len(answer["results"]["bindings"]) == 50
    rows = _run(*rsparql, "--results=csv", COUNT).split()
    assert rows[0] == "n" and int(rows[1]) > 30
    described = _run(*rsparql, "--results=nt", f"DESCRIBE <{DCSF}>")
    assert NAMED in Graph().parse(data=described, format="nt")
