"""A small graph is held in memory by query processes: the same rows, always in the same order."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from pool_support import SLACK, text_of
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple
from tests_support import answering, opened

from reformgraph.store import EmbeddedStore, QueryPool, graph_copy, open_store, publish

ONE, TWO = NamedNode("urn:g:one"), NamedNode("urn:g:two")
SAME = (
    "SELECT ?s ?p ?o { ?s ?p ?o }",
    "SELECT ?g ?s { GRAPH ?g { ?s ?p ?o } } LIMIT 7",
    "SELECT DISTINCT ?o { ?s ?p ?o } OFFSET 3",
    "SELECT ?s ?t { ?s ?p ?o . ?t ?p ?o }",
)


def _quads(*more: Quad) -> Iterator[Quad]:
    for number in range(40):
        subject = NamedNode(f"urn:s:{number % 7}")
        yield Quad(subject, NamedNode("urn:p"), Literal(str(number)), ONE if number % 3 else TWO)
        yield Quad(subject, NamedNode("urn:q"), NamedNode(f"urn:o:{number}"), ONE)
    yield Quad(NamedNode("urn:s:1"), NamedNode("urn:t"), Literal('_: (_:b " _:b'), ONE)
    yield Quad(NamedNode("urn:s_:1"), NamedNode("urn:t"), NamedNode("urn:_:o"), ONE)
    yield from more


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    with opened(tmp_path_factory.mktemp("copy") / "store", _quads()) as store:
        yield store


def _published(root: Path, quads: Iterator[Quad], **more: object) -> bool:
    return publish(root, quads, base="urn:", **more).in_memory  # type: ignore[arg-type]


@pytest.mark.parametrize("query", SAME)
def test_every_process_gives_the_same_bytes(store: EmbeddedStore, query: str) -> None:
    root = store.generation.folder.parent.parent
    answers = set()
    for _ in range(2):  # a process each
        with QueryPool(root, timeout=SLACK) as pool:
            answers.add(text_of(pool.run(query, "text/csv")))
    (answer,) = answers
    disk = store.graph.query(query, use_default_graph_as_union=True)
    assert isinstance(disk, pyoxigraph.QuerySolutions)
    expected = disk.serialize(format=pyoxigraph.QueryResultsFormat.CSV)
    assert expected is not None
    if "LIMIT" not in query and "OFFSET" not in query:
        assert sorted(answer.splitlines()) == sorted(expected.decode().splitlines())
    assert len(answer.splitlines()) == len(expected.decode().splitlines())


def test_it_is_the_graph(store: EmbeddedStore) -> None:
    assert store.generation.in_memory
    assert set(answering(store)) == set(store.graph)


def test_pages_of_a_result_fit_together(store: EmbeddedStore) -> None:
    query = "SELECT ?s ?o { ?s <urn:p> ?o }"
    with QueryPool(store.generation.folder.parent.parent, timeout=SLACK) as pool:
        whole = text_of(pool.run(query, "text/csv")).splitlines()[1:]
        parts = [
            line
            for place in range(0, 45, 6)
            for line in text_of(
                pool.run(f"{query} LIMIT 6 OFFSET {place}", "text/csv")
            ).splitlines()[1:]
        ]
    assert parts == whole


def test_graphs_that_are_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blank = Quad(NamedNode("urn:s:1"), NamedNode("urn:p"), BlankNode("b"), ONE)
    assert not _published(tmp_path / "object", _quads(blank))
    blank = Quad(BlankNode("b"), NamedNode("urn:p"), Literal("1"), DefaultGraph())
    assert not _published(tmp_path / "subject", _quads(blank))
    told = Triple(BlankNode("b"), NamedNode("urn:p"), Literal("1"))
    blank = Quad(NamedNode("urn:s:1"), NamedNode("urn:p"), told, ONE)
    assert not _published(tmp_path / "within", _quads(blank))
    assert not _published(tmp_path / "empty", _quads(), graphs=["urn:g:empty"])
    assert _published(tmp_path / "small", _quads())
    monkeypatch.setattr(graph_copy, "MOST", 80)
    assert not _published(tmp_path / "large", _quads())
    for root in tmp_path.iterdir():
        store = open_store(root)
        held = (store.generation.folder / graph_copy.NAME).exists()
        assert held == store.generation.in_memory == (root.name == "small")
        store.close()
        with QueryPool(root, timeout=SLACK) as pool:
            assert "true" in text_of(pool.run("ASK { ?s ?p ?o }"))


def test_the_same_graph_gives_the_same_file(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with graph_copy.Writer(tmp_path / name) as writer:
            writer.add(b'<urn:s> <urn:p> "o" <urn:g> .\n')
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert gzip.decompress((tmp_path / "one").read_bytes()).startswith(b"<urn:s>")
    with pytest.raises(RuntimeError), graph_copy.Writer(tmp_path / "broken") as writer:
        raise RuntimeError
    with pytest.raises(EOFError):
        graph_copy.load(tmp_path / "broken")
