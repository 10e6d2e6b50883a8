"""The terms of the ontology as its page shows them: what each is, whose, and how it is used.

What each is comes from pyLODE (``ontology.reference``), from the file that the build attached; what
pyLODE does not show (restrictions, traits, alignments) and what this graph has of it, from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from pyoxigraph import Literal, NamedNode, Triple

from reformgraph.ontology import documented, examples
from reformgraph.ontology.terms import DCTERMS, OWL, PREFIXES, RDF, RDFS, RG, SKOS, VS
from reformgraph.server.links import Links, outward
from reformgraph.server.reading import graph
from reformgraph.server.words import CLASSES
from reformgraph.store import Store

# Vocabularies that the alignments name and our code does not.
_OTHERS = {
    "cpsv": "http://purl.org/vocab/cpsv#",
    "cv": "http://data.europa.eu/m8g/",
    "oa": "http://www.w3.org/ns/oa#",
    "time": "http://www.w3.org/2006/time#",
    "wd": "http://www.wikidata.org/entity/",
}
_MATCHES = (
    (SKOS.exactMatch, "the same as"),
    (SKOS.closeMatch, "close to"),
    (SKOS.broadMatch, "narrower than"),
    (SKOS.narrowMatch, "wider than"),
    (SKOS.relatedMatch, "related to"),
)
_TRAITS = (
    (OWL.TransitiveProperty, "transitive"),
    (OWL.SymmetricProperty, "symmetric"),
    (OWL.AsymmetricProperty, "asymmetric"),
    (OWL.IrreflexiveProperty, "irreflexive"),
    (OWL.FunctionalProperty, "functional"),
)
_SORTS = (
    (OWL.Class, "class"),
    (OWL.ObjectProperty, "property between things"),
    (OWL.DatatypeProperty, "property with a value"),
    (OWL.AnnotationProperty, "annotation"),
)
_NO_COUNTERPART = "No counterpart: "
_ONTDOC = "https://w3id.org/profile/ontdoc/"
# What pyLODE's rows are called here; definition and scope stand above them.
_ROWS = {
    RDFS.subClassOf.value: "kind of",
    RDFS.subPropertyOf.value: "kind of",
    f"{_ONTDOC}superClassOf": "above",
    f"{_ONTDOC}superPropertyOf": "above",
    RDFS.domain.value: "from",
    RDFS.range.value: "to",
    f"{_ONTDOC}inDomainOf": "its properties",
    f"{_ONTDOC}inRangeOf": "properties that lead to it",
    DCTERMS.source.value: "source of the idea",
}


@dataclass(frozen=True, slots=True)
class Named:
    """A stretch of text; ``href`` is empty when it leads nowhere."""

    text: str
    href: str = ""

    @property
    def outward(self) -> bool:
        """Whether the link leaves this server."""
        return not self.href.startswith(("#", "/"))


@dataclass(frozen=True, slots=True)
class Fact:
    """A word and what it leads to, such as "kind of" and the super-classes."""

    word: str
    named: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A word and what pyLODE says under it."""

    word: str
    html: Markup


@dataclass(frozen=True, slots=True)
class Term:
    """One class or property; ``used`` counts its members or statements in the graph.

    ``definition``, ``scope`` and ``rows`` are pyLODE's.
    """

    name: str
    sort: str
    label: str
    definition: Markup
    scope: Markup
    rows: tuple[Row, ...]
    status: str
    example: tuple[Named, ...]
    facts: tuple[Fact, ...]
    alignments: tuple[Fact, ...]
    no_counterpart: str
    used: int
    uses: Named

    @property
    def is_class(self) -> bool:
        """Whether it is a class and no property."""
        return self.sort == "class"


@dataclass(frozen=True, slots=True)
class ClassNode:
    """One class in the tree of classes: ``also`` names super-classes outside of the tree."""

    name: str
    href: str
    depth: int
    number: int
    also: str


_Values = Mapping[tuple[str, NamedNode], list[NamedNode | Literal]]


def terms(
    triples: Iterable[Triple],
    restricted: Mapping[str, Iterable[tuple[str, str]]],
    store: Store,
    links: Links,
) -> tuple[Term, ...]:
    """Return our own classes and properties, by name, with how the store uses them.

    ``restricted``: what ``restrictions.restrictions`` reads, by class.
    """
    values = _values(triples)
    counts = _counts(store)
    known = _known(values, store, links)
    rows = documented.rows(_documentation(store))
    held = {iri: tuple(_restriction(*each) for each in some) for iri, some in restricted.items()}
    return tuple(
        _term(name, rows[name], held.get(RG.iri + name, ()), values, counts, known, links)
        for name in sorted(RG, key=str.lower)
    )


def documented_by(store: Store) -> str:
    """Name the library that documented the ontology, with its version."""
    return documented.made_by(_documentation(store))


def _documentation(store: Store) -> bytes:
    if attached := store.attached(documented.ATTACHED):
        return attached
    # A graph that was made of plain RDF files has none. What makes it takes 20 MB, so only then.
    from reformgraph.ontology import reference

    return reference.make()


