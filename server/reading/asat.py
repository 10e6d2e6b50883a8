"""What stood on a day, what possibly stood, what had gone, and what happened between two days.

:func:`facts` reads the graph once for a generation; all else is pure and works on any days. Only
what a timeline tells counts: law that was taken in whole has pages of its own.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from reformgraph.server.reading import graph
from reformgraph.server.reading.altered import Alteration, Altered, between
from reformgraph.server.reading.refs import class_name
from reformgraph.server.words import CHANGES
from reformgraph.store import Store

State = Literal["stood", "possibly", "gone", "coming", "unknown"]
STATES: tuple[State, ...] = ("stood", "possibly", "gone", "coming", "unknown")
What = Literal["changed", "issued", "began", "ended"]

# What can stand, in the order of the page. Documents are issued; they do not end.
CLASSES = (
    *("Institution", "Legislation", "Provision", "Initiative", "Component", "Post", "Tenure"),
    "Policy",
)


@dataclass(frozen=True, slots=True)
class Span:
    """When one thing stood: the earliest and latest day of its start and of its end, "" if unknown.

    ``issued`` is a document's or law's own date, or the day of a change; for a provision that of
    its law, for a component the earliest of what introduced it: before that nothing can have stood.
    ``dated``: something is known about start or end.
    """

    iri: str
    type: str
    start: tuple[str, str]
    end: tuple[str, str]
    issued: tuple[str, str]
    ongoing: bool
    dated: bool

    def on(self, day: str) -> State:
        """Say whether it stood on ``day`` (ISO), by the rule of docs/architecture.md."""
        if self.type == "Policy":
            return self._out(day)
        (first, latest), (early_end, late_end) = self.start, self.end
        if latest and latest <= day and (self.ongoing or (early_end and early_end > day)):
            return "stood"
        # Nothing was in force before it was made or in place before it was introduced.
        if (first or self.issued[0]) > day:
            return "coming"
        if not self.dated:
            return "unknown"
        return "gone" if late_end and late_end < day else "possibly"

    def _out(self, day: str) -> State:
        first, latest = self.issued
        if not first:
            return "unknown"
        if first > day:
            return "coming"
        return "stood" if latest and latest <= day else "possibly"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to ``iri``; ``within``: certainly between the two days."""

    iri: str
    what: What
    earliest: str
    latest: str
    within: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The things of one class on one day, by state."""

    type: str
    things: dict[State, tuple[str, ...]]

    def count(self, state: State) -> int:
        """How many there are in a state."""
        return len(self.things.get(state, ()))


@dataclass(frozen=True, slots=True)
class Difference:
    """One class on two days: what came, what went, what stayed (possibly counts as standing).

    ``changed`` is what of ``stayed`` changed in between, with what changed it.
    """

    type: str
    came: tuple[str, ...]
    went: tuple[str, ...]
    stayed: tuple[str, ...]
    changed: tuple[Altered, ...] = ()


# No OPTIONALs: of a dozen in a row Virtuoso 7.2 loses some. By rdf:type comes what has no date.
_QUERY = """
SELECT ?x ?type ?p ?v {{
  ?x rg:inTimeline ?timeline ; a ?type ; ?p ?v .
  FILTER(?type IN ({types}))
  FILTER(?p IN (rdf:type, {dates}))
}}"""
_DATES = (
    *("startEarliest", "startLatest", "endEarliest", "endLatest", "dateEarliest", "dateLatest"),
    *("start", "end", "isOngoing"),
)
_OF_LAW = "SELECT ?x ?day { ?x eli:is_part_of ?law . ?law rg:dateEarliest ?day }"
_INTRODUCED = """
SELECT ?x (MIN(COALESCE(STR(?s), STR(?d), "")) AS ?first) {
  ?x a rg:Component ; rg:introducedBy ?i .
  OPTIONAL { ?i rg:startEarliest ?s } OPTIONAL { ?i rg:dateEarliest ?d }
} GROUP BY ?x"""


def facts(store: Store) -> tuple[Span, ...]:
    """Read when everything stood or happened, sorted by class and IRI."""
    names = {"Post": "org:Post"}
    types = ", ".join(names.get(each, f"rg:{each}") for each in (*CLASSES, *CHANGES))
    # One introduction without a date leaves the beginning open: "" is less than any day.
    introduced = {
        graph.text(x): graph.text(day) for x, day in graph.rows(store, _INTRODUCED) if x is not None
    }
    laws = {graph.text(x): graph.text(day) for x, day in graph.rows(store, _OF_LAW)}
    query = _QUERY.format(types=types, dates=", ".join(f"rg:{each}" for each in _DATES))
    known: dict[str, dict[str, str]] = {}
    for row in graph.rows(store, query):
        x, type_, predicate, value = map(graph.text, row)
        known.setdefault(x, {"class": class_name(type_)})[class_name(predicate)] = value
    spans = []
    for x, of in known.items():
        se, sl, ee, el, de, dl, start, end, on = (of.get(each, "") for each in _DATES)
        span = Span(
            iri=x,
            type=of["class"],
            start=(se, sl),
            end=(ee, el),
            issued=(de or laws.get(x, "") or introduced.get(x, ""), dl),
            ongoing=on == "true",
            dated=bool(start or end or on == "true"),
        )
        spans.append(span)
    return tuple(sorted(spans, key=lambda span: (span.type, span.iri)))


def standing(spans: Iterable[Span], day: datetime.date) -> tuple[Group, ...]:
    """Sort what can stand by class and by its state on a day; classes without members are left out."""
    found: dict[str, dict[State, list[str]]] = {}
    for span in spans:
        if span.type in CLASSES:
            states = found.setdefault(span.type, {})
            states.setdefault(span.on(day.isoformat()), []).append(span.iri)
    return tuple(
        Group(type_, {state: tuple(iris) for state, iris in found[type_].items()})
        for type_ in CLASSES
        if type_ in found
    )


def counts(spans: Iterable[Span], days: Iterable[datetime.date]) -> list[Counter[State]]:
    """Count states on each of several days, documents left out."""
    lasting = [span for span in spans if span.type in CLASSES and span.type != "Policy"]
    return [Counter(span.on(day.isoformat()) for span in lasting) for day in days]


def years(spans: Iterable[Span]) -> tuple[int, int]:
    """Return the first and last year in which something began, ended or was issued; (0, 0) if none."""
    days = [d for span in spans for d in (*span.start, *span.end, *span.issued) if d]
    known = sorted(int(day[:4]) for day in days if day[:4].isdigit())
    return (known[0], known[-1]) if known else (0, 0)


def compare(
    spans: Iterable[Span],
    first: datetime.date,
    second: datetime.date,
    known: Collection[Alteration] = (),
) -> tuple[Difference, ...]:
    """Set two days side by side, class by class; ``known`` is what changes can be told from."""
    first, second = sorted((first, second))
    one, two = first.isoformat(), second.isoformat()
    found: dict[str, dict[str, list[str]]] = {}
    for span in spans:
        if span.type not in CLASSES:
            continue
        before, after = (span.on(day) in ("stood", "possibly") for day in (one, two))
        word = {(0, 1): "came", (1, 0): "went", (1, 1): "stayed"}.get((before, after), "")
        if word:
            found.setdefault(span.type, {}).setdefault(word, []).append(span.iri)
    made = []
    for type_ in CLASSES:
        if parts := found.get(type_):
            came, went, stayed = (tuple(parts.get(word, ())) for word in ("came", "went", "stayed"))
            made.append(
                Difference(type_, came, went, stayed, between(known, stayed, first, second))
            )
    return tuple(made)


def events(spans: Iterable[Span], first: datetime.date, last: datetime.date) -> tuple[Event, ...]:
    """List what happened from ``first`` to ``last``, both days included, in order of time.

    What is dated by a month or year that only overlaps with the time asked for has ``within``
    False. An institution that changed has the change and each body that began or ended by it.
    """
    low, high = first.isoformat(), last.isoformat()
    found = []
    for span in spans:
        told: list[tuple[What, tuple[str, str]]] = [("began", span.start), ("ended", span.end)]
        if span.type in CHANGES:
            told = [("changed", span.issued)]
        elif span.type in ("Policy", "Legislation"):
            told.append(("issued", span.issued))
        for what, (earliest, latest) in told:
            if earliest and earliest <= high and (latest or "9999") >= low:
                within = bool(latest) and earliest >= low and latest <= high
                found.append(Event(span.iri, what, earliest, latest, within))
    return tuple(sorted(found, key=lambda e: (e.earliest, e.latest, e.what, e.iri)))
