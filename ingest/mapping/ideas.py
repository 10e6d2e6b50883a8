"""Concepts, articulations, components, problems."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from pyoxigraph import NamedNode, Quad

from reformgraph.ingest.mapping.scope import Scope
from reformgraph.ingest.rows import Articulation, Component, Concept, Tension
from reformgraph.ontology.terms import RG, SKOS, kind_iri

_PROBLEMS: Final[Mapping[str, NamedNode]] = MappingProxyType(
    {"tension": RG.Tension, "absence": RG.Absence, "contradiction": RG.Contradiction}
)


def scheme(scope: Scope) -> Iterator[Quad]:
    """The concept scheme of the timeline; nothing when it has no concepts."""
    manifest = scope.timeline.manifest
    if scope.timeline.concepts:
        label = f"Concepts of {manifest.title}"
        node = scope.iris.entity(manifest.scheme_id)
        yield from scope.named(node, SKOS.ConceptScheme, manifest.scheme_id, label)


def concept(scope: Scope, row: Concept) -> Iterator[Quad]:
    """A concept."""
    node = scope.iris.entity(row.id)
    yield from scope.entity(row, SKOS.Concept, also=row.alt_labels)
    yield from scope.text(node, SKOS.prefLabel, row.pref_label)
    yield from scope.text(node, SKOS.definition, row.definition)
    yield scope.quad(node, SKOS.inScheme, scope.iris.entity(scope.timeline.manifest.scheme_id))
    yield from scope.edges(row, "broader", SKOS.broader)
    yield from scope.edges(row, "related", SKOS.related)


def articulation(scope: Scope, row: Articulation) -> Iterator[Quad]:
    """What a document says; the quotation sits on the evidence."""
    node = scope.iris.entity(row.id)
    yield from scope.named(node, RG.Articulation, row.id, scope.labels[row.id])
    yield from scope.text(node, SKOS.editorialNote, row.note)
    yield from scope.evidence(row, row.quote)
    yield from scope.rests_on(node, row)
    yield scope.quad(node, RG.hasFrame, kind_iri("frame", row.frame))
    yield from scope.text(node, RG.paraphrase, row.paraphrase)
    yield from scope.edges(row, "document", RG.articulatedIn)
    yield from scope.edges(row, "concept", RG.articulates)


def component(scope: Scope, row: Component) -> Iterator[Quad]:
    """One thing put in place."""
    node = scope.iris.entity(row.id)
    yield from scope.entity(row, RG.Component)
    yield from scope.dated(node, RG.start, row.start)
    yield from scope.dated(node, RG.end, row.end)
    yield from scope.text(node, RG.purpose, row.purpose)
    yield from scope.edges(row, "introduced_by", RG.introducedBy)
    yield from scope.edges(row, "responsible", RG.isResponsibilityOf)
    yield from scope.edges(row, "facilitates", RG.facilitates)


def tension(scope: Scope, row: Tension) -> Iterator[Quad]:
    """A tension, absence or contradiction."""
    node = scope.iris.entity(row.id)
    yield from scope.entity(row, _PROBLEMS[row.kind], description=row.description)
    yield from scope.plain(node, RG.attributedTo, row.attributed_to)
    yield from scope.edges(row, "articulations", RG.concerns)
    yield from scope.edges(row, "components", RG.concerns)
