"""Reads what a story is told from, and says how far it can be trusted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from reformgraph.queries.lineage import lineage
from reformgraph.server.links import Links
from reformgraph.server.reading import graph
from reformgraph.server.reading.graph import Reading
from reformgraph.server.reading.refs import refs, shown
from reformgraph.server.reading.telling import tell
from reformgraph.server.reading.told import Note, Own, Passage, Period, RivalDate, Telling
from reformgraph.server.words import in_title
from reformgraph.store import Store

# More items than this in one direction are no story; what is farther off is counted, not told.
NODES = 300


@dataclass(frozen=True, slots=True)
class Trust:
    """How far the account can be trusted, counted over its claims of lineage."""

    claims: int
    unverified: int
    inferred: int
    passages: int
    bare: int
    against_time: tuple[Note, ...]
    thin: tuple[Note, ...]

    @property
    def share(self) -> int:
        """The unverified claims in per cent."""
        return round(100 * self.unverified / self.claims) if self.claims else 0


@dataclass(frozen=True, slots=True)
class StoryPage:
    """Everything that the story of one item shows; ``called`` is the label in a title."""

    iri: str
    slug: str
    label: str
    called: str
    href: str
    telling: Telling
    trust: Trust
    beyond: int

    @property
    def periods(self) -> tuple[Period, ...]:
        """All periods but the item's own moment."""
        return (*self.telling.before, *self.telling.after)


def read(store: Store, links: Links, iri: str) -> StoryPage:
    """Tell the story of ``iri``. Raises NotFound when the graph does not know it."""
    before = lineage(store, iri, direction="antecedents", limit=NODES)
    after = lineage(store, iri, direction="descendants", limit=NODES)
    every = list(dict.fromkeys([*before.nodes, *after.nodes]))
    rivals = _rival_claims(store, every)
    held = graph.evidence(store, [*every, *(c for each in rivals.values() for _, _, _, c in each)])
    names = refs(
        store, links, {s for readings in held.values() for r in readings for s in r.sources}
    )

    def own(iri: str) -> Own:
        return _own(held.get(iri, ()), {k: ref.label for k, ref in names.items()}, links)

    telling = tell(
        before,
        after,
        links.page,
        {iri: own(iri) for iri in every if iri in held},
        {
            iri: [RivalDate(p, v, comment, claim, own(claim)) for p, v, comment, claim in each]
            for iri, each in rivals.items()
        },
    )
    focus = before.nodes[iri]
    return StoryPage(
        iri,
        focus.slug,
        label := shown(focus.label, focus.slug, iri),
        in_title(label, focus.type),
        links.page(iri, focus.slug),
        telling,
        _trust(telling),
        before.beyond + after.beyond,
    )


def _own(readings: Sequence[Reading], names: dict[str, str], links: Links) -> Own:
    return Own(
        verified=any(reading.verified for reading in readings),
        sources=tuple(dict.fromkeys(names.get(s, s) for r in readings for s in r.sources)),
        locator="; ".join(dict.fromkeys(r.locator for r in readings if r.locator)),
        href=links.page(readings[0].iri) if readings else "",
    )


def _rival_claims(
    store: Store, iris: Collection[str]
) -> dict[str, list[tuple[str, str, str, str]]]:
    """Return, for each item, the dates that are claimed and not held to be so."""
    found = graph.rows(
        store,
        f"SELECT DISTINCT ?x ?p ?value ?comment ?c {{ VALUES ?x {{ {graph.nodes(iris)} }}"
        " ?c rg:claimSubject ?x ; rg:rivals ?other ; rg:claimPredicate ?p ; rg:claimValue ?value ."
        " FILTER(?p IN (rg:date, rg:start, rg:end)) FILTER NOT EXISTS { ?x ?p ?value }"
        " OPTIONAL { ?c rdfs:comment ?comment } } ORDER BY ?x ?p ?c",
    )
    rivals: dict[str, list[tuple[str, str, str, str]]] = {}
    for x, p, value, comment, claim in found:
        row = (
            graph.text(p).rpartition("#")[2],
            graph.text(value),
            graph.text(comment),
            graph.text(claim),
        )
        rivals.setdefault(graph.text(x), []).append(row)
    return rivals


def _trust(telling: Telling) -> Trust:
    claims = [note for note in telling.notes if note.basis]
    passages = [
        *(p for period in (*telling.before, *telling.after) for p in period.passages),
        telling.focus,
    ]
    verified = {note.of for note in telling.notes if note.verified}
    return Trust(
        claims=len(claims),
        unverified=sum(not note.verified for note in claims),
        inferred=sum(note.basis == "inferred" for note in claims),
        passages=len(passages),
        bare=sum(passage.key not in verified for passage in passages),
        against_time=tuple(note for note in claims if note.against_time),
        thin=tuple(note for note in claims if note.thin),
    )


def as_json(page: StoryPage) -> dict[str, Any]:
    """Return the story as JSON objects: sentences as text with the numbers of their notes."""
    telling, trust = page.telling, page.trust
    return {
        "iri": page.iri,
        "label": page.label,
        "claims": trust.claims,
        "unverified": trust.unverified,
        "inferred": trust.inferred,
        "items": trust.passages,
        "itemsWithNothingVerified": trust.bare,
        "undated": list(telling.undated),
        "beyond": page.beyond,
        "before": [_period(period) for period in telling.before],
        "focus": _passage(telling.focus),
        "after": [_period(period) for period in telling.after],
        "notes": [
            {
                "number": note.number,
                "said": note.said,
                "basis": note.basis,
                "status": "verified" if note.verified else "unverified",
                "sources": list(note.sources),
                "locator": note.locator,
                "claim": note.claim,
                "againstTime": note.against_time,
            }
            for note in telling.notes
        ],
    }


def _period(period: Period) -> dict[str, Any]:
    return {
        "heading": period.heading,
        "years": period.years,
        "passages": [_passage(passage) for passage in period.passages],
    }


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "item": passage.iri,
        "label": passage.label,
        "when": passage.when,
        "sentences": [
            {
                "text": "".join(run.text for run in sentence),
                "notes": [run.note for run in sentence if run.note],
            }
            for sentence in passage.sentences
        ],
    }
