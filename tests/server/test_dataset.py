"""The dataset as catalogues, mirrors and search engines meet it."""

import gzip
import hashlib
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from csvw import CSVW
from flask.testing import FlaskClient
from pyoxigraph import RdfFormat
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS, PROV, RDF, VOID
from server_support import HTML, application, faults, publish_trig, read
from werkzeug.test import TestResponse

from reformgraph.store import EmbeddedStore

SITE = "http://localhost"
WHOLE = URIRef(f"{SITE}/dataset#dataset")


class Buffered(FlaskClient):
    """Reads answers to their end and closes them, as a server does."""

    def open(self, *args: Any, **rest: Any) -> TestResponse:
        rest["buffered"] = True
        return super().open(*args, **rest)


@pytest.fixture(scope="module")
def client(client: FlaskClient) -> FlaskClient:
    return Buffered(client.application, response_wrapper=client.response_wrapper)


@pytest.fixture(scope="module")
def described(client: FlaskClient) -> Graph:
    return Graph().parse(data=client.get("/dataset.ttl").data, format="turtle")


def test_all_formats_say_the_same(client: FlaskClient) -> None:
    every = []
    for suffix, form in (
        ("ttl", RdfFormat.TURTLE),
        ("nt", RdfFormat.N_TRIPLES),
        ("rdf", RdfFormat.RDF_XML),
        ("jsonld", RdfFormat.JSON_LD),
    ):
        answer = client.get(f"/dataset.{suffix}")
        assert answer.status_code == 200
        every.append({quad.triple for quad in pyoxigraph.parse(answer.data, format=form)})
    assert len(every[0]) > 500
    assert all(one == every[0] for one in every)


def test_partitions_count_what_is_there(described: Graph, story_store: EmbeddedStore) -> None:
    generation = story_store.generation
    assert int(described.value(WHOLE, VOID.triples)) == generation.quads  # type: ignore[arg-type]
    classes = {
        str(described.value(node, VOID["class"])): int(described.value(node, VOID.entities))  # type: ignore[arg-type]
        for node in described.objects(WHOLE, VOID.classPartition)
    }
    assert classes == dict(generation.classes)
    for node in described.objects(WHOLE, VOID.propertyPartition):
        iri = str(described.value(node, VOID.property))
        rows = story_store.select(f"SELECT (COUNT(*) AS ?n) {{ ?s <{iri}> ?o }}")
        assert next(iter(rows))[0].value == str(described.value(node, VOID.triples))  # type: ignore[union-attr]


def test_the_page_says_it_to_search_engines_too(client: FlaskClient) -> None:
    page = client.get("/dataset", headers={"Accept": "text/html"}).text
    block = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    told = json.loads(block)
    assert (told["@context"], told["@type"]) == ("https://schema.org/", "Dataset")
    assert told["license"] and told["distribution"] and told["name"] and told["description"]


def test_links_licence_and_origin(described: Graph) -> None:
    linksets = list(described.subjects(RDF.type, VOID.Linkset))
    assert linksets
    for node in linksets:
        assert (WHOLE, VOID.subset, node) in described
        assert described.value(node, VOID.linkPredicate)
        assert described.value(node, VOID.subjectsTarget) == WHOLE
    code = described.value(predicate=RDF.type, object=PROV.SoftwareAgent)
    assert described.value(code, DCTERMS.license) == URIRef("https://spdx.org/licenses/MIT")
    assert URIRef("https://spdx.org/licenses/MIT") not in set(
        described.objects(WHOLE, DCTERMS.license)
    )
    assert set(described.objects(WHOLE, DCTERMS.license))
    build = described.value(WHOLE, PROV.wasGeneratedBy)
    assert (build, PROV.wasAssociatedWith, code) in described
    assert not [term for triple in described for term in triple if str(term).startswith("_:")]


