"""Look-ups that are answered from ``statements.bin`` have the rows and the terms of the engine."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import BaseDirection, BlankNode, Literal, NamedNode, Quad, Triple
from tests_support import engine, opened

from reformgraph.store import EmbeddedStore
from reformgraph.store.known.lookups import TooMuch, recognise
from reformgraph.store.known.shortcuts import Shortcuts
from reformgraph.store.known.statement_index import NAME, Writer
from reformgraph.store.known.statements import JSON, MOST, MOST_ROWS, Statements

HEAD = (
    "PREFIX rg: <https://w3id.org/reformgraph/ontology#>\n"
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
    "PREFIX e: <urn:e:>\n"
)
XSD = "http://www.w3.org/2001/XMLSchema#"
ODD = 'a "b" \\ c\n\t\x01\x7f é😀 </script>'


def _node(name: str) -> NamedNode:
    return NamedNode(f"urn:e:{name}")


def _quads() -> Iterator[Quad]:
    one, two = NamedNode("urn:g:one"), NamedNode("urn:g:two")
    for value in (
        Literal(ODD),
        Literal(ODD, language="en-GB"),
        Literal("plain", language="cy"),
        Literal("1.50", datatype=NamedNode(XSD + "decimal")),
        Literal("2007", datatype=NamedNode(XSD + "gYear")),
        Literal("2007-12-11T00:00:00.000Z", datatype=NamedNode(XSD + "dateTime")),
        Literal("true", datatype=NamedNode(XSD + "boolean")),
        Literal('{"type":"uri","value":"urn:', datatype=NamedNode("urn:dt")),
        NamedNode("urn:é:%3C"),
        NamedNode("https://w3id.org/reformgraph/id/plan"),
    ):
        yield Quad(_node("a"), _node("odd"), value, one)
    yield Quad(_node("a"), _node("twice"), _node("x"), one)
    yield Quad(_node("a"), _node("twice"), _node("x"), two)
    yield Quad(_node("a"), _node("one"), Literal("1"), one)
    yield Quad(_node("a"), _node("none-else"), Literal("2"), two)
    for number in range(30):
        yield Quad(_node("a"), _node("to"), _node(f"n{number}"), one)
        if number % 3:
            name = Literal(f"n {number}", language="en")
            yield Quad(_node(f"n{number}"), _node("name"), name, one)
        if number % 2:
            yield Quad(_node(f"n{number}"), _node("day"), Literal(str(number)), two)
    yield Quad(_node("a"), _node("to"), Literal("no subject"), one)
    for several in ("many", "several"):
        for number in (1, 2):
            yield Quad(_node("n1"), _node(several), Literal(f"{several} {number}"), one)
    yield Quad(_node("blank"), _node("to"), BlankNode("b1"), one)
    yield Quad(_node("blank"), _node("name"), Literal("leads to no name of its own"), one)
    yield Quad(BlankNode("b1"), _node("name"), Literal("b"), one)
    yield Quad(
        _node("right"), _node("name"), Literal("x", language="ar", direction=BaseDirection.RTL), one
    )
    told = Triple(_node("a"), _node("one"), Literal("1"))
    yield Quad(_node("told"), _node("name"), told, one)
    yield Quad(_node("to-odd"), _node("to"), _node("right"), one)
    for number in range(MOST_ROWS + 1):
        yield Quad(_node("hub"), _node("to"), _node(f"h{number}"), one)
    yield Quad(_node("long"), _node("name"), Literal("x" * MOST), one)
    yield Quad(
        NamedNode("https://w3id.org/reformgraph/id/plan"), _node("name"), Literal("Plan"), one
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    with opened(tmp_path_factory.mktemp("statements") / "store", _quads()) as store:
        yield store


def _answer(store: EmbeddedStore, query: str) -> bytes:
    found = recognise(query)
    assert found is not None
    return Statements(store.generation.folder).answer(found)


def _rows(answer: bytes) -> Counter[str]:
    return Counter(json.dumps(row) for row in json.loads(answer)["results"]["bindings"])


def _same(ours: bytes, theirs: bytes) -> bool:
    """Whether two answers hold the same rows, written in the same way."""
    return _rows(ours) == _rows(theirs) and sorted(ours) == sorted(theirs)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?v { e:a e:odd ?v }",
        "SELECT ?v WHERE { <urn:e:a> <urn:e:odd> ?v . } LIMIT 300",
        "SELECT ?v { e:a e:twice ?v }",
        "SELECT ?v { e:nobody e:odd ?v }",
        "SELECT ?v { e:a e:unheard-of ?v }",
        "SELECT ?v ?w { e:a e:one ?v ; e:none-else ?w }",
        "SELECT ?w ?v { e:a e:one ?v ; e:odd ?w }",
        "SELECT ?v { e:a e:one ?v ; e:odd ?w }",
        "SELECT ?w { e:a e:one ?v ; e:missing ?w }",
        "SELECT ?x ?n { e:a e:to ?x . ?x e:name ?n }",
        "SELECT ?d ?n { e:a e:to ?x . ?x e:name ?n ; e:day ?d . }",
        "SELECT ?x ?v { e:a e:odd ?x . ?x e:name ?v }",
        "SELECT ?x ?v { e:a e:twice ?x . ?x e:name ?v }",
        "SELECT ?p ?o { e:a ?p ?o }",
        "SELECT ?o ?p { e:a ?p ?o . } LIMIT 500",
        "SELECT ?p { e:a ?p ?o }",
        "SELECT ?o { <https://w3id.org/reformgraph/id/plan> ?p ?o }",
        "SELECT ?p ?o { e:nobody ?p ?o }",
        "# a comment with PREFIX e: <urn:other:>\nselect $v where { e:a # e:no\n e:one $v } # end",
    ],
)
def test_the_rows_of_the_engine(store: EmbeddedStore, query: str) -> None:
    assert _same(_answer(store, HEAD + query), engine(store, HEAD + query))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { e:a e:odd ?v }",
        "SELECT ?v { ?s e:odd ?v }",
        "SELECT ?v { e:a e:odd ?v FILTER(?v > 1) }",
        "SELECT ?v { e:a e:odd/e:x ?v }",
        "SELECT DISTINCT ?v { e:a e:odd ?v }",
        "SELECT ?v ?u { e:a e:odd ?v }",
        "SELECT ?v { e:a e:odd ?v ; e:one ?v }",
        "SELECT ?v { e:a e:to ?x . ?y e:name ?v }",
        "SELECT ?v { e:a e:to ?x ; e:one ?z . ?x e:name ?v }",
        "SELECT ?v { unknown:a e:odd ?v }",
        "SELECT ?v { e:a unknown:odd ?v }",
        "SELECT ?v { <relative> e:odd ?v }",
        "SELECT ?v FROM <urn:g:one> { e:a e:odd ?v }",
        "SELECT ?v { e:a e:odd ?v } OFFSET 1",
        "SELECT ?v { GRAPH ?g { e:a e:odd ?v } }",
        "SELECT ?v { e:a ?v ?v }",
        "SELECT ?p ?o { e:a ?p ?o . ?o e:name ?n }",
        "SELECT ?p ?o { e:a ?p ?o ; e:name ?n }",
    ],
)
def test_what_is_not_recognised(query: str) -> None:
    assert recognise(HEAD + query) is None


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT ?v ?w { e:n1 e:many ?v ; e:several ?w }", "rows multiply"),
        ("SELECT ?x ?v ?w { e:a e:to ?x . ?x e:many ?v ; e:several ?w }", "rows multiply"),
        ("SELECT ?v { e:a e:odd ?v } LIMIT 3", "a page, and the next would come from the engine"),
        ("SELECT ?p ?o { e:a ?p ?o } LIMIT 0", "the same"),
        ("SELECT ?v { e:blank e:name ?v }", "a blank node among its statements"),
        ("SELECT ?v { e:right e:name ?v }", "a text with a direction"),
        ("SELECT ?v { e:told e:name ?v }", "a triple as a term"),
        ("SELECT ?x ?v { e:to-odd e:to ?x . ?x e:name ?v }", "it leads to such a one"),
        ("SELECT ?v { e:hub e:to ?v }", "too many rows"),
        ("SELECT ?x ?v { e:hub e:to ?x . ?x e:name ?v }", "too many steps"),
        ("SELECT ?v { e:long e:name ?v }", "too long"),
        ("SELECT ?v { <http://[no-address/> e:name ?v }", "no IRI"),
    ],
)
def test_what_is_left_to_the_engine(store: EmbeddedStore, query: str, why: str) -> None:
    with pytest.raises(TooMuch):
        _answer(store, HEAD + query)
    shortcuts = Shortcuts(store.generation.folder)
    assert shortcuts.answer(HEAD + query, JSON) is None, why


def test_query_processes_answer_with_the_same_bytes(store: EmbeddedStore) -> None:
    query = f"{HEAD}SELECT ?p ?o {{ e:a ?p ?o }}"
    pieces = Shortcuts(store.generation.folder).answer(query, JSON)
    assert pieces is not None
    assert b"".join(pieces) == _answer(store, query)
    assert Shortcuts(store.generation.folder).answer(query, "text/csv") is None


def test_a_generation_of_before_there_were_any(store: EmbeddedStore, tmp_path: Path) -> None:
    for path in store.generation.folder.glob("*.bin"):
        if path.name != NAME:
            (tmp_path / path.name).write_bytes(path.read_bytes())
    shortcuts = Shortcuts(tmp_path)
    assert shortcuts.statements is None
    assert shortcuts.answer(f"{HEAD}SELECT ?p ?o {{ e:a ?p ?o }}", JSON) is None


def test_a_graph_that_is_too_large_has_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reformgraph.store.known.statement_index.MOST", 40)
    with Writer(tmp_path / NAME, "urn:") as writer:
        for number in range(3):
            writer.add(b'<urn:s%d> <urn:p> "text" .\n' % number)
    assert not (tmp_path / NAME).exists()


def test_an_empty_graph(tmp_path: Path) -> None:
    with Writer(tmp_path / NAME, "urn:"):
        pass
    found = recognise("SELECT ?p ?o { <urn:s> ?p ?o }")
    assert found is not None
    told = json.loads(Statements(tmp_path).answer(found))
    assert told == {"head": {"vars": ["p", "o"]}, "results": {"bindings": []}}


def test_every_thing_of_the_story(story_store: EmbeddedStore) -> None:
    """Whatever a build writes: all statements of a tenth of its subjects, and their neighbours."""
    statements = Statements(story_store.generation.folder)
    subjects = [
        str(subject)
        for (subject,) in story_store.select("SELECT DISTINCT ?s { ?s ?p ?o }")
        if isinstance(subject, pyoxigraph.NamedNode)
    ]
    asked = 0
    for subject in subjects[::10]:
        for query in (
            f"{HEAD}SELECT ?l {{ {subject} rdfs:label ?l }}",
            f"{HEAD}SELECT ?p ?o {{ {subject} ?p ?o }}",
            f"{HEAD}SELECT ?x ?l {{ {subject} rg:drawsOn ?x . ?x rdfs:label ?l }}",
        ):
            found = recognise(query)
            assert found is not None
            try:
                ours = statements.answer(found)
            except TooMuch:
                continue
            asked += 1
            assert _same(ours, engine(story_store, query)), query
    assert asked > 2 * len(subjects[::10])
