"""What hits of a search can be narrowed to, beside their class: kind, period, institution, …

The build writes one row for each value that an entity has; a search counts them over its hits.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import pyoxigraph

from reformgraph.ontology.terms import DCTERMS, ELI, ORG, RG, RGS
from reformgraph.store.base import FacetValue

NAMES = ("sort", "period", "institution", "concept", "verified")
"""In the order that they are shown; ``sort`` is the label of ``rg:kind``."""
COUNTED = 20_000
"""Values are counted over this many hits at most: all of them, but for a word that is everywhere."""
SHOWN = 12
"""Values of one facet; a rare one can still be asked for."""

_INSTITUTION = (
    *(DCTERMS.publisher, ELI.responsibility_of_agent, RG.ledBy, RG.isResponsibilityOf, ORG.postIn),
    *(ORG.originalOrganization, ORG.resultingOrganization, RG.transferredFrom, RG.transferredTo),
    ORG.subOrganizationOf,
)
_CONCEPT = (RG.articulates, RG.facilitates)
_BEGINNINGS = (RG.dateEarliest, RG.startEarliest)

SCHEMA = """
CREATE TABLE facet (entity INTEGER, name TEXT, value TEXT, label TEXT);
CREATE INDEX facet_entity ON facet (entity);
CREATE INDEX facet_value ON facet (name, value, entity);
"""


class Facets:
    """Reads the values of entities from a graph; knows the labels that it has met."""

    def __init__(
        self,
        graph: pyoxigraph.Store,
        label_of: Callable[[pyoxigraph.Store, pyoxigraph.NamedNode], str],
    ) -> None:
        self._graph = graph
        self._label_of = label_of
        self._labels: dict[str, tuple[str, str]] = {}

    def of(
        self, values: Mapping[pyoxigraph.NamedNode, Sequence[object]], kind: str
    ) -> Iterator[tuple[str, str, str]]:
        """Yield facet, value and label of an entity whose statements are ``values``."""
        if kind:
            yield "sort", kind, kind
        if period := _period(values):
            yield "period", period, period
        for facet, predicates in (("institution", _INSTITUTION), ("concept", _CONCEPT)):
            nodes = {
                node.value
                for predicate in predicates
                for node in values.get(predicate, ())
                if isinstance(node, pyoxigraph.NamedNode)
            }
            for iri in sorted(nodes):
                slug, label = self._named(iri)
                if slug:
                    yield facet, slug, label
        if status := self._status(values.get(RG.hasEvidence, ())):
            yield "verified", status, status

    def _named(self, iri: str) -> tuple[str, str]:
        if iri not in self._labels:
            node = pyoxigraph.NamedNode(iri)
            slug = next(
                (q.object for q in self._graph.quads_for_pattern(node, RG.slug, None)), None
            )
            text = slug.value if isinstance(slug, pyoxigraph.Literal) else ""
            self._labels[iri] = (text, self._label_of(self._graph, node) or text)
        return self._labels[iri]

    def _status(self, evidence: Iterable[object]) -> str:
        found = {
            quad.object
            for node in evidence
            if isinstance(node, pyoxigraph.NamedNode)
            for quad in self._graph.quads_for_pattern(node, RG.status, None)
        }
        if not found:
            return ""
        if found == {RGS["status-verified"]}:
            return "verified"
        return "partly" if RGS["status-verified"] in found else "unverified"


def _period(values: Mapping[pyoxigraph.NamedNode, Sequence[object]]) -> str:
    """Return the decade in which an entity came: 1990s."""
    for predicate in _BEGINNINGS:
        for day in values.get(predicate, ()):
            year = day.value[:4] if isinstance(day, pyoxigraph.Literal) else ""
            if year.isdigit():
                return f"{year[:3]}0s"
    return ""


def condition(filters: Mapping[str, str], first: int) -> tuple[str, list[str]]:
    """Return SQL that narrows ``entity`` to the values of ``filters``, and what it is bound to.

    ``first`` is the number of its first parameter. The plus keeps SQLite from looking each entity of
    the facet up in the full-text index, where it is slow.
    """
    sql, bound = "", list[str]()
    for name, value in filters.items():
        place = first + len(bound)
        sql += f" AND +rowid IN (SELECT entity FROM facet WHERE name = ?{place} AND value = ?{place + 1})"  # noqa: S608  only numbers are formatted in
        bound += [name, value]
    return sql, bound


def count(
    connection: sqlite3.Connection, match: str, kind: str, filters: Mapping[str, str]
) -> dict[str, tuple[FacetValue, ...]]:
    """Count the values that the hits have; what is filtered by comes with the count of the hits."""
    narrowed, bound = condition(filters, 3)
    rows = connection.execute(
        "SELECT name, value, min(label), count(*) AS n FROM facet WHERE entity IN (SELECT rowid "  # noqa: S608  only constants are formatted in
        f"FROM entity WHERE entity MATCH ?1 AND (?2 = '' OR type = ?2){narrowed} LIMIT {COUNTED}) "
        "GROUP BY name, value ORDER BY name, n DESC, value",
        (match, kind, *bound),
    )
    found: dict[str, list[FacetValue]] = {name: [] for name in NAMES}
    for name, value, label, number in rows:
        chosen = filters.get(name) == value
        if name in found and (len(found[name]) < SHOWN or chosen):
            found[name].append(FacetValue(value, label, number))
    found["period"].sort(key=lambda each: each.value)
    return {name: tuple(values) for name, values in found.items() if values}
