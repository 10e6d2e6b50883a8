"""The entities that a name may mean, indexed by word, whole name, identifier and law number.

Made once a generation from the search index; about 1 kB an entity. Candidates for a name come from
its rare words; a word that no name has is replaced by those spelt most like it.
"""

from __future__ import annotations

import math
import re
from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from reformgraph.queries.reconcile.words import initials, plain, telling, without_years, years
from reformgraph.store.base import Named, Store

CANDIDATES = 60
"""Entities whose names are compared in full for one query."""
POSTINGS = 20_000
"""Entities that one word may bring; a commoner word tells nothing apart."""
SPELLINGS = 4
SPELT = 50_000
"""Words whose likes are kept, some 300 bytes each."""
# What a stranger's table names. The rest (sources, claims, articulations …) is found by its type.
USUAL = (
    *("Policy", "Legislation", "Provision", "Initiative", "Institution"),
    *("Post", "Person", "Concept", "Component"),
)
# What a type stands for that no row has as its own.
ABOVE = {
    "Item": ("Policy", "Legislation", "Provision", "Initiative"),
    "ChangeEvent": ("Creation", "Merger", "Split", "Renaming", "Transfer", "Abolition"),
    "Problem": ("Problem", "Tension", "Absence", "Contradiction"),
    "Agent": ("Institution", "Person"),
}
_LAW_PATH = re.compile(r"legislation\.gov\.uk/id/(\w+)/(\d{4})/(\d+)$")
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_QID = re.compile(r"\bQ\d+$")


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity with its comparable names: pairs of plain name and how we have it."""

    iri: str
    slug: str
    label: str
    type: str
    kind: str
    names: tuple[tuple[str, str], ...]
    years: frozenset[str]


class Entities:
    """All entities of one generation. Read-only once made, so safe for threads."""

    def __init__(self, named: Iterable[Named], same: Iterable[tuple[str, str]] = ()) -> None:
        self.all: list[Entity] = []
        self.by_iri: dict[str, int] = {}
        self.by_slug: dict[str, int] = {}
        self.by_name: defaultdict[str, list[int]] = defaultdict(list)
        self.by_identifier: defaultdict[str, list[int]] = defaultdict(list)
        self.by_initials: defaultdict[str, list[int]] = defaultdict(list)
        self.by_number: dict[tuple[str, str, str], int] = {}
        self.words: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        for row in named:
            self._add(row)
        for iri, other in same:
            if (place := self.by_iri.get(iri)) is not None:
                self.by_identifier[other.casefold()].append(place)
                if item := _QID.search(other):
                    self.by_identifier[item[0].casefold()].append(place)
        vocabulary = sorted(self.words)
        # A ratio of 76 is out of reach for words of very different length.
        self._alike = {
            length: [word for word in vocabulary if 0.61 * length <= len(word) <= length / 0.61]
            for length in {len(word) for word in vocabulary}
        }
        # The words of a column of names are few, and the same again and again.
        self._spellings = lru_cache(maxsize=SPELT)(self._spelt)

    def _add(self, row: Named) -> None:
        place = len(self.all)
        names: dict[str, str] = {}
        for text, how in ((row.label, "label"), *((name, "other name") for name in row.names)):
            names.setdefault(plain(text), how)
            bare = _BRACKETS.sub("", text)
            if bare != text:
                names.setdefault(plain(bare), f"{how} without brackets")
            title, colon, _ = text.partition(":")
            if colon and len(telling(plain(title))) >= 2:
                names.setdefault(plain(title), f"{how} before the colon")
        names.pop("", None)
        entity = Entity(
            row.iri, row.slug, row.label, row.type, row.kind, tuple(names.items()),
            years(row.label),
        )  # fmt: skip
        self.all.append(entity)
        self.by_iri[row.iri] = self.by_slug[row.slug] = place
        for name in row.names:
            self.by_identifier[name.casefold()].append(place)
        for name, how in names.items():
            self.by_name[name].append(place)
            if how.startswith("label") and (short := initials(name)):
                self.by_initials[short].append(place)
        for word in {word for name in names for word in telling(name)}:
            self.words[word].append(place)
        if hit := _LAW_PATH.search(row.iri):
            series = "c" if hit[1] in ("ukpga", "asp", "anaw", "asc", "ukla") else "si"
            self.by_number.setdefault((series, hit[2], hit[3]), place)

    def candidates(self, name: str, types: frozenset[str]) -> list[int]:
        """Return the entities of ``types`` that share most of the rare words of a plain name."""
        weights: defaultdict[int, float] = defaultdict(float)
        for place in self.by_name.get(name, ())[:CANDIDATES]:
            weights[place] += 1_000
        for place in self.by_name.get(without_years(name), ())[:CANDIDATES]:
            weights[place] += 800
        for place in self.by_initials.get(name.replace(" ", ""), ())[:CANDIDATES]:
            weights[place] += 500
        known = len(self.all) + 1
        for word in set(telling(name)):
            for spelling, likeness in self._spellings(word):
                found = self.words[spelling]
                if len(found) <= POSTINGS:
                    weight = likeness * math.log(known / len(found))
                    for place in found:
                        weights[place] += weight
        kept = [place for place in weights if self.all[place].type in types]
        # Of equal weight the shorter name first: it holds less that was not asked for.
        kept.sort(key=lambda place: (-weights[place], len(self.all[place].label), place))
        return kept[:CANDIDATES]

    def _spelt(self, word: str) -> list[tuple[str, float]]:
        """Return the words that names have and that are spelt like this one, with how much."""
        found = [(word, 1.0)] if word in self.words else []
        if len(word) < 4 or word.isdigit():
            return found
        among = self._alike.get(len(word), ())
        near = process.extract(word, among, scorer=fuzz.ratio, limit=SPELLINGS, score_cutoff=76)
        return found + [(other, score / 125) for other, score, _ in near if other != word]


def types_of(names: Iterable[str]) -> frozenset[str]:
    """Return the classes of entities that type names stand for; the usual ones for none."""
    found: set[str] = set()
    for name in names:
        found.update(ABOVE.get(name, (name,)))
    return frozenset(found or USUAL)


_SAME = """
PREFIX schema: <https://schema.org/> PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rg: <https://w3id.org/reformgraph/ontology#>
SELECT DISTINCT ?s ?o WHERE {
  VALUES ?p { schema:sameAs owl:sameAs skos:exactMatch }
  ?s ?p ?o ; rg:slug ?slug . FILTER(isIRI(?o))
} LIMIT 100000
"""


def read(store: Store) -> Entities:
    """Index the entities of a generation, the addresses that are said to be the same included."""
    same = [(s.value, o.value) for s, o in store.select(_SAME) if s is not None and o is not None]
    return Entities(store.named(), same)
