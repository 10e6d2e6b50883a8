"""The W3C's tests of the protocol, the graph store protocol and the service description."""

import email
import email.policy
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import Server
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from w3c_exceptions import WRITES
from w3c_manifests import ROOT, Conversation, Step, conversations, names
from w3c_report import INAPPLICABLE, PASSED, Outcomes
from w3c_results import as_boolean, same_graph

HERE = ROOT.is_dir()
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
TABULAR = ("application/sparql-results+json", "application/sparql-results+xml")
GRAPHS = ("text/turtle", "application/rdf+xml", "application/n-triples")


def _params(*manifests: str) -> list[object]:
    return [
        pytest.param(manifest, case, id=case.iri.rpartition("#")[2])
        for manifest in (manifests if HERE else ())
        for case in conversations(manifest)
    ]


def _expected(step: Step, status: int) -> bool:
    return any(
        str(status) == wanted or (wanted[1:] == "xx" and str(status)[0] == wanted[0])
        for wanted in step.statuses
    )


def _writes(case: Conversation) -> bool:
    """Whether the test needs an update that succeeds."""
    return any("2xx" in step.statuses and _is_update(step) for step in case.steps)


def _is_update(step: Step) -> bool:
    return "sparql-update" in step.headers.get("content-type", "") or step.body.startswith(
        b"update="
    )


@pytest.mark.parametrize(("manifest", "case"), _params("protocol/manifest.ttl"))
def test_protocol(w3c: Server, outcomes: Outcomes, manifest: str, case: Conversation) -> None:
    writes = _writes(case)
    for step in case.steps:
        status, headers, body = w3c.step(step, "/sparql" + step.path.removeprefix("/sparql/"))
        if writes:
            if _is_update(step):
                assert status == 403 and b"update-refused" in body
            else:
                assert status == 200
            continue
        assert _expected(step, status), (status, body)
        kind = headers["content-type"].partition(";")[0]
        if status < 400 and step.format:
            assert kind in (GRAPHS if step.format == "RDF" else TABULAR)
        if step.boolean is not None:
            assert as_boolean(body) is step.boolean
        if status >= 400:
            assert kind == "application/problem+json"
    outcomes.add("protocol", case.iri, *((INAPPLICABLE, WRITES) if writes else (PASSED, "")))


@pytest.mark.parametrize(
    ("manifest", "case"),
    _params(
        "graph-store-protocol/manifest-direct.ttl", "graph-store-protocol/manifest-indirect.ttl"
    ),
)
def test_graph_store(
    graph_store: Server, outcomes: Outcomes, manifest: str, case: Conversation, tmp_path: Path
) -> None:
    held: dict[str, str] = {}
    changed, writes = True, False
    location = f"http://127.0.0.1:{graph_store.port}/graph-store/new"
    for step in case.steps:
        path = "/graph-store" + step.path.removeprefix("/gsp").replace("$LOCATION$", location)
        iri = location if step.location else _graph(graph_store, path)
        if step.method in ("PUT", "POST", "DELETE"):
            writes = changed = True
            status, _, body = graph_store.step(step, path)
            assert status == 405 and b"/method" in body
            _write(held, step, iri)
            continue
        if changed:
            graph_store.hold(held, tmp_path)
            changed = False
        status, headers, body = graph_store.step(step, path)
        assert _expected(step, status), (status, body)
        if step.content_type:
            assert headers["content-type"] == step.content_type
        if step.content:
            assert same_graph(step.content, body, "turtle")
        if step.method == "HEAD":
            assert body == b""
    outcomes.add(
        "graph-store-protocol", case.iri, *((INAPPLICABLE, WRITES) if writes else (PASSED, ""))
    )


def _graph(server: Server, path: str) -> str:
    parts = urlsplit(path)
    fields = parse_qs(parts.query, keep_blank_values=True)
    if "default" in fields:
        return ""
    return fields["graph"][0] if "graph" in fields else f"http://127.0.0.1:{server.port}{path}"


def _write(held: dict[str, str], step: Step, iri: str) -> None:
    """Do to ``held`` what the request would have done."""
    text = step.body.decode()
    kind = step.headers.get("content-type", "")
    if kind.startswith("multipart/"):
        message = email.message_from_string(
            f"Content-Type: {kind}\r\n\r\n{text}", policy=email.policy.default
        )
        text = "\n".join(str(part.get_content()) for part in message.iter_parts())
    if step.method == "DELETE":
        held.pop(iri, None)
    else:
        held[iri] = text if step.method == "PUT" else f"{held.get(iri, '')}\n{text}"


# The vocabulary's own domains and ranges: https://www.w3.org/TR/sparql11-service-description/
DOMAIN = {
    **dict.fromkeys(("endpoint", "feature", "defaultEntailmentRegime", "extensionFunction",
                     "supportedLanguage", "resultFormat", "defaultDataset"), "Service"),
    **dict.fromkeys(("defaultGraph", "namedGraph"), "Dataset"),
    **dict.fromkeys(("name", "graph"), "NamedGraph"),
}  # fmt: skip
RANGE = {"defaultDataset": "Dataset", "defaultGraph": "Graph", "namedGraph": "NamedGraph",
         "graph": "Graph", "extensionFunction": "Function"}  # fmt: skip
FEATURES = {"DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs",
            "BasicFederatedQuery"}  # fmt: skip


def _description(server: Server) -> Graph:
    status, headers, body = server.send("GET", "/sparql", {})
    assert status == 200
    return Graph().parse(data=body, format=headers["content-type"].partition(";")[0])


def test_service_description(w3c: Server, outcomes: Outcomes) -> None:
    known = dict(names("service-description/manifest.ttl"))
    tests = {iri.rpartition("#")[2]: iri for iri in known}
    suite = "service-description"
    graph = _description(w3c)
    outcomes.add(suite, tests.pop("returns-rdf"), PASSED)

    endpoint = URIRef(f"http://127.0.0.1:{w3c.port}/sparql")
    assert list(graph.subject_objects(SD.endpoint)) == [(endpoint, endpoint)]
    outcomes.add(suite, tests.pop("has-endpoint-triple"), PASSED)

    for subject, predicate, value in graph:
        if not str(predicate).startswith(SD):
            continue
        name = str(predicate).removeprefix(SD)
        assert (subject, RDF.type, SD[DOMAIN[name]]) in graph, (subject, name)
        if name in RANGE:
            assert (value, RDF.type, SD[RANGE[name]]) in graph, (value, name)
        assert not isinstance(value, Literal)
    for feature in graph.objects(endpoint, SD.feature):
        assert str(feature).removeprefix(SD) in FEATURES
    (data,) = graph.objects(endpoint, SD.defaultDataset)
    assert len(list(graph.objects(data, SD.defaultGraph))) == 1
    for named in graph.objects(data, SD.namedGraph):
        assert len(list(graph.objects(named, SD.name))) == 1
    outcomes.add(suite, tests.pop("conforms-to-schema"), PASSED)
    assert not tests, "the manifest has more tests"
