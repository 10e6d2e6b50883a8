"""The quads that many kinds of row share: labels, dates, evidence, claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ingest.dates import Edtf
from reformgraph.ingest.mapping.iris import Iris
from reformgraph.ingest.mapping.labels import Labels
from reformgraph.ingest.rows import KINDS, Row, Sourced
from reformgraph.ingest.timeline import Timeline
from reformgraph.ontology.terms import (
    DCTERMS,
    EDTF,
    RDF,
    RDFS,
    RG,
    SKOS,
    XSD,
    kind_iri,
)

Object = NamedNode | Literal

_BOUNDS = {
    RG.date: (RG.dateEarliest, RG.dateLatest),
    RG.start: (RG.startEarliest, RG.startLatest),
    RG.end: (RG.endEarliest, RG.endLatest),
}
_TRUE = Literal("true", datatype=XSD.boolean)
GENERATED = "en"
"""The language of the sentences that we make of labels."""


class Scope:
    """One timeline being mapped under one base: its graph, nodes, labels and language.

    ``used`` are the timelines that its rows may refer to; they are looked up and not mapped.
    The methods are generators of quads in that graph; they read nothing but the rows.
    """

    def __init__(self, timeline: Timeline, base: str, used: Sequence[Timeline] = ()) -> None:
        self.timeline = timeline
        self.iris = Iris(timeline, base, used)
        self.labels = Labels(timeline, used)
        self.graph = self.iris.graph(timeline.manifest.id)
        self._timeline_node = self.iris.entity(timeline.manifest.id)

    def row(self, slug: str) -> Row:
        """The row of an id, of this timeline or of one that it uses; raises ``KeyError``."""
        return self.labels.row(slug)

    def quad(self, subject: NamedNode, predicate: NamedNode, value: Object) -> Quad:
        """One statement in the timeline's graph."""
        return Quad(subject, predicate, value, self.graph)

    def text(self, subject: NamedNode, predicate: NamedNode, value: str) -> Iterator[Quad]:
        """A text in the timeline's language; nothing when it is empty."""
        if value:
            language = self.timeline.manifest.language
            yield self.quad(subject, predicate, Literal(value, language=language))

    def plain(self, subject: NamedNode, predicate: NamedNode, value: str) -> Iterator[Quad]:
        """A name or number that belongs to no language; nothing when it is empty."""
        if value:
            yield self.quad(subject, predicate, Literal(value))

    def entity(
        self,
        row: Row,
        type_: NamedNode,
        *,
        description: str = "",
        also: Sequence[str] = (),
    ) -> Iterator[Quad]:
        """What every entity has: type, slug, label, kind, other names, note, evidence."""
        node = self.iris.entity(row.id)
        yield from self.named(node, type_, row.id, self.labels[row.id])
        if row.table in KINDS:
            yield self.quad(node, RG.kind, kind_iri(KINDS[row.table], getattr(row, "kind")))  # noqa: B009
        for name in also:
            yield from self.text(node, SKOS.altLabel, name)
        yield from self.text(node, DCTERMS.description, description)
        yield from self.text(node, SKOS.editorialNote, row.note)
        if isinstance(row, Sourced):
            yield from self.evidence(row)
            yield from self.rests_on(node, row)

    def named(self, node: NamedNode, type_: NamedNode, slug: str, label: str) -> Iterator[Quad]:
        """Type, slug, label and timeline."""
        yield self.quad(node, RDF.type, type_)
        yield from self.plain(node, RG.slug, slug)
        yield from self.text(node, RDFS.label, label)
        yield self.quad(node, RG.inTimeline, self._timeline_node)

    def dated(self, node: NamedNode, predicate: NamedNode, value: Edtf | None) -> Iterator[Quad]:
        """A date as written with its bounds; ``..`` says that the thing goes on."""
        if value is None:
            return
        if value.is_open:
            yield self.quad(node, RG.isOngoing, _TRUE)
            return
        yield self.quad(node, predicate, edtf(value))
        earliest, latest = _BOUNDS[predicate]
        yield self.quad(node, earliest, Literal(value.earliest.isoformat(), datatype=XSD.date))
        yield self.quad(node, latest, Literal(value.latest.isoformat(), datatype=XSD.date))

    def evidence(self, row: Sourced, quotation: str = "") -> Iterator[Quad]:
        """The evidence of a row: one a source when the locator pairs up with them, else one.

        A quotation is put on the first.
        """
        for number, (sources, locator) in enumerate(_pairs(row), start=1):
            node = self.iris.evidence(row.id, number)
            yield self.quad(node, RDF.type, RG.Evidence)
            for source in sources:
                yield self.quad(node, RG.source, self.iris.entity(source))
            yield from self.plain(node, RG.locator, locator)
            yield self.quad(node, RG.status, kind_iri("status", row.status))
            if number == 1:
                yield from self.text(node, RG.quotation, quotation)

    def rests_on(self, node: NamedNode, row: Sourced) -> Iterator[Quad]:
        """Link an entity or a claim with the evidence of a row."""
        for number in range(1, len(_pairs(row)) + 1):
            yield self.quad(node, RG.hasEvidence, self.iris.evidence(row.id, number))

    def edges(
        self, row: Sourced, column: str, predicate: NamedNode, *, wording: str = ""
    ) -> Iterator[Quad]:
        """The edges of one column to other rows, each with its claim."""
        value: str | tuple[str, ...] = getattr(row, column)
        for slug in (value,) if isinstance(value, str) else value:
            yield from self.edge(
                row, column, self.iris.entity(row.id), predicate, self.iris.entity(slug), slug,
                wording=wording,
            )  # fmt: skip

    def edge(
        self,
        row: Sourced,
        column: str,
        subject: NamedNode,
        predicate: NamedNode,
        target: NamedNode,
        slug: str,
        *,
        wording: str = "",
        of: str = "",
    ) -> Iterator[Quad]:
        """One edge of a column with its claim ``{row id}.{column}.{slug}``.

        ``wording`` names another sentence than the column's, ``of`` a subject other than the row.
        """
        yield self.quad(subject, predicate, target)
        claim = self.iris.claim(f"{row.id}.{column}.{slug}")
        comment = self.labels.sentence(row, wording or column, of or row.id, slug)
        yield from self.claim(
            claim, row, subject, predicate, target, Literal(comment, language=GENERATED), "reported"
        )

    def claim(
        self,
        claim: NamedNode,
        row: Sourced,
        subject: NamedNode,
        predicate: NamedNode,
        value: Object,
        comment: Literal,
        basis: str,
    ) -> Iterator[Quad]:
        """A claim without the triple that it claims."""
        yield self.quad(claim, RDF.type, RG.Claim)
        yield self.quad(claim, RG.claimSubject, subject)
        yield self.quad(claim, RG.claimPredicate, predicate)
        kind = RG.claimObject if isinstance(value, NamedNode) else RG.claimValue
        yield self.quad(claim, kind, value)
        yield self.quad(claim, RDFS.comment, comment)
        yield self.quad(claim, RG.basis, kind_iri("basis", basis))
        yield from self.rests_on(claim, row)

    def literal(self, value: str) -> Literal:
        """A text in the timeline's language."""
        return Literal(value, language=self.timeline.manifest.language)


def edtf(value: Edtf) -> Literal:
    """A date as written."""
    return Literal(value.text, datatype=EDTF.EDTF)


def _pairs(row: Sourced) -> list[tuple[tuple[str, ...], str]]:
    locators = [part.strip() for part in row.locator.split(";")]
    if row.locator and len(locators) == len(row.source):
        return [((source,), locator) for source, locator in zip(row.source, locators, strict=True)]
    return [(row.source, row.locator)]