def tree(triples: Iterable[Triple], store: Store) -> tuple[ClassNode, ...]:
    """Return our classes as a tree in order of reading, each below one of its super-classes.

    Super-classes of others are roots, unless a class of ours stands above it too.
    """
    values = _values(triples)
    above: dict[str, list[str]] = {}
    for name in RG:
        if OWL.Class in values.get((RG.iri + name, RDF.type), ()):
            found = sorted(
                value.value for value in values.get((RG.iri + name, RDFS.subClassOf), ())
            )
            above[RG.iri + name] = sorted(found, key=lambda iri: not iri.startswith(RG.iri))
    below: dict[str, list[str]] = {}
    roots: set[str] = set()
    for iri, parents in above.items():
        if parents:
            below.setdefault(parents[0], []).append(iri)
            if parents[0] not in above:
                roots.add(parents[0])
        else:
            roots.add(iri)
    found_nodes: list[ClassNode] = []

    def visit(iri: str, depth: int) -> None:
        also = ", ".join(short(each) for each in above.get(iri, [])[1:])
        number = store.generation.counts.get(iri, 0)
        found_nodes.append(ClassNode(short(iri), _address(iri), depth, number, also))
        for each in sorted(below.get(iri, ())):
            visit(each, depth + 1)

    for root in sorted(roots, key=lambda iri: (iri not in below, not iri.startswith(RG.iri), iri)):
        visit(root, 0)
    return tuple(found_nodes)


def _restriction(on: str, phrase: str) -> Named:
    words = re.sub(r"<([^>]*)>", lambda found: short(found[1]), phrase)
    return Named(f"{short(on)}: {words}", _address(on)) if on else Named(words)


def short(iri: str) -> str:
    """Write an IRI with the prefix of its vocabulary, if that is one of those we know."""
    for prefix, namespace in (*PREFIXES.items(), *_OTHERS.items()):
        if iri.startswith(namespace) and len(iri) > len(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


def _term(
    name: str,
    documented: Sequence[tuple[str, str]],
    held: Sequence[Named],
    values: _Values,
    counts: Mapping[str, int],
    known: Mapping[str, str],
    links: Links,
) -> Term:
    iri = RG.iri + name
    # Written by pyLODE from our own ontology, and cleaned to five plain tags when it was made.
    told = {word: Markup(html) for word, html in documented}  # noqa: S704
    types = values.get((iri, RDF.type), [])

    def said(predicate: NamedNode) -> str:
        found = values.get((iri, predicate), [])
        return next((term.value for term in found if isinstance(term, Literal)), "")

    def named(*predicates: NamedNode) -> tuple[Named, ...]:
        iris = {
            term.value
            for predicate in predicates
            for term in values.get((iri, predicate), [])
            if isinstance(term, NamedNode)
        }
        return tuple(Named(short(each), _address(each)) for each in sorted(iris))

    def below(*predicates: NamedNode) -> tuple[Named, ...]:
        return tuple(
            Named(f"rg:{each}", f"#{each}")
            for each in RG
            if any(NamedNode(iri) in values.get((RG.iri + each, p), ()) for p in predicates)
        )

    facts = (
        Fact("each has", tuple(held)),
        Fact("inverse", named(OWL.inverseOf) or below(OWL.inverseOf)),
        Fact("always", tuple(Named(word) for sort, word in _TRAITS if sort in types)),
    )
    matches = (Fact(word, named(predicate)) for predicate, word in _MATCHES)
    note = said(SKOS.editorialNote)
    return Term(
        name=name,
        sort=next((word for sort, word in _SORTS if sort in types), "term"),
        label=said(SKOS.prefLabel) or said(RDFS.label) or name,
        definition=told.get(DCTERMS.description.value, Markup()),
        scope=told.get(SKOS.scopeNote.value, Markup()),
        rows=tuple(Row(word, told[key]) for key, word in _ROWS.items() if key in told),
        status=said(VS.term_status),
        example=tuple(
            Named(part.text, known.get(part.name, ""))
            for part in examples.parts(said(SKOS.example))
            if part.text
        ),
        facts=tuple(fact for fact in facts if fact.named),
        alignments=tuple(fact for fact in matches if fact.named),
        no_counterpart=note.removeprefix(_NO_COUNTERPART) if note else "",
        used=counts.get(iri, 0),
        uses=_uses(name, types, links),
    )


def _uses(name: str, types: list[NamedNode | Literal], links: Links) -> Named:
    if OWL.Class in types:
        return Named("all of them", f"{links.root}/browse/{name}") if name in CLASSES else Named("")
    query = f"PREFIX rg: <{RG.iri}>\nSELECT ?from ?to\nWHERE {{ ?from rg:{name} ?to }}\nLIMIT 100"
    return Named("where it is used", links.query(query))


def _counts(store: Store) -> dict[str, int]:
    # Property by property: each is a stretch of one index, and foreign ones are not walked.
    counts = dict(store.generation.counts)
    for name in RG:
        if not name[0].isupper():
            (row,) = store.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s {RG[name]} ?o }}")
            counts[RG.iri + name] = int(row[0].value) if isinstance(row[0], Literal) else 0
    return counts


def _known(values: _Values, store: Store, links: Links) -> dict[str, str]:
    """Give the addresses of what the examples name, as far as this graph has it."""
    named = {
        name
        for (_, predicate), texts in values.items()
        if predicate == SKOS.example
        for text in texts
        for name in examples.names(text.value)
    }
    slugs = " ".join(str(Literal(name)) for name in sorted(named) if ":" not in name)
    found = {
        row[1].value: links.page(row[0].value, row[1].value)
        for row in store.select(
            f"SELECT ?x ?slug WHERE {{ VALUES ?slug {{ {slugs} }} ?x {RG.slug} ?slug }}"
        )
        if isinstance(row[0], NamedNode) and isinstance(row[1], Literal)
    }
    for name in named:
        iri = examples.iri(name, store.generation.base)
        if iri and store.ask(f"ASK {{ {graph.node(iri)} ?p ?o }}"):
            found[name] = links.page(iri)
    return found


def _values(triples: Iterable[Triple]) -> _Values:
    values: dict[tuple[str, NamedNode], list[NamedNode | Literal]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            key = (triple.subject.value, triple.predicate)
            values.setdefault(key, []).append(triple.object)
    return values


def _address(iri: str) -> str:
    return f"#{iri[len(RG.iri) :]}" if iri.startswith(RG.iri) else outward(iri)
