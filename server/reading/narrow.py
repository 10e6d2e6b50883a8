"""A part of a lineage: only some edges, some items, or the ways from one item to another."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reformgraph.queries.lineage import Edge, Lineage
from reformgraph.server.reading import graph
from reformgraph.store import Store


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What to keep; an empty set and None mean everything.

    ``types`` are local names of classes ("" stands for all others than those that ``known``
    lists), ``kinds`` labels of kinds, ``predicates`` and ``bases`` local names; ``first`` and ``last`` bound when an item came;
    ``to`` keeps the ways from the focal item to that IRI; ``items`` keeps these IRIs only.
    """

    types: frozenset[str] = frozenset()
    others: bool = False
    known: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    predicates: frozenset[str] = frozenset()
    bases: frozenset[str] = frozenset()
    verified: bool = False
    first: datetime.date | None = None
    last: datetime.date | None = None
    to: str = ""
    items: frozenset[str] | None = None

    @property
    def empty(self) -> bool:
        """Whether everything is kept."""
        return self == Narrowing(known=self.known)


def narrow(traced: Lineage, by: Narrowing) -> Lineage:
    """Return the part of ``traced`` that ``by`` keeps; the focal item always stays.

    An item counts as an antecedent (or descendant) only by edges that are kept, so depths are
    those of what is shown. Items of the wrong class, time or topic go, with their edges; what is
    behind them stays, for it is of the lineage still.
    """
    edges = [edge for edge in traced.edges if _kept(edge, by)]
    depths = _reach(traced.focus, _ways(edges, away=traced.direction == "antecedents"))
    wanted = set(depths)
    if by.to:
        wanted &= set(_reach(by.to, _ways(edges, away=traced.direction != "antecedents")))
    nodes = {
        iri: replace(node, depth=depths[iri])
        for iri, node in traced.nodes.items()
        if iri in wanted and (iri in (traced.focus, by.to) or _fits(iri, traced, by))
    }
    if traced.focus not in nodes:
        nodes = {traced.focus: replace(traced.nodes[traced.focus], depth=0)}
    shown = tuple(edge for edge in edges if edge.subject in nodes and edge.object in nodes)
    return Lineage(traced.focus, traced.direction, nodes, shown, traced.beyond)


def _kept(edge: Edge, by: Narrowing) -> bool:
    return (
        (not by.predicates or edge.predicate in by.predicates)
        and (not by.bases or edge.basis in by.bases)
        and (edge.verified or not by.verified)
    )


def _fits(iri: str, traced: Lineage, by: Narrowing) -> bool:
    node = traced.nodes[iri]
    if (by.types or by.others) and not (
        node.type in by.types or (by.others and node.type not in by.known)
    ):
        return False
    if by.kinds and node.kind not in by.kinds:
        return False
    # What has no date may have come at any time.
    if by.first and node.latest and node.latest < by.first:
        return False
    if by.last and node.earliest and node.earliest > by.last:
        return False
    return by.items is None or iri in by.items


def _ways(edges: Iterable[Edge], *, away: bool) -> Mapping[str, list[str]]:
    ways: dict[str, list[str]] = {}
    for edge in edges:
        one, two = (edge.later, edge.earlier) if away else (edge.earlier, edge.later)
        ways.setdefault(one, []).append(two)
    return ways


def _reach(start: str, ways: Mapping[str, list[str]]) -> dict[str, int]:
    found, level, steps = {start: 0}, [start], 0
    while level:
        steps += 1
        level = [
            two
            for two in dict.fromkeys(x for one in level for x in ways.get(one, ()))
            if two not in found
        ]
        found |= dict.fromkeys(level, steps)
    return found


def about(store: Store, concept: str) -> frozenset[str]:
    """Read which items speak of a concept or of what is narrower, or put something in place for it."""
    name = graph.node(concept)
    found = graph.rows(
        store,
        f"SELECT DISTINCT ?x {{ {{ SELECT DISTINCT ?c {{ ?c skos:broader* {name} }} }}"
        " { ?a rg:articulates ?c ; rg:articulatedIn ?x }"
        " UNION { ?k rg:facilitates ?c ; rg:introducedBy ?x } }",
    )
    return frozenset(graph.text(x) for (x,) in found)
