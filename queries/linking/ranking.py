"""How likely a candidate elsewhere is the same: its name first, then its dates and its kind.

A name alone ranks two departments of one name alike. What is known of a candidate's dates on both
sides pulls its score towards 100 or down; a kind that is called alike pulls it up, and one that is
called otherwise is only told, since vocabularies differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from reformgraph.queries.reconcile import dates
from reformgraph.queries.reconcile.entities import Entity
from reformgraph.queries.reconcile.properties import Facts
from reformgraph.queries.reconcile.words import plain, telling
from reformgraph.store.base import Store

PULL = 0.15
"""Part of the way to 100 that a date goes which agrees."""
CONTRADICTED = 70.0
"""Points that a candidate has at most when a date contradicts it."""
KIND = 0.05


@dataclass(frozen=True, slots=True)
class Proposed:
    """One candidate elsewhere: its address, name, score from 0 to 100 and why.

    ``start`` and ``end`` are dates as the other side writes them, ``kind`` what it calls the thing;
    each empty when it does not say. ``agreed`` counts what else than the name agrees: of equal
    scores the better borne out comes first.
    """

    iri: str
    label: str
    score: float
    reason: str
    start: str = ""
    end: str = ""
    kind: str = ""
    agreed: int = 0


class Ranking:
    """What our side knows of the entities that are looked up; read once, then without the store."""

    def __init__(self, store: Store, entities: Sequence[Entity]) -> None:
        facts = Facts(store)
        self._known: dict[str, Mapping[str, list[str]]] = {}
        for begin in range(0, len(entities), 500):
            self._known |= facts.of([entity.iri for entity in entities[begin : begin + 500]])

    def __call__(self, entity: Entity, found: Proposed) -> Proposed:
        """Return the candidate with the score and reason that dates and kind leave it."""
        score, reasons, agreed = found.score, [found.reason], 0
        known = self._known.get(entity.iri, {})
        for words, text, sides in (
            ("start", found.start, ("start", "date")),
            ("end", found.end, ("end",)),
        ):
            agrees = _agreement(text, known, sides)
            if agrees is None:
                continue
            if agrees:
                agreed += 1
                score += PULL * agrees * (100.0 - score)
                told = "agrees" if agrees == 1.0 else "is within a year of ours"
            else:
                score = min(score * (1 - PULL), CONTRADICTED)
                told = f"({text[:20]}) is another than ours"
            reasons.append(f"its {words} {told}")
        if found.kind:
            ours, theirs = (
                telling(plain(f"{entity.kind} {entity.type}")),
                telling(plain(found.kind)),
            )
            if set(ours) & set(theirs):
                agreed += 1
                score += KIND * (100.0 - score)
                reasons.append(f"both are called {' '.join(sorted(set(ours) & set(theirs)))}")
            else:
                reasons.append(f"theirs is called {found.kind[:60]}")
        return replace(found, score=score, reason="; ".join(reasons), agreed=agreed)


def _agreement(text: str, known: Mapping[str, list[str]], sides: Sequence[str]) -> float | None:
    wanted = dates.bounds(text) if text else None
    if wanted is None:
        return None
    for side in sides:
        earliest, latest = known.get(f"{side}Earliest"), known.get(f"{side}Latest")
        if earliest and latest:
            return dates.agreement(wanted, earliest[0], latest[0])
    return None
