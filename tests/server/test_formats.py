"""Machine formats: each parses back to the same graph, by suffix, parameter and header."""

import json
from contextlib import closing
from pathlib import Path

import pyoxigraph
import pytest
from flask.testing import FlaskClient

from reformgraph.server.formats import ENTITY
from reformgraph.store import open_store

RDF = [form for form in ENTITY if form.rdf]
NAMES = [
    *("childrens-plan-2007", "dcsf", "children-act-2004", "ca2004-s10", "concept-collaboration"),
    *("wikipedia-dfes", "childrens-plan", "claim/rel-si-1996-785-amends-children-act-1989"),
]


def parsed(data: bytes, form: pyoxigraph.RdfFormat) -> set[str]:
    graph = pyoxigraph.Dataset(pyoxigraph.parse(data, format=form))
    # The same names for the same blank nodes, whatever each file calls them.
    graph.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad.triple) for quad in graph}


@pytest.mark.parametrize("name", NAMES)
def test_every_serialization_is_the_same_graph(
    client: FlaskClient, story_root: Path, name: str
) -> None:
    with closing(open_store(story_root)) as store:
        expected = {str(triple) for triple in store.describe(store.resolve(name))}
    for form in RDF:
        response = client.get(f"/page/{name}.{form.suffix}")
        assert response.status_code == 200
        assert response.mimetype == form.media_type
        assert form.rdf is not None
        assert parsed(response.data, form.rdf) == expected, form.name


def _said(data: bytes) -> bytes:
    """Leave out what stands around the content of a page: there its own address is given."""
    return data.partition(b"<main")[2].partition(b"</main>")[0] or data


@pytest.mark.parametrize("form", ENTITY, ids=lambda form: form.suffix)
def test_suffix_parameter_and_header_agree(
    client: FlaskClient, form: pytest.FixtureRequest
) -> None:
    suffix, media_type = form.suffix, form.media_type  # type: ignore[attr-defined]
    by_suffix = client.get(f"/page/dcsf.{suffix}", headers={"Accept": "image/png"})
    by_parameter = client.get(f"/page/dcsf?format={suffix}")
    by_header = client.get("/page/dcsf", headers={"Accept": media_type})
    said = [_said(response.data) for response in (by_suffix, by_parameter, by_header)]
    assert said[0] == said[1] == said[2]
    for response in (by_suffix, by_parameter, by_header):
        assert response.status_code == 200 and response.mimetype == media_type
        assert "Accept" in response.vary


def test_json_has_what_the_page_has(client: FlaskClient) -> None:
    found = json.loads(client.get("/page/childrens-plan-2007.json").data)
    assert found["label"] == "The Children's Plan: Building Brighter Futures"
    draws = found["sections"]["draws"][0]
    assert draws["words"] == "builds on" and draws["total"] == len(draws["entries"]) == 34
    evidence = draws["entries"][0]["evidence"]
    assert evidence["status"] in ("verified", "unverified") and evidence["read_in"]
    assert found["rivals"][0]["versions"][0]["asserted"] is True


def test_link_headers_name_every_format(client: FlaskClient) -> None:
    header = ", ".join(client.get("/page/dcsf").headers.getlist("Link"))
    for form in ENTITY:
        assert f'</page/dcsf.{form.suffix}>; rel="alternate"; type="{form.media_type}"' in header
    assert '<https://w3id.org/reformgraph/id/dcsf>; rel="describes"' in header


@pytest.mark.parametrize("suffix", ["svg", "csv", "json"])
@pytest.mark.parametrize("direction", ["antecedents", "descendants"])
def test_lineage_formats(client: FlaskClient, suffix: str, direction: str) -> None:
    response = client.get(f"/lineage/childrens-plan-2007.{suffix}?direction={direction}")
    assert response.status_code == 200
    if suffix == "svg":
        assert response.data.startswith(b"<svg")
        assert "sha256-" in response.headers["Content-Security-Policy"]
    elif suffix == "csv":
        assert response.text.startswith("step,subject,relation,object,")
        assert len(response.text.splitlines()) > 10
    else:
        assert json.loads(response.data)["direction"] == direction


def test_question_formats(client: FlaskClient) -> None:
    table = client.get("/questions/antecedents.csv")
    rows = json.loads(client.get("/questions/antecedents.json").data)["rows"]
    query = client.get("/questions/antecedents.rq")
    assert len(table.text.strip().splitlines()) >= len(rows) > 30
    assert query.mimetype == "application/sparql-query" and "SELECT" in query.text


def test_hazard_67_csv_cells_are_no_formulas() -> None:
    from reformgraph.queries.table import harmless

    for cell in ("=1+1", "+1", "-1", "@x", "\tx"):
        assert harmless(cell) == f"'{cell}"
    assert harmless("a=b") == "a=b"


def test_search_as_json(client: FlaskClient) -> None:
    found = json.loads(client.get("/search.json?q=every+child+matters").data)
    assert any(hit["slug"] == "every-child-matters-2003" for hit in found["hits"])


@pytest.mark.parametrize("suffix", ["ttl", "rdf", "nt", "jsonld"])
def test_the_ontology_in_every_format(client: FlaskClient, suffix: str) -> None:
    form = next(form for form in ENTITY if form.suffix == suffix)
    turtle = next(form for form in ENTITY if form.suffix == "ttl")
    assert form.rdf is not None and turtle.rdf is not None
    expected = parsed(client.get("/ontology.ttl").data, turtle.rdf)
    assert parsed(client.get(f"/ontology.{suffix}").data, form.rdf) == expected
