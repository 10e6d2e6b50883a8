"""Evidence marks: for each statement on a page, how it is known and where it was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reformgraph.server.links import Links
from reformgraph.server.reading import graph
from reformgraph.server.reading.graph import Claim, Reading
from reformgraph.server.reading.refs import Ref
from reformgraph.server.words import BASES
from reformgraph.store import Store

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Citation:
    """One piece of evidence as a page shows it."""

    href: str
    sources: tuple[Ref, ...]
    locator: str
    quotation: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """The evidence of one statement. ``href`` leads to its claim, "" when it has none.

    ``verified`` holds when at least one citation was checked in the source.
    """

    verified: bool
    basis: str
    basis_meaning: str
    comment: str
    href: str
    citations: tuple[Citation, ...]
    disputed: bool = False

    @property
    def status(self) -> str:
        """The word for the status."""
        return "verified" if self.verified else "unverified"


def claims_by_edge(claims: Iterable[Claim]) -> dict[Key, Claim]:
    """Index claims by the edge they are about; of several for one edge the first counts."""
    found: dict[Key, Claim] = {}
    for claim in claims:
        value = claim.object or (claim.value.value if claim.value else "")
        found.setdefault((claim.subject, claim.predicate, value), claim)
    return found


def mark(
    links: Links, claim: Claim | None, readings: Sequence[Reading], refs: Mapping[str, Ref]
) -> Mark:
    """Make the mark of a claim, or of an entity's own evidence when ``claim`` is None."""
    basis = claim.basis if claim else ""
    return Mark(
        verified=any(reading.verified for reading in readings),
        basis=basis,
        basis_meaning=BASES.get(basis, ""),
        comment=claim.comment if claim else "",
        href=links.page(claim.iri) if claim else "",
        citations=tuple(
            Citation(
                href=links.page(reading.iri),
                sources=tuple(refs[iri] for iri in reading.sources if iri in refs),
                locator=reading.locator,
                quotation=reading.quotation,
                verified=reading.verified,
            )
            for reading in readings
        ),
        disputed=bool(claim and claim.rivals),
    )


@dataclass(frozen=True, slots=True)
class Version:
    """One of several rival values; ``asserted`` is the one that the graph holds to be so."""

    text: str
    ref: Ref | None
    asserted: bool
    mark: Mark


@dataclass(frozen=True, slots=True)
class Dispute:
    """Rival claims about one statement, the asserted one first."""

    subject: Ref | None
    words: str
    versions: tuple[Version, ...]


def disputes(store: Store, claims: Sequence[Claim]) -> list[tuple[Claim, ...]]:
    """Group those of ``claims`` that have rivals with them; the asserted claim comes first."""
    missing = {iri for claim in claims for iri in claim.rivals} - {claim.iri for claim in claims}
    by_iri = {claim.iri: claim for claim in (*claims, *graph.claims(store, sorted(missing)))}
    done: set[str] = set()
    groups = []
    for claim in claims:
        if claim.rivals and claim.iri not in done:
            # A rival's rivals are rivals: three values for one date make one group.
            reach, queue = {claim.iri}, list(claim.rivals)
            while queue:
                iri = queue.pop()
                if iri not in reach and iri in by_iri:
                    reach.add(iri)
                    queue.extend(by_iri[iri].rivals)
            done |= reach
            group = [by_iri[iri] for iri in reach]
            group.sort(key=lambda each: (not stands(store, each), each.iri))
            groups.append(tuple(group))
    return groups


def stands(store: Store, claim: Claim) -> bool:
    """Say whether the graph asserts what the claim says."""
    if claim.object:
        value = graph.node(claim.object)
    elif claim.value is not None:
        value = str(claim.value)
    else:
        return False
    triple = f"{graph.node(claim.subject)} {graph.node(claim.predicate)} {value}"
    return store.ask(f"ASK {{ {triple} }}")
