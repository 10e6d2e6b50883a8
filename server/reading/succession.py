"""How institutions became one another: bodies, what happened to them, and who held their posts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from reformgraph.server.reading import graph
from reformgraph.server.reading.refs import class_name
from reformgraph.store import Store


@dataclass(frozen=True, slots=True)
class Body:
    """An institution with the bounds of its start and end (ISO days, "" when unknown)."""

    iri: str
    label: str
    slug: str
    start: tuple[str, str] = ("", "")
    end: tuple[str, str] = ("", "")
    ongoing: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """A change event: ``before`` and ``after`` are bodies; ``kind`` is a local class name.

    ``date`` is EDTF, ``bounds`` its earliest and latest day; ``basis`` pairs the IRI and the name of
    each law that it rests on.
    """

    iri: str
    label: str
    kind: str
    date: str
    bounds: tuple[str, str]
    before: tuple[str, ...]
    after: tuple[str, ...]
    basis: tuple[tuple[str, str], ...] = ()

    @property
    def bodies(self) -> tuple[str, ...]:
        """All bodies that it touches, each once."""
        return tuple(dict.fromkeys((*self.before, *self.after)))


@dataclass(frozen=True, slots=True)
class Holder:
    """A person's time in a post of a body; ``start`` and ``end`` are ISO days, "" when unknown."""

    body: str
    post: str
    person: str
    tenure: str
    start: str
    end: str = ""


@dataclass(slots=True)
class Rivers:
    """All bodies that changed, and their changes in order of time."""

    bodies: dict[str, Body]
    changes: tuple[Change, ...]
    unchanged: int = 0
    _rivers: list[frozenset[str]] = field(default_factory=list, repr=False)

    def rivers(self) -> list[frozenset[str]]:
        """Return the bodies that are joined by changes, set by set, the largest first."""
        if not self._rivers:
            joined: dict[str, set[str]] = {iri: {iri} for iri in self.bodies}
            for change in self.changes:
                merged: set[str] = set().union(*(joined[iri] for iri in change.bodies))
                for iri in merged:
                    joined[iri] = merged
            distinct = {id(each): frozenset(each) for each in joined.values()}.values()
            self._rivers = sorted(distinct, key=lambda river: (-len(river), min(river)))
        return self._rivers

    def river(self, iri: str) -> frozenset[str]:
        """Return the bodies joined with ``iri``; that alone when nothing happened to it."""
        return next((river for river in self.rivers() if iri in river), frozenset((iri,)))

    def of(self, bodies: Iterable[str]) -> Rivers:
        """Return only these bodies with the changes among them."""
        wanted = set(bodies)
        return Rivers(
            {iri: body for iri, body in self.bodies.items() if iri in wanted},
            tuple(c for c in self.changes if c.bodies and wanted.issuperset(c.bodies)),
        )


def read(store: Store) -> Rivers:
    """Read every change event with its bodies."""
    bodies: dict[str, Body] = {}
    for x, label, slug, *rest in graph.rows(
        store,
        "SELECT ?x ?label ?slug ?se ?sl ?ee ?el ?on { ?x a rg:Institution ; rdfs:label ?label ."
        " OPTIONAL { ?x rg:slug ?slug }"
        " OPTIONAL { ?x rg:startEarliest ?se } OPTIONAL { ?x rg:startLatest ?sl }"
        " OPTIONAL { ?x rg:endEarliest ?ee } OPTIONAL { ?x rg:endLatest ?el }"
        " OPTIONAL { ?x rg:isOngoing ?on } }",
    ):
        se, sl, ee, el, on = map(graph.text, rest)
        iri = graph.text(x)
        bodies[iri] = Body(
            iri, graph.text(label), graph.text(slug), (se, sl), (ee, el), on == "true"
        )
    before, after, basis = _parts(store)
    changes = []
    for x, label, type_, *rest in graph.rows(
        store,
        "SELECT ?x ?label ?type ?date ?de ?dl { ?x a ?type ; rdfs:label ?label ."
        " FILTER(?type IN (rg:Creation, rg:Merger, rg:Split, rg:Renaming, rg:Transfer, rg:Abolition))"
        " OPTIONAL { ?x rg:date ?date } OPTIONAL { ?x rg:dateEarliest ?de }"
        " OPTIONAL { ?x rg:dateLatest ?dl } }",
    ):
        date, early, late = map(graph.text, rest)
        iri = graph.text(x)
        olds = tuple(sorted(i for i in before.get(iri, ()) if i in bodies))
        news = tuple(sorted(i for i in after.get(iri, ()) if i in bodies))
        if olds or news:
            kind = class_name(graph.text(type_))
            laws = tuple(sorted(basis.get(iri, ())))
            changes.append(
                Change(iri, graph.text(label), kind, date, (early, late), olds, news, laws)
            )
    changes.sort(key=lambda c: (c.bounds[0] or "9999", c.iri))
    touched = {iri for change in changes if len(change.bodies) > 1 for iri in change.bodies}
    shown = {iri: body for iri, body in sorted(bodies.items()) if iri in touched}
    kept = tuple(c for c in changes if touched.issuperset(c.bodies))
    return Rivers(shown, kept, unchanged=len(bodies) - len(shown))


def _parts(
    store: Store,
) -> tuple[dict[str, set[str]], dict[str, set[str]], dict[str, set[tuple[str, str]]]]:
    before: dict[str, set[str]] = {}
    after: dict[str, set[str]] = {}
    for path, found in (
        ("org:originalOrganization|rg:transferredFrom", before),
        ("org:resultingOrganization|rg:transferredTo", after),
    ):
        for x, body in graph.rows(store, f"SELECT ?x ?b {{ ?x {path} ?b }}"):
            found.setdefault(graph.text(x), set()).add(graph.text(body))
    basis: dict[str, set[tuple[str, str]]] = {}
    for x, law, label in graph.rows(
        store, "SELECT ?x ?l ?n { ?x a org:ChangeEvent ; rg:legalBasis ?l . ?l rdfs:label ?n }"
    ):
        basis.setdefault(graph.text(x), set()).add((graph.text(law), graph.text(label)))
    return before, after, basis


def holders(store: Store, bodies: Iterable[str]) -> list[Holder]:
    """Read who held the posts of some bodies, in order of post and time."""
    found = [
        Holder(*map(graph.text, row))
        for row in graph.rows(
            store,
            f"SELECT ?b ?post ?person ?tenure ?start ?end {{ VALUES ?b {{ {graph.nodes(bodies)} }}"
            " ?post org:postIn ?b . ?tenure rg:tenureOf ?post ; org:member ?person ."
            " OPTIONAL { ?tenure rg:startEarliest ?start } OPTIONAL { ?tenure rg:endLatest ?end } }",
        )
    ]
    return sorted(found, key=lambda h: (h.body, h.post, h.start or "9999", h.tenure))
