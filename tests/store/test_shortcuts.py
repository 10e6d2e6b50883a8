"""What a generation knows beforehand gives the rows that the engine gives."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ontology.terms import RDF, RG
from reformgraph.store import QueryPool, open_store, publish
from reformgraph.store.known.shortcut_index import NAME
from reformgraph.store.known.shortcuts import Shortcuts

BASE = "https://w3id.org/reformgraph/"
JSON = "application/sparql-results+json"
HEAD = "PREFIX rg: <https://w3id.org/reformgraph/ontology#>\n"
FORMATS = (JSON, "text/csv", "text/tab-separated-values")


def _node(number: int) -> NamedNode:
    return NamedNode(f"{BASE}id/n{number}")


def _quads() -> Iterator[Quad]:
    one, two = NamedNode(BASE + "graph/one"), NamedNode(BASE + "graph/two")
    for number in range(1, 40):
        yield Quad(_node(number), RG.drawsOn, _node(number // 2), one)
        if number // 3 != number // 2:
            yield Quad(_node(number), RG.drawsOn, _node(number // 3), two)
        yield Quad(_node(number), RDF.type, RG.Policy if number % 3 else RG.Legislation, one)
        yield Quad(_node(number), RDF.type, RG.Item, two)
        yield Quad(_node(number), RG.slug, Literal(f"n{number}"), one)
    yield Quad(_node(0), RG.drawsOn, _node(7), one)  # a circle
    yield Quad(_node(50), RG.drawsOn, _node(50), one)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shortcuts") / "store"
    publish(root, _quads(), base=BASE)
    return root


@pytest.fixture(scope="module")
def known(root: Path) -> Shortcuts:
    return Shortcuts(open_store(root).generation.folder)


@pytest.fixture(scope="module")
def graph(root: Path) -> pyoxigraph.Store:
    return open_store(root).graph


CLOSURES = [
    f"{HEAD}SELECT ?x {{ {subject} rg:drawsOn{path} {value} }}"
    for path in "+*"
    for subject, value in (
        *((f"<{BASE}id/n{number}>", "?x") for number in (39, 7, 0, 50)),
        *(("?x", f"<{BASE}id/n{number}>") for number in (0, 1, 39, 50)),
    )
]
OTHERS = [
    f"{HEAD}select distinct ?x where {{ <{BASE}id/n9> rg:drawsOn+ ?x . }} # all",
    f"{HEAD}PREFIX n: <{BASE}id/>\nSELECT ?x {{ n:n9 rg:drawsOn* ?x }}",
    f"SELECT (COUNT(*) AS ?n) {{ <{BASE}id/n9> <{RG.iri}drawsOn>+ ?x }}",
    f"SELECT (COUNT(DISTINCT ?x) AS ?n) {{ <{BASE}id/n9> <{RG.iri}drawsOn>+ ?x }}",
    "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c",
    "SELECT ?c (COUNT(?s) AS ?n) WHERE { ?s a ?c . } GROUP BY ?c ORDER BY DESC(?n)",
    f"{HEAD}SELECT ?e (COUNT(?s) AS ?n) {{ ?s rg:drawsOn ?e }} GROUP BY ?e",
    "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    f"{HEAD}SELECT (COUNT(?s) AS ?n) {{ ?s rg:slug ?o }}",
    f"{HEAD}SELECT (COUNT(?s) AS ?n) {{ ?s rg:nothing ?o }}",
    f"{HEAD}SELECT ?o (COUNT(?s) AS ?n) {{ ?s rg:nothing ?o }} GROUP BY ?o",
]

DRAWN = (
    f"{HEAD}SELECT ?e (COUNT(?s) AS ?n) {{ ?s rg:drawsOn ?e }} GROUP BY ?e "
    "ORDER BY DESC(?n) LIMIT 5"
)


def _rows(data: bytes, media_type: str) -> tuple[bytes, Counter[bytes | str]]:
    if media_type == JSON:
        document = json.loads(data)
        head = json.dumps(document["head"]).encode()
        return head, Counter(json.dumps(row) for row in document["results"]["bindings"])
    first, *lines = data.split(b"\n")
    return first, Counter(lines)


@pytest.mark.parametrize("media_type", FORMATS)
@pytest.mark.parametrize("query", [*CLOSURES, *OTHERS])
def test_the_rows_of_the_engine(
    known: Shortcuts, graph: pyoxigraph.Store, query: str, media_type: str
) -> None:
    pieces = known.answer(query, media_type)
    assert pieces is not None
    form = pyoxigraph.QueryResultsFormat.from_media_type(media_type)
    result = graph.query(query, use_default_graph_as_union=True)
    assert not isinstance(result, pyoxigraph.QueryTriples) and form is not None
    expected = result.serialize(format=form)
    assert expected is not None
    assert _rows(b"".join(pieces), media_type) == _rows(expected, media_type)


def test_the_most_drawn_upon(known: Shortcuts, graph: pyoxigraph.Store) -> None:
    query = DRAWN
    pieces = known.answer(query, "text/csv")
    assert pieces is not None
    ours = [line.split(b",")[1] for line in b"".join(pieces).split()[1:]]
    result = graph.query(query, use_default_graph_as_union=True)
    assert isinstance(result, pyoxigraph.QuerySolutions)
    assert [int(n) for n in ours] == [int(row["n"].value) for row in result]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "query",
    [
        f"{HEAD}SELECT ?x {{ <{BASE}id/unknown> rg:drawsOn+ ?x }}",
        f"{HEAD}SELECT ?x {{ <id/n9> rg:drawsOn+ ?x }}",
        f"{HEAD}SELECT ?x {{ <{BASE}id/n9> rg:buildsOn+ ?x }}",
        f"{HEAD}SELECT ?x {{ <{BASE}id/n9> rg:drawsOn+ <{BASE}id/n1> }}",
        f"{HEAD}SELECT ?x ?y {{ ?x rg:drawsOn+ ?y }}",
        f"{HEAD}SELECT ?y {{ <{BASE}id/n9> rg:drawsOn+ ?x }}",
        f"{HEAD}SELECT ?x {{ <{BASE}id/n9> rg:drawsOn+ ?x }} LIMIT 3",
        f"{HEAD}SELECT ?x FROM <x:y> {{ <{BASE}id/n9> rg:drawsOn+ ?x }}",
        "SELECT ?c (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?c } GROUP BY ?c",
        "SELECT ?p (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o } GROUP BY ?p",
        "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c } GROUP BY ?c",
        "SELECT ?p (COUNT(*) AS ?p) { ?s ?p ?o } GROUP BY ?p",
        "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
        "SELECT ?p (COUNT(?x) AS ?n) { ?s ?p ?o } GROUP BY ?p",
        "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?s } GROUP BY ?p",
        "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p HAVING (?n > 1)",
        "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY DESC(?p)",
        f"{HEAD}SELECT ?o (COUNT(*) AS ?n) {{ ?s rg:slug ?o }} GROUP BY ?o",
        "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?p }",
    ],
)
def test_what_the_engine_has_to_answer(known: Shortcuts, query: str) -> None:
    for media_type in (*FORMATS, "application/sparql-results+xml"):
        assert known.answer(query, media_type) is None


def test_through_the_pool(root: Path) -> None:
    query = CLOSURES[0]
    with QueryPool(root, timeout=10.0) as pool:
        # Every kind, for the process can open no file any more: not even to import.
        for text in (*OTHERS, DRAWN):
            with pool.run(text, JSON) as answer:
                assert answer.form == "solutions"
        with pool.run(query, JSON) as answer:
            assert (answer.form, answer.media_type) == ("solutions", JSON)
            assert len(json.loads(answer.file.read())["results"]["bindings"]) > 5
        with pool.run(query.replace("{", f"FROM <{BASE}graph/one> {{", 1), "text/csv") as answer:
            fewer = answer.file.read()
        with pool.run(query, "text/csv") as answer:
            assert len(answer.file.read().split()) > len(fewer.split())


def test_a_statement_of_two_graphs(tmp_path: Path) -> None:
    again = NamedNode(BASE + "graph/two")
    publish(tmp_path, [*_quads(), Quad(_node(1), RG.drawsOn, _node(0), again)], base=BASE)
    store = open_store(tmp_path)
    known = Shortcuts(store.generation.folder)
    assert (
        known.answer(f"{HEAD}SELECT ?e (COUNT(?s) AS ?n) {{ ?s rg:drawsOn ?e }} GROUP BY ?e", JSON)
        is None
    )
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    pieces = known.answer(query, "text/csv")
    assert pieces is not None
    result = store.graph.query(query, use_default_graph_as_union=True)
    assert isinstance(result, pyoxigraph.QuerySolutions)
    assert b"".join(pieces) == result.serialize(format=pyoxigraph.QueryResultsFormat.CSV)
    store.close()


def test_a_generation_without_them(root: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=NAME):
        Shortcuts(tmp_path)
