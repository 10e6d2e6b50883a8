"""How often each thing stands in a generation, counted when it is written, for ``shortcuts.bin``.

The engine counts, so that the numbers are those of its own answers: a statement that stands in two
graphs is two. ``group_counts`` reads what is written here. Costs: benchmarks/README.md.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import Any

import pyoxigraph
from pyoxigraph import Literal, NamedNode

from reformgraph.ontology.terms import RDF, XSD

MOST_VALUES = 1_000
"""Different objects of a predicate, pairs of them with a class, or years, up to which each is counted."""
_MOST_IN_A_NUMBER = 2**32 - 1
_DATED = frozenset((XSD.date, XSD.dateTime, XSD.gYear, XSD.gYearMonth))


def counts(store: pyoxigraph.Store) -> tuple[dict[str, Any], array[int]]:
    """Count the statements of the union of all graphs; returns members of the head, and pairs.

    The members: ``predicates`` and ``total``, statements by predicate and of all. ``values``, by
    object, of each predicate with few objects, all IRIs. ``years``, by year, of each predicate
    whose objects all have one. ``classes``, the IRIs that the pairs name. ``pairs``, for a predicate
    of ``values`` how many pairs of an object and a class of the subject there are, and how many
    stand before them in the array: of each the place of its object in ``values``, of its class
    in ``classes``, and its count. Not for ``rdf:type``, too many pairs, or classes without IRI.
    """
    query = "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?p"
    predicates = {predicate.value: int(count.value) for predicate, count in _rows(store, query)}
    values: dict[str, dict[str, int]] = {}
    years: dict[str, dict[str, int]] = {}
    classes: dict[str, int] = {}
    pairs: dict[str, tuple[int, int]] = {}
    numbers = array("I")
    for predicate in predicates:
        first = next(store.quads_for_pattern(None, NamedNode(predicate), None)).object
        if isinstance(first, NamedNode):
            if (known := _values(store, predicate)) is None:
                continue
            values[predicate] = known
            joint = None if predicate == RDF.type.value else _pairs(store, predicate)
            if joint is not None:
                pairs[predicate] = len(joint), len(numbers) // 3
                place = {value: number for number, value in enumerate(known)}
                for (value, class_), count in joint.items():
                    numbers.extend((place[value], classes.setdefault(class_, len(classes)), count))
        elif (known := _years(store, predicate, first)) is not None:
            years[predicate] = known
    return {
        "predicates": predicates,
        "total": sum(predicates.values()),
        "values": values,
        "years": years,
        "classes": list(classes),
        "pairs": pairs,
    }, numbers


def _values(store: pyoxigraph.Store, predicate: str) -> dict[str, int] | None:
    # A predicate with many objects shows it soon: no need to count them all.
    query = f"SELECT DISTINCT ?o {{ ?s <{predicate}> ?o }} LIMIT {MOST_VALUES + 1}"
    for number, (value,) in enumerate(_rows(store, query)):
        if number == MOST_VALUES or not isinstance(value, NamedNode):
            return None
    query = f"SELECT ?o (COUNT(*) AS ?n) {{ ?s <{predicate}> ?o }} GROUP BY ?o ORDER BY ?o"
    return {value.value: int(count.value) for value, count in _rows(store, query)}


def _years(store: pyoxigraph.Store, predicate: str, first: object) -> dict[str, int] | None:
    """Count by year; None where an object, ``first`` it, has none for the engine, or for many."""
    if not isinstance(first, Literal) or first.datatype not in _DATED:
        return None
    query = (
        f"SELECT ?y (COUNT(*) AS ?n) {{ ?s <{predicate}> ?d BIND(YEAR(?d) AS ?y) }} "
        f"GROUP BY ?y ORDER BY ?y LIMIT {MOST_VALUES + 1}"
    )
    rows = list(_rows(store, query))
    if len(rows) > MOST_VALUES or not all(year for year, _ in rows):
        return None
    return {year.value: int(count.value) for year, count in rows}


def _pairs(store: pyoxigraph.Store, predicate: str) -> dict[tuple[str, str], int] | None:
    query = (
        f"SELECT ?o ?c (COUNT(*) AS ?n) {{ ?s <{predicate}> ?o ; a ?c }} "
        f"GROUP BY ?o ?c ORDER BY ?o ?c LIMIT {MOST_VALUES + 1}"
    )
    rows = list(_rows(store, query))
    counted: dict[tuple[str, str], int] = {}
    for value, class_, count in rows:
        if not isinstance(class_, NamedNode) or int(count.value) > _MOST_IN_A_NUMBER:
            return None
        counted[value.value, class_.value] = int(count.value)
    return counted if len(counted) <= MOST_VALUES else None


def _rows(store: pyoxigraph.Store, query: str) -> Iterable[Any]:
    return store.query(query, use_default_graph_as_union=True)  # type: ignore[return-value]
