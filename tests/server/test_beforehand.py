"""What is answered in the HTTP worker because the generation knows it: the bytes, and the bound."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from tests_support import engine, opened
from werkzeug.test import EnvironBuilder, run_wsgi_app

from reformgraph.ontology.terms import RDF, RDFS, RG, XSD
from reformgraph.server.app import create_app
from reformgraph.server.protocol.beforehand import JSON, MOST, Beforehand
from reformgraph.server.shapes import SAMPLES
from reformgraph.settings import Settings
from reformgraph.store import CurrentStore, EmbeddedStore
from reformgraph.store.known import group_counts, shortcuts, texts
from reformgraph.store.known.shortcut_index import DRAWS_ON, MOST_RANKED
from reformgraph.store.known.shortcuts import Shortcuts

HEAD = (
    f"PREFIX rg: <{RG.iri}>\nPREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
    "PREFIX e: <urn:e:>\n"
)
FIRST = "SELECT ?o (COUNT(?s) AS ?n) { ?s rg:drawsOn ?o } GROUP BY ?o ORDER BY DESC(?n) LIMIT"
ALL = "SELECT ?o (COUNT(?s) AS ?n) { ?s rg:drawsOn ?o } GROUP BY ?o"


def _search(text: str, limit: int = 100_000) -> str:
    return (
        f'SELECT ?s ?l {{ ?s rdfs:label ?l FILTER(CONTAINS(LCASE(STR(?l)), "{text}")) }} '
        f"LIMIT {limit}"
    )


def _node(name: str) -> NamedNode:
    return NamedNode(f"urn:e:{name}")


def _quads(chain: int) -> Iterator[Quad]:
    one = NamedNode("urn:g:one")
    draws = NamedNode(DRAWS_ON)
    for number in range(chain):
        yield Quad(_node(f"d{number + 1}"), draws, _node(f"d{number}"), one)
        if number % 3 == 0:
            yield Quad(_node(f"d{number + 1}"), draws, _node("d7"), NamedNode("urn:g:two"))
    for number in range(MOST + 50):
        label = f"{'Common' if number % 2 else 'Odd'} {number}"
        yield Quad(_node(f"l{number}"), RDFS.label, Literal(label, language="en"), one)
        yield Quad(_node(f"l{number}"), RDF.type, RG.Policy if number % 5 else RG.Item, one)
        yield Quad(_node(f"l{number}"), RG.kind, _node(f"k{number % 4}"), one)
        day = Literal(f"{1950 + number % 70}-07-01", datatype=XSD.date)
        yield Quad(_node(f"l{number}"), RG.dateEarliest, day, one)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    with opened(tmp_path_factory.mktemp("beforehand") / "store", _quads(MOST + 50)) as store:
        yield store


@pytest.fixture(scope="module")
def known(store: EmbeddedStore) -> Beforehand:
    return Beforehand(_opened(store.generation.folder.parent.parent))


def _opened(root: Path) -> CurrentStore:
    stores = CurrentStore(root)
    stores.get()  # what is known beforehand is of a generation that is open
    return stores


def _rows(data: bytes) -> Counter[str]:
    return Counter(map(json.dumps, json.loads(data)["results"]["bindings"]))


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x { e:d5 rg:drawsOn+ ?x }",
        f"SELECT ?x {{ e:d{MOST - 1} rg:drawsOn+ ?x }}",
        "SELECT ?c (COUNT(?s) AS ?n) { ?s a ?c } GROUP BY ?c",
        "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
        "SELECT ?k (COUNT(?s) AS ?n) { ?s rg:kind ?k } GROUP BY ?k",
        "SELECT ?y (COUNT(?s) AS ?n) { ?s rg:dateEarliest ?d BIND(YEAR(?d) AS ?y) } GROUP BY ?y",
        "SELECT ?k ?c (COUNT(?s) AS ?n) { ?s rg:kind ?k ; a ?c } GROUP BY ?k ?c",
        "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "SELECT (COUNT(?s) AS ?n) { ?s rdfs:label ?o }",
        f"{FIRST} 1",
        _search("common 12"),
        _search("nowhere"),
        _search("odd", 3),
    ],
)
def test_the_rows_of_the_engine(known: Beforehand, store: EmbeddedStore, query: str) -> None:
    found = known.find(HEAD + query)
    assert found is not None and found.generation == store.generation.id
    # In the order of the query processes; the engine has one of its own.
    theirs = Shortcuts(store.generation.folder).answer(HEAD + query, JSON)
    assert found.body == b"".join(theirs or ())
    assert _rows(found.body) == _rows(engine(store, HEAD + query))


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT ?x {{ e:d{MOST + 20} rg:drawsOn+ ?x }}",
        "SELECT ?x { e:a e:to+ ?x }",
        ALL,
        f"{FIRST} {MOST + 1}",
        _search("m"),
        "SELECT ?y (COUNT(?s) AS ?n) { ?s rdfs:label ?d BIND(YEAR(?d) AS ?y) } GROUP BY ?y",
        "SELECT ?x { e:d5 rg:drawsOn+ ?x } LIMIT 3",
        "nonsense +",
    ],
)
def test_what_is_left_to_the_query_processes(known: Beforehand, query: str) -> None:
    assert known.find(HEAD + query) is None


def test_a_long_text_is_not_searched(known: Beforehand, monkeypatch: pytest.MonkeyPatch) -> None:
    assert known.find(HEAD + _search("odd 1", 1)) is not None
    monkeypatch.setattr(texts, "SMALL", 100)
    assert known.find(HEAD + _search("odd 1", 1)) is None


def test_the_most_drawn_upon_of_very_many(tmp_path: Path) -> None:
    with opened(tmp_path / "store", _quads(MOST_RANKED + 50)) as store:
        known = Beforehand(_opened(tmp_path / "store"))
        processes = Shortcuts(store.generation.folder)
        for first in (5, MOST_RANKED, MOST_RANKED + 20):
            query = f"{HEAD}{FIRST} {first}"
            made = b"".join(processes.answer(query, JSON) or ())
            assert [n["n"] for n in json.loads(made)["results"]["bindings"]] == [
                n["n"] for n in json.loads(engine(store, query))["results"]["bindings"]
            ]
            here = known.find(query)
            assert (here.body if here else None) == (made if first <= MOST else None)
        made = b"".join(processes.answer(HEAD + ALL, JSON) or ())
        assert _rows(made) == _rows(engine(store, HEAD + ALL))


def test_not_where_it_cannot_be_known(
    tmp_path: Path, store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    assert Beforehand(CurrentStore(tmp_path / "store")).find(query) is None  # no graph yet
    stores = CurrentStore(store.generation.folder.parent.parent)
    assert Beforehand(stores).find(query) is None  # not open yet: others may wait for that
    stores.get()
    assert Beforehand(stores).find(query) is not None
    for where, name, found in (
        (shortcuts, "NAME", "of-before-there-were-any"),
        (group_counts, "table", lambda *_: 1 / 0),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, found)
            assert Beforehand(stores).find(query) is None


def test_in_place_over_http_once_flask_has_shown_how(story_root: Path) -> None:
    app = create_app(Settings(store=str(story_root), query_timeout=60.0))
    layer: Any = app.wsgi_app.inner  # type: ignore[attr-defined]
    service = app.extensions["reformgraph"]
    queries = (ALL, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", _search("school"))
    try:
        for number in range(SAMPLES + 9):
            query = f"{HEAD}{queries[number % 3]} #{number}"
            builder = EnvironBuilder(
                path="/sparql", query_string={"query": query}, headers={"Accept": JSON}
            )
            asked, before = service.results.kept.misses, layer.made
            replies = [
                b"".join(run_wsgi_app(wsgi, builder.get_environ(), buffered=True)[0])
                for wsgi in (layer, layer.inner)
            ]
            assert replies[0] == replies[1]
            if number >= SAMPLES:
                # Flask's own asking is the only one that went further.
                assert (layer.made - before, service.results.kept.misses - asked) == (1, 1)
    finally:
        app.extensions["reformgraph"].close()
