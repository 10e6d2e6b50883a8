"""What a law's files say of the law beside its title and text: numbers, dates, department, drafts.

The terms are those of ELI and DCMI, since none of ours is needed: ``dcterms:dateSubmitted`` is the
day on which an instrument was laid before a parliament, ``eli:first_date_entry_in_force`` the first of
its days of coming into force, ``dc:creator`` the department as written, ``dc:subject`` the headings
under which it was published, ``dcterms:replaces`` and ``dcterms:isReplacedBy`` join drafts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.mapping import names
from reformgraph.ingest.law.mapping.merge import Held
from reformgraph.ingest.law.mapping.scope import Scope
from reformgraph.ingest.law.model import Document
from reformgraph.ontology.terms import DC, DCTERMS, ELI, SKOS, XSD

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def particulars(scope: Scope, held: Iterable[Held], title: str) -> Iterator[Quad]:
    """Give each statement once, whichever files make it; lists of laws say less and are left out.

    In: the files' documents about the law, the one to believe first; the title of the law.
    """
    documents = [each.document for each in held if each.document.form != "entry"]
    found = {pair for document in documents for pair in _said(document)}
    begins = sorted(
        force.day
        for document in documents
        for force in document.coming_into_force
        if _DAY.fullmatch(force.day)
    )
    if begins:
        found.add((ELI.first_date_entry_in_force, Literal(begins[0], datatype=XSD.date)))
    for predicate, value in sorted(found, key=str):
        yield scope.quad(scope.node(), predicate, value)
    yield from _drafts(scope, documents, title)
    for path in sorted({p.path for d in documents for p in d.provisions if p.blanket_amendment}):
        note = Literal("legislation.gov.uk marks it as a blanket amendment.", language="en")
        yield scope.quad(scope.node(path), SKOS.editorialNote, note)


def _said(document: Document) -> Iterator[tuple[NamedNode, Literal]]:
    for category, number in document.alternative_numbers:
        yield DCTERMS.identifier, Literal(f"{category} {number}".replace("_", " ").strip())
    if document.isbn:
        yield DCTERMS.identifier, Literal(f"ISBN {document.isbn}")
    for _, day in document.laid:
        if _DAY.fullmatch(day):
            yield DCTERMS.dateSubmitted, Literal(day, datatype=XSD.date)
    for name in document.departments:
        yield DC.creator, Literal(name, language=document.language)
    for name in document.subjects:
        yield DC.subject, Literal(name, language=document.language)


def _drafts(scope: Scope, documents: Iterable[Document], title: str) -> Iterator[Quad]:
    """Give what replaces what, each with its claim."""
    edges = {
        (predicate, word, addresses.canonical(iri))
        for document in documents
        for predicate, word, iris in (
            (DCTERMS.replaces, "replaces", document.supersedes),
            (DCTERMS.isReplacedBy, "is replaced by", document.superseded_by),
        )
        for iri in iris
        if addresses.key(iri) and addresses.key(iri) != scope.law
    }
    for predicate, word, iri in sorted(edges, key=lambda edge: edge[1:]):
        law, other = scope.node(), NamedNode(iri)
        yield scope.quad(law, predicate, other)
        name = f"law.{scope.name('')}.{word.replace(' ', '-')}.{names.slug(addresses.key(iri))}"
        yield from scope.claimed(
            scope.claim(name), law, predicate, other,
            f"{title} {word} {names.unnamed(addresses.key(iri))}.", "stated", (scope.evidence(""),),
        )  # fmt: skip
