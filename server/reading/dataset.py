"""What the whole dataset is: its size by class and property, links, licence, files, versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode

from reformgraph.ontology.terms import DC, DCTERMS, FOAF, OWL, RDFS, RG, SCHEMA, SKOS
from reformgraph.store.base import Generation, Store, Term
from reformgraph.store.dumps import Part, parts

CHECKSUMS_UP_TO = 200_000
"""Statements up to which the whole files are made for their sizes and checksums (2 s of processor
time for 63,000, 14 s for 388,000); of a larger graph ``/dumps/SHA256SUMS`` tells them.
"""
_LINKING = (
    *(OWL.sameAs, SCHEMA.sameAs, SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch),
    *(SKOS.narrowMatch, SKOS.relatedMatch),
    *(FOAF.page, FOAF.homepage),
)


_PAGES = frozenset((FOAF.page.value, FOAF.homepage.value))
FEWEST = 10
"""Links to web pages of one site from which they are told as a set."""


@dataclass(frozen=True, slots=True)
class Linkset:
    """Links of one predicate to one site (scheme and host)."""

    predicate: str
    target: str
    count: int


@dataclass(frozen=True, slots=True)
class TimelineFacts:
    """One timeline as the catalogue tells it; days are ``YYYY-MM-DD`` or empty."""

    iri: str
    slug: str
    label: str
    description: str
    licence: str
    publisher: str
    language: str
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class File:
    """One dump: its address below the site, what it is, and its size and SHA-256 if known."""

    path: str
    part: str
    graph: str | None
    syntax: str
    size: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everything that the descriptions say; counts of ``classes`` are of instances."""

    generation: Generation
    timelines: tuple[TimelineFacts, ...]
    classes: tuple[tuple[str, int], ...]
    properties: tuple[tuple[str, int], ...]
    subjects: int
    objects: int
    entities: int
    linksets: tuple[Linkset, ...]
    parts: tuple[Part, ...]
    files: tuple[File, ...]
    versions: tuple[Generation, ...]
    labels: Mapping[str, str]
    example: str

    @property
    def licences(self) -> list[str]:
        """Licences of the data, each once."""
        return sorted({each.licence for each in self.timelines if each.licence})

    @property
    def publishers(self) -> list[str]:
        """Names of the publishers, each once."""
        return sorted({each.publisher for each in self.timelines if each.publisher})

    @property
    def title(self) -> str:
        """The name of the whole."""
        names = [each.label for each in self.timelines]
        return "; ".join(names) if names else "A reformgraph dataset"

    @property
    def description(self) -> str:
        """What is in it, in the words of its timelines."""
        told = " ".join(each.description.strip() for each in self.timelines if each.description)
        return told or "Policies, laws, institutions and ideas, and what each draws on."


def read(store: Store, files: Iterable[File], versions: Sequence[Generation]) -> Dataset:
    """Count and describe the opened generation; takes some 0.1 s for 60,000 statements."""
    generation = store.generation
    properties = _pairs(store, "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p")
    classes = sorted(generation.classes.items())
    timelines = tuple(_timeline(store, each.iri, each.slug) for each in generation.timelines)
    focal = [each.focal_item for each in generation.timelines if each.focal_item]
    return Dataset(
        generation=generation,
        timelines=timelines,
        classes=tuple(classes),
        properties=tuple(properties),
        subjects=_number(store, "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }"),
        objects=_number(store, "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }"),
        entities=_number(store, f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s {RG.slug} ?o }}"),
        linksets=_linksets(store, generation.base),
        parts=tuple(parts(generation)),
        files=tuple(files),
        versions=tuple(versions),
        labels=store.labels([*(iri for iri, _ in classes), *(iri for iri, _ in properties)]),
        example=focal[0] if focal else "",
    )


def _timeline(store: Store, iri: str, slug: str) -> TimelineFacts:
    found: dict[str, str] = {}
    for predicate, value in store.select(f"SELECT ?p ?o {{ {NamedNode(iri)} ?p ?o }}"):
        if isinstance(predicate, NamedNode):
            found.setdefault(predicate.value, _text(value))

    def told(predicate: NamedNode) -> str:
        return found.get(predicate.value, "")

    return TimelineFacts(
        iri=iri,
        slug=slug,
        label=told(RDFS.label) or slug,
        description=told(DCTERMS.description),
        licence=told(DCTERMS.license),
        publisher=told(DC.publisher),
        language=told(DC.language),
        first=told(RG.startEarliest),
        last=told(RG.endLatest),
    )


def _linksets(store: Store, base: str) -> tuple[Linkset, ...]:
    counted: dict[tuple[str, str], int] = {}
    values = " ".join(str(term) for term in _LINKING)
    query = f"SELECT ?p ?o {{ VALUES ?p {{ {values} }} ?s ?p ?o FILTER(isIRI(?o)) }}"
    for predicate, value in store.select(query):
        if isinstance(predicate, NamedNode) and isinstance(value, NamedNode):
            target = site(value.value)
            if target and not value.value.startswith(base):
                key = (predicate.value, target)
                counted[key] = counted.get(key, 0) + 1
    return tuple(
        Linkset(*key, count)
        for key, count in sorted(counted.items())
        # Sources lie on hundreds of sites; one page each is no set of links between data sets.
        if key[0] not in _PAGES or count >= FEWEST
    )


def site(iri: str) -> str:
    """Return scheme and host of an IRI as an address, "" if it has none."""
    try:
        found = urlsplit(iri)
    except ValueError:
        return ""
    return f"{found.scheme}://{found.netloc}/" if found.scheme and found.netloc else ""


def _pairs(store: Store, query: str) -> list[tuple[str, int]]:
    rows = store.select(query)
    return sorted((_text(key), int(_text(count))) for key, count in rows)


def _number(store: Store, query: str) -> int:
    return next((int(_text(count)) for (count,) in store.select(query)), 0)


def _text(term: Term | None) -> str:
    return term.value if isinstance(term, NamedNode | Literal) else ""
