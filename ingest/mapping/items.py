"""Policies, law, provisions, initiatives."""

from __future__ import annotations

from collections.abc import Iterator

from pyoxigraph import Literal, Quad

from reformgraph.ingest.mapping.scope import Scope
from reformgraph.ingest.rows import Initiative, Legislation, Policy, Provision
from reformgraph.ontology.terms import DC, DCTERMS, ELI, RG, XSD


def policy(scope: Scope, row: Policy) -> Iterator[Quad]:
    """A policy document."""
    node = scope.iris.entity(row.id)
    yield from scope.entity(row, RG.Policy, description=row.summary)
    yield from scope.dated(node, RG.date, row.published)
    yield from scope.plain(node, DC.creator, row.author)
    yield from scope.plain(node, DCTERMS.identifier, row.identifier)
    yield from scope.edges(row, "publisher", DCTERMS.publisher)


def legislation(scope: Scope, row: Legislation) -> Iterator[Quad]:
    """An Act or instrument: ``rg:date`` is its making, ``rg:start`` its main commencement."""
    node = scope.iris.entity(row.id)
    yield from scope.entity(row, RG.Legislation, description=row.summary)
    yield from scope.dated(node, RG.date, row.made)
    yield from scope.dated(node, RG.start, row.in_force)
    yield from scope.plain(node, RG.legislationNumber, row.number)
    if row.year:
        yield scope.quad(node, RG.year, Literal(row.year, datatype=XSD.integer))
    yield from scope.text(node, RG.extent, row.extent)
    yield from scope.edges(row, "department", ELI.responsibility_of_agent)


def provision(scope: Scope, row: Provision) -> Iterator[Quad]:
    """A part of a law."""
    node = scope.iris.entity(row.id)
    yield from scope.entity(row, RG.Provision, description=row.effect)
    yield from scope.plain(node, RG.provisionNumber, row.provision)
    yield from scope.text(node, RG.heading, row.heading)
    yield from scope.dated(node, RG.start, row.in_force)
    yield from scope.dated(node, RG.end, row.ceased)
    yield from scope.edges(row, "legislation", ELI.is_part_of)
    yield from scope.edges(row, "ceased_by", RG.endedBy)


def initiative(scope: Scope, row: Initiative) -> Iterator[Quad]:
    """A programme, fund, pilot, tool …"""
    node = scope.iris.entity(row.id)
    yield from scope.entity(row, RG.Initiative, description=row.summary)
    yield from scope.dated(node, RG.start, row.start)
    yield from scope.dated(node, RG.end, row.end)
    yield from scope.edges(row, "led_by", RG.ledBy)
