"""What the page about a law or provision says beyond the entity page: versions, effects, notes.

Effects are counted by the law at the other end, never listed whole: the list is a page of its own.
Whether an effect is outstanding is asked of the day on which the graph was made, so that a page
depends on nothing but its generation.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from reformgraph.server import dates
from reformgraph.server.links import Links, outward
from reformgraph.server.reading import origins, structure
from reformgraph.server.reading.graph import node, nodes, rows, text
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.store import Store

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
    on, by = _effects(store, iri, type_, "on"), _effects(store, iri, type_, "by")
    whole = _law_of(store, iri) if type_ == "Provision" else iri
    versions = _versions(store, iri, _made(store, whole))
    notes = _notes(store, links, iri)
    return Law(
        text_href=outward(iri.replace("/id/", "/", 1).replace("http://", "https://", 1)),
        days=_days(on),
        contents=structure.read(store, links, iri, type_),
        origins=origins.read(store, links, whole),
        versions=versions[-POINTS:],
        more_versions=max(0, len(versions) - POINTS),
        on=_changes(store, links, on, "on"),
        by=_changes(store, links, by, "by"),
        on_href=links.effects(iri, "on"),
        by_href=links.effects(iri, "by"),
        standing=_standing(on, store.generation.created[:10]),
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


def _days(on: Iterable[_Row]) -> tuple[datetime.date, ...]:
    """Give the days in force of effects, one each, however many provisions an effect has."""
    found = sorted({(row.id, row.day) for row in on if row.day})
    return tuple(day for _, text_ in found if (day := _day(text_)))


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


FEW = 1_000
"""Effects that are named one by one in a query; a law with more is asked for as a whole."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One claim of an effect, as the page counts it."""

    word: str
    law: str
    id: str
    day: str
    applied: str
    required: str
    prospective: str


def _effects(store: Store, iri: str, type_: str, way: str) -> list[_Row]:
    other = "rg:affectingLaw" if way == "on" else "rg:affectedLaw"
    # Which they are first: in one query the engine begins with every effect of the graph, though
    # most provisions have few or none.
    own = pattern(iri, type_, way)
    if type_ != "Legislation":
        inside = f"SELECT DISTINCT ?part {{ ?part dcterms:isPartOf* {node(iri)} }}"
        parts = [text(row[0]) for row in rows(store, inside)]
        end = "rg:claimObject" if way == "on" else "rg:claimSubject"
        own = (
            f"VALUES ?part {{ {nodes(parts)} }} ?e {end} ?part . FILTER EXISTS {{ ?e a rg:Effect }}"
        )
    few = [text(row[0]) for row in rows(store, f"SELECT DISTINCT ?e {{ {own} }} LIMIT {FEW + 1}")]
    if not few:
        return []
    if len(few) <= FEW:
        own = f"VALUES ?e {{ {nodes(few)} }}"
    found = rows(
        store,
        f"SELECT ?predicate ?law ?id ?day ?applied ?required ?prospective {{ {own}"
        f" ?e {other} ?law ; rg:claimPredicate ?predicate ; dcterms:identifier ?id"
        " OPTIONAL { ?e rg:startEarliest ?day } OPTIONAL { ?e rg:isApplied ?applied }"
        " OPTIONAL { ?e rg:isRequired ?required } OPTIONAL { ?e rg:isProspective ?prospective } }",
    )
    return [_Row(text(row[0]).rpartition("#")[2], *map(text, row[1:])) for row in found]


def _changes(store: Store, links: Links, found: Iterable[_Row], way: str) -> tuple[Changes, ...]:
    by_word: dict[str, dict[str, list[_Row]]] = {}
    for row in found:
        by_word.setdefault(row.word, {}).setdefault(row.law, []).append(row)
    listed = {
        word: sorted(laws.items(), key=lambda pair: (-_ids(pair[1]), pair[0]))
        for word, laws in by_word.items()
    }
    names = refs(store, links, sorted({law for each in listed.values() for law, _ in each[:SHOWN]}))
    made = []
    for word, words in _WORDS.items():
        each = listed.get(word, [])
        shown = sorted(each[:SHOWN], key=lambda pair: (_first(pair[1]), pair[0]))
        laws = tuple(
            Changer(names[law], _ids(rows_), _span(rows_)) for law, rows_ in shown if law in names
        )
        if laws:
            total = sum(_ids(rows_) for _, rows_ in each)
            made.append(Changes(words[way == "by"], laws, total, max(0, len(each) - SHOWN)))
    return tuple(made)


def _ids(found: Iterable[_Row]) -> int:
    return len({row.id for row in found})


def _first(found: Iterable[_Row]) -> str:
    return min((row.day for row in found if row.day), default="9999")


def _span(found: Iterable[_Row]) -> str:
    years = sorted({row.day[:4] for row in found if row.day})
    if not years:
        return "no day in force yet"
    return years[0] if len(years) == 1 else f"{years[0]}–{years[-1]}"


def _standing(found: Iterable[_Row], day: str) -> Standing:
    open_ = [row for row in found if row.applied == "false"]
    due = [row for row in open_ if row.required == "true" and row.day and row.day <= day]
    prospective = [row for row in open_ if row.prospective == "true"]
    return Standing(_ids(open_), _ids(due), _ids(prospective), day)


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
