"""What was said against what was put in place: concepts or frames by kinds of component.

:func:`facts` reads the graph once for a generation; all else is pure and works on any date.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from reformgraph.server.reading import graph
from reformgraph.server.reading.refs import shown
from reformgraph.store import Store
from reformgraph.store.base import Row as Solution

Rows = Literal["concepts", "frames"]
Stood = Literal["yes", "possibly", "no"]


@dataclass(slots=True)
class Thing:
    """An articulation or component; ``about`` are concepts, ``groups`` its frames or its kinds."""

    iri: str
    about: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    start: tuple[str, str] = ("", "")
    end: tuple[str, str] = ("", "")
    ongoing: bool = False
    dated: bool = False
    introduced: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Facts:
    """All that the matrix of any date is made from."""

    said: dict[str, Thing]
    built: dict[str, Thing]
    narrower: dict[str, set[str]]
    broader: dict[str, set[str]]
    names: dict[str, tuple[str, str]]
    kinds: list[str]
    frames: list[str]
    problems: dict[str, set[str]]

    def below(self, concept: str) -> set[str]:
        """Return a concept with all that is narrower, at any depth; circles do no harm."""
        found, queue = {concept}, [concept]
        while queue:
            for each in self.narrower.get(queue.pop(), ()):
                if each not in found:
                    found.add(each)
                    queue.append(each)
        return found

    def label(self, iri: str) -> str:
        """Return the name of a concept, frame or kind."""
        label, slug = self.names.get(iri, ("", ""))
        return shown(label, slug, iri)

    def key(self, iri: str) -> str:
        """Return what stands for a concept, frame or kind in an address."""
        return self.names.get(iri, ("", ""))[1] or local(iri)


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a row meets a column: IRIs, those that hold for certain apart from the possible."""

    said: tuple[str, ...]
    said_possibly: tuple[str, ...]
    built: tuple[str, ...]
    built_possibly: tuple[str, ...]
    problems: tuple[str, ...]
    kind: str = ""

    @property
    def state(self) -> str:
        """One of both, articulated, assembled, neither."""
        said = bool(self.said or self.said_possibly)
        built = bool(self.built or self.built_possibly)
        if said:
            return "both" if built else "articulated"
        return "assembled" if built else "neither"


@dataclass(frozen=True, slots=True)
class Line:
    """One row. ``only`` marks the concept without what is narrower; ``inner`` counts that.

    ``problems`` are those about what was said.
    """

    iri: str
    key: str
    label: str
    whole: Cell
    cells: tuple[Cell, ...]
    problems: tuple[str, ...]
    inner: int = 0
    only: bool = False


@dataclass(frozen=True, slots=True)
class Matrix:
    """The table of one day."""

    date: str
    rows: Rows
    kinds: tuple[tuple[str, str, str], ...]
    lines: tuple[Line, ...]
    under: str
    above: tuple[tuple[str, str], ...]


def local(iri: str) -> str:
    """Return what names a kind or frame: the local name without its vocabulary."""
    return iri.rpartition("#")[2].rpartition("/")[2].partition("-")[2] or iri


