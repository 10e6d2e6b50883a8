"""Closures that are answered in the HTTP worker have the bytes of the query processes."""

import json
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pyoxigraph import NamedNode, Quad
from tests_support import engine, opened

from reformgraph.server.protocol.closures import MOST, Closures
from reformgraph.server.protocol.plain import unquoted
from reformgraph.store import EmbeddedStore
from reformgraph.store.lookups import TooMuch
from reformgraph.store.shortcuts import Shortcuts

JSON = "application/sparql-results+json"
HEAD = "PREFIX rg: <https://w3id.org/reformgraph/ontology#>\nPREFIX e: <urn:e:>\n"


def _quads() -> Iterator[Quad]:
    one = NamedNode("urn:g:one")

    def node(name: str) -> NamedNode:
        return NamedNode(f"urn:e:{name}")

    draws = NamedNode("https://w3id.org/reformgraph/ontology#drawsOn")
    for number in range(MOST + 50):
        yield Quad(node(f"d{number + 1}"), draws, node(f"d{number}"), one)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    with opened(tmp_path_factory.mktemp("lookups") / "store", _quads()) as store:
        yield store


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


@given(some.text(some.sampled_from("ab%=0159aAfFgé+&\r\n _.\x00"), max_size=40))
def test_percent_encoding_is_that_of_urllib(text: str) -> None:
    assert unquoted(text) == unquote_to_bytes(text)
