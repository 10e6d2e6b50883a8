"""The restrictions of the ontology in words: what each member of a class has, and how much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from reformgraph.ontology.terms import OWL, RDF, RDFS

_Node = NamedNode | BlankNode
_Values = Mapping[tuple[_Node, NamedNode], Sequence[_Node | Literal]]

_COUNTS = (
    (OWL.cardinality, "exactly"),
    (OWL.minCardinality, "at least"),
    (OWL.maxCardinality, "at most"),
)


def restrictions(triples: Iterable[Triple]) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return for each class, by IRI, its restrictions: the property's IRI and a phrase about it.

    In a phrase IRIs stand in angle brackets. The property of a disjoint union is empty.
    """
    values: dict[tuple[_Node, NamedNode], list[_Node | Literal]] = {}
    for triple in triples:
        if isinstance(triple.subject, _Node) and isinstance(triple.object, _Node | Literal):
            values.setdefault((triple.subject, triple.predicate), []).append(triple.object)
    found: dict[str, list[tuple[str, str]]] = {}
    for (subject, predicate), objects in values.items():
        if not isinstance(subject, NamedNode):
            continue
        for each in objects:
            if predicate == RDFS.subClassOf and isinstance(each, BlankNode):
                found.setdefault(subject.value, []).extend(_restriction(values, each))
            elif predicate == OWL.disjointUnionOf and isinstance(each, BlankNode):
                members = " or ".join(_list(values, each))
                found.setdefault(subject.value, []).append(("", f"each is one of {members}"))
    return {iri: tuple(sorted(some)) for iri, some in found.items()}


def _restriction(values: _Values, node: BlankNode) -> Iterator[tuple[str, str]]:
    for on in values.get((node, OWL.onProperty), ()):
        for filler in values.get((node, OWL.someValuesFrom), ()):
            yield on.value, f"at least one {_class(values, filler)}"
        for filler in values.get((node, OWL.allValuesFrom), ()):
            yield on.value, f"only {_class(values, filler)}"
        for kind, word in _COUNTS:
            for number in values.get((node, kind), ()):
                yield on.value, f"{word} {number.value}"


def _class(values: _Values, node: _Node | Literal) -> str:
    if isinstance(node, BlankNode):
        heads = values.get((node, OWL.unionOf), ())
        return " or ".join(
            member
            for head in heads
            if isinstance(head, BlankNode)
            for member in _list(values, head)
        )
    return f"<{node.value}>"


def _list(values: _Values, head: BlankNode) -> Iterator[str]:
    node: _Node | Literal = head
    while isinstance(node, BlankNode):
        for member in values.get((node, RDF.first), ()):
            yield _class(values, member)
        node = next(iter(values.get((node, RDF.rest), ())), Literal(""))
