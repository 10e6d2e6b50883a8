"""A store of plain RDF files: every page copes with a graph that knows nothing of timelines."""

from collections.abc import Iterator

import pyoxigraph
import pytest
from flask.testing import FlaskClient
from server_support import HTML, application, faults

from reformgraph.ingest.foreign import dataset, sources

BASE = "https://w3id.org/reformgraph/"
TRIG = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://x/default> rdfs:label "in the default graph" ; rdfs:seeAlso <http://x/other> .
GRAPH <http://x/g> {
  <http://x/a> a <http://x/C> ; rdfs:label "A"@en, "B"@de ; rdfs:seeAlso [ rdfs:label "blank" ], <http://x/b> .
  _:c <http://x/p> <http://x/a> .
}
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("plain")
    (folder / "a.trig").write_text(TRIG, encoding="utf-8")
    found = sources.find([str(folder / "a.trig")], [], base=BASE)
    dataset.build_dataset(found, folder / "store", base=BASE)
    app = application(folder / "store")
    yield app.test_client()
    app.extensions["reformgraph"].close()


@pytest.mark.parametrize(
    ("status", "path"),
    [
        *((200, path) for path in ("/", "/matrix", "/search?q=a", "/quality", "/browse", "/about")),
        *((200, path) for path in ("/browse/Policy", "/questions", "/sparql", "/ontology")),
        *((200, path) for path in ("/about?iri=http://x/a", "/about?iri=http://x/b")),
        *((200, path) for path in ("/about?iri=http://x/g", "/why?s=http://x/a")),
        *((200, path) for path in ("/about?iri=http://x/default",)),
        *((404, path) for path in ("/lineage", "/story", "/page/a", "/lineage/a", "/concept/a")),
    ],
)
def test_every_page_copes(client: FlaskClient, status: int, path: str) -> None:
    response = client.get(path, headers=HTML)
    assert response.status_code == status, response.text
    assert faults(response.text) == []


def test_machine_formats_hold_blank_nodes_too(client: FlaskClient) -> None:
    for form in ("ttl", "nt", "rdf", "jsonld"):
        response = client.get(f"/about?iri=http://x/a&format={form}")
        assert response.status_code == 200
        parsed = pyoxigraph.parse(response.data, pyoxigraph.RdfFormat.from_extension(form))
        assert sum(isinstance(quad.object, pyoxigraph.BlankNode) for quad in parsed) == 1


def test_what_stands_in_the_default_graph_is_shown(client: FlaskClient) -> None:
    page = client.get("/about?iri=http://x/default", headers=HTML).text
    assert "in the default graph" in page and "http://x/other</a>" in page
