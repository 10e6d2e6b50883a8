"""Look-ups and closures that are answered in the HTTP worker have the engine's bytes."""

import json
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pyoxigraph import BlankNode, Literal, NamedNode, Quad
from tests_support import engine, opened

from reformgraph.server.protocol import lookups
from reformgraph.server.protocol.closures import MOST, Closures
from reformgraph.server.protocol.plain import unquoted
from reformgraph.server.protocol.tiny import TooMuch
from reformgraph.store import EmbeddedStore
from reformgraph.store.shortcuts import Shortcuts

JSON = "application/sparql-results+json"
HEAD = (
    "PREFIX rg: <https://w3id.org/reformgraph/ontology#>\n"
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
    "PREFIX e: <urn:e:>\n"
)
XSD = "http://www.w3.org/2001/XMLSchema#"


def _quads() -> Iterator[Quad]:
    one, two = NamedNode("urn:g:one"), NamedNode("urn:g:two")

    def node(name: str) -> NamedNode:
        return NamedNode(f"urn:e:{name}")

    odd = 'a "b" \\ c\n\t\x01\x7f é😀 </script>'
    for value in (
        Literal(odd),
        Literal(odd, language="en-GB"),
        Literal("1.50", datatype=NamedNode(XSD + "decimal")),
        Literal("2007", datatype=NamedNode(XSD + "gYear")),
        Literal("true", datatype=NamedNode(XSD + "boolean")),
        NamedNode("urn:é:<".replace("<", "%3C")),
        BlankNode("b1"),
    ):
        yield Quad(node("a"), node("odd"), value, one)
    yield Quad(node("a"), node("twice"), node("x"), one)
    yield Quad(node("a"), node("twice"), node("x"), two)
    yield Quad(node("a"), node("one"), Literal("1"), one)
    yield Quad(node("a"), node("none-else"), Literal("2"), two)
    for number in range(30):
        yield Quad(node("a"), node("to"), node(f"n{number}"), one)
        if number % 3:
            yield Quad(node(f"n{number}"), node("name"), Literal(f"n {number}", language="en"), one)
        if number % 2:
            yield Quad(node(f"n{number}"), node("day"), Literal(str(number)), two)
    yield Quad(node("a"), node("to"), Literal("no subject"), one)
    yield Quad(node("n1"), node("many"), Literal("m1"), one)
    yield Quad(node("n1"), node("many"), Literal("m2"), one)
    yield Quad(node("n1"), node("several"), Literal("s1"), one)
    yield Quad(node("n1"), node("several"), Literal("s2"), one)
    draws = NamedNode("https://w3id.org/reformgraph/ontology#drawsOn")
    for number in range(MOST + 50):
        yield Quad(node(f"d{number + 1}"), draws, node(f"d{number}"), one)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    with opened(tmp_path_factory.mktemp("lookups") / "store", _quads()) as store:
        yield store


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?v { e:a e:odd ?v }",
        "SELECT ?v WHERE { <urn:e:a> <urn:e:odd> ?v . } LIMIT 3",
        "SELECT ?v { e:a e:odd ?v } LIMIT 0",
        "SELECT ?v { e:a e:twice ?v }",
        "SELECT ?v { e:nobody e:odd ?v }",
        "SELECT ?v ?w { e:a e:one ?v ; e:none-else ?w }",
        "SELECT ?w ?v { e:a e:one ?v ; e:odd ?w }",
        "SELECT ?w { e:a e:one ?v ; e:missing ?w }",
        "SELECT ?x ?n { e:a e:to ?x . ?x e:name ?n }",
        "SELECT ?d ?n { e:a e:to ?x . ?x e:name ?n ; e:day ?d . } LIMIT 7",
        "SELECT ?x ?v { e:a e:odd ?x . ?x e:name ?v }",
        "# a comment with PREFIX e: <urn:other:>\nselect $v where { e:a # e:no\n e:one $v } # end",
    ],
)
def test_the_bytes_of_the_engine(store: EmbeddedStore, query: str) -> None:
    found = lookups.recognise(HEAD + query)
    assert found is not None
    assert lookups.run(store.graph, found) == engine(store, HEAD + query)


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
        "SELECT ?v { <relative> e:odd ?v }",
        "SELECT ?v FROM <urn:g:one> { e:a e:odd ?v }",
        "SELECT ?v { e:a e:odd ?v } OFFSET 1",
        "SELECT ?v { GRAPH ?g { e:a e:odd ?v } }",
    ],
)
def test_what_the_engine_has_to_answer(query: str) -> None:
    assert lookups.recognise(HEAD + query) is None


def test_an_order_that_is_not_certain_is_left_to_the_engine(store: EmbeddedStore) -> None:
    for query in (
        "SELECT ?v ?w { e:n1 e:many ?v ; e:several ?w }",
        "SELECT ?x ?v ?w { e:a e:to ?x . ?x e:many ?v ; e:several ?w }",
    ):
        found = lookups.recognise(HEAD + query)
        assert found is not None
        with pytest.raises(TooMuch):
            lookups.run(store.graph, found)


def test_small_closures(store: EmbeddedStore) -> None:
    closures = Closures()
    for start in (5, MOST - 1):
        query = f"{HEAD}SELECT ?x {{ e:d{start} rg:drawsOn+ ?x }}"
        found = closures.run(store.generation, query, JSON)
        # In the order of the query processes; the engine has one of its own.
        assert found == b"".join(Shortcuts(store.generation.folder).answer(query, JSON) or ())
        ours, theirs = (json.loads(b)["results"]["bindings"] for b in (found, engine(store, query)))
        assert sorted(map(str, ours)) == sorted(map(str, theirs))
    for query in (
        f"{HEAD}SELECT ?x {{ e:d{MOST + 20} rg:drawsOn+ ?x }}",
        f"{HEAD}SELECT ?x {{ e:a e:to+ ?x }}",
        f"{HEAD}SELECT (COUNT(*) AS ?n) {{ ?s ?p ?o }}",
    ):
        with pytest.raises(TooMuch):
            closures.run(store.generation, query, JSON)


def test_on_the_story(story_store: EmbeddedStore) -> None:
    items = story_store.select(f"{HEAD}SELECT DISTINCT ?s {{ ?s rg:drawsOn ?o }} ORDER BY ?s")
    for (item,) in list(items)[::20]:
        for query in (
            f"{HEAD}SELECT ?l {{ {item} rdfs:label ?l }}",
            f"{HEAD}SELECT ?x ?l {{ {item} rg:drawsOn ?x . ?x rdfs:label ?l }}",
        ):
            found = lookups.recognise(query)
            assert found is not None
            assert lookups.run(story_store.graph, found) == engine(story_store, query)


@given(some.text(some.sampled_from("ab%=0159aAfFgé+&\r\n _.\x00"), max_size=40))
def test_percent_encoding_is_that_of_urllib(text: str) -> None:
    assert unquoted(text) == unquote_to_bytes(text)
