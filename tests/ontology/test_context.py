"""The JSON-LD context: it reads as the terms it names, and never changes what a name means."""

import json
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from rdflib import Dataset, URIRef

from reformgraph.ontology.context import context
from reformgraph.ontology.terms import EDTF, RDFS, RG, XSD

KEPT = Path(__file__).parents[1] / "golden" / "context.jsonld"
THING = {
    **context(),
    "id": "https://example.org/plan",
    "type": "Policy",
    "slug": "plan",
    "label": "A plan",
    "buildsOn": ["https://example.org/older"],
    "date": "2007-12",
    "dateEarliest": "2007-12-01",
}


def test_plain_json_becomes_typed_statements() -> None:
    found = {
        (quad.predicate, quad.object) for quad in parse(json.dumps(THING), format=RdfFormat.JSON_LD)
    }
    assert (RG.buildsOn, NamedNode("https://example.org/older")) in found
    assert (RG.date, Literal("2007-12", datatype=EDTF.EDTF)) in found
    assert (RG.dateEarliest, Literal("2007-12-01", datatype=XSD.date)) in found
    assert (RDFS.label, Literal("A plan", language="en")) in found


# rdflib's own reader uses its own old names.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_rdflib_reads_it_alike() -> None:
    graph = Dataset(default_union=True)
    graph.parse(data=json.dumps(THING), format="json-ld")
    assert (URIRef("https://example.org/plan"), URIRef(RG.buildsOn.value), None, None) in graph
    assert len(graph) == 6


def test_no_name_that_was_published_changed_its_meaning(regold: bool) -> None:
    now = context()["@context"]
    if regold:
        KEPT.write_text(json.dumps(context(), indent=1, sort_keys=True) + "\n")
    kept = json.loads(KEPT.read_text())["@context"]
    changed = {name for name in kept if now.get(name) != kept[name]}
    assert not changed, "a name may be added, never changed or taken away"
