"""What the page about a law or provision says beyond the entity page: versions, effects, notes.

Effects are counted by the law at the other end, never listed whole: the list is a page of its own.
Whether an effect is outstanding is asked of the day on which the graph was made, so that a page
depends on nothing but its generation.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import partial
from typing import Final

from reformgraph.server import dates
from reformgraph.server.links import Links, outward
from reformgraph.server.reading import origins, structure
from reformgraph.server.reading.graph import node, rows, text
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.store import Store, law_effects, law_outline
from reformgraph.store.law_effects import Effects, Other

SITE: Final = "http://www.legislation.gov.uk/"
SHOWN: Final = 30
"""Laws in one list of effects, and notes, on one page."""
_FIRST: Final = ("enacted", "made", "created", "adopted")
POINTS: Final = 120
"""Versions on one page, the latest."""
SIZE: Final = 100

_WORDS: Final = {
    "amends": ("amended by", "amends"),
    "repeals": ("repealed, in whole or part, by", "repeals, in whole or part"),
    "commences": ("brought into force by", "brings into force"),
    "applies": ("applied by", "applies"),
    "changes": ("affected otherwise by", "affects otherwise"),
}
_NOTES: Final = {
    "F": "amendment",
    "C": "other effect",
    "I": "commencement",
    "E": "extent",
    "M": "law mentioned",
    "P": "power exercised",
    "X": "editorial",
}


@dataclass(frozen=True, slots=True)
class Version:
    """One point in time: when it stood, in words, and the day it begins; where its text is."""

    label: str
    day: datetime.date | None
    href: str
    current: bool
    in_force: bool


@dataclass(frozen=True, slots=True)
class Changer:
    """A law at the other end of effects: how many there are, and from when to when."""

    ref: Ref
    count: int
    when: str


@dataclass(frozen=True, slots=True)
class Changes:
    """Effects of one sort in one direction, by law; ``total`` counts effects."""

    words: str
    laws: tuple[Changer, ...]
    total: int
    more: int


@dataclass(frozen=True, slots=True)
class Note:
    """A note of the editors."""

    word: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How many effects the text does not show yet; ``due``: required and in force by then."""

    unapplied: int
    due: int
    prospective: int
    day: str


@dataclass(frozen=True, slots=True)
class Law:
    """What the page about a law or provision shows of the law's own record."""

    text_href: str
    days: tuple[datetime.date, ...]
    contents: structure.Contents | None
    origins: origins.Origins | None
    versions: tuple[Version, ...]
    more_versions: int
    on: tuple[Changes, ...]
    by: tuple[Changes, ...]
    on_href: str
    by_href: str
    standing: Standing
    notes: tuple[Note, ...]
    more_notes: int


def read(store: Store, links: Links, iri: str, type_: str) -> Law | None:
    """Read the record of a law or provision of legislation.gov.uk; None for anything else."""
    if type_ not in ("Legislation", "Provision") or not iri.startswith(f"{SITE}id/"):
        return None
    whole = type_ == "Legislation"
    on, by = (_effects(store, iri, whole, way) for way in law_effects.WAYS)
    law = iri if whole else _law_of(store, iri)
    versions = _versions(store, iri, _made(store, law))
    notes = _notes(store, links, iri)
    today = store.generation.created[:10]
    return Law(
        text_href=outward(iri.replace("/id/", "/", 1).replace("http://", "https://", 1)),
        days=tuple(sorted(day for text_ in on.days if (day := _day(text_)))),
        contents=structure.contents(_outline(store, iri, whole), links, iri, whole=whole),
        origins=origins.read(store, links, law),
        versions=versions[-POINTS:],
        more_versions=max(0, len(versions) - POINTS),
        on=_changes(store, links, on, "on"),
        by=_changes(store, links, by, "by"),
        on_href=links.effects(iri, "on"),
        by_href=links.effects(iri, "by"),
        standing=Standing(on.open, on.due_by(today), on.prospective, today),
        notes=notes[:SHOWN],
        more_notes=max(0, len(notes) - SHOWN),
    )


def _law_of(store: Store, iri: str) -> str:
    found = rows(store, f"SELECT ?law {{ {node(iri)} eli:is_part_of ?law }} LIMIT 1")
    return text(found[0][0]) if found else ""


def _made(store: Store, law: str) -> datetime.date | None:
    """Give the day on which a law was made, which is that of its text as enacted."""
    if not law:
        return None
    found = rows(store, f"SELECT ?day {{ {node(law)} rg:dateEarliest ?day }} LIMIT 1")
    return _day(text(found[0][0])) if found else None


def _day(text_: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text_)
    except ValueError:
        return None


def pattern(iri: str, type_: str, way: str) -> str:
    """Give the patterns that bind ``?e`` to the effects on (or by) a law or provision."""
    if type_ == "Legislation":
        return f"?e {'rg:affectedLaw' if way == 'on' else 'rg:affectingLaw'} {node(iri)} ."
    end = "rg:claimObject" if way == "on" else "rg:claimSubject"
    return f"?part dcterms:isPartOf* {node(iri)} . ?e {end} ?part ; a rg:Effect ."


