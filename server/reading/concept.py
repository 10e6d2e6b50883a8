"""One word through time: who defined it how, who used it when, what was built for it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal

from reformgraph.errors import NotFound
from reformgraph.ontology.terms import RG, compact
from reformgraph.server import dates
from reformgraph.server.links import Links
from reformgraph.server.reading import graph, marks
from reformgraph.server.reading.entries import Entries
from reformgraph.server.reading.graph import Reading
from reformgraph.server.reading.marks import Mark
from reformgraph.server.reading.page import Entry
from reformgraph.server.reading.refs import Ref, refs, shown
from reformgraph.store import Store
from reformgraph.store.base import Term

# No scheme is so wide; a query must end all the same.
SCOPE, USES = 400, 1_000
UNDEFINED = "#frame-undefined"
Values = dict[str, list[Term]]


@dataclass(frozen=True, slots=True)
class Definition:
    """One definition. ``depth`` counts steps below the word; ``sort`` orders by its oldest source."""

    ref: Ref
    text: str
    note: str
    authors: tuple[str, ...]
    depth: int
    mark: Mark | None
    sort: str


@dataclass(frozen=True, slots=True)
class Use:
    """One articulation: where and when the word was used, in which frame, with which words."""

    ref: Ref
    document: Ref | None
    when: str
    sort: str
    concepts: tuple[Ref, ...]
    frames: tuple[str, ...]
    undefined: bool
    paraphrase: str
    quotation: str
    mark: Mark | None


@dataclass(frozen=True, slots=True)
class Component:
    """One component that facilitates it, with when it stood."""

    when: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class ConceptPage:
    """Everything that is shown of one word."""

    iri: str
    slug: str
    label: str
    href: str
    also: tuple[str, ...]
    above: tuple[Ref, ...]
    own: Definition | None
    rivals: tuple[Definition, ...]
    farther: tuple[Definition, ...]
    uses: tuple[Use, ...]
    never: tuple[Ref, ...]
    components: tuple[Component, ...]
    problems: tuple[Entry, ...]
    narrower: int

    @property
    def first(self) -> Use | None:
        """The first use that has a date."""
        return next((use for use in self.uses if use.sort), None)


def read(store: Store, links: Links, iri: str) -> ConceptPage:
    """Return the page about a concept. Raises NotFound, with near ones, for anything else."""
    return _Reader(store, links, iri).page()


class _Reader:
    def __init__(self, store: Store, links: Links, iri: str) -> None:
        self.store, self.links, self.iri = store, links, iri
        self.depths = self._below()
        self.concepts = self._values(
            self.depths, ("skos:definition", "skos:editorialNote", "skos:altLabel", "skos:broader")
        )
        self.uses = self._pointing("rg:articulates")
        self.built = self._pointing("rg:facilitates")
        self.said = self._values(
            self.uses, ("rg:articulatedIn", "rg:articulates", "rg:hasFrame", "rg:paraphrase")
        )
        concerned = graph.pointing(store, [*self.uses, *self.built], "rg:concerns", USES)
        self.problems = sorted({each for found in concerned.values() for each in found})
        self.held = graph.evidence(store, [*self.depths, *self.uses])
        sources = {s for readings in self.held.values() for r in readings for s in r.sources}
        self.sources = self._values(sources, ("dc:creator", "dcterms:issued"))
        objects = {
            term.value
            for values in (*self.said.values(), *self.concepts.values())
            for terms in values.values()
            for term in terms
            if not isinstance(term, Literal)
        }
        every = {*self.depths, *self.uses, *self.built, *self.problems, *sources, *objects}
        self.refs = refs(store, links, sorted(every))
        listed = {iri: self.refs[iri] for iri in (*self.built, *self.problems) if iri in self.refs}
        self.entries = Entries(store, links, iri, listed)

    def _below(self) -> dict[str, int]:
        """Find what is narrower, level by level; circles do no harm."""
        found = {self.iri: 0}
        level = [self.iri]
        while level and len(found) < SCOPE:
            below = graph.pointing(self.store, level, "skos:broader", SCOPE)
            level = [each for some in below.values() for each in some if each not in found]
            found |= dict.fromkeys(level, max(found.values()) + 1)
        return found

    def _pointing(self, predicate: str) -> list[str]:
        found = graph.pointing(self.store, list(self.depths), predicate, USES)
        return list(dict.fromkeys(each for some in found.values() for each in some))

    def _values(self, iris: Collection[str], predicates: Iterable[str]) -> dict[str, Values]:
        found: dict[str, Values] = {}
        for iri, pairs in graph.statements(self.store, list(iris), list(predicates)).items():
            values = found.setdefault(iri, {})
            for predicate, term in pairs:
                values.setdefault(compact(predicate), []).append(term)
        return found

    def page(self) -> ConceptPage:
        ref = self.refs[self.iri]
        mine = self.concepts.get(self.iri, {})
        definitions = [d for iri in self.depths if (d := self._definition(iri))]
        definitions.sort(key=lambda d: (d.sort, d.ref.label))
        uses = sorted(map(self._use, self.uses), key=lambda u: (u.sort or "9", u.ref.label))
        return ConceptPage(
            iri=self.iri,
            slug=ref.slug,
            label=ref.label,
            href=ref.href,
            also=tuple(shown(t.value, "", "") for t in mine.get("skos:altLabel", ())),
            above=tuple(
                self.refs[t.value] for t in mine.get("skos:broader", ()) if t.value in self.refs
            ),
            own=next((d for d in definitions if not d.depth), None),
            rivals=tuple(d for d in definitions if d.depth == 1),
            farther=tuple(d for d in definitions if d.depth > 1),
            uses=tuple(uses),
            never=_never(uses),
            components=tuple(self._components()),
            problems=tuple(
                self.entries.make(self.refs[iri], None) for iri in self.problems if iri in self.refs
            ),
            narrower=len(self.depths) - 1,
        )

    def _definition(self, iri: str) -> Definition | None:
        values = self.concepts.get(iri, {})
        text = _first(values, "skos:definition")
        if not text or iri not in self.refs:
            return None
        authors, oldest = self._authors(self.held.get(iri, ()))
        return Definition(
            ref=self.refs[iri],
            text=text,
            note=_first(values, "skos:editorialNote"),
            authors=authors,
            depth=self.depths[iri],
            mark=self._mark(iri),
            sort=oldest or "9",
        )

    def _authors(self, readings: Iterable[Reading]) -> tuple[tuple[str, ...], str]:
        """Return who says so, each with the year, and the oldest year."""
        found: dict[str, None] = {}
        years = []
        for source in dict.fromkeys(s for reading in readings for s in reading.sources):
            values = self.sources.get(source, {})
            year = _first(values, "dcterms:issued")
            ref = self.refs.get(source)
            name = _first(values, "dc:creator") or (ref.label if ref else "")
            if name:
                found[f"{shown(name, '', '')}{f', {dates.in_words(year)}' if year else ''}"] = None
            if year:
                years.append(year)
        return tuple(found), min(years, default="")

    def _mark(self, iri: str) -> Mark | None:
        held = self.held.get(iri)
        return marks.mark(self.links, None, held, self.refs) if held else None

    def _use(self, iri: str) -> Use:
        values = self.said.get(iri, {})
        documents = [
            self.refs[t.value] for t in values.get("rg:articulatedIn", ()) if t.value in self.refs
        ]
        frames = values.get("rg:hasFrame", ())
        return Use(
            ref=self.refs[iri],
            document=documents[0] if documents else None,
            when=documents[0].when if documents else "",
            sort=documents[0].sort if documents else "",
            concepts=tuple(
                self.refs[t.value]
                for t in values.get("rg:articulates", ())
                if t.value in self.depths and t.value != self.iri
            ),
            frames=tuple(self.refs[t.value].label for t in frames if t.value in self.refs),
            undefined=any(t.value.endswith(UNDEFINED) for t in frames),
            paraphrase=_first(values, "rg:paraphrase"),
            quotation=next((r.quotation for r in self.held.get(iri, ()) if r.quotation), ""),
            mark=self._mark(iri),
        )

    def _components(self) -> list[Component]:
        found = [self.refs[iri] for iri in self.built if iri in self.refs]
        found.sort(key=lambda ref: (ref.sort or "9", ref.label))
        return [Component(ref.when, self.entries.make(ref, None)) for ref in found]


def _never(uses: Iterable[Use]) -> tuple[Ref, ...]:
    """Return the documents whose every use of the word leaves it undefined."""
    by_document: dict[str, list[Use]] = {}
    for use in uses:
        if use.document:
            by_document.setdefault(use.document.iri, []).append(use)
    return tuple(
        some[0].document
        for some in by_document.values()
        if some[0].document and all(use.undefined for use in some)
    )


def _first(values: Mapping[str, list[Term]], predicate: str) -> str:
    return next((term.value.strip() for term in values.get(predicate, ())), "")


def check(store: Store, iri: str, name: str) -> None:
    """Raise NotFound, naming near concepts, when ``iri`` is no concept of a timeline."""
    query = f"ASK {{ {graph.node(iri)} a <http://www.w3.org/2004/02/skos/core#Concept> ; <{RG.slug.value}> ?s }}"
    if not store.ask(query):
        near = store.search(name[:200], kind="Concept", limit=5).hits
        raise NotFound(
            f"“{name[:80]}” is no concept.", hints=[hit.slug for hit in near if hit.slug]
        )


def as_json(page: ConceptPage) -> dict[str, Any]:
    """Return the page as JSON objects."""
    first = page.first
    return {
        "iri": page.iri,
        "label": page.label,
        "also": list(page.also),
        "narrower": page.narrower,
        "definitions": [
            {
                "concept": each.ref.iri,
                "label": each.ref.label,
                "definition": each.text,
                "authors": list(each.authors),
                "depth": each.depth,
                "status": each.mark.status if each.mark else "unverified",
            }
            for each in (*([page.own] if page.own else []), *page.rivals, *page.farther)
        ],
        "firstUse": first.ref.iri if first else "",
        "articulations": [
            {
                "iri": use.ref.iri,
                "document": use.document.iri if use.document else "",
                "documentLabel": use.document.label if use.document else "",
                "date": use.sort,
                "concepts": [ref.iri for ref in use.concepts] or [page.iri],
                "frames": list(use.frames),
                "paraphrase": use.paraphrase,
                "quotation": use.quotation,
                "status": use.mark.status if use.mark else "unverified",
            }
            for use in page.uses
        ],
        "neverDefinedIn": [ref.iri for ref in page.never],
        "components": [
            {"iri": c.entry.ref.iri, "label": c.entry.ref.label, "when": c.when}
            for c in page.components
            if c.entry.ref
        ],
        "problems": [{"iri": e.ref.iri, "label": e.ref.label} for e in page.problems if e.ref],
    }
