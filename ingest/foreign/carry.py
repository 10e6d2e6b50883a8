"""Carrying foreign statements over onto our terms, by CONSTRUCT queries or SSSOM mappings.

What comes out is what a timeline would say by a row: classes, labels, dates and edges of our terms,
about things that still have their foreign addresses. ``complete`` makes entities of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, cast

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryTriples, Triple

from reformgraph.errors import ReformGraphError
from reformgraph.ingest.faults import Fault, listed
from reformgraph.ingest.readers.extras import CONSTRUCT
from reformgraph.ingest.readers.sssom import read_mappings
from reformgraph.ontology.terms import PREFIXES, RDF, RG, RGS
from reformgraph.store.scan import check, scan
from reformgraph.store.syntax import explain

NEEDED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification")
OTHERS: Final = (
    *("record_id", "subject_label", "object_label", "predicate_modifier", "author_label"),
    *("reviewer_label", "confidence", "mapping_date", "mapping_source", "mapping_tool", "comment"),
    *("other", "subject_source", "object_source", "subject_type", "object_type"),
)
CARRYING: Final = ("skos:exactMatch", "skos:broadMatch", "owl:equivalentClass",
                   "owl:equivalentProperty", "rdfs:subClassOf", "rdfs:subPropertyOf")  # fmt: skip
"""Predicates by which what holds of the foreign term holds of ours: the same, or ours is wider."""


def construct(
    graph: pyoxigraph.Store, path: Path, name: str, base: str
) -> Iterator[Triple | Fault]:
    """Run a CONSTRUCT query over all graphs of ``graph``; ``name`` is how faults call its file.

    Relative IRIs are resolved against ``base``, our usual prefixes need not be declared. What is no
    query for this place, SERVICE above all, is a fault.
    """
    try:
        query = path.read_text(encoding="utf-8-sig")
        found = scan(query)
        check(found)
    except UnicodeDecodeError:
        yield Fault(name, 0, "", "", "UTF-8")
        return
    except ReformGraphError as error:
        yield Fault(name, 0, "", "", "", message=error.detail)
        return
    if found.form != "CONSTRUCT":
        yield Fault(name, 0, "", found.form, "a CONSTRUCT query")
        return
    common = {each: PREFIXES[each] for each in found.undeclared if each in PREFIXES}
    try:
        made = graph.query(query, base_iri=base, prefixes=common, use_default_graph_as_union=True)
        triples = list(cast(QueryTriples, made))
    except SyntaxError as error:
        told = explain(query, str(error), common)
        line, column = int(told.where["line"]), str(told.where["column"])
        yield Fault(name, line, column, "", "", message=told.detail)
        return
    for triple in triples:
        if isinstance(triple.subject, BlankNode) or isinstance(triple.object, BlankNode):
            words = "it makes a blank node; give the thing an address with IRI()"
            yield Fault(name, 0, "", "", "", message=words)
            return
        yield triple


def mapped(graph: pyoxigraph.Store, path: Path, name: str, base: str) -> Iterator[Triple | Fault]:
    """Carry over by SSSOM: foreign classes, properties and values as subjects, ours as objects.

    A row about a property changes the predicate, about a class the class; a class that is a kind
    with us (``rgs:…``) gives ``rg:kind``; any other value is changed where it is an object. Things
    that get no class by it and are none of ours (below ``base``) are left where they are.
    """
    read = read_mappings(path, NEEDED, OTHERS, name)
    yield from read.faults
    ours: dict[str, NamedNode] = {}
    for number, row in read.rows:
        if row.get("predicate_modifier") == "Not":
            continue
        if row["predicate_id"] not in CARRYING:
            expected = listed(CARRYING)
            yield Fault(name, number, "predicate_id", row["predicate_id"], expected)
        target = read.expand(row["object_id"])
        try:
            ours[read.expand(row["subject_id"])] = _term(target)
        except (KeyError, ValueError) as error:
            yield Fault(name, number, "object_id", row["object_id"], "a term", str(error.args[0]))
    made = [triple for quad in graph for triple in _carried(quad, ours)]
    classed = {triple.subject for triple in made if triple.predicate == RDF.type}
    for triple in made:
        if triple.subject in classed or str(triple.subject).startswith(f"<{base}id/"):
            yield triple


def _term(iri: str) -> NamedNode:
    """Return a term; raises KeyError for one of ours that there is not, ValueError for no IRI."""
    for space in (RG, RGS):
        if iri.startswith(space.iri):
            return space[iri.removeprefix(space.iri)]
    return NamedNode(iri)


def _carried(quad: Quad, ours: Mapping[str, NamedNode]) -> Iterator[Triple]:
    value = quad.object
    subject = cast(NamedNode, quad.subject)
    if quad.predicate == RDF.type:
        if isinstance(value, NamedNode) and (class_ := ours.get(value.value)):
            kind = class_.value.startswith(RGS.iri)
            yield Triple(subject, RG.kind if kind else RDF.type, class_)
    elif predicate := ours.get(quad.predicate.value):
        if isinstance(value, NamedNode):
            value = ours.get(value.value, value)
        yield Triple(subject, predicate, cast(NamedNode | Literal, value))


def carry(
    graph: pyoxigraph.Store, maps: Mapping[str, Path], base: str
) -> tuple[list[Triple], list[Fault]]:
    """Carry over by all of ``maps`` (name → path); the statements once, in a fixed order."""
    triples: set[Triple] = set()
    faults: list[Fault] = []
    for name, path in maps.items():
        made = (
            construct(graph, path, name, base)
            if name.lower().endswith(CONSTRUCT)
            else mapped(graph, path, name, base)
        )
        for each in made:
            if isinstance(each, Fault):
                faults.append(each)
            else:
                triples.add(each)
    return sorted(triples, key=str), faults
