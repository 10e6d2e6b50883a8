"""Clients that people really use, against a server that is really running."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON, SPARQLWrapper
from tests_support import free_port, running

COUNT = """PREFIX rg: <https://w3id.org/reformgraph/ontology#>
SELECT (COUNT(*) AS ?n) { ?plan rg:slug "childrens-plan-2007" ; rg:buildsOn ?item }"""


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
    assert (
        URIRef("https://w3id.org/reformgraph/id/dcsf"),
        URIRef("http://www.w3.org/2004/02/skos/core#altLabel"),
        Literal("DCSF", lang="en"),
    ) in described


def test_rdflib_sparqlstore(endpoint: str) -> None:
    graph = Graph(SPARQLStore(endpoint))
    [[count]] = graph.query(COUNT)
    assert int(count) > 30