def _effects(store: Store, iri: str, whole: bool, way: str) -> Effects:
    if whole and (kept := store.record(iri, way)) is not None:
        return law_effects.of_json(kept)
    return law_effects.read(partial(rows, store), iri, whole=whole, way=way)


def _outline(store: Store, iri: str, whole: bool) -> law_outline.Outline:
    if whole and (kept := store.record(iri, "contents")) is not None:
        return law_outline.of_json(kept)
    return law_outline.read(partial(rows, store), iri, whole=whole)


def _changes(store: Store, links: Links, found: Effects, way: str) -> tuple[Changes, ...]:
    listed = found.laws
    names = refs(store, links, sorted({o.law for each in listed.values() for o in each[:SHOWN]}))
    made = []
    for word, words in _WORDS.items():
        each = listed.get(word, ())
        shown = sorted(each[:SHOWN], key=lambda other: (other.first or "9999", other.law))
        laws = tuple(
            Changer(names[other.law], other.count, _span(other))
            for other in shown
            if other.law in names
        )
        if laws:
            total = sum(other.count for other in each)
            made.append(Changes(words[way == "by"], laws, total, max(0, len(each) - SHOWN)))
    return tuple(made)


def _span(other: Other) -> str:
    first, last = other.first[:4], other.last[:4]
    if not first:
        return "no day in force yet"
    return first if first == last else f"{first}–{last}"


def _versions(store: Store, iri: str, enacted: datetime.date | None) -> tuple[Version, ...]:
    found = rows(
        store,
        f"SELECT ?v ?label ?language ?start ?end ?on ?force {{ ?v eli:realizes {node(iri)} ;"
        " eli:version ?label ; eli:language ?language OPTIONAL { ?v rg:start ?start }"
        " OPTIONAL { ?v rg:end ?end } OPTIONAL { ?v rg:isOngoing ?on }"
        " OPTIONAL { ?v eli:in_force ?force } }",
    )
    made = []
    for version, label, language, start, end, ongoing, force in found:
        word = text(label)
        begins = dates.in_words(text(start)) if text(start) else f"as {word}"
        until = f" to {dates.in_words(text(end))}" if text(end) else ""
        welsh = " (Welsh)" if text(language) == "cy" else ""
        key = (text(start) or "", word, text(version))
        day = _day(text(start)) or (enacted if word in _FIRST else None)
        made.append(
            (key, Version(f"{begins}{until}{welsh}", day, _https(text(version)),
                          text(ongoing) == "true", not text(force)))
        )  # fmt: skip
    made.sort(key=lambda pair: pair[0])
    return tuple(version for _, version in made)


def _https(uri: str) -> str:
    return outward(uri.replace("http://", "https://", 1))


def _notes(store: Store, links: Links, iri: str) -> tuple[Note, ...]:
    found = rows(
        store,
        f"SELECT DISTINCT ?note ?type ?text {{ ?note rg:annotates {node(iri)} ; rg:commentaryType"
        " ?type ; dcterms:description ?text } ORDER BY ?type ?note LIMIT 500",
    )
    return tuple(
        Note(_NOTES.get(text(type_), text(type_)), text(words), links.page(text(note)))
        for note, type_, words in found
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One effect in a list."""

    sentence: str
    type: str
    when: str
    state: str
    href: str


def count(store: Store, iri: str, type_: str, way: str) -> int:
    """Count the claims of effects on, or by, a law or provision."""
    found = rows(store, f"SELECT (COUNT(DISTINCT ?e) AS ?n) {{ {pattern(iri, type_, way)} }}")
    return int(text(found[0][0]))


def lines(
    store: Store, links: Links, iri: str, type_: str, way: str, *, offset: int
) -> tuple[Line, ...]:
    """Give a page of the effects on, or by, a law or provision, in order of their days."""
    found = rows(
        store,
        "SELECT DISTINCT ?e ?comment ?type ?start ?applied ?prospective ?day"
        f" {{ {pattern(iri, type_, way)} ?e rdfs:comment ?comment ; rg:effectType ?type"
        " OPTIONAL { ?e rg:start ?start } OPTIONAL { ?e rg:startEarliest ?day }"
        " OPTIONAL { ?e rg:isApplied ?applied } OPTIONAL { ?e rg:isProspective ?prospective } }"
        f" ORDER BY ?day ?e LIMIT {SIZE} OFFSET {offset}",
    )
    return tuple(
        Line(
            text(comment),
            text(kind),
            dates.in_words(text(start)) if start else "",
            _state(text(applied), text(prospective)),
            links.page(text(effect)),
        )
        for effect, comment, kind, start, applied, prospective, _ in found
    )


def _state(applied: str, prospective: str) -> str:
    if prospective == "true":
        return "no day in force yet"
    return {"true": "shown in the text", "false": "not yet shown in the text"}.get(applied, "")
