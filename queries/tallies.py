"""Evidence tallied by class, by table of the input and by source."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pyoxigraph import NamedNode

from reformgraph.ontology.terms import FOAF, ORG, PROLOGUE, RG, SKOS, compact
from reformgraph.store import Store
from reformgraph.store.base import Row, text

_CLASSES: Final = (
    *(RG.Policy, RG.Legislation, RG.Provision, RG.Initiative, RG.Institution, RG.Creation),
    *(RG.Merger, RG.Split, RG.Renaming, RG.Transfer, RG.Abolition, ORG.Post, RG.Tenure),
    *(FOAF.Person, SKOS.Concept, RG.Articulation, RG.Component, RG.Tension, RG.Absence),
    *(RG.Contradiction, RG.Claim),
)
_TABLES: Final[Mapping[str, tuple[NamedNode, ...]]] = {
    "policies": (RG.Policy,),
    "legislation": (RG.Legislation,),
    "provisions": (RG.Provision,),
    "initiatives": (RG.Initiative,),
    "institutions": (RG.Institution,),
    "institution_changes": (
        *(RG.Creation, RG.Merger, RG.Split, RG.Renaming, RG.Transfer, RG.Abolition),
    ),
    "posts": (ORG.Post,),
    "tenures": (RG.Tenure, FOAF.Person),
    "concepts": (SKOS.Concept,),
    "articulations": (RG.Articulation,),
    "components": (RG.Component,),
    "tensions": (RG.Tension, RG.Absence, RG.Contradiction),
    "relations, rivals and columns": (RG.Claim,),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """The evidence of one class or from one source.

    ``name`` is a class's local name or a source's label; ``things`` counts the entities of a class,
    or the entities and claims that a source holds up; ``alone`` those that nothing else holds up.
    ``kind`` and ``issued`` (the year, as it is written) are those of a source.
    """

    iri: str
    name: str
    things: int
    readings: int
    verified: int
    located: int
    alone: int = 0
    kind: str = ""
    issued: str = ""

    @property
    def share(self) -> int:
        """The verified share of the readings in whole per cent."""
        return percent(self.verified, self.readings)

    @property
    def located_share(self) -> int:
        """The share of the readings that name their place, in whole per cent."""
        return percent(self.located, self.readings)


def percent(part: int, whole: int) -> int:
    """Return a share in whole per cent, rounded down: 100 means all of them."""
    return part * 100 // whole if whole else 0


class Evidence:
    """Who holds which reading, read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.verified: set[str] = set()
        self.located: set[str] = set()
        self.sources_of: dict[str, set[str]] = defaultdict(set)
        self.readings_of: dict[str, set[str]] = defaultdict(set)
        self.readings: set[str] = set()
        for e, status, locator in rows(
            store,
            "SELECT ?e ?s ?l { ?e a rg:Evidence OPTIONAL { ?e rg:status ?s } "
            "OPTIONAL { ?e rg:locator ?l } }",
        ):
            self.readings.add(text(e))
            if text(status).endswith("status-verified"):
                self.verified.add(text(e))
            if text(locator):
                self.located.add(text(e))
        for e, source in rows(store, "SELECT ?e ?s { ?e rg:source ?s }"):
            self.sources_of[text(e)].add(text(source))
        for holder, e in rows(store, "SELECT ?h ?e { ?h rg:hasEvidence ?e }"):
            self.readings_of[text(holder)].add(text(e))

    def whole(self) -> Tally:
        """Tally all evidence."""
        return self._tally("", "all", self.readings_of, self.readings)

    def classes(self) -> tuple[Tally, ...]:
        """Tally what is said of the entities of each class."""
        members = self._members()
        return tuple(
            self._tally(each.value, compact(each).partition(":")[2], members[each.value])
            for each in _CLASSES
            if members[each.value]
        )

    def tables(self) -> tuple[Tally, ...]:
        """Tally what became of the rows of each table of the input."""
        members = self._members()
        held = {
            name: [each for kind in kinds for each in members[kind.value]]
            for name, kinds in _TABLES.items()
        }
        return tuple(self._tally("", name, some) for name, some in held.items() if some)

    def _members(self) -> dict[str, list[str]]:
        members: dict[str, list[str]] = defaultdict(list)
        wanted = " ".join(str(each) for each in _CLASSES)
        query = f"SELECT DISTINCT ?c ?x {{ VALUES ?c {{ {wanted} }} ?x a ?c ; rg:hasEvidence ?e }}"
        for name, holder in rows(self._store, query):
            members[text(name)].append(text(holder))
        return members

    def sources(self) -> tuple[Tally, ...]:
        """Tally each source, the most used first."""
        read: dict[str, set[str]] = defaultdict(set)
        for reading, sources in self.sources_of.items():
            for source in sources:
                read[source].add(reading)
        held: dict[str, set[str]] = defaultdict(set)
        alone: dict[str, int] = defaultdict(int)
        for holder in self.readings_of:
            under = self.sources_under(holder)
            for source in under:
                held[source].add(holder)
                alone[source] += len(under) == 1
        names = self._store.labels(read)
        kinds, years = (self._values(name) for name in ("rg:sourceKind", "dcterms:issued"))
        tallies = [
            replace(
                self._tally(iri, names.get(iri, iri), held[iri], readings, alone[iri]),
                kind=kinds.get(iri, ""),
                issued=years.get(iri, ""),
            )
            for iri, readings in read.items()
        ]
        return tuple(sorted(tallies, key=lambda tally: (-tally.readings, tally.name, tally.iri)))

    def _values(self, predicate: str) -> dict[str, str]:
        found = rows(self._store, f"SELECT ?s ?v {{ ?s {predicate} ?v }} ORDER BY DESC(?v)")
        return {text(source): text(value) for source, value in found}

    def sources_under(self, holder: str) -> set[str]:
        """Return the sources that an entity or claim rests on."""
        readings = self.readings_of.get(holder, ())
        return {source for reading in readings for source in self.sources_of.get(reading, ())}

    def _tally(
        self,
        iri: str,
        name: str,
        holders: Iterable[str],
        readings: set[str] | None = None,
        alone: int = 0,
    ) -> Tally:
        held = set(holders)
        if readings is None:
            readings = {each for holder in held for each in self.readings_of[holder]}
        verified, located = len(readings & self.verified), len(readings & self.located)
        return Tally(iri, name, len(held), len(readings), verified, located, alone)


def rows(store: Store, query: str) -> Iterator[Row]:
    """Run a SELECT with the prefixes of the ontology."""
    return iter(store.select(PROLOGUE + query))
