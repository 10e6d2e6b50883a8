"""How well a graph is evidenced, in figures: what ``/quality`` and ``reformgraph info`` tell.

The words: a *reading* is one piece of evidence; it is *verified* when somebody read it in the
source, and *located* when it says where in the source. A *table* is one of the input's, with the
classes that its rows become.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

from pyoxigraph import NamedNode

from reformgraph.ontology import gate
from reformgraph.ontology.terms import FOAF, LINEAGE, ORG, PREFIXES, RG, SKOS, compact
from reformgraph.store import Store
from reformgraph.store.base import Row, Term
from reformgraph.store.dumps import Dumps

COLUMNS: Final = ("section", "name", "figure", "value")

_HEADER: Final = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
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
_KEPT: Final = "quality-3.json"
"""The figures as a file of a generation; the number counts changes of ``Quality``."""


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


@dataclass(frozen=True, slots=True)
class Version:
    """One of several rival statements; ``asserted``: the graph holds it to be so."""

    claim: str
    text: str
    asserted: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """Sources that disagree about one property of one thing."""

    subject: str
    predicate: str
    versions: tuple[Version, ...]


@dataclass(frozen=True, slots=True)
class Thin:
    """Lineage that stands on little: claims by IRI, out of ``claims`` in all.

    ``one_source``: a single source says so; ``inferred``: it is our inference and nobody else
    claims the same edge; ``unverified``: nobody has read it in a source.
    """

    claims: int
    one_source: tuple[str, ...]
    inferred: tuple[str, ...]
    unverified: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """The figures of one generation.

    ``unlinked``: items that draw on nothing and that nothing draws on, out of ``items``; provisions
    are left out of both, for they stand in the lineage of their law.
    """

    statements: int
    inferred: int
    claims: int
    whole: Tally
    classes: tuple[Tally, ...]
    tables: tuple[Tally, ...]
    sources: tuple[Tally, ...]
    conflicts: tuple[Conflict, ...]
    unlinked: tuple[str, ...]
    items: int
    thin: Thin
    findings: tuple[gate.Noted, ...]


def percent(part: int, whole: int) -> int:
    """Return a share in whole per cent, rounded down: 100 means all of them."""
    return part * 100 // whole if whole else 0


def quality(store: Store) -> Quality:
    """Work the figures out; a second or less for a graph of a million statements' evidence."""
    evidence = _Evidence(store)
    generation = store.generation
    return Quality(
        statements=generation.quads,
        inferred=generation.graphs.get(f"{generation.base}graph/inferences", 0),
        claims=generation.classes.get(RG.Claim.value, 0),
        whole=evidence.whole(),
        classes=evidence.classes(),
        tables=evidence.tables(),
        sources=evidence.sources(),
        conflicts=_conflicts(store),
        unlinked=_unlinked(store),
        items=generation.classes.get(RG.Item.value, 0)
        - generation.classes.get(RG.Provision.value, 0),
        thin=_thin(store, evidence),
        findings=gate.noted(store.attached(gate.FINDINGS)),
    )


def kept(store: Store, files: Dumps) -> Quality:
    """Return the figures of the store's generation, worked out once for all who ask.

    They stay as a file of the generation, which never changes, so neither do they.
    """

    def make(out: BinaryIO, _: Path) -> None:
        out.write(json.dumps(as_json(quality(store)), ensure_ascii=False).encode())

    return _from_json(json.loads(files.get(store.generation, _KEPT, make).path.read_bytes()))


def headline(found: Quality) -> list[tuple[str, int | str]]:
    """Return the figures that fit on a few lines, for ``reformgraph info``."""
    whole, thin = found.whole, found.thin
    return [
        ("statements", found.statements),
        ("statements inferred", found.inferred),
        ("claims", found.claims),
        ("pieces of evidence", whole.readings),
        ("evidence verified", f"{whole.verified} ({whole.share} %)"),
        ("evidence with a place in its source", f"{whole.located} ({whole.located_share} %)"),
        ("source conflicts", len(found.conflicts)),
        ("items without lineage", f"{len(found.unlinked)} of {found.items}"),
        ("lineage claims", thin.claims),
        ("lineage claims from one source", len(thin.one_source)),
        ("lineage claims by inference only", len(thin.inferred)),
        ("lineage claims not verified", len(thin.unverified)),
        ("warnings of the gate", len(found.findings)),
    ]


def as_rows(found: Quality) -> Iterator[tuple[str, str, str, str]]:
    """Give every figure as a row of ``COLUMNS``."""
    for name, value in headline(found):
        yield "graph", "", name, str(value)
    tallied = (("table", found.tables), ("class", found.classes), ("source", found.sources))
    for section, tallies in tallied:
        for each in tallies:
            yield section, each.name, "things", str(each.things)
            yield section, each.name, "evidence", str(each.readings)
            yield section, each.name, "verified", str(each.verified)
            yield section, each.name, "with place", str(each.located)
            if section == "source":
                yield section, each.name, "nothing else", str(each.alone)
    for conflict in found.conflicts:
        for version in conflict.versions:
            word = "asserted" if version.asserted else "rival"
            yield "conflict", conflict.subject, f"{conflict.predicate} {word}", version.text
    for iri in found.unlinked:
        yield "item without lineage", iri, "", ""
    for word in ("one_source", "inferred", "unverified"):
        for iri in getattr(found.thin, word):
            yield "thin lineage", iri, word.replace("_", " "), ""
    for noted in found.findings:
        place = f"{noted.file}:{noted.row}" if noted.row else noted.focus
        yield "warning", place, noted.check, noted.message


