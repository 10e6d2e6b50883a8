"""How it is known: sources, relations, rival values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ingest import dates
from reformgraph.ingest.dates import Edtf
from reformgraph.ingest.mapping.scope import GENERATED, Object, Scope, edtf
from reformgraph.ingest.rows import KINDS, RIVAL_COLUMNS, Relation, Rival, Source, Sourced
from reformgraph.ontology.terms import (
    DC,
    DCTERMS,
    FOAF,
    RDFS,
    RG,
    SKOS,
    XSD,
    kind_iri,
)

_PREDICATES: Final[Mapping[str, NamedNode]] = MappingProxyType(
    {
        "date": RG.date,
        "start": RG.start,
        "end": RG.end,
        "kind": RG.kind,
        "title": RDFS.label,
        "description": DCTERMS.description,
    }
)


def source(scope: Scope, row: Source) -> Iterator[Quad]:
    """A bibliographic entity; it is what evidence points to and has none of its own."""
    node = scope.iris.entity(row.id)
    yield from scope.entity(row, RG.Source)
    yield from scope.text(node, DCTERMS.title, row.title)
    yield from scope.plain(node, DC.creator, row.author)
    if row.year:
        yield scope.quad(node, DCTERMS.issued, edtf(row.year))
    yield from scope.plain(node, DC.publisher, row.publisher)
    yield from scope.plain(node, RG.sourceKind, row.kind)
    yield from scope.plain(node, DCTERMS.identifier, row.identifier)
    if row.url:
        yield scope.quad(node, FOAF.page, NamedNode(row.url))


def relation(scope: Scope, row: Relation) -> Iterator[Quad]:
    """An edge of lineage: the plain triple and its claim."""
    subject, target = scope.iris.entity(row.subject), scope.iris.entity(row.object)
    claim = scope.iris.claim(row.id)
    yield scope.quad(subject, RG[row.predicate], target)
    yield from scope.claim(
        claim, row, subject, RG[row.predicate], target, scope.literal(row.claim), row.basis
    )
    yield from scope.text(claim, SKOS.editorialNote, row.note)
    yield from scope.evidence(row)


def rivals(scope: Scope) -> Iterator[Quad]:
    """The claims of contested values and, linked both ways, those of their rivals."""
    rows = sorted(scope.timeline.rivals, key=lambda row: (row.subject, row.property, row.id))
    for (subject, name), group in groupby(rows, key=lambda row: (row.subject, row.property)):
        row = scope.row(subject)
        if isinstance(row, Sourced):
            yield from _contested(scope, row, name, list(group))


def _contested(scope: Scope, row: Sourced, name: str, group: list[Rival]) -> Iterator[Quad]:
    node = scope.iris.entity(row.id)
    column = RIVAL_COLUMNS[row.table][name]
    asserted = scope.iris.claim(f"{row.id}.{column}")
    predicate, value, shown = _asserted(scope, row, name, getattr(row, column))
    comment = f"{scope.labels[row.id]}: {_wording(name)}{shown}"
    yield from scope.claim(
        asserted, row, node, predicate, value, Literal(comment, language=GENERATED), "reported"
    )
    for rival in group:
        claim = scope.iris.claim(rival.id)
        # What goes on has no date of its own, but its rival does.
        against = _predicate(row, name)
        yield from scope.claim(
            claim, rival, node, against, _value(scope, row, name, rival.value),
            scope.literal(rival.claim), rival.basis,
        )  # fmt: skip
        yield from scope.text(claim, SKOS.editorialNote, rival.note)
        yield from scope.evidence(rival)
        yield scope.quad(asserted, RG.rivals, claim)
        yield scope.quad(claim, RG.rivals, asserted)


def _asserted(
    scope: Scope, row: Sourced, name: str, value: Edtf | str
) -> tuple[NamedNode, Object, str]:
    if isinstance(value, Edtf):
        if value.is_open:
            return RG.isOngoing, Literal("true", datatype=XSD.boolean), "none, it goes on."
        return _predicate(row, name), edtf(value), f"{value.text}."
    ending = "" if value.endswith((".", "!", "?")) else "."
    return _predicate(row, name), _value(scope, row, name, value), value + ending


def _predicate(row: Sourced, name: str) -> NamedNode:
    if name == "description" and row.table == "components":
        return RG.purpose
    return RG.heading if name == "title" and row.table == "provisions" else _PREDICATES[name]


def _value(scope: Scope, row: Sourced, name: str, value: str) -> Object:
    if name == "kind":
        return kind_iri(KINDS[row.table], value)
    if name in ("date", "start", "end"):
        return edtf(dates.parse(value))
    return scope.literal(value)


def _wording(name: str) -> str:
    return "" if name == "description" else f"{name} "
