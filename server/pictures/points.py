"""The versions of a law or provision on a time line, above it how many effects came into force.

Each version is a mark that links to its text; a hollow one is a text that was not in force. The bars
stand in the middle of their years, which are wider where more happened, so read the ticks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reformgraph.server.pictures.routes import n
from reformgraph.server.pictures.scale import Scale, make_scale
from reformgraph.server.pictures.text import width, xml

WIDTH, BARS, LINE, HEIGHT, PAD = 900.0, 62.0, 82.0, 116.0, 18.0
BAR, NUMBER = 36.0, 14.0
"""How wide a bar is at most, and how high the number above it."""
_SIZE = 12.0


@dataclass(frozen=True, slots=True)
class Point:
    """One version: the day it begins, what to call it, where its text is."""

    day: date
    label: str
    href: str
    in_force: bool = True


def render(points: Sequence[Point], effects: Sequence[date], *, title: str) -> str:
    """Return the time line as one ``<svg>`` element; empty when nothing has a day.

    ``effects`` are the days on which effects came into force, one each. The look comes from
    ``picture.css``.
    """
    days = [point.day for point in points] + list(effects)
    scale = make_scale(((day, day) for day in days), PAD, WIDTH - PAD)
    if scale is None:
        return ""
    top = 0 if effects else BARS
    marks = "".join(_mark(point, scale) for point in points)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture strip points-line" '
        f'viewBox="0 {n(top)} {n(WIDTH)} {n(HEIGHT - top)}" role="group" aria-label="{xml(title)}" '
        f'font-size="{n(_SIZE)}">{_bars(effects, scale)}'
        f'<path class="rule" d="M0 {n(LINE)}H{n(WIDTH)}"/>{_axis(scale)}{marks}</svg>'
    )


def _bars(effects: Sequence[date], scale: Scale) -> str:
    counts = Counter(
        min(bisect_right(scale.days, day.toordinal()), len(scale.xs) - 1) - 1 for day in effects
    )
    most = max(counts.values(), default=1)
    made = []
    for at, count in sorted(counts.items()):
        room, middle = scale.xs[at + 1] - scale.xs[at], (scale.xs[at] + scale.xs[at + 1]) / 2
        wide = max(min(room - 2, BAR), 1)
        tall = max((BARS - NUMBER) * count / most, 1.5)
        top, number = BARS + 6 - tall, f"{count:,}"
        years = f"{scale.years[at]}"
        if scale.step > 1:
            years += f"–{scale.years[at + 1] - 1}"
        words = f"{years}: {count:,} effect{'' if count == 1 else 's'} came into force"
        made.append(
            f'<g class="bar"><title>{xml(words)}</title><rect class="solid" '
            f'x="{n(middle - wide / 2)}" y="{n(top)}" width="{n(wide)}" height="{n(tall)}"/>'
            + (
                f'<text x="{n(middle)}" y="{n(top - 4)}" text-anchor="middle">{number}</text>'
                if width(number, _SIZE) <= room
                else ""
            )
            + "</g>"
        )
    return "".join(made)


def _axis(scale: Scale) -> str:
    return "".join(
        f'<path class="rule" d="M{n(tick.x)} {n(LINE)}v6"/>'
        + (
            f'<text x="{n(tick.x)}" y="{n(HEIGHT - 8)}" text-anchor="middle">{tick.year}</text>'
            if tick.labelled
            else ""
        )
        for tick in scale.ticks(_SIZE)
    )


def _mark(point: Point, scale: Scale) -> str:
    words = point.label if point.in_force else f"{point.label}, not in force"
    shape = (
        f'<circle class="{"solid" if point.in_force else "hollow"}" cx="{n(scale.x(point.day))}" '
        f'cy="{n(LINE)}" r="5"/>'
    )
    inside = f"<title>{xml(words)}</title>{shape}"
    if not point.href:
        return f'<g class="version">{inside}</g>'
    return f'<a class="version" href="{xml(point.href)}" rel="noopener">{inside}</a>'
