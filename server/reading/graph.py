"""The bounded queries behind the pages.

Every IRI enters a query as a serialised ``NamedNode``, never as pasted text. Inferred statements
are left out: pages show what a row asserts. Hubs are counted and paged, never read whole.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from reformgraph.errors import UsageError
from reformgraph.ontology.terms import PROLOGUE, RG
from reformgraph.store import Store, base
from reformgraph.store.base import Row, Term, named_node

# Sorting more than this in the engine would make a page slow; hubs come in index order.
SORT_LIMIT = 2_000
# No row of a timeline gives one entity so many statements; foreign data might.
OUT_LIMIT = 1_000

text = base.text


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim with the edge that it is about; ``value`` when its object is a literal."""

    iri: str
    subject: str
    predicate: str
    object: str
    value: Literal | None
    comment: str
    basis: str
    rivals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One piece of evidence: where something was read. ``status`` is a local name."""

    iri: str
    sources: tuple[str, ...]
    locator: str
    verified: bool
    quotation: str


@dataclass(frozen=True, slots=True)
class Resting:
    """An entity or claim that rests on a source, with the reading that says so."""

    holder: str
    reading: Reading


def node(iri: str) -> str:
    """Serialise an IRI for a query. Raises UsageError for text that is no IRI."""
    try:
        return str(NamedNode(iri))
    except ValueError:
        raise UsageError(f"{iri[:200]!r} is not an absolute IRI", where={"field": "iri"}) from None


def valid(iri: str) -> bool:
    """Say whether text is an absolute IRI."""
    return named_node(iri) is not None


def nodes(iris: Iterable[str]) -> str:
    """Serialise IRIs for a VALUES block or an IN list, without doubles."""
    return " ".join(node(iri) for iri in dict.fromkeys(iris))


def rows(store: Store, query: str) -> list[Row]:
    """Run a SELECT with the prefixes of the ontology.

    Foreign data may hold blank nodes and triple terms; no page is about one and none can be linked
    to, so rows with them are left out.
    """
    return [row for row in store.select(PROLOGUE + query) if all(map(_shown, row))]


def _shown(term: object) -> bool:
    return term is None or isinstance(term, NamedNode | Literal)


def asserted(store: Store, graph: str = "?g") -> str:
    """Return the filter that leaves inferred statements out."""
    return f"FILTER({graph} != {node(store.generation.base + 'graph/inferences')})"


def said(store: Store, pattern: str) -> str:
    """Return ``pattern`` for a query, narrowed to what is asserted.

    Only foreign data has a default graph of its own; nothing in it is inferred by us.
    """
    if store.generation.own_default:
        return f"{{ {pattern} }}"
    return f"GRAPH ?g {{ {pattern} }} {asserted(store)}"


def known(store: Store, iri: str) -> bool:
    """Say whether the graph has any statement with ``iri`` as subject, object or graph name."""
    name = node(iri)
    return store.ask(
        f"ASK {{ {{ {name} ?p ?o }} UNION {{ ?s ?p {name} }} UNION {{ GRAPH {name} {{ ?s ?p ?o }} }} }}"
    )


def slug_of(store: Store, iri: str) -> str:
    """Return the slug of an entity, "" when it has none."""
    found = rows(store, f"SELECT ?slug {{ {node(iri)} rg:slug ?slug }} ORDER BY ?slug LIMIT 1")
    return text(found[0][0]) if found else ""


def focal_items(store: Store) -> list[str]:
    """Return the slugs of the items that the timelines of this graph are about, one a timeline."""
    known = [timeline.focal_item for timeline in store.generation.timelines if timeline.focal_item]
    return [slug for iri in known if valid(iri) and (slug := slug_of(store, iri))]


def outgoing(store: Store, iri: str) -> list[tuple[str, Term]]:
    """Return the asserted statements with ``iri`` as subject, in a fixed order."""
    found = rows(
        store,
        f"SELECT DISTINCT ?p ?o {{ {said(store, f'{node(iri)} ?p ?o')} }} LIMIT {OUT_LIMIT}",
    )
    return sorted(
        ((text(p), o) for p, o in found if o is not None), key=lambda e: (e[0], str(e[1]))
    )


def incoming_counts(store: Store, iri: str) -> dict[str, int]:
    """Count the asserted statements with ``iri`` as object, by predicate."""
    found = rows(
        store,
        f"SELECT ?p (COUNT(DISTINCT ?s) AS ?n) {{ {said(store, f'?s ?p {node(iri)}')} }}"
        " GROUP BY ?p",
    )
    return {text(p): int(text(n)) for p, n in found if int(text(n))}


def incoming_count(store: Store, iri: str, predicate: str) -> int:
    """Count the asserted statements with ``iri`` as object by one predicate."""
    found = rows(
        store,
        f"SELECT (COUNT(DISTINCT ?s) AS ?n)"
        f" {{ {said(store, f'?s {node(predicate)} {node(iri)}')} }}",
    )
    return int(text(found[0][0]))


def incoming(
    store: Store, iri: str, predicate: str, *, total: int, limit: int, offset: int = 0
) -> list[str]:
    """Return a page of the subjects of one predicate, sorted by IRI unless there are too many."""
    order = "ORDER BY ?s" if total <= SORT_LIMIT else ""
    found = rows(
        store,
        f"SELECT DISTINCT ?s {{ {said(store, f'?s {node(predicate)} {node(iri)}')} }}"
        f" {order} LIMIT {limit} OFFSET {offset}",
    )
    return [text(s) for (s,) in found]


def statements(
    store: Store, subjects: Collection[str], predicates: Collection[str] = ()
) -> dict[str, list[tuple[str, Term]]]:
    """Return the asserted statements of several subjects, narrowed to ``predicates`` if given."""
    if not subjects:
        return {}
    # A second VALUES block would be joined with the first before anything is looked up.
    only = f" FILTER(?p IN ({', '.join(predicates)}))" if predicates else ""
    found = rows(
        store,
        f"SELECT DISTINCT ?s ?p ?o {{ VALUES ?s {{ {nodes(subjects)} }}"
        f" {said(store, '?s ?p ?o')}{only} }}",
    )
    by_subject: dict[str, list[tuple[str, Term]]] = {iri: [] for iri in subjects}
    for s, p, o in found:
        if o is not None:
            by_subject[text(s)].append((text(p), o))
    for each in by_subject.values():
        each.sort(key=lambda e: (e[0], str(e[1])))
    return by_subject


def pointing(
    store: Store, objects: Collection[str], predicate: str, limit: int = 500
) -> dict[str, list[str]]:
    """Return, for each of ``objects``, the subjects that point to it by ``predicate``."""
    if not objects:
        return {}
    found = rows(
        store,
        f"SELECT DISTINCT ?o ?s {{ VALUES ?o {{ {nodes(objects)} }}"
        f" GRAPH ?g {{ ?s {predicate} ?o }} {asserted(store)} }} ORDER BY ?o ?s LIMIT {limit}",
    )
    by_object: dict[str, list[str]] = {}
    for o, s in found:
        by_object.setdefault(text(o), []).append(text(s))
    return by_object


_CLAIM = (
    "OPTIONAL { ?c rg:claimObject ?o } OPTIONAL { ?c rg:claimValue ?v }"
    " OPTIONAL { ?c rdfs:comment ?comment } OPTIONAL { ?c rg:basis ?basis }"
    " OPTIONAL { ?c rg:rivals ?rival }"
)


def claims_of(store: Store, iri: str) -> list[Claim]:
    """Return the claims whose subject is ``iri``."""
    return _claims(
        store,
        f"SELECT ?c ?s ?p ?o ?v ?comment ?basis ?rival {{ BIND({node(iri)} AS ?s)"
        f" ?c rg:claimSubject {node(iri)} ; rg:claimPredicate ?p . {_CLAIM} }}",
    )


def claims_about(store: Store, iri: str, subjects: Collection[str]) -> list[Claim]:
    """Return the claims that join one of ``subjects`` to ``iri``."""
    if not subjects:
        return []
    return _claims(
        store,
        f"SELECT ?c ?s ?p ?o ?v ?comment ?basis ?rival {{ VALUES ?s {{ {nodes(subjects)} }}"
        f" ?c rg:claimSubject ?s ; rg:claimObject {node(iri)} ; rg:claimPredicate ?p ."
        f" BIND({node(iri)} AS ?o)"
        f" {_CLAIM.partition('}')[2]} }}",
    )


def claims(store: Store, iris: Collection[str]) -> list[Claim]:
    """Return claims by their own IRIs."""
    if not iris:
        return []
    return _claims(
        store,
        f"SELECT ?c ?s ?p ?o ?v ?comment ?basis ?rival {{ VALUES ?c {{ {nodes(iris)} }}"
        f" ?c rg:claimSubject ?s ; rg:claimPredicate ?p . {_CLAIM} }}",
    )


def _claims(store: Store, query: str) -> list[Claim]:
    found: dict[str, Claim] = {}
    for c, s, p, o, v, comment, basis, rival in rows(store, query):
        known_rivals = found[text(c)].rivals if text(c) in found else ()
        rivals = {*known_rivals, text(rival)} - {""}
        value = v if isinstance(v, Literal) else None
        found[text(c)] = Claim(
            iri=text(c),
            subject=text(s),
            predicate=text(p),
            object=text(o),
            value=value,
            comment=text(comment),
            basis=text(basis).rpartition("basis-")[2],
            rivals=tuple(sorted(rivals)),
        )
    return [found[iri] for iri in sorted(found)]


def evidence(store: Store, holders: Collection[str]) -> dict[str, list[Reading]]:
    """Return the evidence of claims and entities, in the order of its numbers."""
    if not holders:
        return {}
    query = (
        f"SELECT ?h ?e ?source ?locator ?status ?quotation {{ VALUES ?h {{ {nodes(holders)} }}"
        " ?h rg:hasEvidence ?e OPTIONAL { ?e rg:source ?source } OPTIONAL { ?e rg:locator ?locator }"
        " OPTIONAL { ?e rg:status ?status } OPTIONAL { ?e rg:quotation ?quotation } }"
    )
    found: dict[str, dict[str, Reading]] = {}
    for h, e, source, locator, status, quotation in rows(store, query):
        readings = found.setdefault(text(h), {})
        earlier = readings[text(e)].sources if text(e) in readings else ()
        readings[text(e)] = Reading(
            iri=text(e),
            sources=tuple(sorted({*earlier, text(source)} - {""})),
            locator=text(locator),
            verified=_verified(status),
            quotation=text(quotation),
        )
    return {h: [each[e] for e in sorted(each, key=_numbered)] for h, each in found.items()}


def resting(store: Store, source: str, *, total: int, limit: int, offset: int = 0) -> list[Resting]:
    """Return what rests on ``source``, by a page of its ``total`` pieces of evidence."""
    # Paged by evidence, which an index gives at once; what holds it is joined afterwards.
    pieces = incoming(store, source, RG.source.value, total=total, limit=limit, offset=offset)
    if not pieces:
        return []
    found = rows(
        store,
        f"SELECT DISTINCT ?h ?e ?locator ?status ?quotation {{ VALUES ?e {{ {nodes(pieces)} }}"
        " ?h rg:hasEvidence ?e"
        " OPTIONAL { ?e rg:locator ?locator } OPTIONAL { ?e rg:status ?status }"
        " OPTIONAL { ?e rg:quotation ?quotation } }",
    )
    held = [
        Resting(
            text(h), Reading(text(e), (source,), text(locator), _verified(status), text(quotation))
        )
        for h, e, locator, status, quotation in found
    ]
    return sorted(held, key=lambda resting: (resting.holder, resting.reading.iri))


def _verified(status: Term | None) -> bool:
    return text(status).endswith("#status-verified")


def _numbered(iri: str) -> tuple[str, int, str]:
    head, _, number = iri.rpartition(".")
    return (head, int(number), "") if number.isascii() and number.isdigit() else (iri, 0, "")
