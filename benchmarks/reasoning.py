"""Materialising lineage: our SPARQL rules against ``reasonable`` and owlrl, on growing graphs.

Generated items draw on three earlier ones each, so the closure would be quadratic and the direct
edges are linear. Each engine gets the same triples, ontology included, in one process and in turn;
a peer that is not installed is named and left out. ``growth`` is the time over that of half the
data: 2 is linear, 4 quadratic. The peers do more (all of OWL RL), which is the point: so much is
not needed, and the transitive part of it is the quadratic pile.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable

import pyoxigraph
import rdflib
from pyoxigraph import NamedNode, Quad, Triple

from reformgraph.ontology.files import ontology_triples
from reformgraph.ontology.reason import materialise
from reformgraph.ontology.terms import LINEAGE, RDF, RG

SIZES = (125, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000)
PEER_LIMIT = 20.0
"""Seconds after which a peer is not asked for more."""

BASE = "https://w3id.org/reformgraph/"


def lineage(items: int, seed: int = 4) -> list[Triple]:
    """Generate ``items`` policies, each drawing on up to three earlier ones."""
    chance = random.Random(seed)
    nodes = [NamedNode(f"{BASE}id/item-{n}") for n in range(items)]
    made: list[Triple] = []
    for place, node in enumerate(nodes):
        made.append(Triple(node, RDF.type, RG.Policy))
        for earlier in {chance.randrange(max(place, 1)) for _ in range(3)} - {place}:
            by = chance.choice(LINEAGE)
            ends = (node, nodes[earlier])
            subject, value = ends if by.drawing == by.predicate else reversed(ends)
            made.append(Triple(subject, by.predicate, value))
    return made


def ours(data: list[Triple]) -> tuple[float, int]:
    """Run our rules; seconds and inferred triples."""
    store = pyoxigraph.Store()
    graph = NamedNode(f"{BASE}graph/t")
    store.bulk_extend(Quad(t.subject, t.predicate, t.object, graph) for t in data)
    begun = time.perf_counter()
    added = materialise(store, NamedNode(f"{BASE}graph/inferences"))
    return time.perf_counter() - begun, added


def by_owlrl(data: list[Triple]) -> tuple[float, int]:
    """Run owlrl's OWL RL closure on rdflib."""
    import owlrl

    graph = rdflib.Graph().parse(data=_text(data), format="nt")
    before = len(graph)
    begun = time.perf_counter()
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return time.perf_counter() - begun, len(graph) - before


def by_reasonable(data: list[Triple]) -> tuple[float, int]:
    """Run the OWL RL reasoner ``reasonable`` (Rust)."""
    import reasonable

    graph = rdflib.Graph().parse(data=_text(data), format="nt")
    reasoner = reasonable.PyReasoner()
    reasoner.from_graph(graph)
    begun = time.perf_counter()
    found = reasoner.reason()
    return time.perf_counter() - begun, len(found) - len(graph)


ENGINES: dict[str, Callable[[list[Triple]], tuple[float, int]]] = {
    "ours": ours,
    "reasonable": by_reasonable,
    "owlrl": by_owlrl,
}


def main() -> None:
    """Print one row for each engine and size, with the growth over half the size."""
    ontology = list(ontology_triples())
    print("engine        items   triples   inferred     seconds   growth   ours is faster")
    before: dict[str, float] = {}
    done: set[str] = set()
    for size in SIZES:
        data = [*lineage(size), *ontology]
        own = 0.0
        for name, run in ENGINES.items():
            if name in done:
                continue
            try:
                seconds, inferred = run(data)
            except ImportError:
                print(f"{name:<11} is not installed: left out")
                done.add(name)
                continue
            own = seconds if name == "ours" else own
            growth = f"{seconds / before[name]:6.1f} x" if name in before else "       –"
            print(
                f"{name:<11} {size:7,} {len(data):9,} {inferred:10,} {seconds:9.3f} s {growth}"
                + (f" {seconds / own:12.0f} x" if name != "ours" else ""),
                flush=True,
            )
            before[name] = seconds
            # At twice the size a quadratic peer takes four times as long.
            if name != "ours" and seconds * 4 > PEER_LIMIT:
                print(f"{name:<11} would be over {PEER_LIMIT:.0f} s: stopped")
                done.add(name)


def _text(data: Iterable[Triple]) -> str:
    text = pyoxigraph.serialize(data, format=pyoxigraph.RdfFormat.N_TRIPLES)
    return (text or b"").decode()


if __name__ == "__main__":
    main()
