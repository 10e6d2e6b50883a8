"""The quads that all parts of a unit share: labels, dates, evidence, claims, rivals of a timeline's values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ingest import dates
from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.mapping import names
from reformgraph.ingest.law.mapping.shards import Origin
from reformgraph.ingest.mapping.iris import graph_iri
from reformgraph.ontology.terms import DCTERMS, EDTF, FOAF, RDF, RDFS, RG, XSD, kind_iri
from reformgraph.store.base import named_node

LICENCE: Final = NamedNode(
    "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
)
ATTRIBUTION: Final = (
    "© Crown and database right. Derived from content available under the Open Government "
    "Licence v3.0 from legislation.gov.uk."
)
TRUE: Final = Literal("true", datatype=XSD.boolean)
FALSE: Final = Literal("false", datatype=XSD.boolean)
_BOUNDS: Final = {
    RG.date: (RG.dateEarliest, RG.dateLatest),
    RG.start: (RG.startEarliest, RG.startLatest),
    RG.end: (RG.endEarliest, RG.endLatest),
}

Object = NamedNode | Literal


@dataclass(frozen=True, slots=True)
class Known:
    """What timelines say of one law or provision.

    ``values`` maps predicates to what stands; ``columns`` the predicates that a rival may contest
    to the table's column, so that the claim of the standing value gets the name that a rival of the
    timeline itself would give it.
    """

    slug: str
    label: str
    values: Mapping[str, tuple[str, ...]]
    evidence: tuple[str, ...]
    provision: bool


@dataclass(slots=True)
class Scope:
    """One unit being mapped under one base; the methods give quads of its graph ``graph``."""

    base: str
    law: str
    known: Mapping[str, Known]
    slugs: dict[str, str] = field(default_factory=dict)
    graph: NamedNode = field(init=False)
    effects: NamedNode = field(init=False)

    def __post_init__(self) -> None:
        self.graph = graph_iri(self.base, f"legislation/{self.law}")
        self.effects = graph_iri(self.base, f"effects/{self.law}")

    def node(self, path: str = "") -> NamedNode:
        """The law, or a provision of it."""
        return NamedNode(addresses.iri(self.law, path))

    def name(self, path: str) -> str:
        """The name of a thing in claims and evidence; not the slug, which a timeline may give."""
        return self.slugs.get(path) or names.slug(self.law, path)

    def claim(self, name: str) -> NamedNode:
        """The node of a claim."""
        return NamedNode(f"{self.base}claim/{name}")

    def evidence(self, path: str) -> NamedNode:
        """The evidence of the law or of a provision: the files that show it."""
        return NamedNode(f"{self.base}evidence/law.{self.name(path)}")

    def quad(self, subject: NamedNode, predicate: NamedNode, value: Object) -> Quad:
        """One statement about the law."""
        return Quad(subject, predicate, value, self.graph)

    def dated(self, node: NamedNode, predicate: NamedNode, day: str) -> Iterator[Quad]:
        """A day with its bounds; nothing for what is no date."""
        for statement, value in date_values(predicate, day):
            yield self.quad(node, statement, value)

    def claimed(
        self,
        claim: NamedNode,
        subject: NamedNode,
        predicate: NamedNode,
        value: Object,
        comment: str,
        basis: str,
        evidence: Iterable[NamedNode],
    ) -> Iterator[Quad]:
        """A claim without the triple that it claims."""
        yield self.quad(claim, RDF.type, RG.Claim)
        yield self.quad(claim, RG.claimSubject, subject)
        yield self.quad(claim, RG.claimPredicate, predicate)
        kind = RG.claimObject if isinstance(value, NamedNode) else RG.claimValue
        yield self.quad(claim, kind, value)
        yield self.quad(claim, RDFS.comment, Literal(comment, language="en"))
        yield self.quad(claim, RG.basis, kind_iri("basis", basis))
        for each in evidence:
            yield self.quad(claim, RG.hasEvidence, each)

    def source(self, origin: Origin) -> NamedNode:
        """The node of the source that a file is."""
        return NamedNode(f"{self.base}id/{source_slug(origin)}")

    def contested(
        self, path: str, predicate: NamedNode, column: str, word: str, ours: Object, shown: str
    ) -> Iterator[Quad]:
        """A value that a timeline may contradict: stands once, or beside it as a rival claim."""
        node = self.node(path)
        known = self.known.get(node.value)
        theirs = known.values.get(predicate.value, ()) if known else ()
        if known and predicate == RG.end and not theirs and known.values.get(RG.isOngoing.value):
            yield from self._rival(path, known, RG.isOngoing, predicate, column, word, TRUE, ours)
            return
        if not known or not theirs:
            yield from self._plain(node, predicate, ours)
            return
        if any(_agree(known, predicate, text, ours) for text in theirs):
            return
        standing: Object
        if isinstance(ours, NamedNode):
            standing = NamedNode(theirs[0])
        elif predicate in _BOUNDS:
            standing = Literal(theirs[0], datatype=EDTF.EDTF)
        else:
            standing = Literal(theirs[0], language=ours.language or "en")
        yield from self._rival(path, known, predicate, predicate, column, word, standing, ours)

    def _plain(self, node: NamedNode, predicate: NamedNode, value: Object) -> Iterator[Quad]:
        if predicate in _BOUNDS:
            yield from self.dated(node, predicate, value.value)
        else:
            yield self.quad(node, predicate, value)

    def _rival(
        self,
        path: str,
        known: Known,
        predicate: NamedNode,
        against: NamedNode,
        column: str,
        word: str,
        standing: Object,
        ours: Object,
    ) -> Iterator[Quad]:
        node = self.node(path)
        asserted = self.claim(f"{known.slug}.{column}")
        shown = "none, it goes on." if predicate == RG.isOngoing else _sentence(standing.value)
        yield from self.claimed(
            asserted, node, predicate, standing, f"{known.label}: {word} {shown}", "reported",
            map(NamedNode, known.evidence),
        )  # fmt: skip
        rival = self.claim(f"law.{self.name(path)}.{column}")
        yield from self.claimed(
            rival, node, against, ours,
            f"{known.label}: {word} {_sentence(ours.value)} So the file of legislation.gov.uk.",
            "stated", (self.evidence(path),),
        )  # fmt: skip
        yield self.quad(asserted, RG.rivals, rival)
        yield self.quad(rival, RG.rivals, asserted)


def date_values(predicate: NamedNode, day: str) -> Iterator[tuple[NamedNode, Literal]]:
    """Give the predicates and values of a day: as written, and its bounds."""
    try:
        value = dates.parse(day)
    except ValueError:
        return
    earliest, latest = _BOUNDS[predicate]
    yield predicate, Literal(value.text, datatype=EDTF.EDTF)
    yield earliest, Literal(value.earliest.isoformat(), datatype=XSD.date)
    yield latest, Literal(value.latest.isoformat(), datatype=XSD.date)


def describe_sources(origins: Iterable[Origin], base: str) -> Iterator[Quad]:
    """Give the files of a build as things that were read, in ``{base}graph/legislation``.

    Each stands there once and not in the graphs of the laws that it tells of: an engine that reads
    all graphs as one may count a statement as often as it stands.
    """
    graph = graph_iri(base, "legislation")
    for origin in origins:
        slug, title = source_slug(origin), Literal(origin.title, language="en")
        node = NamedNode(f"{base}id/{slug}")
        yield Quad(node, RDF.type, RG.Source, graph)
        yield Quad(node, RG.slug, Literal(slug), graph)
        yield Quad(node, RDFS.label, title, graph)
        yield Quad(node, DCTERMS.title, title, graph)
        yield Quad(node, RG.sourceKind, Literal("file of legislation.gov.uk"), graph)
        yield Quad(node, DCTERMS.license, LICENCE, graph)
        if address := web(origin.page or origin.url):
            yield Quad(node, FOAF.page, address, graph)


def source_slug(origin: Origin) -> str:
    """Make the slug of a file as a source: after the page that it shows or its name, and its key.

    Two files of one page (two formats, a copy handed in) are two sources.
    """
    text = origin.page or origin.url or origin.key
    text = re.sub(r"^https?://(www\.)?legislation\.gov\.uk/", "", text)
    mark = hashlib.sha256(origin.key.encode()).hexdigest()[:6]
    return f"{names.slug(f'legislation-gov-uk/{text}')[:180].rstrip('-')}-{mark}"


def web(address: str) -> NamedNode | None:
    """Give an address as a node when it is one of the web, and an IRI (hazard 55)."""
    if not address.startswith(("http://", "https://")):
        return None
    return named_node(address)


def _agree(known: Known, predicate: NamedNode, theirs: str, ours: Object) -> bool:
    if predicate in _BOUNDS:
        try:
            said, found = dates.parse(theirs), dates.parse(ours.value)
        except ValueError:
            return theirs == ours.value
        # A source that is less exact does not contradict one that is more.
        return said.earliest <= found.latest and found.earliest <= said.latest
    if isinstance(ours, NamedNode):
        return theirs == ours.value
    return names.same(theirs, ours.value)


def _sentence(text: str) -> str:
    text = text.rpartition("#")[2] if text.startswith("http") else text
    return text if text.endswith((".", "!", "?")) else f"{text}."
