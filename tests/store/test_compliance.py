"""What every kind of store promises: one suite, run on the embedded store and on SPARQL servers.

Oxigraph's own server takes part in each run; Fuseki and Virtuoso with ``SOAK=1``, where at hand.
"""

import csv
import io
import json
import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from remote_engines import loaded

from reformgraph.errors import (
    FederationRefused,
    NotFound,
    QuerySyntaxError,
    ReformGraphError,
    StoreError,
    UpdateRefused,
    UsageError,
)
from reformgraph.ontology.terms import PREFIXES, RG
from reformgraph.settings import Settings
from reformgraph.store import Dataset, Store
from reformgraph.store.embedded import open_store
from reformgraph.store.opening import opened, pool
from reformgraph.store.processes.pool import QueryPool
from reformgraph.store.remote.pool import RemotePool

BASE = "https://w3id.org/reformgraph/"
PLAN, MATTERS = BASE + "id/plan", BASE + "id/every-child-matters"
KINDS = (
    "embedded",
    "oxigraph",
    "oxigraph-update",
    "fuseki",
    "virtuoso",
    "virtuoso-update",
    "other",
)
ALWAYS = ("embedded", "oxigraph", "oxigraph-update")


@dataclass(frozen=True)
class Subject:
    """What is tested, and the embedded store of the same generation to compare it with."""

    kind: str
    store: Store
    pool: QueryPool | RemotePool
    settings: Settings
    peer: Store


@pytest.fixture(scope="module", params=KINDS)
def subject(
    request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Subject]:
    kind = str(request.param)
    if kind not in ALWAYS and not os.environ.get("SOAK"):
        pytest.skip("runs with SOAK=1")
    with closing(open_store(built)) as peer:
        if kind == "embedded":
            settings = Settings(store=str(built))
            with closing(opened(settings)) as store, closing(pool(settings)) as queries:
                yield Subject(kind, store, queries, settings, peer)
            return
        with (
            loaded(kind, built, tmp_path_factory.mktemp(kind)) as settings,
            closing(opened(settings)) as store,
            closing(pool(settings)) as queries,
        ):
            yield Subject(kind, store, queries, settings, peer)


def test_it_serves_the_generation(subject: Subject) -> None:
    subject.store.check()
    assert subject.store.generation.id == subject.peer.generation.id
    assert subject.store.generation.quads == subject.peer.generation.quads
    assert subject.store.degraded == ""


def test_queries_see_the_union_of_all_graphs(subject: Subject) -> None:
    store = subject.store
    found = store.select(f"SELECT ?o {{ <{PLAN}> {RG.buildsOn} ?o }}")
    assert found.variables == ("o",)
    assert list(found) == [(NamedNode(MATTERS),)]
    assert store.ask(f"ASK {{ <{PLAN}> ?p ?o }}") is True
    assert store.ask("ASK { <x:nothing> ?p ?o }") is False
    # The type is in the graph of the inferences, the label in that of the timeline.
    assert store.ask(f"ASK {{ <{MATTERS}> a {RG.Item} ; {RG.slug} ?slug }}")
    assert len(store.construct("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3")) == 3


def test_graphs_and_counts_are_those_of_the_manifest(subject: Subject) -> None:
    query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    found = {str(g)[1:-1]: int(getattr(n, "value", "")) for g, n in subject.store.select(query)}
    assert found == dict(subject.store.generation.graphs)


def test_every_statement_is_there(subject: Subject) -> None:
    query = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
    assert set(subject.store.construct(query)) == set(subject.peer.construct(query))


def test_unbound_is_none(subject: Subject) -> None:
    rows = list(subject.store.select("SELECT ?a ?b { BIND(1 AS ?a) OPTIONAL { ?b <x:y> ?a } }"))
    assert rows == [(Literal(1), None)]


def test_hazard_16_from_narrows(subject: Subject) -> None:
    query = "SELECT (COUNT(*) AS ?n) FROM <{}> {{ ?s ?p ?o }}"
    for graph, count in ((BASE + "graph/inferences", 1), ("x:unknown", 0)):
        ((number,),) = subject.store.select(query.format(graph))
        assert number == Literal(count)


def test_wrong_forms_and_wrong_syntax(subject: Subject) -> None:
    store = subject.store
    with pytest.raises(UsageError):
        store.select("ASK {}")
    with pytest.raises(UsageError):
        store.ask("SELECT * { ?s ?p ?o }")
    with pytest.raises(UsageError):
        store.construct("ASK {}")
    with pytest.raises(QuerySyntaxError):
        store.select("SELECT")


@pytest.mark.parametrize("iri", [PLAN, MATTERS, RG.Policy.value, BASE + "claim/r1"])
def test_describe(subject: Subject, iri: str) -> None:
    found = subject.store.describe(iri)
    assert len(found) == len(set(found))
    assert set(found) == set(subject.peer.describe(iri))


@pytest.mark.parametrize("iri", [BASE + "id/nothing", "no iri", "\ud800"])
def test_describe_nothing(subject: Subject, iri: str) -> None:
    with pytest.raises(NotFound):
        subject.store.describe(iri)


def test_labels(subject: Subject) -> None:
    wanted = [PLAN, MATTERS, PLAN, "no iri", BASE + "id/nothing"]
    assert subject.store.labels(wanted) == subject.peer.labels(wanted)
    assert subject.store.labels([PLAN]) == {PLAN: "The Children’s Plan"}
    many = [f"{BASE}n/{n}" for n in range(450)] + [PLAN]
    assert subject.store.labels(many) == {PLAN: "The Children’s Plan"}


