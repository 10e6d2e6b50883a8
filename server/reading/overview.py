"""Figures about the whole graph, worked out once for each generation."""

from __future__ import annotations

from dataclasses import dataclass

from reformgraph.ontology.terms import FOAF, ORG, RG, SKOS
from reformgraph.server.links import Links
from reformgraph.server.reading import graph
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.server.words import CLASSES
from reformgraph.store import Store
from reformgraph.store.known import shortcut_index

_OTHER = {"Post": ORG.Post, "Person": FOAF.Person, "Concept": SKOS.Concept}
_OTHER["ConceptScheme"] = SKOS.ConceptScheme


@dataclass(frozen=True, slots=True)
class Count:
    """How many entities a class has."""

    name: str
    one: str
    many: str
    meaning: str
    number: int

    @property
    def word(self) -> str:
        """The word that fits the number."""
        return self.one if self.number == 1 else self.many


@dataclass(frozen=True, slots=True)
class Timeline:
    """One timeline with its focal item, if it has one."""

    ref: Ref
    description: str
    publisher: str
    licence: str
    focal: Ref | None
    quads: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The graph at a glance. ``verified`` and ``readings`` count pieces of evidence."""

    timelines: tuple[Timeline, ...]
    counts: tuple[Count, ...]
    verified: int
    readings: int
    claims: int
    inferred: int

    @property
    def share(self) -> int:
        """The share of evidence that was checked in its source, in whole per cent."""
        return self.verified * 100 // self.readings if self.readings else 0


def class_iri(name: str) -> str:
    """Return the IRI of a class by its local name, one of ``words.CLASSES``."""
    return _OTHER[name].value if name in _OTHER else RG[name].value


def overview(store: Store, links: Links) -> Overview:
    """Count what the graph holds and how well it is evidenced."""
    by_status, by_basis = _counted(store, RG.status.value, RG.basis.value)
    classes = store.generation.counts
    counts = tuple(
        Count(name, words.one, words.many, words.meaning, classes.get(class_iri(name), 0))
        for name, words in CLASSES.items()
    )
    return Overview(
        timelines=_timelines(store, links),
        counts=tuple(count for count in counts if count.number),
        verified=by_status.get("verified", 0),
        readings=sum(by_status.values()),
        claims=sum(by_basis.values()),
        inferred=by_basis.get("inferred", 0),
    )


def _counted(store: Store, *predicates: str) -> list[dict[str, int]]:
    """Count the objects of each predicate, by the last word of their IRIs (``…#status-verified``)."""
    found = []
    for predicate, known in zip(
        predicates, shortcut_index.counted(store.generation.folder, *predicates), strict=True
    ):
        numbers = known
        if numbers is None:
            query = f"SELECT ?o (COUNT(?s) AS ?n) {{ ?s {graph.node(predicate)} ?o }} GROUP BY ?o"
            numbers = {graph.text(o): int(graph.text(n)) for o, n in graph.rows(store, query)}
        found.append({iri.rpartition("-")[2]: number for iri, number in numbers.items()})
    return found


def _timelines(store: Store, links: Links) -> tuple[Timeline, ...]:
    known = store.generation.timelines
    names = refs(store, links, [iri for t in known for iri in (t.iri, t.focal_item)])
    said = graph.statements(
        store, [t.iri for t in known], ["dcterms:description", "dcterms:license", "dc:publisher"]
    )
    found = []
    for timeline in known:
        values = {p.rpartition("/")[2]: o.value for p, o in said.get(timeline.iri, ())}
        found.append(
            Timeline(
                ref=names.get(timeline.iri)
                or Ref(timeline.iri, links.page(timeline.iri), timeline.label),
                description=values.get("description", ""),
                publisher=values.get("publisher", ""),
                licence=values.get("license", ""),
                focal=names.get(timeline.focal_item),
                quads=store.generation.graphs.get(
                    f"{store.generation.base}graph/{timeline.slug}", 0
                ),
            )
        )
    return tuple(found)
