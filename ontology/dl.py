"""The structural restrictions of OWL 2 DL, checked over RDF without a reasoner.

After "OWL 2 Web Ontology Language Structural Specification", §3.1, §5 and §11, and "Mapping to RDF
Graphs", §3: what is used is declared, each IRI is one sort of property, only simple properties are
irreflexive and the like, and a datatype is one of OWL 2's or declared and used in no axiom.

Two datatypes of the data are not OWL 2's. ``xsd:date`` may stand neither as a range nor in an
axiom; ``edtf:EDTF`` is declared and stands in annotations only. So the ontology ranges over
neither, the shapes check both, and ``check.dl_view`` leaves such literals out of a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from rdflib import Graph, Literal
from rdflib.namespace import OWL, RDF, RDFS, SKOS, XSD
from rdflib.term import BNode, Node, URIRef

OWL2_DATATYPES: Final = frozenset(
    (
        *(
            XSD[name]
            for name in (
                *("string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN"),
                *("boolean", "hexBinary", "base64Binary", "anyURI", "dateTime", "dateTimeStamp"),
                *("decimal", "integer", "nonNegativeInteger", "nonPositiveInteger"),
                *("positiveInteger", "negativeInteger", "long", "int", "short", "byte"),
                *("unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte"),
                *("float", "double"),
            )
        ),
        *(RDF.langString, RDF.PlainLiteral, RDF.XMLLiteral),
        *(RDFS.Literal, OWL.real, OWL.rational),
    )
)
_ANNOTATIONS: Final = frozenset(
    (
        *(RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy),
        *(OWL.versionInfo, OWL.deprecated, OWL.backwardCompatibleWith, OWL.incompatibleWith),
        OWL.priorVersion,
    )
)
_PROPERTY_SORTS: Final = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
_SIMPLE_ONLY: Final = (
    *(OWL.FunctionalProperty, OWL.InverseFunctionalProperty),
    *(OWL.IrreflexiveProperty, OWL.AsymmetricProperty),
)
_OBJECT_ONLY: Final = (
    *(OWL.InverseFunctionalProperty, OWL.IrreflexiveProperty, OWL.AsymmetricProperty),
    *(OWL.SymmetricProperty, OWL.TransitiveProperty, OWL.ReflexiveProperty),
)
_FILLERS: Final = (OWL.someValuesFrom, OWL.allValuesFrom)
_NUMBERS: Final = (OWL.cardinality, OWL.minCardinality, OWL.maxCardinality)
_QUALIFIED: Final = (
    *(OWL.qualifiedCardinality, OWL.minQualifiedCardinality, OWL.maxQualifiedCardinality),
)
_CARDINALITIES: Final = (*_NUMBERS, *_QUALIFIED, OWL.hasSelf)
_CLASS_LISTS: Final = (OWL.unionOf, OWL.intersectionOf, OWL.disjointUnionOf)
_CLASS_AXIOMS: Final = (RDFS.subClassOf, OWL.equivalentClass, OWL.disjointWith)
_HEADER: Final = (OWL.versionIRI, OWL.versionInfo, RDFS.label, SKOS.changeNote)
_Edges = Iterable[tuple[Node, Node]]


def faults(graph: Graph) -> list[str]:
    """List what keeps a graph from being an OWL 2 DL ontology, each in a sentence; sorted.

    In: the ontology with all that it uses, as one graph; it may hold several headers, as if each
    imported the others.
    """
    return sorted(set(_Checker(graph).faults()))


class _Checker:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._classes = self._of_type(OWL.Class) | {OWL.Thing, OWL.Nothing}
        self._datatypes = self._of_type(RDFS.Datatype)
        self._objects = self._of_type(OWL.ObjectProperty)
        self._data = self._of_type(OWL.DatatypeProperty)
        self._annotations = self._of_type(OWL.AnnotationProperty) | _ANNOTATIONS
        self._headers = self._of_type(OWL.Ontology)

    def faults(self) -> Iterator[str]:
        yield from self._header()
        yield from self._sorts()
        yield from self._ends()
        yield from self._simple()
        yield from self._restrictions()
        yield from self._lists()
        for subject, predicate, value in self._graph:
            yield from self._statement(subject, predicate, value)

    def _of_type(self, sort: Node) -> set[Node]:
        return set(self._graph.subjects(RDF.type, sort))

    def _header(self) -> Iterator[str]:
        if not self._headers:
            yield "There is no owl:Ontology."
        for each in self._headers:
            for predicate in _HEADER:
                if (each, predicate, None) not in self._graph:
                    yield f"The header {_short(each)} has no {_short(predicate)}."

    def _sorts(self) -> Iterator[str]:
        # Punning may make one IRI a class, a property and an individual, but no more than this.
        named = {sort: self._of_type(sort) for sort in _PROPERTY_SORTS}
        for at, sort in enumerate(_PROPERTY_SORTS):
            for other in _PROPERTY_SORTS[at + 1 :]:
                for each in named[sort] & named[other]:
                    yield f"{_short(each)} is both {_short(sort)} and {_short(other)}."
        for each in self._classes & self._datatypes:
            yield f"{_short(each)} is both a class and a datatype."
        for sort in _OBJECT_ONLY:
            for each in self._of_type(sort) - self._objects:
                yield f"{_short(each)} is {_short(sort)} and no object property."
        for each in self._of_type(OWL.FunctionalProperty) - self._objects - self._data:
            yield f"{_short(each)} is owl:FunctionalProperty and no object or data property."

    def _ends(self) -> Iterator[str]:
        for each, value in self._graph.subject_objects(RDFS.range):
            if each in self._data and value not in OWL2_DATATYPES:
                yield f"{_short(each)} ranges over {_short(value)}, no datatype of OWL 2."
            if each in self._objects and not self._is_class(value):
                yield f"{_short(each)} ranges over {_short(value)}, which is no declared class."
        for each, value in self._graph.subject_objects(RDFS.domain):
            if each not in self._annotations and not self._is_class(value):
                yield f"{_short(each)} has the domain {_short(value)}, which is no declared class."

    def _is_class(self, value: Node) -> bool:
        return value in self._classes or isinstance(value, BNode)

    def _simple(self) -> Iterator[str]:
        """Find what only a simple property may be, said of one that is not (§11.2)."""
        composite = _reached(
            self._of_type(OWL.TransitiveProperty)
            | set(self._graph.subjects(OWL.propertyChainAxiom, None)),
            [
                *self._graph.subject_objects(RDFS.subPropertyOf),
                *self._graph.subject_objects(OWL.inverseOf),
                *((b, a) for a, b in self._graph.subject_objects(OWL.inverseOf)),
                *self._graph.subject_objects(OWL.equivalentProperty),
                *((b, a) for a, b in self._graph.subject_objects(OWL.equivalentProperty)),
            ],
        )
        for each in composite:
            for sort in _SIMPLE_ONLY:
                if (each, RDF.type, sort) in self._graph:
                    yield f"{_short(each)} is {_short(sort)} and not simple."
            if (each, OWL.propertyDisjointWith, None) in self._graph or (
                (None, OWL.propertyDisjointWith, each) in self._graph
            ):
                yield f"{_short(each)} is disjoint with a property and not simple."
            for restriction in self._graph.subjects(OWL.onProperty, each):
                if any((restriction, kind, None) in self._graph for kind in _CARDINALITIES):
                    yield f"{_short(each)} is counted in a restriction and not simple."

    def _restrictions(self) -> Iterator[str]:
        """Find restrictions that are none of §8.2 to §8.5, or that two axioms share."""
        for each in self._of_type(OWL.Restriction):
            on = [*self._graph.objects(each, OWL.onProperty)]
            kinds = [
                kind
                for kind in (*_FILLERS, *_CARDINALITIES, OWL.hasValue)
                if (each, kind, None) in self._graph
            ]
            if not isinstance(each, BNode) or len(on) != 1 or len(kinds) != 1:
                yield f"A restriction on {', '.join(map(_short, on)) or 'nothing'} is malformed."
                continue
            if on[0] not in self._objects | self._data:
                yield f"A restriction is on {_short(on[0])}, no declared object or data property."
                continue
            yield from self._filler(each, on[0], kinds[0])
        for each in set(self._graph.objects()):
            if isinstance(each, BNode) and len([*self._graph.subjects(None, each)]) > 1:
                yield f"{_short(each)} stands in two axioms; an expression stands in one."

    def _filler(self, restriction: Node, on: Node, kind: URIRef) -> Iterator[str]:
        value = self._graph.value(restriction, kind)
        filler = value if kind in _FILLERS else self._graph.value(restriction, OWL.onClass)
        said = f"A restriction on {_short(on)}"
        if kind in (*_NUMBERS, *_QUALIFIED) and not (
            isinstance(value, Literal) and value.datatype == XSD.nonNegativeInteger
        ):
            yield f"{said} counts no xsd:nonNegativeInteger."
        if kind in (*_FILLERS, *_QUALIFIED):
            if on in self._objects and (filler is None or not self._is_class(filler)):
                yield f"{said} is about no declared class."
            if on in self._data and kind in _FILLERS and value not in OWL2_DATATYPES:
                yield f"{said} is about no datatype of OWL 2."

    def _lists(self) -> Iterator[str]:
        for kind in _CLASS_LISTS:
            for subject, head in self._graph.subject_objects(kind):
                members = [*self._graph.items(head)]
                if len(members) < 2 or not all(map(self._is_class, members)):
                    yield f"{_short(kind)} of {_short(subject)} lists no two declared classes."

    def _statement(self, subject: Node, predicate: Node, value: Node) -> Iterator[str]:
        if predicate in _CLASS_AXIOMS:
            for each in (subject, value):
                if not self._is_class(each) and each not in self._datatypes:
                    yield f"{_short(each)} stands as a class and is not declared one."
        elif predicate == RDFS.subPropertyOf:
            yield from self._same_sort(subject, value)
        elif predicate == OWL.inverseOf:
            for each in (subject, value):
                if each not in self._objects:
                    yield f"{_short(each)} has an inverse and is no object property."
        elif predicate == RDF.type:
            if not _reserved(value) and not self._is_class(value):
                yield f"{_short(subject)} is of the class {_short(value)}, which is not declared."
        elif not _reserved(predicate) or predicate in _ANNOTATIONS:
            yield from self._assertion(subject, predicate, value)

    def _same_sort(self, below: Node, above: Node) -> Iterator[str]:
        for some in (self._objects, self._data, self._annotations):
            if below in some and above in some:
                return
        yield f"{_short(below)} lies below {_short(above)}, which is another sort or undeclared."

    def _assertion(self, subject: Node, predicate: Node, value: Node) -> Iterator[str]:
        literal = isinstance(value, Literal)
        if predicate in self._annotations:
            return
        if predicate in self._objects:
            if literal:
                yield f"{_short(predicate)} of {_short(subject)} is a value, not a thing."
        elif predicate in self._data:
            if not literal:
                yield f"{_short(predicate)} of {_short(subject)} is a thing, not a value."
            elif isinstance(value, Literal) and value.datatype not in {None, *OWL2_DATATYPES}:
                yield f"{_short(predicate)} of {_short(subject)} has no datatype of OWL 2."
        else:
            yield f"{_short(predicate)} is used and not declared."


def _reached(start: set[Node], edges: _Edges) -> set[Node]:
    following: dict[Node, list[Node]] = {}
    for one, other in edges:
        following.setdefault(one, []).append(other)
    found = set(start)
    waiting = list(start)
    while waiting:
        for each in following.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def _reserved(term: Node) -> bool:
    return isinstance(term, URIRef) and str(term).startswith(
        (str(RDF), str(RDFS), str(OWL), str(XSD))
    )


def _short(term: Node) -> str:
    return term.n3() if isinstance(term, URIRef | BNode | Literal) else str(term)
