"""The terms of the ontology as its page lists them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from reformgraph.ontology.terms import OWL, RDF, RDFS, RG, SKOS, compact


@dataclass(frozen=True, slots=True)
class Term:
    """One class or property. ``above`` and the ends are compact names with their addresses."""

    name: str
    is_class: bool
    label: str
    definition: str
    scope: str
    example: str
    above: tuple[tuple[str, str], ...]
    domain: tuple[tuple[str, str], ...]
    range: tuple[tuple[str, str], ...]
    inverse: tuple[tuple[str, str], ...]


def terms(triples: Iterable[Triple]) -> tuple[Term, ...]:
    """Return our own classes and properties, by name."""
    values: dict[tuple[str, NamedNode], list[NamedNode | Literal]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            key = (triple.subject.value, triple.predicate)
            values.setdefault(key, []).append(triple.object)

    def said(name: str, predicate: NamedNode) -> str:
        found = values.get((RG.iri + name, predicate), [])
        return next((term.value for term in found if isinstance(term, Literal)), "")

    def named(name: str, predicate: NamedNode) -> tuple[tuple[str, str], ...]:
        found = values.get((RG.iri + name, predicate), [])
        iris = sorted(term.value for term in found if isinstance(term, NamedNode))
        return tuple((compact(iri), _address(iri)) for iri in iris)

    return tuple(
        Term(
            name=name,
            is_class=OWL.Class in values.get((RG.iri + name, RDF.type), []),
            label=said(name, SKOS.prefLabel) or said(name, RDFS.label) or name,
            definition=said(name, SKOS.definition) or said(name, RDFS.comment),
            scope=said(name, SKOS.scopeNote),
            example=said(name, SKOS.example),
            above=(*named(name, RDFS.subClassOf), *named(name, RDFS.subPropertyOf)),
            domain=named(name, RDFS.domain),
            range=named(name, RDFS.range),
            inverse=named(name, OWL.inverseOf),
        )
        for name in sorted(RG, key=str.lower)
    )


def _address(iri: str) -> str:
    return f"#{iri[len(RG.iri) :]}" if iri.startswith(RG.iri) else ""
