"""A whole timeline as quads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ingest.mapping import bodies, ideas, items, knowledge, links
from reformgraph.ingest.mapping.scope import Scope
from reformgraph.ingest.timeline import Timeline
from reformgraph.ontology.terms import DC, DCTERMS, RDF, RDFS, RG


def map_timeline(timeline: Timeline, base: str, used: Sequence[Timeline] = ()) -> Iterator[Quad]:
    """Map a timeline.

    In: a checked timeline, the base of its entities' IRIs (ends in ``/`` or ``#``), and the
    timelines whose rows it may refer to, which gives edges but does not map these rows. Out: the
    quads of graph ``{base}graph/{timeline id}`` in an order that depends on nothing but the input;
    a quad that several rows give comes several times. No blank nodes. Raises ``UsageError`` for a
    base that is none. docs/architecture.md, *Shape of the graph*.
    """
    scope = Scope(timeline, base, used)
    yield from _timeline(scope)
    for source in timeline.sources:
        yield from knowledge.source(scope, source)
    for law in timeline.legislation:
        yield from items.legislation(scope, law)
    for provision in timeline.provisions:
        yield from items.provision(scope, provision)
    for policy in timeline.policies:
        yield from items.policy(scope, policy)
    for initiative in timeline.initiatives:
        yield from items.initiative(scope, initiative)
    for institution in timeline.institutions:
        yield from bodies.institution(scope, institution)
    for change in timeline.institution_changes:
        yield from bodies.institution_change(scope, change)
    for post in timeline.posts:
        yield from bodies.post(scope, post)
    for tenure in timeline.tenures:
        yield from bodies.tenure(scope, tenure)
    yield from ideas.scheme(scope)
    for concept in timeline.concepts:
        yield from ideas.concept(scope, concept)
    for articulation in timeline.articulations:
        yield from ideas.articulation(scope, articulation)
    for component in timeline.components:
        yield from ideas.component(scope, component)
    for tension in timeline.tensions:
        yield from ideas.tension(scope, tension)
    for relation in timeline.relations:
        yield from knowledge.relation(scope, relation)
    yield from knowledge.rivals(scope)
    for link in timeline.links:
        yield from links.link(scope, link)


def _timeline(scope: Scope) -> Iterator[Quad]:
    manifest = scope.timeline.manifest
    node = scope.iris.entity(manifest.id)
    yield scope.quad(node, RDF.type, RG.Timeline)
    yield from scope.plain(node, RG.slug, manifest.id)
    yield from scope.text(node, RDFS.label, manifest.title)
    yield from scope.text(node, DCTERMS.description, manifest.description)
    yield scope.quad(node, DCTERMS.license, NamedNode(manifest.licence))
    yield from scope.plain(node, DC.publisher, manifest.publisher)
    yield scope.quad(node, DC.language, Literal(manifest.language))
    yield scope.quad(node, RG.focalItem, scope.iris.entity(manifest.focal_item))
    yield from scope.dated(node, RG.start, manifest.start)
    yield from scope.dated(node, RG.end, manifest.end)