def facts(store: Store) -> Facts:
    """Read everything that was said and built, with its dates."""
    said: dict[str, Thing] = {}
    built: dict[str, Thing] = {}
    names: dict[str, tuple[str, str]] = {}
    narrower: dict[str, set[str]] = {}
    broader: dict[str, set[str]] = {}
    problems: dict[str, set[str]] = {}
    for a, concept, frame, frame_label, *times in graph.rows(
        store,
        "SELECT ?a ?c ?f ?fl ?de ?dl ?se ?sl { ?a a rg:Articulation ; rg:articulates ?c ."
        " OPTIONAL { ?a rg:hasFrame ?f OPTIONAL { ?f rdfs:label ?fl } }"
        " OPTIONAL { ?a rg:articulatedIn ?d OPTIONAL { ?d rg:dateEarliest ?de }"
        " OPTIONAL { ?d rg:dateLatest ?dl } OPTIONAL { ?d rg:startEarliest ?se }"
        " OPTIONAL { ?d rg:startLatest ?sl } } }",
    ):
        thing = said.setdefault(graph.text(a), Thing(graph.text(a)))
        thing.about.add(graph.text(concept))
        if frame is not None:
            thing.groups.add(graph.text(frame))
            names[graph.text(frame)] = (graph.text(frame_label), "")
        de, dl, se, sl = map(graph.text, times)
        thing.start = (de, dl) if de else (se, sl)
        thing.dated = bool(de or se)
    for row in graph.rows(
        store,
        "SELECT ?x ?k ?kl ?se ?sl ?ee ?el ?start ?end ?on { ?x a rg:Component ; rg:kind ?k ."
        " OPTIONAL { ?k rdfs:label ?kl } OPTIONAL { ?x rg:startEarliest ?se }"
        " OPTIONAL { ?x rg:startLatest ?sl } OPTIONAL { ?x rg:endEarliest ?ee }"
        " OPTIONAL { ?x rg:endLatest ?el } OPTIONAL { ?x rg:start ?start }"
        " OPTIONAL { ?x rg:end ?end } OPTIONAL { ?x rg:isOngoing ?on } }",
    ):
        _component(row, built, names)
    for x, concept in graph.rows(store, "SELECT ?x ?c { ?x a rg:Component ; rg:facilitates ?c }"):
        if graph.text(x) in built:
            built[graph.text(x)].about.add(graph.text(concept))
    for x, date in graph.rows(
        store,
        "SELECT ?x (MIN(COALESCE(?s, ?d, ?m)) AS ?on) { ?x a rg:Component ; rg:introducedBy ?i ."
        " OPTIONAL { ?i rg:startEarliest ?s } OPTIONAL { ?i rg:dateEarliest ?d }"
        # A provision without a date of its own is no older than its law.
        " OPTIONAL { ?i eli:is_part_of/rg:dateEarliest ?m } } GROUP BY ?x ?i",
    ):
        if graph.text(x) in built:
            built[graph.text(x)].introduced.append(graph.text(date))
    for concept, label, slug, parent in graph.rows(
        store,
        "SELECT ?c ?l ?s ?b { ?c a skos:Concept ; rg:slug ?s . OPTIONAL { ?c rdfs:label ?l }"
        " OPTIONAL { ?c skos:broader ?b } }",
    ):
        names[graph.text(concept)] = (graph.text(label), graph.text(slug))
        broader.setdefault(graph.text(concept), set())
        if parent is not None:
            narrower.setdefault(graph.text(parent), set()).add(graph.text(concept))
            broader[graph.text(concept)].add(graph.text(parent))
    for problem, about in graph.rows(
        store, "SELECT DISTINCT ?p ?x { ?p a rg:Problem ; rg:concerns ?x }"
    ):
        problems.setdefault(graph.text(about), set()).add(graph.text(problem))
    kinds = {kind for thing in built.values() for kind in thing.groups}
    frames = {frame for thing in said.values() for frame in thing.groups}
    found = Facts(said, built, narrower, broader, names, [], [], problems)
    found.kinds = sorted(kinds, key=lambda each: (found.label(each), each))
    found.frames = sorted(frames, key=lambda each: (found.label(each), each))
    return found


def _component(row: Solution, built: dict[str, Thing], names: dict[str, tuple[str, str]]) -> None:
    x, kind, label, se, sl, ee, el, start, end, on = map(graph.text, row)
    thing = built.setdefault(x, Thing(x))
    thing.groups.add(kind)
    names[kind] = (label, "")
    thing.start, thing.end = (se, sl), (ee, el)
    thing.ongoing = on == "true"
    thing.dated = bool(start or end or thing.ongoing)


def stood(thing: Thing, day: str) -> Stood:
    """Say whether a component stood on a day, by the rule of the question components-on."""
    (first, latest), (early_end, late_end) = thing.start, thing.end
    if latest and latest <= day and (thing.ongoing or (early_end and early_end > day)):
        return "yes"
    if not thing.dated or (first and first > day) or (late_end and late_end < day):
        return "no"
    if not first and thing.introduced and not any(not d or d <= day for d in thing.introduced):
        return "no"
    return "possibly"


def said_by(thing: Thing, day: str) -> Stood:
    """Say whether the document of an articulation was out by a day; undated ones are left out."""
    first, latest = thing.start
    if not first or first > day:
        return "no"
    return "yes" if latest and latest <= day else "possibly"


