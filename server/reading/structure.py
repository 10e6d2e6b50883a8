"""What a law or a part of it contains, in the order of its text.

The graph has no order of its own: sections are put by their numbers as drafters count (``A1`` before
``1``, ``10ZA`` before ``10A``), and a Part stands where the first section in it does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from reformgraph.server.links import Links
from reformgraph.server.reading.graph import node, rows, text
from reformgraph.store import Store

MOST: Final = 600
"""Lines of a table of contents; a longer law shows its first level, each with a page of its own."""
_RANKS: Final = {"schedule": 2, "annex": 3, "appendix": 4, "attachment": 5}
_NUMBER: Final = re.compile(r"([A-Za-z]*)(\d+)(.*)")
Place = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """One line: ``number`` as cited (``s 10``), its heading, what it contains."""

    number: str
    heading: str
    href: str
    inner: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """The table; ``total`` counts the provisions known, ``more`` lists them all."""

    pieces: tuple[Piece, ...]
    total: int
    more: str


@dataclass(frozen=True, slots=True)
class _Found:
    iri: str
    parent: str
    number: str
    heading: str
    slug: str
    told: str


def read(store: Store, links: Links, iri: str, type_: str) -> Contents | None:
    """Read the contents of a law or of what groups provisions; None where no file told any."""
    whole = type_ == "Legislation"
    inside = f"?p eli:is_part_of {node(iri)}" if whole else f"?p dcterms:isPartOf+ {node(iri)}"
    found = [
        _Found(*map(text, row))
        for row in rows(
            store,
            f"SELECT ?p ?parent ?number ?heading ?slug ?told {{ {inside} . ?p rg:slug ?slug"
            " OPTIONAL { ?p rg:inTimeline ?told }"
            " OPTIONAL { ?p dcterms:isPartOf ?parent } OPTIONAL { ?p rg:provisionNumber ?number }"
            " OPTIONAL { ?p rg:heading ?heading } }",
        )
    ]
    # What timelines alone say of is shown with its marks of evidence, as everything else is.
    if not any(each.parent for each in found) and any(each.told for each in found):
        return None
    prefix = iri if whole else iri.rpartition("/id/")[0]
    paths = {each.iri: each.iri.removeprefix(prefix).strip("/") for each in found}
    known = frozenset(paths.values())
    kept = {each.iri: each for each in found if _shown(paths[each.iri], whole, known)}
    pieces = _Tree(kept, iri, links).pieces
    more = links.linked(iri, "eli:is_part_of" if whole else "dcterms:isPartOf")
    return Contents(pieces, len(found), more) if pieces else None


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

    def __init__(self, kept: Mapping[str, _Found], root: str, links: Links) -> None:
        self._links = links
        self._inner: dict[str, list[_Found]] = {}
        for each in kept.values():
            parent = each.parent if each.parent in kept and each.parent != each.iri else root
            self._inner.setdefault(parent, []).append(each)
        self._places: dict[str, Place] = {}
        deep = len(kept) <= MOST
        self.pieces = self._level(root, deep)

    def _level(self, above: str, deep: bool) -> tuple[Piece, ...]:
        inner = sorted(self._inner.get(above, ()), key=lambda each: (self._place(each), each.iri))
        return tuple(
            Piece(
                "" if "/crossheading/" in each.iri and each.heading else each.number,
                each.heading,
                self._links.page(each.iri, each.slug),
                self._level(each.iri, deep) if deep else (),
            )
            for each in inner
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
