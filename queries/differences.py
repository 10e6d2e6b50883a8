"""What was learned between two generations: entries that came, went or read otherwise.

Statements about a claim or a piece of evidence are told with the entry that it is about. What we
infer and how a build was made stand apart: they follow from the rest. :func:`between` compares two
generations whole, :func:`entry` one entry in several. What *happened* between two days is another
question: ``/changes``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pyoxigraph import NamedNode, Quad, Triple

from reformgraph.ontology.terms import PREFIXES
from reformgraph.store.base import Generation, Store, Term, text
from reformgraph.store.differences import ADDED, REMOVED

State: TypeAlias = Literal["new", "gone", "changed"]
STATES: tuple[State, ...] = ("new", "gone", "changed")

LISTED = 100_000
"""Differing statements that are put in order; past this they are only counted."""
BATCH = 200
_PREFIXES = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("rdf", "rdfs", "rg", "skos"))


@dataclass(frozen=True, slots=True)
class Change:
    """One statement that one of the generations has: ``added`` says the later one."""

    added: bool
    subject: str
    predicate: str
    object: Term


@dataclass(slots=True)
class Entry:
    """One entry that differs. ``label``, ``slug`` and ``type`` are of where it was last known."""

    iri: str
    state: State = "changed"
    label: str = ""
    slug: str = ""
    type: str = ""
    changes: list[Change] = field(default_factory=list)

    @property
    def added(self) -> int:
        """How many statements were added."""
        return sum(change.added for change in self.changes)

    @property
    def removed(self) -> int:
        """How many statements were taken back."""
        return len(self.changes) - self.added


@dataclass(frozen=True, slots=True)
class Differences:
    """All that differs. ``graphs``: statements added and removed by graph, all graphs included.

    ``entries`` are in order of state and name; ``cut``: there were too many to put in order.
    """

    old: Generation
    new: Generation
    entries: tuple[Entry, ...]
    graphs: dict[str, tuple[int, int]]
    cut: bool = False

    def count(self, state: State) -> int:
        """How many entries are in a state."""
        return sum(entry.state == state for entry in self.entries)

    @property
    def total(self) -> tuple[int, int]:
        """Statements added and removed in all graphs."""
        return sum(a for a, _ in self.graphs.values()), sum(r for _, r in self.graphs.values())


def between(old: Store, new: Store, rows: Iterable[tuple[str, Quad]]) -> Differences:
    """Put the rows of a patch (:func:`reformgraph.store.differences.read`) in order by entry."""
    derived = {f"{new.generation.base}graph/{name}" for name in ("inferences", "provenance")}
    graphs: dict[str, tuple[int, int]] = {}
    changes: list[Change] = []
    cut = False
    for sign, quad in rows:
        graph = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else ""
        added, removed = graphs.get(graph, (0, 0))
        graphs[graph] = (added + (sign == ADDED), removed + (sign == REMOVED))
        # Foreign data may hold blank nodes and triple terms; no page is about one.
        if graph in derived or not isinstance(quad.subject, NamedNode):
            continue
        if isinstance(quad.object, Triple):
            continue
        if cut := cut or len(changes) >= LISTED:
            continue
        changes.append(Change(sign == ADDED, quad.subject.value, quad.predicate.value, quad.object))
    entries = () if cut else tuple(_entries(old, new, _moved(changes)))
    return Differences(old.generation, new.generation, entries, dict(sorted(graphs.items())), cut)


def _moved(changes: Sequence[Change]) -> list[Change]:
    """Leave out what only went from one graph to another: it is said as before."""
    seen: dict[tuple[str, str, Term], Change] = {}
    for change in changes:
        key = (change.subject, change.predicate, change.object)
        if key in seen and seen[key].added != change.added:
            del seen[key]
        else:
            seen[key] = change
    return list(seen.values())


def _entries(old: Store, new: Store, changes: Sequence[Change]) -> list[Entry]:
    subjects = list(dict.fromkeys(change.subject for change in changes))
    # Where it was removed only the old generation knows what a claim was about.
    about = _about(old, subjects) | _about(new, subjects)
    found: dict[str, Entry] = {}
    for change in changes:
        iri = about.get(change.subject, change.subject)
        found.setdefault(iri, Entry(iri)).changes.append(change)
    before, after = _names(old, list(found)), _names(new, list(found))
    for iri, entry in found.items():
        entry.state = "new" if iri not in before else "gone" if iri not in after else "changed"
        entry.label, entry.slug, entry.type = after.get(iri) or before.get(iri) or ("", "", "")
        entry.changes.sort(key=lambda c: (c.subject != iri, c.subject, c.predicate, c.added))
    return sorted(
        found.values(),
        key=lambda e: (STATES.index(e.state), e.type, e.label.casefold() or e.iri, e.iri),
    )


def _about(store: Store, subjects: Sequence[str]) -> dict[str, str]:
    """Map claims, and the evidence of claims and entries, to the entry that they are about."""
    claims = {
        text(x): text(entry)
        for x, entry in _batched(store, subjects, "?x rg:claimSubject ?y", "?x ?y")
    }
    held = {
        text(x): text(holder)
        for x, holder in _batched(store, subjects, "?y rg:hasEvidence ?x", "?x ?y")
    }
    holders = [iri for iri in dict.fromkeys(held.values()) if iri not in claims]
    of_holders = {
        text(x): text(entry)
        for x, entry in _batched(store, holders, "?x rg:claimSubject ?y", "?x ?y")
    }
    both = claims | of_holders
    return {x: both.get(holder, holder) for x, holder in held.items()} | claims


def _names(store: Store, iris: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """Return label, slug and class of what the graph says anything of."""
    found: dict[str, tuple[str, str, str]] = {}
    derived = f"<{store.generation.base}graph/inferences>"
    for x, label, slug, type_ in _batched(
        store,
        iris,
        "?x ?p ?o OPTIONAL { ?x rdfs:label|skos:prefLabel ?label } OPTIONAL { ?x rg:slug ?slug }"
        f" OPTIONAL {{ GRAPH ?g {{ ?x a ?type }} FILTER(?g != {derived}) }}",
        "DISTINCT ?x ?label ?slug ?type",
    ):
        name = text(type_)
        found.setdefault(text(x), (text(label), text(slug), name.rpartition("#")[2] or name))
    return found


def _batched(
    store: Store, iris: Collection[str], pattern: str, wanted: str
) -> Iterator[tuple[Term | None, ...]]:
    every = list(iris)
    for at in range(0, len(every), BATCH):
        some = " ".join(str(NamedNode(iri)) for iri in every[at : at + BATCH])
        yield from store.select(
            f"{_PREFIXES}SELECT {wanted} {{ VALUES ?x {{ {some} }} {pattern} }}"
        )


@dataclass(frozen=True, slots=True)
class Step:
    """What one generation says of an entry that the kept one before it did not, or said else.

    ``changes`` is empty for the first generation that is kept: it may have been so before.
    """

    generation: Generation
    state: Literal["first", "new", "gone", "changed", "same"]
    changes: tuple[Change, ...] = ()

    @property
    def added(self) -> int:
        """How many statements were added."""
        return sum(change.added for change in self.changes)

    @property
    def removed(self) -> int:
        """How many statements were taken back."""
        return len(self.changes) - self.added


def entry(iri: str, stores: Iterable[Store]) -> list[Step]:
    """Compare what each of several generations, from old to new, says of one entry.

    Its own statements, its claims and the evidence of both count; what others say of it does not.
    Nothing before it was first known, and nothing when no generation knows it.
    """
    steps: list[Step] = []
    last: set[tuple[str, str, Term]] | None = None
    for store in stores:
        now = _said(store, iri)
        if last is None:
            steps.append(Step(store.generation, "first" if now else "same"))
        elif now == last:
            steps.append(Step(store.generation, "same"))
        else:
            changes = [Change(True, *each) for each in now - last]
            changes += [Change(False, *each) for each in last - now]
            changes.sort(key=lambda c: (c.subject != iri, c.subject, c.predicate, c.added))
            state: Literal["new", "gone", "changed"] = (
                "new" if not last else "gone" if not now else "changed"
            )
            steps.append(Step(store.generation, state, tuple(changes)))
        last = now
    known = next((at for at, step in enumerate(steps) if step.state in ("first", "new")), None)
    return [] if known is None else steps[known:]


def _said(store: Store, iri: str) -> set[tuple[str, str, Term]]:
    name = str(NamedNode(iri))
    graph = "" if store.generation.own_default else "GRAPH ?g "
    narrowed = "" if not graph else f"FILTER(?g != <{store.generation.base}graph/inferences>)"
    found: set[tuple[str, str, Term]] = set()
    for who in (
        f"BIND({name} AS ?s)",
        f"?s rg:claimSubject {name}",
        f"{name} rg:hasEvidence ?s",
        f"?c rg:claimSubject {name} ; rg:hasEvidence ?s",
    ):
        for s, p, o in store.select(
            f"{_PREFIXES}SELECT DISTINCT ?s ?p ?o {{ {who} . {graph}{{ ?s ?p ?o }} {narrowed} }}"
        ):
            if o is not None:
                found.add((text(s), text(p), o))
    return found
