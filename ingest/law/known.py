"""What the timelines of a build say of laws and provisions of legislation.gov.uk."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph
from pyoxigraph import NamedNode

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.mapping.scope import Known
from reformgraph.ontology.terms import RDF, RDFS, RG


def known(graph: pyoxigraph.Store) -> dict[str, dict[str, Known]]:
    """Give, by the key of the law, what is said of it and of its provisions, by IRI.

    In: the graph with the timelines and nothing else. Where two timelines describe one law, what
    both say is there; the first slug and label count.
    """
    found: dict[str, dict[str, Known]] = {}
    prefix = f"{addresses.SITE}id/"
    subjects = {
        quad.subject.value
        for quad in graph.quads_for_pattern(None, RG.slug, None)
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(prefix)
    }
    for iri in sorted(subjects):
        address = addresses.split(iri)
        if address is None or address.iri != iri:
            continue
        values: dict[str, set[str]] = {}
        for quad in graph.quads_for_pattern(NamedNode(iri), None, None):
            values.setdefault(quad.predicate.value, set()).add(
                str(getattr(quad.object, "value", ""))
            )
        said = {predicate: tuple(sorted(texts)) for predicate, texts in sorted(values.items())}
        found.setdefault(address.law, {})[iri] = Known(
            slug=said[RG.slug.value][0],
            label=_first(said.get(RDFS.label.value, ())),
            values=said,
            evidence=said.get(RG.hasEvidence.value, ()),
            provision=RG.Provision.value in said.get(RDF.type.value, ()),
        )
    return found


def _first(texts: Iterable[str]) -> str:
    return next(iter(texts), "")
