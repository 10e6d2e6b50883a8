"""A made-up story in which every answer can be found by eye, published like a real one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import NamedNode, Quad, RdfFormat

from reformgraph.ontology import reason
from reformgraph.ontology.files import ontology_triples
from reformgraph.store import EmbeddedStore, open_store, publish

TINY = Path(__file__).with_name("tiny.ttl")
GOLDEN = Path(__file__).resolve().parents[1] / "golden"


def quads(base: str) -> pyoxigraph.Store:
    """The tiny story under ``base`` with the ontology and what follows from both."""
    text = TINY.read_text(encoding="utf-8")
    for part in ("id", "claim", "evidence"):
        text = text.replace(f"<https://w3id.org/reformgraph/{part}/>", f"<{base}{part}/>")
    graph = pyoxigraph.Store()
    graph.extend(
        Quad(quad.subject, quad.predicate, quad.object, NamedNode(f"{base}graph/tiny"))
        for quad in pyoxigraph.parse(text, format=RdfFormat.TURTLE)
    )
    graph.extend(
        Quad(triple.subject, triple.predicate, triple.object, NamedNode(f"{base}graph/ontology"))
        for triple in ontology_triples()
    )
    reason.materialise(graph, NamedNode(f"{base}graph/inferences"))
    return graph


@pytest.fixture(scope="session")
def tiny_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """The tiny story, under the base that the files' defaults have."""
    root = tmp_path_factory.mktemp("tiny") / "store"
    base = "https://w3id.org/reformgraph/"
    publish(root, quads(base), base=base)
    store = open_store(root)
    yield store
    store.close()


@pytest.fixture(scope="session")
def moved_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStore]:
    """The tiny story under another base."""
    root = tmp_path_factory.mktemp("moved") / "store"
    base = "https://example.org/kg/"
    publish(root, quads(base), base=base)
    store = open_store(root)
    yield store
    store.close()


@pytest.fixture(scope="session")
def tiny_rdflib() -> rdflib.Graph:
    """The tiny story in another engine: an oracle for free."""
    triples = {quad.triple for quad in quads("https://w3id.org/reformgraph/")}
    graph = rdflib.Graph()
    graph.parse(data=pyoxigraph.serialize(triples, format=RdfFormat.N_TRIPLES), format="nt")
    return graph


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
