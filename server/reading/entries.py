"""One line of a section: what a neighbour needs beside its name to be understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from pyoxigraph import Literal

from reformgraph.ontology.terms import compact
from reformgraph.server.links import Links
from reformgraph.server.reading import graph
from reformgraph.server.reading.graph import Reading
from reformgraph.server.reading.marks import Mark
from reformgraph.server.reading.page import Entry, Related
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.server.words import spaced
from reformgraph.store import Store
from reformgraph.store.base import Term


@dataclass(frozen=True, slots=True)
class Shape:
    """What lines about one class show: a text, tags, and neighbours one step further."""

    detail: str = ""
    tags: tuple[str, ...] = ()
    related: tuple[tuple[str, str], ...] = ()


_CHANGE = Shape(
    "dcterms:description",
    (),
    (
        ("org:originalOrganization", "from"),
        ("rg:transferredFrom", "from"),
        ("org:resultingOrganization", "to"),
        ("rg:transferredTo", "to"),
        ("rg:legalBasis", "by"),
    ),
)
_PROBLEM = Shape("dcterms:description", ("rg:attributedTo",), (("rg:concerns", "concerns"),))

SHAPES: dict[str, Shape] = {
    **dict.fromkeys(("Creation", "Merger", "Split", "Renaming", "Transfer", "Abolition"), _CHANGE),
    **dict.fromkeys(("Tension", "Absence", "Contradiction", "Problem"), _PROBLEM),
    "Articulation": Shape(
        "rg:paraphrase",
        ("rg:hasFrame",),
        (("rg:articulatedIn", "said in"), ("rg:articulates", "about")),
    ),
    "Component": Shape(
        "rg:purpose",
        (),
        (
            ("rg:introducedBy", "introduced by"),
            ("rg:isResponsibilityOf", "responsibility of"),
            ("rg:facilitates", "facilitates"),
        ),
    ),
    "Tenure": Shape(related=(("org:member", "held by"), ("rg:tenureOf", "post"))),
}

# Never so many that a line becomes a list of its own.
RELATED_LIMIT = 8


class Entries:
    """Makes entries for the neighbours of one entity, with few queries for all of them."""

    def __init__(
        self, store: Store, links: Links, focus: str, neighbours: Mapping[str, Ref]
    ) -> None:
        self._focus = focus
        shaped = [iri for iri, ref in neighbours.items() if ref.type in SHAPES]
        wanted = {p for iri in shaped for p in _predicates(SHAPES[neighbours[iri].type])}
        self._statements = graph.statements(store, shaped, sorted(wanted))
        self._holders = self._people(store, neighbours)
        second = {
            term.value
            for statements in self._statements.values()
            for _, term in statements
            if not isinstance(term, Literal)
        }
        second |= {tenure for tenures in self._holders.values() for tenure, _ in tenures}
        second |= {person for tenures in self._holders.values() for _, person in tenures}
        self._refs = {**refs(store, links, second - set(neighbours)), **neighbours}
        quoted = [iri for iri in shaped if neighbours[iri].type == "Articulation"]
        self._readings = graph.evidence(store, quoted)

    def make(self, ref: Ref, mark: Mark | None) -> Entry:
        """Return the line about one neighbour."""
        shape = SHAPES.get(ref.type)
        if ref.type == "Post":
            held = [self._dated(*pair) for pair in self._holders.get(ref.iri, ())]
            return Entry(ref, mark=mark, related=_related((("held by", held),)))
        if shape is None:
            return Entry(ref, mark=mark)
        values: dict[str, list[Term]] = {}
        for predicate, term in self._statements.get(ref.iri, ()):
            values.setdefault(compact(predicate), []).append(term)
        # A change event is understood only with all its parties, so also the one the page is about.
        whole = shape is _CHANGE
        related = (
            (words, [r for t in values.get(p, ()) if (r := self._near(t, whole)) is not None])
            for p, words in shape.related
        )
        return Entry(
            ref,
            detail=" ".join(t.value for t in values.get(shape.detail, ())),
            quotation=_quotation(self._readings.get(ref.iri, ())),
            tags=tuple(self._tag(p, t) for p in shape.tags for t in values.get(p, ())),
            related=_related(related),
            mark=mark,
        )

    def _near(self, term: Term, whole: bool) -> Ref | None:
        return self._refs.get(term.value) if whole or term.value != self._focus else None

    def _tag(self, predicate: str, term: Term) -> str:
        if isinstance(term, Literal):
            return f"named by {term.value}" if predicate == "rg:attributedTo" else term.value
        ref = self._refs.get(term.value)
        return ref.label if ref else spaced(term.value)

    def _dated(self, tenure: str, person: str) -> Ref:
        """Return the person with the dates of the tenure."""
        return replace(self._refs[person], when=self._refs[tenure].when)

    def _people(
        self, store: Store, neighbours: Mapping[str, Ref]
    ) -> dict[str, list[tuple[str, str]]]:
        posts = [iri for iri, ref in neighbours.items() if ref.type == "Post"]
        tenures = graph.pointing(store, posts, "rg:tenureOf")
        every = [tenure for each in tenures.values() for tenure in each]
        people = graph.statements(store, every, ["org:member", "rg:start"])
        found: dict[str, list[tuple[str, str]]] = {}
        for post, held in tenures.items():
            held.sort(key=lambda t: ([o.value for p, o in people[t] if p.endswith("start")], t))
            found[post] = [(t, o.value) for t in held for p, o in people[t] if p.endswith("member")]
        return found


def _predicates(shape: Shape) -> Iterable[str]:
    yield from filter(None, (shape.detail, *shape.tags))
    yield from (predicate for predicate, _ in shape.related)


def _related(pairs: Iterable[tuple[str, list[Ref]]]) -> tuple[Related, ...]:
    """Join what stands under the same words ("from" has two predicates)."""
    by_words: dict[str, list[Ref]] = {}
    for words, found in pairs:
        by_words.setdefault(words, []).extend(found)
    return tuple(
        Related(words, tuple(found[:RELATED_LIMIT])) for words, found in by_words.items() if found
    )


def _quotation(readings: Iterable[Reading]) -> str:
    return next((reading.quotation for reading in readings if reading.quotation), "")
