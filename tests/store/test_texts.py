"""Searches for a part of a label have the rows of the engine, in its order."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from tests_support import engine, opened

from reformgraph.store import EmbeddedStore, QueryPool
from reformgraph.store.known import texts
from reformgraph.store.known.shortcuts import Shortcuts
from reformgraph.store.known.text_index import NAME
from reformgraph.store.known.texts import Texts

JSON = "application/sparql-results+json"
HEAD = (
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
)
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
PREF = NamedNode("http://www.w3.org/2004/02/skos/core#prefLabel")
WORDS = ("School", "children's CARE", 'a "quoted" school', "É\nÖ ſchool", "İstanbul ΣΑΣ", "x" * 300)


def _quads() -> Iterator[Quad]:
    one, two = NamedNode("urn:g:one"), NamedNode("urn:g:two")
    for number in range(300):
        text = f"{WORDS[number % len(WORDS)]} {number}"
        label = Literal(text, language="en") if number % 2 else Literal(text)
        yield Quad(NamedNode(f"urn:s:{number}"), LABEL, label, one)
    yield Quad(NamedNode("urn:s:1"), LABEL, Literal("children's CARE 1", language="en"), two)
    yield Quad(NamedNode("urn:s:1"), PREF, Literal("3", datatype=NamedNode("urn:other")), one)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    with opened(tmp_path_factory.mktemp("texts") / "store", _quads()) as store:
        yield store


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ?s ?l { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "school")) }',
        'SELECT ?l ?s WHERE { ?s rdfs:label ?l . FILTER(CONTAINS(LCASE(?l), "care")) } LIMIT 7',
        'SELECT ?s { ?s rdfs:label ?l FILTER CONTAINS(LCASE(STR(?l)), "s") } LIMIT 20',
        'SELECT ?l { ?s rdfs:label ?l FILTER(contains(lcase(str(?l)), "School")) }',
        'SELECT ?l { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "ö")) } LIMIT 0',
        'SELECT ?l { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "σας")) }',
        'SELECT ?l { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "i̇stanbul")) }',
        'SELECT ?l { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "xx")) }',
        'SELECT ?l { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "nowhere")) }',
    ],
)
def test_the_bytes_of_the_engine(store: EmbeddedStore, query: str) -> None:
    found = Texts(store.generation.folder).answer(HEAD + query)
    assert found is not None
    assert b"".join(found) == engine(store, HEAD + query)


@pytest.mark.parametrize(
    "query",
    [
        'SELECT ?s ?l { ?s rdfs:label ?l FILTER(CONTAINS(UCASE(STR(?l)), "SCHOOL")) }',
        'SELECT ?s ?l { ?s rdfs:label ?l FILTER(CONTAINS(STR(?l), "School")) }',
        'SELECT DISTINCT ?s { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "s")) }',
        'SELECT ?s ?l { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?s)), "s")) }',
        'SELECT ?s ?l { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "s") && ?s != ?l) }',
        'SELECT ?s ?l { ?s rdfs:label ?l FILTER(!CONTAINS(LCASE(STR(?l)), "s")) }',
        'SELECT ?s ?l { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "a\\tb")) }',
        'SELECT ?s ?l { ?s skos:prefLabel ?l FILTER(CONTAINS(LCASE(STR(?l)), "3")) }',
        'SELECT ?s ?x { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "s")) }',
        'SELECT ?s { ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "s")) } ORDER BY ?s',
    ],
)
def test_what_the_engine_has_to_answer(store: EmbeddedStore, query: str) -> None:
    assert Texts(store.generation.folder).answer(HEAD + query) is None


@pytest.mark.parametrize("size", [1, 40, 700])
def test_piece_by_piece(store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(texts, "PIECE", size)
    known = Texts(store.generation.folder)
    for text, limit in (("school", 99_999), ("x", 70), ("care 1", 3), ("299", 1), ("nowhere", 1)):
        query = (
            f'{HEAD}SELECT ?s {{ ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "{text}")) }} '
            f"LIMIT {limit}"
        )
        assert b"".join(known.answer(query) or ()) == engine(store, query)
    # No row ends within a text that is sought, though one ends so in the file.
    query = f'{HEAD}SELECT ?s {{ ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "299\0")) }}'
    assert known.answer(query) is None


def test_through_the_pool_and_without_the_file(store: EmbeddedStore, tmp_path: Path) -> None:
    query = f'{HEAD}SELECT ?s {{ ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "care")) }}'
    with QueryPool(store.generation.folder.parent.parent, timeout=10) as pool:
        with pool.run(query, JSON) as answer:
            assert answer.file.read() == engine(store, query)
        with pool.run(query, "text/csv") as answer:
            assert answer.file.read().count(b"\r\n") == 52
    known = Shortcuts(store.generation.folder)
    assert known.answer(query, JSON) is not None
    for name in ("shortcuts.bin",):
        (tmp_path / name).write_bytes((store.generation.folder / name).read_bytes())
    assert not (tmp_path / NAME).exists()
    assert Shortcuts(tmp_path).answer(query, JSON) is None


def test_on_the_story(story_store: EmbeddedStore) -> None:
    known = Texts(story_store.generation.folder)
    for word in ("children", "act", "board", "'s "):
        query = (
            f'{HEAD}SELECT ?s ?l {{ ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "{word}")) }}'
        )
        found = b"".join(known.answer(query) or ())
        assert json.loads(found)["results"]["bindings"]
        assert found == engine(story_store, query)