def as_json(found: Quality) -> dict[str, Any]:
    """Put the figures into plain values."""
    return asdict(found)


def _from_json(data: dict[str, Any]) -> Quality:
    lists = ("classes", "tables", "sources")
    tallies = {name: tuple(Tally(**each) for each in data[name]) for name in lists}
    conflicts = tuple(
        Conflict(c["subject"], c["predicate"], tuple(Version(**v) for v in c["versions"]))
        for c in data["conflicts"]
    )
    thin = data["thin"]
    read = {
        "whole": Tally(**data["whole"]),
        "conflicts": conflicts,
        "unlinked": tuple(data["unlinked"]),
        "thin": Thin(
            thin["claims"], *map(tuple, (thin["one_source"], thin["inferred"], thin["unverified"]))
        ),
        "findings": tuple(gate.Noted(**each) for each in data["findings"]),
    }
    return Quality(**(data | tallies | read))


class _Evidence:
    """Who holds which reading, read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.verified: set[str] = set()
        self.located: set[str] = set()
        self.sources_of: dict[str, set[str]] = defaultdict(set)
        self.readings_of: dict[str, set[str]] = defaultdict(set)
        self.readings: set[str] = set()
        for e, status, locator in _rows(
            store,
            "SELECT ?e ?s ?l { ?e a rg:Evidence OPTIONAL { ?e rg:status ?s } "
            "OPTIONAL { ?e rg:locator ?l } }",
        ):
            self.readings.add(_text(e))
            if _text(status).endswith("status-verified"):
                self.verified.add(_text(e))
            if _text(locator):
                self.located.add(_text(e))
        for e, source in _rows(store, "SELECT ?e ?s { ?e rg:source ?s }"):
            self.sources_of[_text(e)].add(_text(source))
        for holder, e in _rows(store, "SELECT ?h ?e { ?h rg:hasEvidence ?e }"):
            self.readings_of[_text(holder)].add(_text(e))

    def whole(self) -> Tally:
        return self._tally("", "all", self.readings_of, self.readings)

    def classes(self) -> tuple[Tally, ...]:
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
        for name, holder in _rows(self._store, query):
            members[_text(name)].append(_text(holder))
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
        found = _rows(self._store, f"SELECT ?s ?v {{ ?s {predicate} ?v }} ORDER BY DESC(?v)")
        return {_text(source): _text(value) for source, value in found}

    def sources_under(self, holder: str) -> set[str]:
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


def _conflicts(store: Store) -> tuple[Conflict, ...]:
    query = (
        "SELECT DISTINCT ?s ?p ?c ?v { ?c rg:rivals ?other ; rg:claimSubject ?s ;"
        " rg:claimPredicate ?p ; rg:claimObject|rg:claimValue ?v }"
    )
    found: dict[tuple[str, str], dict[str, Version]] = defaultdict(dict)
    for s, p, c, v in _rows(store, query):
        stands = store.ask(f"ASK {{ {s} {p} {v} }}")
        text = store.labels([_text(v)]).get(_text(v), _text(v))
        about = p
        if p == RG.isOngoing:  # what goes on disagrees with those that know its end
            about, text = RG.end, ".."
        found[_text(s), _text(about)][_text(c)] = Version(_text(c), text, stands)
    return tuple(
        Conflict(s, compact(p), tuple(sorted(versions.values(), key=_asserted_first)))
        for (s, p), versions in sorted(found.items())
    )


def _asserted_first(version: Version) -> tuple[bool, str]:
    return not version.asserted, version.claim


def _unlinked(store: Store) -> tuple[str, ...]:
    query = (
        "SELECT DISTINCT ?x { ?x a rg:Item ; rg:slug ?slug"
        " MINUS { ?x a rg:Provision } MINUS { ?x rg:drawsOn ?y } MINUS { ?y rg:drawsOn ?x } }"
        " ORDER BY ?x"
    )
    return tuple(_text(x) for (x,) in _rows(store, query))


def _thin(store: Store, evidence: _Evidence) -> Thin:
    predicates = " ".join(str(each.predicate) for each in LINEAGE)
    edges: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for c, s, p, o, basis in _rows(
        store,
        f"SELECT ?c ?s ?p ?o ?b {{ VALUES ?p {{ {predicates} }} ?c rg:claimPredicate ?p ;"
        " rg:claimSubject ?s ; rg:claimObject ?o OPTIONAL { ?c rg:basis ?b } }",
    ):
        edges[_text(s), _text(p), _text(o)][_text(c)] = _text(basis).rpartition("basis-")[2]
    one_source: list[str] = []
    inferred: list[str] = []
    unverified: list[str] = []
    for claims in edges.values():
        sources = {source for claim in claims for source in evidence.sources_under(claim)}
        readings = {each for claim in claims for each in evidence.readings_of.get(claim, ())}
        one_source += claims if len(sources) == 1 else ()
        inferred += claims if set(claims.values()) == {"inferred"} else ()
        unverified += claims if not readings & evidence.verified else ()
    every = sum(map(len, edges.values()))

    return Thin(every, *(tuple(sorted(found)) for found in (one_source, inferred, unverified)))


def _rows(store: Store, query: str) -> Iterator[Row]:
    return iter(store.select(_HEADER + query))


def _text(term: Term | NamedNode | None) -> str:
    return "" if term is None else term.value
