"""The timeline of frames: small multiples, one band a frame, one mark an articulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from reformgraph.server import dates
from reformgraph.server.pictures.lineage import css
from reformgraph.server.pictures.routes import n
from reformgraph.server.pictures.shapes import ACCENT, FAINT, INK, PAPER, QUIET, RULE
from reformgraph.server.pictures.text import clean, cut, shorten, width, xml
from reformgraph.server.reading.frames import Frame, Use

WIDTH, PAD, LABELS, COUNTS = 1200.0, 14.0, 236.0, 64.0
TOP, DOT, STEP, SIZE = 30.0, 4.5, 11.0, 12.0
_FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Axis:
    """Even years from left to right: what is compared are the bands, so each year is as wide."""

    first: int
    last: int

    def x(self, day: date) -> float:
        """Return the place of a day."""
        left, right = PAD + LABELS, WIDTH - PAD - COUNTS
        years = day.year + (day.timetuple().tm_yday - 1) / 366 - self.first
        return left + years * (right - left) / (self.last + 1 - self.first)


def render(
    frames: Sequence[Frame],
    link: Callable[[str], str],
    *,
    title: str,
    day: date | None = None,
    standalone: bool = False,
) -> str:
    """Return the bands as one ``<svg>`` element; "" when no use has a date.

    ``link`` gives the safe address of the page of an articulation or frame. ``day``: what came
    later is drawn faint, behind a line. ``standalone`` embeds the style sheet.
    """
    days = [d for frame in frames for d in frame.dated]
    if not days:
        return ""
    axis = Axis(min(days).year, max(days).year)
    parts, y = [], TOP
    for at, frame in enumerate(frames):
        band, tall = _band(frame, axis, y, link, day, at % 2 == 0)
        parts.append(band)
        y += tall
    height = y + 52
    style = f"<style>{escape(css(), quote=False)}</style>" if standalone else ""
    line = ""
    if day and axis.first <= day.year <= axis.last:
        x = axis.x(day)
        line = (
            f'<path class="today" d="M{n(x)} {n(TOP - 8)}V{n(y)}" stroke="{ACCENT}"/>'
            f'<text class="quiet" x="{n(x)}" y="{n(y + 32)}" text-anchor="middle" fill="{QUIET}">'
            f"{xml(dates.in_words(day.isoformat()))}</text>"
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture multiples w-{n(WIDTH)}" '
        f'width="{n(WIDTH)}" height="{n(height)}" viewBox="0 0 {n(WIDTH)} {n(height)}" role="group" '
        'aria-labelledby="frames-title" aria-describedby="frames-desc" '
        f'font-family="{_FONTS}" font-size="{n(SIZE)}" fill="{INK}">'
        f'<title id="frames-title">{xml(title)}</title>'
        f'<desc id="frames-desc">{xml(describe(frames))}</desc>{style}'
        f'<rect class="paper" width="{n(WIDTH)}" height="{n(height)}" fill="{PAPER}"/>'
        f"{_axis(axis, y)}{''.join(parts)}{line}{_key(y + 32)}</svg>\n"
    )


def describe(frames: Sequence[Frame]) -> str:
    """Say in words how the frames follow one another."""
    days = [d for frame in frames for d in frame.dated]
    uses = sum(len(frame.uses) for frame in frames)
    parts = [
        f"{uses} articulations in {len(frames)} frames"
        + (f", dated from {min(days).year} to {max(days).year}" if days else "")
        + "; the frame of which half had come soonest stands first."
    ]
    for frame in frames:
        count = f"{len(frame.uses)} {'use' if len(frame.uses) == 1 else 'uses'}"
        when = ""
        if frame.first and frame.half:
            when = f", first in {_year(frame.first)}, half of them by {frame.half.year}"
        parts.append(f"{clean(frame.label)[:1].upper()}{clean(frame.label)[1:]}: {count}{when}.")
    if undated := sum(use.middle is None for frame in frames for use in frame.uses):
        parts.append(f"{undated} without a date stand in the table only.")
    return " ".join(parts)


def _year(use: Use) -> str:
    return str(use.middle.year) if use.middle else ""


def _axis(axis: Axis, bottom: float) -> str:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 1000) if (axis.last - axis.first) / s <= 16)
    years = [year for year in range(axis.first, axis.last + 2) if year % step == 0]
    lines = "".join(f"M{n(axis.x(date(year, 1, 1)))} {n(TOP - 8)}V{n(bottom)}" for year in years)
    words = "".join(
        f'<text class="quiet" x="{n(axis.x(date(year, 1, 1)))}" y="{n(y)}" text-anchor="middle" '
        f'fill="{QUIET}">{year}</text>'
        for year in years
        for y in (TOP - 14, bottom + 16)
    )
    return f'<g class="axis"><path class="rule" d="{lines}" stroke="{RULE}"/>{words}</g>'


def _band(
    frame: Frame, axis: Axis, top: float, link: Callable[[str], str], day: date | None, tint: bool
) -> tuple[str, float]:
    """Return one band and its height: its marks stand on one another where they would touch."""
    placed: list[tuple[Use, float, int]] = []
    ends: list[float] = []  # of each level, how far to the right it is taken
    for use in frame.uses:
        if (middle := use.middle) is None:
            continue
        x = axis.x(middle)
        level = next((at for at, end in enumerate(ends) if end <= x - 2 * DOT - 1), len(ends))
        ends[level:level + 1] = [x]  # fmt: skip
        placed.append((use, x, level))
    tall = max(34.0, 18 + STEP * max(len(ends), 1))
    base = top + tall - 10
    marks = "".join(_mark(use, x, base - STEP * level, axis, link, day) for use, x, level in placed)
    half = ""
    if frame.half:
        x = axis.x(frame.half)
        half = f'<path class="half" d="M{n(x - 4)} {n(base + 9)}h8l-4 -5z" fill="{ACCENT}"/>'
    label = shorten(clean(frame.label), LABELS - 16, SIZE, bold=True)
    ground = (
        f'<rect class="stripe" x="{n(PAD)}" y="{n(top)}" width="{n(WIDTH - 2 * PAD)}" '
        f'height="{n(tall)}" fill="{FAINT}"/>'
        if tint
        else ""
    )
    return (
        f'<g class="band">{ground}<a class="node" href="{xml(link(frame.iri))}">'
        f"<title>{xml(cut(frame.label))}: {len(frame.uses)} articulations</title>"
        f'<rect class="box" x="{n(PAD + 2)}" y="{n(base - 14)}" '
        f'width="{n(width(label, SIZE, bold=True) + 8)}" height="20" rx="3" fill="none"/>'
        f'<text x="{n(PAD + 6)}" y="{n(base)}" font-weight="700">{xml(label)}</text></a>'
        f'<path class="rule" d="M{n(PAD + LABELS)} {n(base + 5)}H{n(WIDTH - PAD - COUNTS)}" '
        f'stroke="{RULE}"/>{half}{marks}'
        f'<text class="quiet" x="{n(WIDTH - PAD - 6)}" y="{n(base)}" text-anchor="end" '
        f'fill="{QUIET}">{len(frame.uses)}</text></g>'
    ), tall


def _mark(
    use: Use, x: float, y: float, axis: Axis, link: Callable[[str], str], day: date | None
) -> str:
    later = bool(day and use.middle and use.middle > day)
    whisker, hollow = "", False
    if use.first and use.last and (use.last - use.first).days > 31:
        hollow = True
        whisker = (
            f'<path class="range" d="M{n(axis.x(use.first))} {n(y)}H{n(axis.x(use.last))}" '
            f'fill="none" stroke="{QUIET}" stroke-width="1"/>'
        )
    said = f" — {use.text}" if use.text else ""
    words = (
        f"{use.frame_label}, {dates.in_words(use.date) or 'undated'}: {use.document_label}{said}"
    )
    fill = PAPER if hollow else INK
    classes = f"node use{' later' if later else ''}{' ranged' if hollow else ''}"
    return (
        f'<a class="{classes}" href="{xml(link(use.iri))}"><title>{xml(words)}</title>'
        f'<rect class="box" x="{n(x - 6)}" y="{n(y - 6)}" width="12" height="12" rx="6" fill="none"/>'
        f'{whisker}<circle class="mark" cx="{n(x)}" cy="{n(y)}" r="{n(DOT)}" fill="{fill}" '
        f'stroke="{INK}" stroke-width="1.5"/></a>'
    )


def _key(y: float) -> str:
    x = PAD + 6
    return (
        f'<g class="legend quiet" aria-hidden="true" fill="{QUIET}">'
        f'<circle class="mark" cx="{n(x + 4)}" cy="{n(y)}" r="4.5" fill="{INK}"/>'
        f'<text class="quiet" x="{n(x + 14)}" y="{n(y + 4)}">one articulation</text>'
        f'<g class="ranged"><path class="range" d="M{n(x + 120)} {n(y)}h30" stroke="{QUIET}"/>'
        f'<circle class="mark" cx="{n(x + 135)}" cy="{n(y)}" r="4.5" fill="{PAPER}" stroke="{INK}"/></g>'
        f'<text class="quiet" x="{n(x + 156)}" y="{n(y + 4)}">some day within</text>'
        f'<path class="half" d="M{n(x + 262)} {n(y + 4)}h8l-4 -5z" fill="{ACCENT}"/>'
        f'<text class="quiet" x="{n(x + 276)}" y="{n(y + 4)}">half had come</text></g>'
    )
