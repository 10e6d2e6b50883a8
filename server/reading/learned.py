"""What was learned between generations, as pages tell it: lines that say what was and what is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode

from reformgraph.ontology.terms import compact
from reformgraph.queries.differences import Change, Differences, Entry, Step
from reformgraph.server import words
from reformgraph.server.links import Links
from reformgraph.store import Store
from reformgraph.store.base import Term

# A page shows so many statements of one entry; the other formats have all.
LINES = 40
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One statement that came (``now``), went (``was``) or was replaced (both).

    ``about`` is empty when it is the entry's own, else the claim or evidence that it is of.
    """

    about: str
    words: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a comparison: where its page is, and its first lines."""

    entry: Entry
    href: str
    name: str
    word: str
    lines: tuple[Line, ...]
    rest: int


@dataclass(frozen=True, slots=True)
class Passage:
    """One generation in the history of an entry; ``href`` leads to the entry as it was then."""

    step: Step
    href: str
    lines: tuple[Line, ...]
    rest: int


def entries(
    links: Links, found: Differences, old: Store, new: Store, limit: int
) -> tuple[list[Told], int]:
    """Return the first ``limit`` entries of a comparison, and how many are left out."""
    shown = found.entries[:limit]
    names = _labels((old, new), [c for each in shown for c in each.changes[:LINES]])
    told = []
    for each in shown:
        some = lines(links, each.iri, each.changes, names)
        at = found.old.id if each.state == "gone" else found.new.id
        told.append(
            Told(
                each,
                pinned(links.page(each.iri, each.slug), at),
                each.label or each.slug or each.iri,
                words.class_words(each.type) if each.type else "",
                tuple(some[:LINES]),
                max(len(some) - LINES, 0),
            )
        )
    return told, len(found.entries) - len(shown)


def history(
    links: Links, iri: str, slug: str, steps: Sequence[Step], stores: Sequence[Store]
) -> list[Passage]:
    """Return the steps of an entry, the latest first, with what is the same told once."""
    names = _labels(stores, [change for step in steps for change in step.changes[:LINES]])
    found = []
    for step in reversed(steps):
        some = lines(links, iri, step.changes, names)
        href = "" if step.state == "gone" else pinned(links.page(iri, slug), step.generation.id)
        found.append(Passage(step, href, tuple(some[:LINES]), max(len(some) - LINES, 0)))
    return found


def pinned(address: str, id_: str) -> str:
    """Return a local address pinned to a generation."""
    before, hash_, rest = address.partition("#")
    return f"{before}{'&' if '?' in before else '?'}generation={id_}{hash_}{rest}"


def lines(links: Links, iri: str, changes: Sequence[Change], names: dict[str, str]) -> list[Line]:
    """Say changes in words; a value that took the place of one other stands beside it."""
    grouped: dict[tuple[str, str], tuple[list[str], list[str]]] = {}
    for change in changes:
        was, now = grouped.setdefault((change.subject, change.predicate), ([], []))
        (now if change.added else was).append(_value(links, change.object, names))
    made = []
    for (subject, predicate), (was, now) in grouped.items():
        about = "" if subject == iri else subject.removeprefix(links.base)
        said = words.edge(predicate).words
        if len(was) == len(now) == 1:
            made.append(Line(about, said, was[0], now[0]))
        else:
            made += [Line(about, said, each, "") for each in was]
            made += [Line(about, said, "", each) for each in now]
    return made


def _labels(stores: Sequence[Store], changes: Iterable[Change]) -> dict[str, str]:
    """Name what statements point to: as the latest of several stores calls it."""
    iris = {change.object.value for change in changes if isinstance(change.object, NamedNode)}
    found: dict[str, str] = {}
    for store in reversed(stores):
        if missing := iris - set(found):
            found |= store.labels(missing)
    return found


def _value(links: Links, term: Term, names: dict[str, str]) -> str:
    text = str(term.value)
    if isinstance(term, NamedNode):
        text = names.get(text) or compact(text).removeprefix(links.base)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
