"""The gate and the shapes name the same things, on one bad graph for each check."""

import pytest
from ontology_faults import FAULTS, PREFIXES
from pyoxigraph import NamedNode, RdfFormat, Store
from rdflib import Graph

from reformgraph.ontology import gate, shapes
from reformgraph.ontology.reason import materialise

# What SHACL does not say, with the reason. The gate alone stands for these.
GATE_ONLY = {
    "before-institution": "a query for each predicate would make the shapes take minutes",
    "draws-on-later": "as before-institution",
    "blank-node": "a constraint has a focus, and the fault is a node without a name",
    "lineage-cycle": "SPARQL finds who is on a circle, not the circles",
    "same-elsewhere-twice": "as lineage-cycle, and whose fault it is nobody can say",
    "skos-concept-and-scheme": "SKOS S9 is a disjointness of classes, for reasoners",
    "skos-matches-clash": "mappings between concepts of others are not the shapes' business",
    "stray-term": "the predicates of a graph are no targets",
    "succession-cycle": "as lineage-cycle",
}


@pytest.mark.parametrize("name", sorted(set(FAULTS) - set(GATE_ONLY)))
def test_gate_and_shapes_name_the_same(small: Store, inferences: NamedNode, name: str) -> None:
    spoil, focus = FAULTS[name]
    small.update(PREFIXES + spoil)
    graph = NamedNode("https://w3id.org/reformgraph/graph/small")
    text = small.dump(format=RdfFormat.N_TRIPLES, from_graph=graph)
    assert text is not None
    by_shapes = shapes.check(Graph().parse(data=text.decode(), format="nt"))
    materialise(small, inferences)
    by_gate = [each for each in gate.check(small) if each.check not in GATE_ONLY]
    assert focus in " ".join(each.focus for each in by_shapes)
    assert {(f.focus, f.severity) for f in by_shapes} == {(f.focus, f.severity) for f in by_gate}
    assert all(each.message and each.check.startswith("shape") for each in by_shapes)


def test_only_what_is_explained_is_left_to_the_gate() -> None:
    assert set(GATE_ONLY) <= {each.name for each in gate.checks()}
