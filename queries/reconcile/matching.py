"""Score candidates and say which one, if any, is the match.

The score is 0–100: that of the name, then pulled by each property that is given and known. The
best candidate is the *match* when it has at least ``MATCH`` and leads every other by ``LEAD``, so
a tie never matches. Each candidate says why in ``reasons``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from reformgraph.queries.reconcile import dates
from reformgraph.queries.reconcile.entities import CANDIDATES, Entities, Entity, types_of
from reformgraph.queries.reconcile.properties import BY_ID, Facts, Property
from reformgraph.queries.reconcile.words import (
    MAX_NAME,
    Citation,
    citation,
    initials,
    plain,
    telling,
    without_years,
    word_set,
    years,
)

MATCH = 90.0
LEAD = 5.0
FLOOR = 50.0
"""Below it a candidate is not worth a look."""
PROPERTY_WEIGHT = 0.15
CONTRADICTED = 70.0
"""The most that a candidate gets whose date is another one."""


@dataclass(frozen=True, slots=True)
class Query:
    """One name with what is known of it; ``properties`` maps property ids to values."""

    name: str
    types: tuple[str, ...] = ()
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: int = 5
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """One proposed entity; ``features`` are figures from 0 to 100 by name."""

    entity: Entity
    score: float
    match: bool
    reasons: tuple[str, ...]
    features: Mapping[str, float]


_LAW = "http://www.legislation.gov.uk/id/"
_LATER = frozenset(("Component", "Post"))
"""Classes that come after others of equal score: a body is meant before what is in it."""
_EXACT = {"label": (100.0, "has this name"), "other name": (98.0, "has this other name")}


@dataclass(slots=True)
class _Scored:
    entity: Entity
    score: float
    reasons: list[str]
    features: dict[str, float] = field(default_factory=dict)


def reconcile(entities: Entities, facts: Facts, query: Query) -> list[Candidate]:
    """Return the candidates for one query, best first; an empty list when nothing is like it."""
    text = query.name.strip()
    if len(text) > MAX_NAME:
        return []
    wanted = types_of(query.types) if query.strict else types_of(())
    found = _by_name(entities, text, wanted)
    if not text and query.properties:
        found = _by_properties(entities, facts, query, wanted)
    scored = [each for each in found.values() if each.score >= FLOOR]
    if query.types and not query.strict:
        preferred = types_of(query.types)
        for each in scored:
            if each.entity.type not in preferred:
                each.score *= 0.8
                each.reasons.append(f"is of another type ({each.entity.type})")
    if query.properties and scored:
        scored.sort(key=lambda each: -each.score)
        scored = scored[:CANDIDATES]
        known = facts.of([each.entity.iri for each in scored])
        for each in scored:
            _weigh(each, known.get(each.entity.iri, {}), query.properties)
    scored.sort(
        key=lambda each: (
            -each.score,
            each.entity.type in _LATER,
            len(each.entity.label),
            each.entity.slug,
        )
    )
    return _decided(scored, query.limit)


def _decided(scored: Sequence[_Scored], limit: int) -> list[Candidate]:
    matched = False
    if scored and scored[0].score >= MATCH:
        rival = scored[1] if len(scored) > 1 else None
        matched = rival is None or scored[0].score - rival.score >= LEAD
        if rival is not None and not matched:
            scored[0].reasons.append(f"no match by itself: {rival.entity.label} is as likely")
    return [
        Candidate(
            each.entity,
            round(each.score, 1),
            matched and place == 0,
            tuple(each.reasons),
            {name: round(value, 1) for name, value in each.features.items()},
        )
        for place, each in enumerate(scored[:limit])
    ]


def _by_name(entities: Entities, text: str, types: frozenset[str]) -> dict[int, _Scored]:
    found: dict[int, _Scored] = {}

    def add(place: int, score: float, reason: str) -> None:
        entity = entities.all[place]
        if entity.type in types and (place not in found or found[place].score < score):
            found[place] = _Scored(entity, score, [reason], {"name": score})

    for place in entities.by_identifier.get(text.casefold(), ())[:CANDIDATES]:
        add(place, 100.0, "has this name or identifier")
    for index, name in (
        (entities.by_iri, text),
        (entities.by_slug, text),
        (entities.by_iri, f"{_LAW}{text}"),
    ):
        if (at := index.get(name)) is not None:
            add(at, 100.0, "is its address")
            if name != text:
                return found  # ukpga/2004/31 would be read as an instrument's number too
    if cited := citation(text):
        for place, score, reason in _cited(entities, cited):
            add(place, score, reason)
        if found:
            return found
    name = plain(text)
    if not telling(name):
        return found
    short = len(name) < 2
    for place in entities.candidates(name, types):
        entity = entities.all[place]
        if short and not any(name == known for known, _ in entity.names):
            continue
        add(place, *likeness(name, entity))
    return found


def _cited(entities: Entities, cited: Citation) -> list[tuple[int, float, str]]:
    laws: list[tuple[int, float, str]] = []
    if cited.number:
        place = entities.by_number.get((cited.series, cited.year, cited.number))
        if place is not None:
            score, reason = 100.0, f"is number {cited.number} of {cited.year}"
            if cited.law:  # title and number should agree: one of them may be mistyped
                likely, _how = likeness(plain(cited.law), entities.all[place])
                if likely < CONTRADICTED:
                    score, reason = CONTRADICTED, f"{reason}, but the title is another"
            laws.append((place, score, reason))
    if not laws and cited.law:
        name = plain(cited.law)
        for place in entities.candidates(name, frozenset(("Legislation",))):
            laws.append((place, *likeness(name, entities.all[place])))
    laws.sort(key=lambda law: -law[1])
    if not cited.path:
        return laws[:CANDIDATES]
    found: list[tuple[int, float, str]] = []
    for place, score, reason in laws[:8]:
        iri = entities.all[place].iri + cited.path
        provision = entities.by_iri.get(iri)
        if provision is not None:
            more = f", of which {cited.deeper} is cited" if cited.deeper else ""
            found.append((provision, score, f"is cited: the law {reason}{more}"))
        elif score >= FLOOR:
            said = f"is the law; its {cited.path[1:].replace('/', ' ')} is not in the graph"
            found.append((place, min(score, CONTRADICTED), said))
    return found


def likeness(name: str, entity: Entity) -> tuple[float, str]:
    """Compare a plain name with all names of an entity: the best score and the reason for it."""
    best, reason, bare = 0.0, "is not like it", without_years(name)
    for known, how in entity.names:
        if known == name:
            score, said = _EXACT.get(how, (100.0 * _weight(how), f"is its {how}"))
        elif known == bare:
            score = 92.0 if entity.years & years(name) else 85.0
            said = "has this name but for the year"
        else:
            score, said = _alike(name, known) * _weight(how), f"is spelt like its {how}"
        if score > best:
            best, reason = score, said
    letters = name.replace(" ", "")
    if (
        best < 88.0
        and 3 <= len(letters) <= 8
        and " " not in name
        and any(initials(known) == letters for known, how in entity.names if how[:5] == "label")
    ):
        best, reason = 88.0, "has these initials"
    asked = years(name)
    if asked and entity.years and not asked & entity.years:
        best, reason = best - 25.0, f"{reason}, but of another year"
    return best, reason


def _weight(how: str) -> float:
    """Say how much a name counts: a bare name may tie with the whole one, a title may not."""
    return 0.96 if how.endswith("brackets") else 0.93 if how.endswith("colon") else 1.0


def _alike(name: str, known: str) -> float:
    if len(known) < 5 or len(name) < 4:  # a slip in an acronym makes another acronym
        return 0.0
    straight, ordered = fuzz.ratio(name, known), fuzz.token_sort_ratio(name, known)
    best = max(straight, ordered * 0.98)
    ours, theirs = word_set(name), word_set(known)
    shared = ours & theirs
    if len(shared) >= 2:
        # All words of one stand in the other: a name cut short, or with more said of it.
        part = len(shared) / min(len(ours), len(theirs))
        whole = len(shared) / max(len(ours), len(theirs))
        best = max(best, 96.0 * part * (0.6 + 0.4 * whole))
    return float(min(best, 99.0))


def _by_properties(
    entities: Entities, facts: Facts, query: Query, types: frozenset[str]
) -> dict[int, _Scored]:
    """Find by values alone, which the specification allows: by links and texts, not by dates."""
    found = {}
    for pid, values in query.properties.items():
        for value in values:
            for iri in facts.holding(BY_ID[pid], value, entities) if pid in BY_ID else ():
                place = entities.by_iri.get(iri)
                if place is not None and entities.all[place].type in types:
                    found[place] = _Scored(
                        entities.all[place], 80.0, ["found by its properties"], {"name": 0.0}
                    )
    return found


def _weigh(
    each: _Scored, known: Mapping[str, list[str]], asked: Mapping[str, tuple[str, ...]]
) -> None:
    """Pull a score by what is known of the properties asked for; what is unknown pulls nothing."""
    for pid, values in asked.items():
        prop = BY_ID.get(pid)
        if prop is None or not values:
            continue
        agreed = max((_agree(prop, known, each.entity, value) for value in values), key=_rank)
        if agreed is None:
            each.reasons.append(f"{prop.name} unknown")
            continue
        each.features[pid] = agreed * 100
        each.score += (agreed * 100 - each.score) * PROPERTY_WEIGHT
        verdict = "agrees" if agreed >= 0.95 else "is near" if agreed >= 0.5 else "is another"
        each.reasons.append(f"{prop.name} {verdict}")
        if agreed < 0.5:
            each.score = min(each.score, CONTRADICTED)


def _rank(agreed: float | None) -> float:
    return -1.0 if agreed is None else agreed


def _agree(
    prop: Property, known: Mapping[str, list[str]], entity: Entity, value: str
) -> float | None:
    if prop.date:
        wanted = dates.bounds(value)
        if wanted is None:
            return None
        first = {name: found[0] for name, found in known.items() if found}
        if prop.id == "stoodOn":
            return dates.stood(wanted, first)
        if prop.id == "year":
            if entity.years:
                return 1.0 if str(wanted[0].year) in entity.years else 0.0
            return dates.agreement(
                wanted, first.get("dateEarliest", ""), first.get("dateLatest", "")
            )
        return dates.agreement(
            wanted, first.get(f"{prop.id}Earliest", ""), first.get(f"{prop.id}Latest", "")
        )
    texts = [entity.kind] if prop.id == "kind" else known.get(prop.id, [])
    texts = [text for text in texts if text]
    if not texts or not plain(value):
        return None
    return max(
        1.0 if value == text else fuzz.token_sort_ratio(plain(value), plain(text)) / 100
        for text in texts
    )
