"""What a law or a part of it contains, in the order of its text.

The graph has no order of its own: sections are put by their numbers as drafters count (``A1`` before
``1``, ``10ZA`` before ``10A``), and a Part stands where the first section in it does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import NamedNode

from reformgraph.store.base import text
from reformgraph.store.law_effects import Select

MOST: Final = 600
"""Lines of a table of contents; a longer law shows its first level, each with a page of its own."""
_RANKS: Final = {"schedule": 2, "annex": 3, "appendix": 4, "attachment": 5}
_NUMBER: Final = re.compile(r"([A-Za-z]*)(\d+)(.*)")
Place = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``number`` as cited (``s 10``), its heading, what it contains."""

    number: str
    heading: str
    iri: str
    slug: str
    inner: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """The lines of the first level; ``total`` counts all provisions that are known."""

    total: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    iri: str
    parent: str
    number: str
    heading: str
    slug: str
    told: str


def read(select: Select, iri: str, *, whole: bool) -> Outline:
    """Read the contents of a law (``whole``) or of what groups provisions; empty where none are."""
    own = NamedNode(iri)
    inside = f"?p eli:is_part_of {own}" if whole else f"?p dcterms:isPartOf+ {own}"
    found = [
        _Found(*map(text, row))
        for row in select(
            f"SELECT ?p ?parent ?number ?heading ?slug ?told {{ {inside} . ?p rg:slug ?slug"
            " OPTIONAL { ?p rg:inTimeline ?told }"
            " OPTIONAL { ?p dcterms:isPartOf ?parent } OPTIONAL { ?p rg:provisionNumber ?number }"
            " OPTIONAL { ?p rg:heading ?heading } }"
        )
    ]
    # What timelines alone say of is shown with its marks of evidence, as everything else is.
    if not any(each.parent for each in found) and any(each.told for each in found):
        return Outline(0, ())
    prefix = iri if whole else iri.rpartition("/id/")[0]
    paths = {each.iri: each.iri.removeprefix(prefix).strip("/") for each in found}
    known = frozenset(paths.values())
    kept = {each.iri: each for each in found if _shown(paths[each.iri], whole, known)}
    return Outline(len(found), _Tree(kept, iri).lines)


def to_json(outline: Outline) -> list[Any]:
    """Put an outline into plain lists."""

    def line(one: Line) -> list[Any]:
        return [one.number, one.heading, one.iri, one.slug, [line(each) for each in one.inner]]

    return [outline.total, [line(one) for one in outline.lines]]


def of_json(data: list[Any]) -> Outline:
    """Read what :func:`to_json` made."""

    def line(one: list[Any]) -> Line:
        number, heading, iri, slug, inner = one
        return Line(number, heading, iri, slug, tuple(line(each) for each in inner))

    return Outline(data[0], tuple(line(one) for one in data[1]))


def _shown(path: str, whole: bool, known: Collection[str]) -> bool:
    """Say whether a path is that of a line.

    What lies below sections is not; of a whole law, what lies in schedules that are lines is not.
    """
    parts = path.split("/")
    if whole and parts[0] in _RANKS and len(parts) > 2 and "/".join(parts[:2]) in known:
        return False
    return len(parts) == 1 or not re.search(r"\d|^[a-z]{1,2}$|^[ivx]+$", parts[-2])


class _Tree:
    """Puts lines under what contains them, each level in order."""

    def __init__(self, kept: Mapping[str, _Found], root: str) -> None:
        self._inner: dict[str, list[_Found]] = {}
        for each in kept.values():
            parent = each.parent if each.parent in kept and each.parent != each.iri else root
            self._inner.setdefault(parent, []).append(each)
        self._places: dict[str, Place] = {}
        self.lines = self._level(self._inner.get(root, ()), deep=len(kept) <= MOST)

    def _level(self, some: Iterable[_Found], *, deep: bool) -> tuple[Line, ...]:
        return tuple(
            Line(
                "" if "/crossheading/" in each.iri and each.heading else each.number,
                each.heading,
                each.iri,
                each.slug,
                self._level(self._inner.get(each.iri, ()), deep=True) if deep else (),
            )
            for each in sorted(some, key=lambda each: (self._place(each), each.iri))
        )

    def _place(self, each: _Found) -> Place:
        if each.iri not in self._places:
            self._places[each.iri] = place(each.iri)
            inside = [self._place(other) for other in self._inner.get(each.iri, ())]
            if inside and not _ranked(each.iri):
                self._places[each.iri] = min(inside)
        return self._places[each.iri]


def _ranked(iri: str) -> int:
    words = iri.partition("/id/")[2].split("/")
    return max((_RANKS.get(word, 0) for word in words), default=0)


def place(iri: str) -> Place:
    """Give the place of a number as drafters count: A1, 1, 1ZA, 1A, 2."""
    number = iri.rpartition("/")[2]
    found = _NUMBER.fullmatch(number)
    rank = _ranked(iri)
    if found is None:
        return (rank, 0 if number in _RANKS else 10**6, 1, "", False, True, number)
    before, count, after = found.groups()
    early = after.startswith("Z") and len(after) > 1
    return (rank, int(count), 0 if before else 1, before, bool(after), not early, after)
