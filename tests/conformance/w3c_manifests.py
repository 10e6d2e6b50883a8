"""Reading the W3C's manifests: query evaluation tests, and requests with what must come back."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import RDF, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

SHARED = Path(os.environ.get("REFORMGRAPH_SHARED", Path(__file__).resolve().parents[3] / "shared"))
ROOT = SHARED / "conformance" / "sparql" / "sparql11"
HOME = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
EVALUATED = ("aggregates", "functions", "csv-tsv-res", "json-res")

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")


@dataclass(frozen=True)
class Evaluation:
    """One query with its dataset (IRIs of files) and the file of its result."""

    iri: str
    name: str
    kind: str
    query: Path
    default: tuple[str, ...]
    named: tuple[str, ...]
    result: Path | None


@dataclass(frozen=True)
class Step:
    """One request and what is expected: statuses as ``2xx`` or ``404``."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    statuses: tuple[str, ...]
    boolean: bool | None
    format: str
    content: str
    content_type: str
    location: str


@dataclass(frozen=True)
class Conversation:
    """One test of the protocols."""

    iri: str
    name: str
    steps: tuple[Step, ...] = field(repr=False)


def evaluations(suite: str) -> list[Evaluation]:
    """Return the query tests of a suite, in the order of its manifest."""
    folder, base = ROOT / suite, f"{HOME}{suite}/"
    graph = _read(folder / "manifest.ttl", base + "manifest.ttl")
    found = []
    for test in _entries(graph, URIRef(base + "manifest.ttl")):
        action = graph.value(test, MF.action)
        query = graph.value(action, QT.query) or action
        result = graph.value(test, MF.result)
        found.append(
            Evaluation(
                iri=str(test),
                name=str(graph.value(test, MF.name)),
                kind=str(graph.value(test, RDF.type)).rpartition("#")[2],
                query=folder / str(query).removeprefix(base),
                default=tuple(sorted(map(str, graph.objects(action, QT.data)))),
                named=tuple(sorted(map(str, graph.objects(action, QT.graphData)))),
                result=folder / str(result).removeprefix(base) if result else None,
            )
        )
    return found


def conversations(path: str) -> list[Conversation]:
    """Return the tests of a manifest of requests, such as ``protocol/manifest.ttl``."""
    address = f"{HOME}{path}"
    graph = _read(ROOT / path, address)
    return [
        Conversation(str(test), str(graph.value(test, MF.name)).strip(), tuple(_steps(graph, test)))
        for test in _entries(graph, URIRef(address))
    ]


def names(path: str) -> list[tuple[str, str]]:
    """Return IRI and name of each test of a manifest."""
    graph = _read(ROOT / path, f"{HOME}{path}")
    return [
        (str(test), str(graph.value(test, MF.name)))
        for test in _entries(graph, URIRef(f"{HOME}{path}"))
    ]


def _read(path: Path, base: str) -> Graph:
    return Graph().parse(path, format="turtle", publicID=base)


def _entries(graph: Graph, manifest: URIRef) -> Iterator[Node]:
    entries = graph.value(manifest, MF.entries)
    assert entries is not None, manifest
    yield from Collection(graph, entries)


def _steps(graph: Graph, test: Node) -> Iterator[Step]:
    action = graph.value(test, MF.action)
    requests = graph.value(action, HT.requests)
    if requests is None:
        return
    for request in Collection(graph, requests):
        response = graph.value(request, HT.resp)
        boolean = graph.value(response, MF.expectedBoolean)
        yield Step(
            method=str(graph.value(request, HT.methodName)),
            path=str(graph.value(request, HT.absolutePath)),
            headers=_headers(graph, request),
            body=_body(graph, request),
            statuses=tuple(
                sorted(_status(str(s)) for s in graph.objects(response, MF.expectedStatus))
            ),
            boolean=bool(boolean.toPython()) if isinstance(boolean, Literal) else None,
            format=str(graph.value(response, MF.expectedFormat) or ""),
            content=_body(graph, response).decode(),
            content_type=_headers(graph, response).get("content-type", ""),
            location=str(graph.value(response, MF.expectedLocation) or ""),
        )


def _headers(graph: Graph, message: Node | None) -> dict[str, str]:
    listed = graph.value(message, HT.headers)
    if not isinstance(listed, BNode):
        return {}
    return {
        str(graph.value(each, HT.fieldName)).lower(): str(graph.value(each, HT.fieldValue))
        for each in Collection(graph, listed)
    }


def _body(graph: Graph, message: Node | None) -> bytes:
    body = graph.value(message, HT.body)
    if body is None:
        return b""
    encoding = str(graph.value(body, CNT.characterEncoding) or "UTF-8")
    return str(graph.value(body, CNT.chars)).encode(encoding)


_STATUSES = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}


def _status(iri: str) -> str:
    name = iri.rpartition("#")[2]
    return _STATUSES.get(name) or name.removeprefix("StatusCode")
