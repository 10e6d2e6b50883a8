"""The table of contents of a law or of a part of it, as links."""

from __future__ import annotations

from dataclasses import dataclass

from reformgraph.server.links import Links
from reformgraph.store.law_outline import Line, Outline


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


def contents(found: Outline, links: Links, iri: str, *, whole: bool) -> Contents | None:
    """Make the table of a law (``whole``) or of a part of it; None where nothing is in it."""

    def piece(line: Line) -> Piece:
        address = links.page(line.iri, line.slug)
        return Piece(line.number, line.heading, address, tuple(map(piece, line.inner)))

    if not found.lines:
        return None
    more = links.linked(iri, "eli:is_part_of" if whole else "dcterms:isPartOf")
    return Contents(tuple(map(piece, found.lines)), found.total, more)
