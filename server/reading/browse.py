"""The entities of one class in order."""

from __future__ import annotations

from reformgraph.server.links import Links
from reformgraph.server.reading import graph
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.store import Store

# Classes whose entities have a place in time; the others are listed by name.
DATED = frozenset(
    {
        *("Policy", "Legislation", "Provision", "Initiative", "Institution", "Component"),
        *("Creation", "Merger", "Split", "Renaming", "Transfer", "Abolition", "Post", "Tenure"),
    }
)
# What is in no index (claims, evidence) is sorted by the engine, up to this many; then it comes in
# the engine's own order.
SORTED = 2_000


def entities(
    store: Store, links: Links, class_iri: str, *, by: str, total: int, limit: int, offset: int
) -> tuple[Ref, ...]:
    """Return a page of the instances of a class, ``by`` ``time`` or ``name``; undated ones last."""
    if iris := store.listed(class_iri, by=by, limit=limit, offset=offset):
        return _named(store, links, iris)
    if total > SORTED:
        order = ""
    elif by == "time":
        order = "ORDER BY (!BOUND(?first)) ?first ?name ?x"
    else:
        order = "ORDER BY ?name ?x"
    dates = (
        "OPTIONAL { ?x rg:dateEarliest ?date } OPTIONAL { ?x rg:startEarliest ?start }"
        " OPTIONAL { ?x rg:endEarliest ?end } BIND(COALESCE(?date, ?start, ?end) AS ?first)"
        if order and by == "time"
        else ""
    )
    name = (
        "OPTIONAL { ?x rdfs:label|rdfs:comment ?label } BIND(LCASE(STR(?label)) AS ?name)"
        if order
        else ""
    )
    found = graph.rows(
        store,
        f"SELECT DISTINCT ?x {{ ?x a {graph.node(class_iri)} {dates} {name} }}"
        f" {order} LIMIT {limit} OFFSET {offset}",
    )
    return _named(store, links, [graph.text(x) for (x,) in found])


def _named(store: Store, links: Links, iris: list[str]) -> tuple[Ref, ...]:
    named = refs(store, links, iris)
    return tuple(named[iri] for iri in dict.fromkeys(iris) if iri in named)
