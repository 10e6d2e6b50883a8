"""What a local authority could use on a day: the answer of ``facilitate-on``, put together to be read.

One row of the question is one fact and source; here each component, evaluation and problem comes
once, with the numbers of its sources, and the page says what the graph does not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from reformgraph.errors import NotFound
from reformgraph.queries import catalogue, run
from reformgraph.server import dates
from reformgraph.server.links import Links
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.store import Store

QUESTION = "facilitate-on"
# The idea that the question speaks of; a graph without it just says nothing about it.
ITSELF = "concept-inter-professional-collaboration"

Row = dict[str, Any]


@dataclass(slots=True)
class Thing:
    """A component, an evaluation or a problem; ``when`` is the start, or the day of issue."""

    label: str
    href: str
    kind: str
    when: str = ""
    certain: bool = True
    hindsight: bool = False
    said: list[str] = field(default_factory=list)
    author: str = ""
    about: list[Ref] = field(default_factory=list)
    law: list[Ref] = field(default_factory=list)
    responsible: list[Ref] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered source; ``verified`` when some fact here was read in it."""

    number: int
    ref: Ref
    verified: bool


@dataclass(frozen=True, slots=True)
class PracticePage:
    """The whole answer. ``itself`` counts what is tied to the idea in so many words."""

    date: str
    concept: Ref | None
    kinds: tuple[tuple[str, tuple[Thing, ...]], ...]
    evaluations: tuple[Thing, ...]
    problems: tuple[Thing, ...]
    notes: tuple[Note, ...]
    itself: int | None

    @property
    def available(self) -> tuple[Thing, ...]:
        """All components, whatever their kind."""
        return tuple(thing for _, things in self.kinds for thing in things)


def read(store: Store, links: Links, date: str, concept: str = "") -> PracticePage:
    """Ask the question and put its rows together. Raises what ``run.ask`` raises."""
    rows = _ask(store, date, concept)
    used = {str(row[c]) for row in rows for c in _LINKED if row[c]}
    idea = store.resolve(concept) if concept else ""
    names = refs(store, links, sorted(used | ({idea} if idea else set())))
    numbers: dict[str, int] = {}
    read_in: set[str] = set()
    found: dict[tuple[str, str], Thing] = {}
    for row in rows:
        item = names[str(row["item"])]
        thing = found.setdefault(
            (str(row["part"]), item.iri),
            Thing(str(row["itemLabel"]), item.href, str(row["kind"] or item.word)),
        )
        thing.when = dates.in_words(str(row["start"] or row["issued"] or ""))
        thing.certain = thing.certain and row["stood"] != "possibly"
        thing.hindsight = bool(row["hindsight"]) and str(row["hindsight"]) != "false"
        thing.author = str(row["author"] or "")
        for value, into in (
            (row["about"], thing.about),
            (row["introducedBy"], thing.law),
            (row["responsible"], thing.responsible),
        ):
            if value and names[str(value)] not in into:
                into.append(names[str(value)])
        if row["said"] and str(row["said"]) not in thing.said:
            thing.said.append(str(row["said"]))
        source = str(row["source"])
        note = (numbers.setdefault(source, len(numbers) + 1), str(row["locator"] or ""))
        if note not in thing.notes:
            thing.notes.append(note)
        if row["status"] == "verified":
            thing.verified = True
            read_in.add(source)
    return PracticePage(
        date=date,
        concept=names.get(idea),
        kinds=_by_kind(thing for (part, _), thing in found.items() if part == "available"),
        evaluations=_part(found, "evaluation"),
        problems=_part(found, "problem"),
        notes=tuple(Note(n, names[iri], iri in read_in) for iri, n in numbers.items()),
        itself=None if concept else _itself(store, date),
    )


def as_json(page: PracticePage) -> dict[str, Any]:
    """Return the answer for programs."""

    def thing(each: Thing) -> dict[str, Any]:
        told = asdict(each)
        for key in ("about", "law", "responsible"):
            told[key] = [{"iri": ref["iri"], "label": ref["label"]} for ref in told[key]]
        told["sources"] = [{"number": n, "locator": at} for n, at in told.pop("notes")]
        return told

    return {
        "date": page.date,
        "concept": page.concept.iri if page.concept else None,
        "tiedToTheIdeaItself": page.itself,
        "available": [thing(each) for each in page.available],
        "evaluations": [thing(each) for each in page.evaluations],
        "problems": [thing(each) for each in page.problems],
        "sources": [
            {"number": n.number, "iri": n.ref.iri, "label": n.ref.label, "verified": n.verified}
            for n in page.notes
        ],
    }


_LINKED = ("item", "about", "introducedBy", "responsible", "source")


def _ask(store: Store, date: str, concept: str) -> list[Row]:
    table = run.ask(store, catalogue.get(QUESTION), {"date": date, "concept": concept})
    return [dict(row) for row in table.dicts()]


def _itself(store: Store, date: str) -> int | None:
    try:
        rows = _ask(store, date, store.resolve(ITSELF))
    except NotFound:
        return None
    return len({row["item"] for row in rows if row["part"] == "available"})


def _part(found: dict[tuple[str, str], Thing], part: str) -> tuple[Thing, ...]:
    return tuple(thing for (its, _), thing in found.items() if its == part)


def _by_kind(things: Iterable[Thing]) -> tuple[tuple[str, tuple[Thing, ...]], ...]:
    kinds: dict[str, list[Thing]] = {}
    for thing in things:
        kinds.setdefault(thing.kind, []).append(thing)
    return tuple(
        (kind, tuple(sorted(some, key=lambda thing: not thing.certain)))
        for kind, some in kinds.items()
    )
