"""A made-up story in which every answer can be found by eye, published like a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import NamedNode, Quad, RdfFormat
from query_stories import Story

from reformgraph.ontology import reason
from reformgraph.ontology.files import ontology_triples
from reformgraph.store import EmbeddedStore, open_store, publish

CASES = Path(__file__).with_name("cases")
GOLDEN = Path(__file__).resolve().parents[1] / "golden"
BASE = "https://w3id.org/reformgraph/"
ELSEWHERE = "https://example.org/kg/"


def quads(name: str, base: str) -> pyoxigraph.Store:
    """The made-up story ``cases/<name>.ttl`` under ``base``, with the ontology and inferences."""
    text = (CASES / f"{name}.ttl").read_text(encoding="utf-8")
    for part in ("id", "claim", "evidence"):
        text = text.replace(f"<{BASE}{part}/>", f"<{base}{part}/>")
    graph = pyoxigraph.Store()
    graph.extend(
        Quad(quad.subject, quad.predicate, quad.object, NamedNode(f"{base}graph/{name}"))
        for quad in pyoxigraph.parse(text, format=RdfFormat.TURTLE)
    )
    graph.extend(
        Quad(triple.subject, triple.predicate, triple.object, NamedNode(f"{base}graph/ontology"))
        for triple in ontology_triples()
    )
    reason.materialise(graph, NamedNode(f"{base}graph/inferences"))
    return graph


@pytest.fixture(scope="session")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Story]]:
    """Give the story of a name, built when it is first asked for."""
    built: dict[str, Story] = {}

    def publish_under(name: str, base: str) -> EmbeddedStore:
        root = tmp_path_factory.mktemp(name) / "store"
        publish(root, quads(name, base), base=base)
        return open_store(root)

    def story(name: str) -> Story:
        if name not in built:
            triples = {quad.triple for quad in quads(name, BASE)}
            oracle = rdflib.Graph()
            text = pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES)
            oracle.parse(data=text, format="nt")
            built[name] = Story(publish_under(name, BASE), publish_under(name, ELSEWHERE), oracle)
        return built[name]

    yield story
    for each in built.values():
        each.store.close()
        each.moved.close()


@pytest.fixture(scope="session")
def tiny_store(stories: Callable[[str], Story]) -> EmbeddedStore:
    """The first story, under the base that the files' defaults have."""
    return stories("tiny").store


@pytest.fixture(scope="session")
def golden(regold: bool) -> Callable[[str, str, str], None]:
    """Compare a text with ``tests/golden/<folder>/<case>.tsv``, or write it with ``--regold``."""

    def compare(folder: str, case: str, text: str) -> None:
        path = GOLDEN / folder / f"{case}.tsv"
        if regold:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
        assert path.is_file(), f"{path} is missing: pytest --regold writes it"
        assert path.read_bytes().decode() == text, f"{path.parent.name}/{path.name}"

    return compare
