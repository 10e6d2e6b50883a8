"""What the tests of questions hand around: a made-up story in two stores and another engine."""

from dataclasses import dataclass

import rdflib

from reformgraph.store import EmbeddedStore


@dataclass(frozen=True)
class Story:
    """One made-up story, published under two bases and loaded into rdflib."""

    store: EmbeddedStore
    moved: EmbeddedStore
    rdflib: rdflib.Graph