def test_each_distribution_is_there_with_its_checksum(
    described: Graph, client: FlaskClient
) -> None:
    spdx = "http://spdx.org/rdf/terms#"
    checked = 0
    for node in described.subjects(RDF.type, DCAT.Distribution):
        address = str(described.value(node, DCAT.downloadURL)).removeprefix(SITE)
        checksum = described.value(node, URIRef(f"{spdx}checksum"))
        if checksum is None:
            assert "/graph/" in address
            continue
        answer = client.get(address)
        assert answer.status_code == 200
        digest = hashlib.sha256(answer.data).hexdigest()
        assert digest == str(described.value(checksum, URIRef(f"{spdx}checksumValue")))
        assert len(answer.data) == int(described.value(node, DCAT.byteSize))  # type: ignore[arg-type]
        assert answer.headers["ETag"] == f'"{digest}"'
        checked += 1
    assert checked == 7
    sums = client.get("/dumps/SHA256SUMS").text.splitlines()
    assert len(sums) == 7


def test_generations_are_versions(tmp_path: Path) -> None:
    for word in ("one", "two"):
        publish_trig(tmp_path / "store", f'<x:g> {{ <x:s> <x:p> "{word}" }}')
    app = application(tmp_path / "store")
    graph = Graph().parse(data=app.test_client().get("/dataset.ttl").data, format="turtle")
    versions = set(graph.objects(WHOLE, URIRef(f"{DCAT}hasVersion")))
    assert len(versions) == 2
    pairs = list(graph.subject_objects(URIRef(f"{DCAT}previousVersion")))
    assert len(pairs) == 1
    assert set(pairs[0]) == versions
    app.extensions["reformgraph"].close()


def test_well_known_void_leads_to_the_description(client: FlaskClient) -> None:
    for accept, target in (
        ("*/*", "/dataset.ttl"),
        ("text/html", "/dataset"),
        ("application/rdf+xml", "/dataset.rdf"),
    ):
        answer = client.get("/.well-known/void", headers={"Accept": accept})
        assert (answer.status_code, answer.headers["Location"]) == (303, target)


def test_ranges_resume_a_download(client: FlaskClient) -> None:
    path = "/dumps/all.nq.gz"
    whole = client.get(path)
    tag = whole.headers["ETag"]
    assert whole.headers["Accept-Ranges"] == "bytes"
    rest = client.get(path, headers={"Range": "bytes=1000-", "If-Range": tag})
    assert rest.status_code == 206
    assert rest.headers["Content-Range"] == f"bytes 1000-{len(whole.data) - 1}/{len(whole.data)}"
    assert whole.data[:1000] + rest.data == whole.data
    assert "Content-Encoding" not in rest.headers
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.head(path).headers["Content-Length"] == str(len(whole.data))


