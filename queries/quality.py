"""How well a graph is evidenced, in figures: what ``/quality`` and ``reformgraph info`` tell.

The words: a *reading* is one piece of evidence; it is *verified* when somebody read it in the
source, and *located* when it says where in the source. A *table* is one of the input's, with the
classes that its rows become.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from reformgraph.ontology import gate
from reformgraph.ontology.terms import LINEAGE, RG, compact
from reformgraph.queries.tallies import Evidence, Tally, rows
from reformgraph.store import Store
from reformgraph.store.base import text
from reformgraph.store.dumps import Dumps

COLUMNS: Final = ("section", "name", "figure", "value")

_KEPT: Final = "quality-3.json"
"""The figures as a file of a generation; the number counts changes of ``Quality``."""


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


def quality(store: Store) -> Quality:
    """Work the figures out; a second or less for a graph of a million statements' evidence."""
    evidence = Evidence(store)
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


def _conflicts(store: Store) -> tuple[Conflict, ...]:
    query = (
        "SELECT DISTINCT ?s ?p ?c ?v { ?c rg:rivals ?other ; rg:claimSubject ?s ;"
        " rg:claimPredicate ?p ; rg:claimObject|rg:claimValue ?v }"
    )
    found: dict[tuple[str, str], dict[str, Version]] = defaultdict(dict)
    for s, p, c, v in rows(store, query):
        stands = store.ask(f"ASK {{ {s} {p} {v} }}")
        words = store.labels([text(v)]).get(text(v), text(v))
        about = p
        if p == RG.isOngoing:  # what goes on disagrees with those that know its end
            about, words = RG.end, ".."
        found[text(s), text(about)][text(c)] = Version(text(c), words, stands)
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
    return tuple(text(x) for (x,) in rows(store, query))


def _thin(store: Store, evidence: Evidence) -> Thin:
    predicates = " ".join(str(each.predicate) for each in LINEAGE)
    edges: dict[tuple[str, str, str], dict[str, str]] = defaultdict(dict)
    for c, s, p, o, basis in rows(
        store,
        f"SELECT ?c ?s ?p ?o ?b {{ VALUES ?p {{ {predicates} }} ?c rg:claimPredicate ?p ;"
        " rg:claimSubject ?s ; rg:claimObject ?o OPTIONAL { ?c rg:basis ?b } }",
    ):
        edges[text(s), text(p), text(o)][text(c)] = text(basis).rpartition("basis-")[2]
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
