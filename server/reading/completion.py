"""The terms that a query may be completed with: ours and those of others that we use."""

from __future__ import annotations

from functools import cache

from pyoxigraph import Literal, NamedNode

from reformgraph.ontology.files import ontology_triples
from reformgraph.ontology.terms import OWL, PREFIXES, RDF, RDFS, SKOS

_KINDS = (
    (OWL.Class, "class"),
    (RDFS.Class, "class"),
    (OWL.ObjectProperty, "property"),
    (OWL.DatatypeProperty, "property"),
    (OWL.AnnotationProperty, "property"),
    (RDF.Property, "property"),
    (SKOS.Concept, "concept"),
)
# What every graph of ours uses and no ontology of ours has to declare.
_ALWAYS = {RDF.type: "type", RDFS.label: "label", RDFS.comment: "comment"}


@cache
def terms() -> list[dict[str, str]]:
    """Return each term as ``iri``, ``name``, ``label`` and ``kind`` (class, property, concept)."""
    kinds: dict[str, str] = {node.value: "property" for node in _ALWAYS}
    labels: dict[str, str] = {node.value: word for node, word in _ALWAYS.items()}
    by_class = dict(_KINDS)
    for triple in ontology_triples():
        if not isinstance(triple.subject, NamedNode):
            continue
        if triple.predicate == RDF.type and isinstance(triple.object, NamedNode):
            if kind := by_class.get(triple.object):
                kinds.setdefault(triple.subject.value, kind)
        elif triple.predicate in (SKOS.prefLabel, RDFS.label) and isinstance(
            triple.object, Literal
        ):
            labels.setdefault(triple.subject.value, triple.object.value)
    starts = tuple(PREFIXES.values())
    return [
        {
            "iri": iri,
            "name": iri.removeprefix(next(s for s in starts if iri.startswith(s))),
            "label": labels.get(iri, ""),
            "kind": kind,
        }
        for iri, kind in sorted(kinds.items())
        if iri.startswith(starts)
    ]
