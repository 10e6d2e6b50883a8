"""The edges of a lineage as rows: nearest first, each with its evidence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from reformgraph.ontology.terms import RG
from reformgraph.queries.lineage import Lineage, Node
from reformgraph.server import dates
from reformgraph.server.links import Links
from reformgraph.server.reading.refs import shown
from reformgraph.server.words import edge

COLUMNS = (
    *("step", "subject", "relation", "object", "sentence", "basis", "status"),
    *("sources", "locator", "subject_iri", "predicate", "object_iri", "claim"),
)


@dataclass(frozen=True, slots=True)
class End:
    """One end of an edge."""

    iri: str
    label: str
    href: str
    when: str
    word: str


@dataclass(frozen=True, slots=True)
class Step:
    """One edge of a lineage as the table shows it."""

    depth: int
    subject: End
    words: str
    object: End
    predicate: str
    comment: str
    basis: str
    verified: bool
    sources: tuple[str, ...]
    locator: str
    claim: str
    claim_href: str

    @property
    def status(self) -> str:
        """The word for the status of the evidence."""
        return "verified" if self.verified else "unverified"


def steps(traced: Lineage, links: Links) -> list[Step]:
    """Return the edges, nearest to the focal item first, then by time."""

    nodes = traced.nodes
    # An item is an end of several edges; it is worded once.
    ends = {
        iri: End(
            iri,
            shown(node.label, node.slug, iri),
            links.page(iri, node.slug),
            dates.in_words(node.date),
            node.kind,
        )
        for iri, node in nodes.items()
    }
    found = [
        Step(
            depth=traced.step(e),
            subject=ends[e.subject],
            words=edge(RG.iri + e.predicate).words,
            object=ends[e.object],
            predicate=e.predicate,
            comment=e.comment,
            basis=e.basis.removeprefix("basis-"),
            verified=e.verified,
            sources=e.sources,
            locator=e.locator,
            claim=e.claim,
            claim_href=links.page(e.claim) if e.claim else "",
        )
        for e in traced.edges
        if e.subject in nodes and e.object in nodes
    ]
    found.sort(key=lambda s: (s.depth, _date(nodes[s.object.iri]), s.subject.label, s.claim))
    return found


def _date(node: Node) -> str:
    return node.date or "9999"


def csv_row(step: Step) -> tuple[str, ...]:
    """Return a step as cells, in the order of COLUMNS."""
    return (
        *(str(step.depth), step.subject.label, step.words, step.object.label, step.comment),
        *(step.basis, step.status, "; ".join(step.sources), step.locator),
        *(step.subject.iri, step.predicate, step.object.iri, step.claim),
    )


def as_json(traced: Lineage) -> dict[str, Any]:
    """Return the whole lineage as JSON objects."""
    return {
        "focus": traced.focus,
        "direction": traced.direction,
        "beyond": traced.beyond,
        "nodes": [
            {
                **asdict(node),
                "earliest": node.earliest.isoformat() if node.earliest else None,
                "latest": node.latest.isoformat() if node.latest else None,
            }
            for node in traced.nodes.values()
        ],
        "edges": [asdict(each) for each in traced.edges],
    }
