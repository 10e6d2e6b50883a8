"""Packing labels into rows without overlap, and ordering the rows so that edges stay short."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reformgraph.server.pictures.layout import Spot

SPACE = 10.0  # between two items of a row
APPROACH = 70.0  # kept free beside the focal item, where its edges come together
_SWEEPS = 4


class Row:
    """One line of a lane: spots side by side, with the room that each takes."""

    def __init__(self, height: float) -> None:
        self.height = height
        self.spots: list[Spot] = []
        self._lefts: list[float] = []
        self._rights: list[float] = []

    def fits(self, left: float, right: float) -> bool:
        """Return whether nothing lies between `left` and `right` yet."""
        at = bisect_left(self._lefts, left)
        if at and self._rights[at - 1] + SPACE > left:
            return False
        return at == len(self._lefts) or right + SPACE <= self._lefts[at]

    def put(self, spot: Spot, left: float, right: float) -> None:
        """Take the room from `left` to `right` for `spot`."""
        at = bisect_left(self._lefts, left)
        self._lefts.insert(at, left)
        self._rights.insert(at, right)
        self.spots.append(spot)


def pack(spots: Iterable[Spot], left: float, right: float, prefer: int) -> list[Row]:
    """Place each spot in the first row with room on either side of its mark; return the rows.

    Labels go to the side `prefer` when both sides are free: away from where the edges go on.
    The undated have their own margin, left of `left`, and take one row each.
    """
    rows: list[Row] = []
    # Tall ones first: a low label fits into a high row, not the other way round.
    order = sorted(
        spots, key=lambda s: (not s.focus, -s.height, s.x if prefer > 0 else -s.x, s.node.iri)
    )
    for spot in order:
        sides = (spot.side,) if spot.focus else (prefer, -prefer)
        places = [
            (side, text, low, high)
            for side in sides if spot.dated
            for text, low, high in (spot.span(side),)
            if low >= left and high <= right
        ]  # fmt: skip
        if not places:
            places = [_forced(spot, right)]
        if spot.focus:
            side, text, low, high = places[0]
            places = [(side, text, low - APPROACH, high + APPROACH)]
        _first_fit(rows, spot, places)
    return rows


def _forced(spot: Spot, right: float) -> tuple[int, float, float, float]:
    """Return a place for a label with room on neither side of its range: over the range's end."""
    text, low, high = spot.span(1)
    over = max(high - right, 0.0) if spot.dated else 0.0
    return 1, text - over, min(low, text - over), max(high - over, spot.reach[1])


def _first_fit(
    rows: list[Row], spot: Spot, places: Sequence[tuple[int, float, float, float]]
) -> None:
    height = spot.height
    for row in rows:
        if row.height < height:
            continue
        for side, text, low, high in places:
            if row.fits(low, high):
                spot.side, spot.text_x = side, text
                row.put(spot, low, high)
                return
    row = Row(height)
    spot.side, spot.text_x, low, high = places[0]
    row.put(spot, low, high)
    rows.append(row)


def arrange(
    lanes: Sequence[list[Row]], links: Iterable[tuple[str, str]], focus: str, heading: float
) -> None:
    """Reorder the rows of each lane in place: near what they link with, the focus in the middle.

    Rows do not touch, so any order is free of overlap; a few sweeps of the barycentre rule shorten
    the edges.
    """
    row_of = {spot.node.iri: row for rows in lanes for row in rows for spot in row.spots}
    linked: dict[int, list[Row]] = {id(row): [] for rows in lanes for row in rows}
    for start, end in links:
        linked[id(row_of[start])].append(row_of[end])
        linked[id(row_of[end])].append(row_of[start])
    for _ in range(_SWEEPS):
        middle = _middles(lanes, heading)
        for rows in lanes:
            wanted = {
                id(row): sum(middle[id(other)] for other in others) / len(others)
                if (others := linked[id(row)])
                else middle[id(row)]
                for row in rows
            }
            rows.sort(key=lambda row: round(wanted[id(row)], 3))
            at = next((i for i, row in enumerate(rows) if row_of.get(focus) is row), None)
            if at is not None:
                rows.insert((len(rows) - 1) // 2, rows.pop(at))


def _middles(lanes: Sequence[list[Row]], heading: float) -> dict[int, float]:
    middles = {}
    y = 0.0
    for rows in lanes:
        y += heading
        for row in rows:
            middles[id(row)] = y + row.height / 2
            y += row.height
    return middles
