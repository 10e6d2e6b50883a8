"""``docs/ontology.md``: every own term in one line, written from the ontology itself.

``python -m reformgraph.ontology.document > docs/ontology.md`` writes it; a test fails when the page
and the ontology drift apart.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from reformgraph.ontology import files
from reformgraph.ontology.terms import OWL, RDF, RDFS, RG, RGS, SKOS, compact

_KINDS: Final = (
    (OWL.Class, "Classes"),
    (OWL.ObjectProperty, "Properties between things"),
    (OWL.DatatypeProperty, "Properties with a value"),
    (OWL.AnnotationProperty, "Annotations, which no reasoner reads"),
)
_INTRO: Final = """\
# The ontology

Written by `python -m reformgraph.ontology.document` from `ontology/reform.ttl` and
`ontology/scheme.ttl`; change those, not this page.

`rg:` is `https://w3id.org/reformgraph/ontology#`, `rgs:` is `https://w3id.org/reformgraph/scheme#`.
How the terms make a graph is told in [architecture.md](architecture.md), how they change in
[ontology-policy.md](ontology-policy.md). Scope notes, examples, sources, alignments to other
vocabularies and use counts are on the page `/ontology` of a running server.
"""
_Statements = Mapping[tuple[str, NamedNode], list[str]]


def markdown() -> str:
    """Write the page: a table of the own classes and properties, then one of each vocabulary."""
    terms = _statements("reform.ttl")
    parts = [_INTRO]
    for kind, title in _KINDS:
        rows = [
            f"| `rg:{name}` | {_above(terms, RG[name].value)} | {_one(terms, RG[name].value)} |"
            for name in sorted(RG, key=str.lower)
            if kind.value in terms.get((RG[name].value, RDF.type), ())
        ]
        parts.append(_table(title, "| term | below | meaning |\n|---|---|---|", rows))
    parts.append(_schemes(_statements("scheme.ttl")))
    return "\n".join(parts)


def _schemes(scheme: _Statements) -> str:
    parts = []
    for name in RGS:
        iri = RGS[name].value
        if SKOS.ConceptScheme.value in scheme.get((iri, RDF.type), ()):
            members = [
                f"| `rgs:{each}` | {scheme[RGS[each].value, SKOS.notation][0]} "
                f"| {_one(scheme, RGS[each].value)} |"
                for each in RGS
                if iri in scheme.get((RGS[each].value, SKOS.inScheme), ())
            ]
            title = f"{scheme[iri, RDFS.label][0]} (`rgs:{name}`)"
            head = "| concept | in a table | meaning |\n|---|---|---|"
            parts.append(_table(title, head, members))
    return "\n".join(parts)


def _statements(name: str) -> _Statements:
    found: dict[tuple[str, NamedNode], list[str]] = {}
    for quad in parse(files.read(name), format=RdfFormat.TURTLE):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            key = (quad.subject.value, quad.predicate)
            found.setdefault(key, []).append(quad.object.value)
    return found


def _above(statements: _Statements, iri: str) -> str:
    above = (
        *statements.get((iri, RDFS.subClassOf), ()),
        *statements.get((iri, RDFS.subPropertyOf), ()),
    )
    return ", ".join(f"`{compact(each)}`" for each in above)


def _one(statements: _Statements, iri: str) -> str:
    return statements[iri, SKOS.definition][0].replace("|", "\\|")


def _table(title: str, head: str, rows: Iterable[str]) -> str:
    return "\n".join((f"## {title}", "", head, *rows, ""))


if __name__ == "__main__":
    sys.stdout.write(markdown())