def test_hazard_94_ranges_that_cannot_be(client: FlaskClient) -> None:
    path = "/dumps/all.nq.gz"
    size = int(client.head(path).headers["Content-Length"])
    changed = client.get(path, headers={"Range": "bytes=0-9", "If-Range": '"of-yesterday"'})
    assert (changed.status_code, len(changed.data)) == (200, size)
    for text in ("bytes=0-1,5-9", "lines=0-9", "bytes=x"):
        answer = client.get(path, headers={"Range": text})
        assert answer.status_code in (200, 416), text
    assert len(client.get(path, headers={"Range": "bytes=0-1,5-9"}).data) == size
    assert client.get(path, headers={"Range": f"bytes={size}-"}).status_code == 416
    packed = client.get("/dumps/tables/entities.csv", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in packed.headers


@pytest.mark.parametrize(
    "name",
    [
        "x.nq.gz",
        "all.nq",
        "all.gz",
        "../manifest.json",
        "%2e%2e/current",
        "tables/x.csv",
        "a%00.nq.gz",
    ],
)
def test_hazard_35_only_named_files_are_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/dumps/{name}").status_code == 404


def test_one_graph_alone(client: FlaskClient, story_store: EmbeddedStore) -> None:
    answer = client.get("/dumps/graph/inferences.nq.gz")
    lines = gzip.decompress(answer.data).splitlines()
    iri = f"{story_store.generation.base}graph/inferences"
    assert len(lines) == story_store.generation.graphs[iri]
    assert all(line.endswith(f"<{iri}> .".encode()) for line in lines)


def test_the_page_and_its_data_block(client: FlaskClient) -> None:
    html = client.get("/dataset", headers=HTML).text
    assert faults(html) == []
    block = json.loads(read(html).blocks[0])
    assert block["@type"] == "Dataset"
    assert 50 <= len(block["description"]) <= 5000
    assert {"@type", "contentUrl", "encodingFormat"} <= set(block["distribution"][0])
    assert "https://creativecommons.org/licenses/by/4.0/" in block["license"]


@pytest.fixture
def attacked(tmp_path: Path) -> Iterator[FlaskClient]:
    words = "</script><script>alert(1)</script><!--<script>\\u2028{{7*7}}"
    publish_trig(
        tmp_path / "store",
        f"""@prefix rg: <https://w3id.org/reformgraph/ontology#> .
        @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
        @prefix dcterms: <http://purl.org/dc/terms/> .
        @prefix dc: <http://purl.org/dc/elements/1.1/> .
        <https://w3id.org/reformgraph/graph/t> {{
          <https://w3id.org/reformgraph/id/t> a rg:Timeline ; rg:slug "t" ;
            rdfs:label "{words}"@en ; dcterms:description "{words}"@en ;
            dc:publisher "{words}" ; dcterms:license <javascript:alert(1)> . }}""",
    )
    app = application(tmp_path / "store")
    yield app.test_client()
    app.extensions["reformgraph"].close()


def test_hazard_72_a_label_does_not_leave_the_data_block(attacked: FlaskClient) -> None:
    html = attacked.get("/dataset", headers=HTML).text
    assert faults(html) == []
    assert "</script><script>" not in html
    assert json.loads(read(html).blocks[0])["name"].startswith("</script><script>alert(1)")
    assert attacked.get("/dataset.rdf").status_code == 200


def test_hazard_38_the_host_of_one_is_not_told_to_another(client: FlaskClient) -> None:
    first = client.get("/dataset.ttl", headers={"Host": "evil.example"})
    second = client.get("/dataset.ttl")
    assert b"evil.example" not in second.data
    assert first.headers["ETag"] != second.headers["ETag"]


def test_tables_are_csv_on_the_web(client: FlaskClient, tmp_path: Path) -> None:
    document = client.get("/dumps/tables/csv-metadata.json")
    (tmp_path / "csv-metadata.json").write_bytes(document.data)
    for table in document.json["tables"]:  # type: ignore[index]
        answer = client.get(f"/dumps/tables/{table['url']}")
        assert 'rel="describedby"' in answer.headers["Link"]
        (tmp_path / table["url"]).write_bytes(answer.data)
    found = CSVW(str(tmp_path / "csv-metadata.json"), validate=True)
    assert found.is_valid, [str(each.message) for each in found.warnings]
    plan = next(
        row
        for table in found.tables
        if str(table.url).endswith("entities.csv")
        for row in table
        if row["slug"] == "childrens-plan-2007"
    )
    assert plan["date"] == "2007-12-11"
    assert str(plan["dateEarliest"])[:10] == "2007-12-11"
    assert len(plan["timelines"]) >= 1


def test_a_table_that_breaks_its_metadata_is_found(client: FlaskClient, tmp_path: Path) -> None:
    """The check above can fail."""
    (tmp_path / "csv-metadata.json").write_bytes(client.get("/dumps/tables/csv-metadata.json").data)
    for name in ("entities", "names", "claims", "evidence"):
        rows = client.get(f"/dumps/tables/{name}.csv").text
        (tmp_path / f"{name}.csv").write_text(rows.replace("2007-12-11,2007-12-11", "then,then"))
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")
        assert not CSVW(str(tmp_path / "csv-metadata.json"), validate=True).is_valid