@pytest.mark.parametrize(
    "name",
    [
        "plan",
        "PLAN",
        " plan ",
        PLAN,
        f"<{PLAN}>",
        "children-act-2004",
        "claim/r1",
        "graph/story",
        "rg:Policy",
    ],
)
def test_resolve(subject: Subject, name: str) -> None:
    assert subject.store.resolve(name) == subject.peer.resolve(name)


@pytest.mark.parametrize("name", ["", "rg:Polcy", "x:y", "../../etc/passwd", "\ud800", "a" * 9000])
def test_hazard_35_unknown_names(subject: Subject, name: str) -> None:
    with pytest.raises(NotFound):
        subject.store.resolve(name)


def test_search_near_and_attached(subject: Subject) -> None:
    store, peer = subject.store, subject.peer
    assert store.search("children plan") == peer.search("children plan")
    assert store.near("evry child maters") == peer.near("evry child maters")
    assert store.attached("no such file") == b""
    with pytest.raises(NotFound) as caught:
        store.resolve("every-chid-maters")
    assert caught.value.hints[0] == "every-child-matters"


def read(
    subject: Subject, query: str, media_type: str = "", dataset: Dataset | None = None
) -> bytes:
    with subject.pool.run(query, media_type, dataset, base="http://localhost/sparql") as answer:
        data = answer.file.read()
        assert len(data) == answer.length
        assert answer.generation == subject.store.generation.id
        assert answer.media_type == media_type or not media_type
        return data


_NUMBERS = f"SELECT ?s ?o {{ ?s <{BASE}p/0> ?o }} ORDER BY ?s"


@pytest.mark.parametrize("kind", ["json", "xml", "csv", "tsv"])
def test_strangers_get_every_results_format(subject: Subject, kind: str) -> None:
    media_type = {"csv": "text/csv", "tsv": "text/tab-separated-values"}.get(
        kind, f"application/sparql-results+{kind}"
    )
    data = read(subject, _NUMBERS, media_type)
    assert data.count(f"{BASE}n/".encode()) == 667
    if kind == "json":
        assert len(json.loads(data)["results"]["bindings"]) == 667
    if kind == "csv":
        assert len(list(csv.reader(io.StringIO(data.decode())))) == 668
    expected = b"true" if kind in ("csv", "tsv") else b"boolean"
    assert expected in read(subject, "ASK { ?s ?p ?o }", media_type)


@pytest.mark.parametrize(
    "media_type",
    [
        "text/turtle",
        "application/n-triples",
        "application/rdf+xml",
        "application/ld+json",
        "application/n-quads",
        "application/trig",
    ],
)
def test_strangers_get_every_graph_format(subject: Subject, media_type: str) -> None:
    query = f"CONSTRUCT WHERE {{ <{PLAN}> ?p ?o }}"
    form = RdfFormat.from_media_type(media_type)
    found = {quad.triple for quad in parse(read(subject, query, media_type), format=form)}
    assert found == set(subject.peer.construct(query))


def test_strangers_see_the_same_dataset(subject: Subject) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }"
    inferences = BASE + "graph/inferences"
    graphs = subject.store.generation.graphs

    def number(query: str, dataset: Dataset | None = None) -> int:
        return int(read(subject, query, "text/csv", dataset).split()[1])

    assert number(count) == number(named) == sum(graphs.values())
    assert number(count, Dataset((inferences,))) == graphs[inferences]
    # Hazard 17: a default graph alone leaves no named one.
    assert number(named, Dataset((inferences,))) == 0
    assert number(named, Dataset((), (inferences,))) == graphs[inferences]
    assert number(count, Dataset((), (inferences,))) == 0
    assert number(count, Dataset(("x:unknown",))) == 0


def test_whole_graphs(subject: Subject) -> None:
    inferences = BASE + "graph/inferences"
    with subject.pool.dump(inferences, "application/n-triples") as answer:
        assert answer.file.read().count(b"\n") == subject.store.generation.graphs[inferences]
    with subject.pool.dump(None, "application/n-quads") as answer:
        assert answer.file.read().count(b"\n") == subject.store.generation.quads
    with subject.pool.dump("x:unknown", "text/turtle") as answer:
        assert b"<" not in b"\n".join(
            line for line in answer.file.read().splitlines() if not line.startswith(b"@prefix")
        )


def test_relative_iris_and_common_prefixes(subject: Subject) -> None:
    data = read(subject, "SELECT (<#here> AS ?x) {}", "text/csv")
    assert data.split() == [b"x", b"http://localhost/sparql#here"]
    with subject.pool.run("SELECT ?s { ?s rg:buildsOn ?o }", "text/csv", common=PREFIXES) as answer:
        assert answer.file.read().split() == [b"s", PLAN.encode()]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("INSERT DATA { <x:s> <x:p> <x:o> }", UpdateRefused),
        ("SELECT * { SERVICE <http://localhost:1/> { ?s ?p ?o } }", FederationRefused),
        ("SELECT * { ?s ?p }", QuerySyntaxError),
        ("SELECT * { ?s rgg:x ?p }", QuerySyntaxError),
        ("", QuerySyntaxError),
        ("SELECT * { ?s ?p '\ud800' }", ReformGraphError),
        ("ASK " + "{" * 200 + "}" * 200, ReformGraphError),
    ],
)
def test_strangers_are_refused_in_the_same_way(
    subject: Subject, query: str, error: type[ReformGraphError]
) -> None:
    with pytest.raises(error) as caught:
        subject.pool.run(query)
    assert caught.value.status in (400, 403)
    if error is QuerySyntaxError:
        assert caught.value.where["line"] == 1
        assert caught.value.where["column"] >= 1  # type: ignore[operator]


def test_closed_is_closed(subject: Subject) -> None:
    store = opened(subject.settings)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.ask("ASK {}")
