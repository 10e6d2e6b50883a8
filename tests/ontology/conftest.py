"""A small sound graph with the ontology beside it, as a build makes one."""

import os
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse, serialize
from rdflib import Graph

from reformgraph.ontology import files

# HermiT lives for a second: compiling its code thoroughly would take as long again.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

SMALL = Path(__file__).with_name("good.trig")
GRAPHS = "https://w3id.org/reformgraph/graph/"


@pytest.fixture
def small() -> Store:
    store = Store()
    ontology = NamedNode(f"{GRAPHS}ontology")
    store.extend(Quad(t.subject, t.predicate, t.object, ontology) for t in files.ontology_triples())
    store.load(path=SMALL, format=RdfFormat.TRIG)
    return store


@pytest.fixture
def inferences() -> NamedNode:
    return NamedNode(f"{GRAPHS}inferences")


@pytest.fixture
def small_triples() -> Graph:
    """The small graph without the ontology, for rdflib, which has no clean TriG parser (7.6)."""
    triples = (quad.triple for quad in parse(path=SMALL, format=RdfFormat.TRIG))
    text = serialize(triples, format=RdfFormat.N_TRIPLES)
    assert text is not None
    return Graph().parse(data=text.decode(), format="nt")
