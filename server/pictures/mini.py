"""Where one thing stands in the lineage, small: the nearest before it and the nearest after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reformgraph.server.pictures.marks import LANES, WEIGHTS
from reformgraph.server.pictures.routes import n
from reformgraph.server.pictures.shapes import ACCENT, INDIRECT, INK, QUIET, mark
from reformgraph.server.pictures.text import shorten, wrap, xml

WIDTH, ROW, TOP = 840, 38, 12
ROOM = 332
"""Pixels that a name may be wide."""
LEFT, MIDDLE, RIGHT = ROOM + 10, WIDTH / 2, WIDTH - ROOM - 10
SIZE, SMALL = 13.0, 11.0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One thing beside the one in the middle, and how it is known that they belong together.

    ``type`` is the local name of its class, ``basis`` the word for the basis of the claim.
    """

    label: str
    href: str
    when: str
    type: str
    words: str
    basis: str
    verified: bool


def render(label: str, before: Sequence[Neighbour], after: Sequence[Neighbour]) -> str:
    """Return one ``<svg>``: what ``label`` draws on at its left, what draws on it at its right.

    Every neighbour is a link; a line is dotted where nobody has checked it, and the thicker the
    stronger its basis. Addresses must be safe; texts are cleaned and escaped here.
    """
    rows = max(len(before), len(after), 1)
    height = TOP * 2 + rows * ROW
    middle = height / 2
    told = f"{_count(before)} it draws on, {_count(after)} that draw on it"
    root = (
        f'<svg class="picture mini" role="group" aria-label="{xml(label)}: {told}" '
        f'viewBox="0 0 {WIDTH} {n(height)}" width="{WIDTH}" height="{n(height)}" '
        'xmlns="http://www.w3.org/2000/svg">'
    )
    parts, nodes = [root], list[str]()
    for side, some in ((-1, before), (1, after)):
        for place, one in enumerate(some):
            y = TOP + (place + 0.5) * ROW + (rows - len(some)) * ROW / 2
            parts.append(_line(one, side, y, middle))
            nodes.append(_node(one, side, y))
    tall = min(height / 2 - TOP, 10 + 6 * rows)
    bar = mark("bar", MIDDLE, middle, 5, tall=tall, colour=ACCENT)
    parts += [*nodes, f'<g class="focus">{bar}</g>', "</svg>"]
    return "".join(parts)


def _count(some: Sequence[Neighbour]) -> str:
    return "nothing" if not some else f"{len(some)} {'thing' if len(some) == 1 else 'things'}"


def _line(one: Neighbour, side: int, y: float, middle: float) -> str:
    start, end = (LEFT + 8, MIDDLE - 7) if side < 0 else (RIGHT - 8, MIDDLE + 7)
    bend = (start + end) / 2
    thick = next((w.thick for w in WEIGHTS if one.basis in w.bases), WEIGHTS[-1].thick)
    dash = "" if one.verified else ' stroke-dasharray="2 4"'
    path = f"M{n(start)} {n(y)}C{n(bend)} {n(y)} {n(bend)} {n(middle)} {n(end)} {n(middle)}"
    return (
        f'<path class="line" d="{path}" fill="none" stroke="{INDIRECT}" '
        f'stroke-width="{n(thick)}"{dash}/>'
    )


def _node(one: Neighbour, side: int, y: float) -> str:
    shape = next((lane.shape for lane in LANES if one.type in lane.types), LANES[-1].shape)
    x, text_x, anchor = (LEFT, ROOM, "end") if side < 0 else (RIGHT, WIDTH - ROOM, "start")
    lines = wrap(one.label, ROOM, SIZE, 1 if one.when else 2)
    said = (
        *(one.label, one.when, one.words),
        "verified" if one.verified else "unverified",
    )
    texts = [
        f'<text x="{n(text_x)}" y="{n(y + (5 if not one.when and len(lines) == 1 else -3) + 15 * i)}" '
        f'text-anchor="{anchor}" font-size="{SIZE:g}" fill="{INK}">{xml(line)}</text>'
        for i, line in enumerate(lines)
    ]
    if one.when:
        under = shorten(f"{one.when} · {one.words}", ROOM, SMALL)
        texts.append(
            f'<text class="quiet" x="{n(text_x)}" y="{n(y + 12)}" text-anchor="{anchor}" '
            f'font-size="{SMALL:g}" fill="{QUIET}">{xml(under)}</text>'
        )
    box_x = 0 if side < 0 else RIGHT - 10
    return (
        f'<a class="node" href="{xml(one.href)}" aria-label="{xml(", ".join(filter(None, said)))}">'
        f'<rect class="box" x="{n(box_x)}" y="{n(y - ROW / 2 + 1)}" width="{n(ROOM + 20)}" '
        f'height="{ROW - 2}" fill="none"/>'
        f"{mark(shape, x, y, 5)}{''.join(texts)}</a>"
    )