def matrix(found: Facts, date: datetime.date, rows: Rows, under: str = "") -> Matrix:
    """Make the table of one day; ``under`` is the IRI of a concept to open."""
    day = date.isoformat()
    made = _Day(found, day)
    kinds = tuple((kind, found.key(kind), found.label(kind)) for kind in found.kinds)
    if rows == "frames":
        lines = [made.frame(frame) for frame in found.frames]
        return Matrix(day, rows, kinds, tuple(lines), "", ())
    if under:
        children = [made.concept(each) for each in found.narrower.get(under, ()) if each != under]
        lines = [made.concept(under), made.concept(under, only=True), *sorted(children, key=_rank)]
        return Matrix(day, rows, kinds, tuple(lines), under, _above(found, under))
    tops = [each for each, parents in found.broader.items() if not parents]
    lines = sorted((made.concept(each) for each in tops), key=_rank)
    return Matrix(day, rows, kinds, tuple(lines), "", ())


def cell(found: Facts, date: datetime.date, rows: Rows, row: str, kind: str, only: bool) -> Cell:
    """Return one cell; without a ``kind`` that of the whole row."""
    made = _Day(found, date.isoformat())
    line = made.frame(row) if rows == "frames" else made.concept(row, only=only)
    return (
        next((each for each in line.cells if each.kind == kind), line.whole) if kind else line.whole
    )


def _rank(line: Line) -> tuple[int, str]:
    whole = line.whole
    parts = (whole.said, whole.said_possibly, whole.built, whole.built_possibly)
    return (-sum(map(len, parts)), line.label)


def _above(found: Facts, concept: str) -> tuple[tuple[str, str], ...]:
    """Return the way up to the top of the tree, from the top."""
    way: list[str] = []
    at = concept
    while parents := sorted(found.broader.get(at, set()) - {concept, *way}):
        at = parents[0]
        way.append(at)
    return tuple((found.key(each), found.label(each)) for each in reversed(way))


class _Day:
    """What had been said and what stood on one day."""

    def __init__(self, found: Facts, day: str) -> None:
        self.found = found
        self.said = {i: s for i, t in found.said.items() if (s := said_by(t, day)) != "no"}
        self.built = {i: s for i, t in found.built.items() if (s := stood(t, day)) != "no"}

    def concept(self, iri: str, *, only: bool = False) -> Line:
        scope = {iri} if only else self.found.below(iri)
        said = [i for i in self.said if self.found.said[i].about & scope]
        built = [i for i in self.built if self.found.built[i].about & scope]
        inner = 0 if only else len(scope) - 1
        label = self.found.label(iri)
        return self._line(
            iri, label, said, built, dict.fromkeys(self.found.kinds, said), inner, only
        )

    def frame(self, iri: str) -> Line:
        said = [i for i in self.said if iri in self.found.said[i].groups]
        scopes = {i: self._scope(i) for i in said}
        every = set().union(*scopes.values()) if scopes else set()
        built = [i for i in self.built if self.found.built[i].about & every]
        by_kind = {}
        for kind in self.found.kinds:
            about = self._about(i for i in built if kind in self.found.built[i].groups)
            by_kind[kind] = [i for i in said if scopes[i] & about]
        return self._line(iri, self.found.label(iri), said, built, by_kind, 0, only=False)

    def _scope(self, articulation: str) -> set[str]:
        about = self.found.said[articulation].about
        return set().union(*(self.found.below(each) for each in about)) if about else set()

    def _about(self, components: Iterable[str]) -> set[str]:
        return {concept for i in components for concept in self.found.built[i].about}

    def _line(
        self,
        iri: str,
        label: str,
        said: Collection[str],
        built: Collection[str],
        said_by_kind: Mapping[str, Collection[str]],
        inner: int,
        only: bool,
    ) -> Line:
        cells = tuple(
            self._cell(
                # In a frame no articulation may meet this kind; the frame is articulated still.
                said_by_kind[kind] or said,
                [i for i in built if kind in self.found.built[i].groups],
                kind,
            )
            for kind in self.found.kinds
        )
        whole = self._cell(said, built, "")
        problems = self._problems(said)
        return Line(iri, self.found.key(iri), label, whole, cells, problems, inner, only)

    def _cell(self, said: Collection[str], built: Collection[str], kind: str) -> Cell:
        # What was said is the same along a row: its problems stand at the head of the row.
        problems = self._problems(built if kind else [*said, *built])
        return Cell(*_apart(said, self.said), *_apart(built, self.built), problems, kind)

    def _problems(self, iris: Collection[str]) -> tuple[str, ...]:
        return tuple(sorted({p for i in iris for p in self.found.problems.get(i, ())}))


def _apart(
    iris: Collection[str], answers: Mapping[str, Stood]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    certain = sorted(i for i in iris if answers[i] == "yes")
    return tuple(certain), tuple(sorted(i for i in iris if answers[i] == "possibly"))
