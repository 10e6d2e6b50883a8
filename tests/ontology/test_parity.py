"""The gate and the shapes name the same things, on one bad graph for each check."""

import pytest
from ontology_faults import FAULTS, PREFIXES
from pyoxigraph import NamedNode, RdfFormat, Store
from rdflib import Graph

from reformgraph.ontology import gate, shapes
from reformgraph.ontology.reason import materialise

# What SHACL does not say, with the reason. The gate alone stands for these.
GATE_ONLY = {
    "lineage-cycle": "SPARQL finds who is on a circle, not the circles",
    "stray-term": "the ontology, which says what there is, is not among the data",
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
