"""How much stood in each year: a strip of bars, each a link to that day of its year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

from reformgraph.server.pictures.lineage import css
from reformgraph.server.pictures.routes import n
from reformgraph.server.pictures.shapes import INDIRECT, PAPER, QUIET, RULE
from reformgraph.server.pictures.text import xml

WIDTH, HEIGHT, AXIS, PAD = 900.0, 120.0, 20.0, 2.0
LABEL = 36.0
"""Between the middles of two years that are written out."""
CURRENT = ' aria-current="date"'


@dataclass(frozen=True, slots=True)
class Bar:
    """One year: how many things stood for certain and how many possibly; ``marked``: shown now."""

    year: int
    certain: int
    possible: int
    marked: bool = False


def render(
    bars: Sequence[Bar], link: Callable[[int], str], *, title: str, standalone: bool = False
) -> str:
    """Return the bars as one ``<svg>`` element; ``link`` gives the address of a year.

    The look comes from ``picture.css``, which ``standalone`` embeds. Empty without bars.
    """
    if not bars:
        return ""
    most = max(bar.certain + bar.possible for bar in bars) or 1
    step = (WIDTH - 2 * PAD) / len(bars)
    room = HEIGHT - AXIS - 6
    every = next(k for k in (1, 2, 5, 10, 20, 50, 100) if step * k >= 40)
    marked = {at for at, bar in enumerate(bars) if bar.marked}
    parts = []
    for at, bar in enumerate(bars):
        x, wide = PAD + at * step, max(step - 2, 1)
        solid, faint = room * bar.certain / most, room * bar.possible / most
        base = HEIGHT - AXIS
        words = f"{bar.year}: {bar.certain} stood, {bar.possible} possibly"
        label = ""
        # The year of a round number gives way to a marked one beside it.
        free = all(abs(at - other) * step >= LABEL for other in marked)
        if bar.marked or (bar.year % every == 0 and free):
            strong = ' font-weight="700"' if bar.marked else ""
            label = (
                f'<text x="{n(x + wide / 2)}" y="{n(HEIGHT - 5)}" text-anchor="middle"{strong}>'
                f"{bar.year}</text>"
            )
        parts.append(
            f'<a class="bar{" here" if bar.marked else ""}" href="{xml(link(bar.year))}"'
            f"{CURRENT if bar.marked else ''}>"
            f"<title>{xml(words)}</title>"
            f'<rect class="box" x="{n(x)}" y="0" width="{n(step)}" height="{n(HEIGHT)}" fill="none"/>'
            f'<rect class="solid" x="{n(x)}" y="{n(base - solid)}" width="{n(wide)}" height="{n(solid)}" fill="{INDIRECT}"/>'
            f'<rect class="hollow" x="{n(x + 0.5)}" y="{n(base - solid - faint + 0.5)}" '
            f'width="{n(max(wide - 1, 1))}" height="{n(max(faint - 1, 0))}" fill="{PAPER}" stroke="{INDIRECT}"/>{label}</a>'
        )
    style = f"<style>{escape(css(), quote=False)}</style>" if standalone else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture strip" width="{n(WIDTH)}" '
        f'height="{n(HEIGHT)}" viewBox="0 0 {n(WIDTH)} {n(HEIGHT)}" role="group" '
        f'aria-labelledby="strip-title" aria-describedby="strip-desc" font-size="12" fill="{QUIET}">'
        f'<title id="strip-title">{xml(title)}</title>'
        f'<desc id="strip-desc">{xml(describe(bars))}</desc>{style}'
        f'<path class="rule" d="M0 {n(HEIGHT - AXIS)}H{n(WIDTH)}" stroke="{RULE}"/>{"".join(parts)}</svg>'
    )


def describe(bars: Sequence[Bar]) -> str:
    """Say in words how the number of what stood rose and fell."""
    most = max(bars, key=lambda bar: (bar.certain + bar.possible, -bar.year))
    first, last = bars[0], bars[-1]
    parts = [
        (
            f"How much stood in each year from {first.year} to {last.year}:"
            f" {first.certain} for certain and {first.possible} possibly in {first.year},"
            f" most in {most.year} ({most.certain} and {most.possible}),"
            f" {last.certain} and {last.possible} in {last.year}."
        )
    ]
    parts += [
        f"In {bar.year}, which is shown, {bar.certain} stood and {bar.possible} possibly."
        for bar in bars
        if bar.marked
    ]
    return " ".join(parts)
