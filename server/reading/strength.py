"""Strength of evidence: what falls if one source is wrong, what has another leg, what is disputed.

Made of the questions ``resting-on`` and ``rival-claims``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reformgraph.errors import NotFound
from reformgraph.queries import catalogue, run
from reformgraph.server.links import Links, local_name
from reformgraph.server.reading import facts, graph
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.store import Store

SHOWN = 500
"""At most so many statements with another leg are listed."""


@dataclass(frozen=True, slots=True)
class Falling:
    """A statement that rests on the source alone; ``claim`` is None for a thing's own record."""

    kind: str
    item: Ref
    claim: Ref | None
    sentence: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Contest:
    """A contested value that was read in the source, and what the other side would make of it."""

    item: Ref
    words: str
    value: str
    against: str
    asserted: bool
    claim: Ref


@dataclass(frozen=True, slots=True)
class StrengthPage:
    """All that hangs on one source. ``pieces`` counts its pieces of evidence."""

    source: Ref
    falling: tuple[Falling, ...]
    standing: tuple[Ref, ...]
    contests: tuple[Contest, ...]
    pieces: int

    @property
    def steps(self) -> int:
        """How many steps of lineage fall."""
        return sum(each.kind == "step" for each in self.falling)


def read(store: Store, links: Links, iri: str) -> StrengthPage:
    """Return what hangs on the source ``iri``. Raises NotFound for anything that is no source."""
    out = graph.outgoing(store, iri)
    if facts.type_of(local_name(o.value) for p, o in out if local_name(p) == "type") != "Source":
        raise NotFound("Only a source can be asked what rests on it; this is none.")
    alone = list(run.ask(store, catalogue.get("resting-on"), {"source": iri}).dicts())
    rivals = run.ask(store, catalogue.get("rival-claims"), {}).dicts()
    ours = [row for row in rivals if row["source"] == iri]
    pieces = next(
        (n for p, n in graph.incoming_counts(store, iri).items() if local_name(p) == "source"), 0
    )
    resting = graph.resting(store, iri, total=pieces, limit=min(pieces, SHOWN)) if pieces else []
    fallen = {str(row["claim"] or row["item"]) for row in alone}
    legs = dict.fromkeys(each.holder for each in resting if each.holder not in fallen)
    used = {str(row[c]) for row in (*alone, *ours) for c in ("item", "claim") if row[c]}
    names = refs(store, links, sorted({iri, *used, *legs}))
    falling = {
        (row["class"], row["item"], row["claim"], row["other"]): Falling(
            str(row["class"]),
            names[str(row["item"])],
            names.get(str(row["claim"])),
            str(row["sentence"] or ""),
            row["status"] == "verified",
        )
        for row in alone
    }
    return StrengthPage(
        names[iri],
        tuple(falling.values()),
        tuple(names[each] for each in legs if each in names),
        tuple(
            dict.fromkeys(
                Contest(
                    names[str(row["item"])],
                    facts.predicate_words(str(row["predicate"])),
                    str(row["valueLabel"] or row["value"]),
                    str(row["againstLabel"] or row["against"]),
                    row["standing"] == "asserted",
                    names[str(row["claim"])],
                )
                for row in ours
            )
        ),
        pieces,
    )


def as_json(page: StrengthPage) -> dict[str, Any]:
    """Return the same for programs."""

    def ref(each: Ref | None) -> dict[str, str] | None:
        return {"iri": each.iri, "label": each.label} if each else None

    return {
        "source": ref(page.source),
        "pieces": page.pieces,
        "falling": [
            {
                "class": each.kind,
                "item": ref(each.item),
                "claim": ref(each.claim),
                "sentence": each.sentence,
                "status": "verified" if each.verified else "unverified",
            }
            for each in page.falling
        ],
        "withAnotherLeg": [ref(each) for each in page.standing],
        "contested": [
            {
                "item": ref(each.item),
                "about": each.words,
                "value": each.value,
                "against": each.against,
                "asserted": each.asserted,
                "claim": ref(each.claim),
            }
            for each in page.contests
        ],
    }
