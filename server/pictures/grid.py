"""The matrix as a picture: what was said by what was put in place, problems marked."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from math import sqrt

from reformgraph.server import dates
from reformgraph.server.pictures.lineage import css
from reformgraph.server.pictures.routes import n
from reformgraph.server.pictures.shapes import ACCENT, FAINT, INK, PAPER, QUIET, RULE
from reformgraph.server.pictures.text import shorten, xml
from reformgraph.server.reading.matrix import Cell, Line, Matrix

PAD, LABELS, SAID, WIDE, TALL, SIZE = 14.0, 250.0, 54.0, 50.0, 30.0, 12.0
WORDS = {
    "both": "articulated and assembled",
    "assembled": "assembled, not articulated",
    "articulated": "articulated, not assembled",
    "neither": "neither articulated nor assembled",
}
_FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
Address = Callable[[Line, str], str]


def render(made: Matrix, address: Address, *, title: str, standalone: bool = False) -> str:
    """Return the matrix as one ``<svg>`` element; "" without rows.

    ``address`` gives the safe address of what lies behind a row's cell, by the key of its kind ("" for
    the whole row). ``standalone`` embeds the style sheet.
    """
    if not made.lines or not made.kinds:
        return ""
    head = 22 + 7.0 * max(len(label) for _, _, label in made.kinds) * 0.72
    left = PAD + LABELS + SAID
    whole = left + WIDE * len(made.kinds) + PAD + 40
    bottom = head + TALL * len(made.lines)
    height = bottom + 44
    style = f"<style>{escape(css(), quote=False)}</style>" if standalone else ""
    heads = "".join(
        f'<text transform="translate({n(left + WIDE * at + WIDE / 2 + 4)} {n(head - 8)}) rotate(-45)" '
        f'class="quiet" fill="{QUIET}">{xml(label)}</text>'
        for at, (_, _, label) in enumerate(made.kinds)
    )
    keys = {iri: key for iri, key, _ in made.kinds}
    names = {iri: label for iri, _, label in made.kinds}
    rows = "".join(
        _row(line, head + TALL * at, left, address, keys, names)
        for at, line in enumerate(made.lines)
    )
    rules = "".join(f"M{n(PAD)} {n(head + TALL * at)}H{n(left + WIDE * len(made.kinds))}"
                    for at in range(len(made.lines) + 1))  # fmt: skip
    rules += "".join(f"M{n(left + WIDE * at)} {n(head)}V{n(bottom)}"
                     for at in range(len(made.kinds) + 1))  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture grid" width="{n(whole)}" '
        f'height="{n(height)}" viewBox="0 0 {n(whole)} {n(height)}" role="group" '
        'aria-labelledby="matrix-title" aria-describedby="matrix-desc" '
        f'font-family="{_FONTS}" font-size="{n(SIZE)}" fill="{INK}">'
        f'<title id="matrix-title">{xml(title)}</title>'
        f'<desc id="matrix-desc">{xml(describe(made))}</desc>{style}'
        f'<rect class="paper" width="{n(whole)}" height="{n(height)}" fill="{PAPER}"/>'
        f'{heads}<text class="quiet" x="{n(left - 10)}" y="{n(head - 8)}" text-anchor="end" '
        f'fill="{QUIET}">said</text>{rows}<path class="rule" d="{rules}" stroke="{RULE}"/>'
        f"{_key(bottom + 26)}</svg>\n"
    )


def describe(made: Matrix) -> str:
    """Say in words how much of what was said was put in place."""
    counts = dict.fromkeys(WORDS, 0)
    problems: set[str] = set()
    for line in made.lines:
        counts[line.whole.state] += 1
        problems.update(line.problems, *(cell.problems for cell in line.cells))
    total = len(made.lines)
    parts = [
        f"{total} {made.rows} by {len(made.kinds)} kinds of component on "
        f"{dates.in_words(made.date)}: "
        + ", ".join(f"{count} {WORDS[state]}" for state, count in counts.items() if count)
        + "."
    ]
    filled = [
        (len(cell.built) + len(cell.built_possibly), line.label, cell.kind)
        for line in made.lines
        for cell in line.cells
        if cell.built or cell.built_possibly
    ]
    parts.append(f"{len(filled)} of {total * len(made.kinds)} cells hold a component.")
    names = {iri: label for iri, _, label in made.kinds}
    if filled:
        count, label, kind = max(filled, key=lambda each: (each[0], each[1]))
        parts.append(f"The fullest is {label} by {names.get(kind, kind)}, with {count}.")
    parts.append(f"{len(problems)} problems are marked." if problems else "No problem is marked.")
    return " ".join(parts)


def _row(
    line: Line,
    top: float,
    left: float,
    address: Address,
    keys: dict[str, str],
    names: dict[str, str],
) -> str:
    middle = top + TALL / 2
    said = len(line.whole.said) + len(line.whole.said_possibly)
    label = f"{line.label} (the word itself)" if line.only else line.label
    title = f"{label}: {said} articulations; {WORDS[line.whole.state]}{_problems(line.problems)}"
    # Nothing lies behind a row of which nothing was said and for which nothing was put in place.
    bare = line.whole.state == "neither"
    opened = "<g>" if bare else f'<a class="node" href="{xml(address(line, ""))}">'
    parts = [
        (
            f"{opened}<title>{xml(title)}</title>"
            f'<rect class="box" x="{n(PAD)}" y="{n(top + 1)}" width="{n(LABELS + SAID - 6)}" '
            f'height="{n(TALL - 2)}" rx="3" fill="none"/>'
            f'<text x="{n(PAD + 4)}" y="{n(middle + 4)}">{xml(shorten(label, LABELS - 12, SIZE))}</text>'
            f'<text class="quiet" x="{n(left - 22)}" y="{n(middle + 4)}" text-anchor="end" '
            f'fill="{QUIET}">{said}</text>{_flag(line.problems, left - 10, middle)}'
            f"{'</g>' if bare else '</a>'}"
        )
    ]
    for at, cell in enumerate(line.cells):
        parts.append(_cell(cell, line, left + WIDE * at, top, address, keys, names))
    return f'<g class="grid-row">{"".join(parts)}</g>'


def _cell(
    cell: Cell, line: Line, x: float, top: float, address: Address,
    keys: dict[str, str], names: dict[str, str],
) -> str:  # fmt: skip
    """Draw a cell: its ground says that it was said, a square how much stood, a flag a problem."""
    ground = ""
    if cell.said or cell.said_possibly:
        ground = (
            f'<rect class="stripe" x="{n(x)}" y="{n(top)}" width="{n(WIDE)}" height="{n(TALL)}" '
            f'fill="{FAINT}"/>'
        )
    sure, maybe = len(cell.built), len(cell.built_possibly)
    if not sure + maybe:
        return ground
    half = min(4.0 + 1.8 * sqrt(sure + maybe), 12.0)
    middle, centre = top + TALL / 2, x + WIDE / 2 - 4
    fill = INK if sure else PAPER
    many = f"{sure} stood" + (f", {maybe} possibly" if maybe else "")
    title = (
        f"{line.label} by {names.get(cell.kind, '')}: {WORDS[cell.state]}; {many}"
        f"{_problems(cell.problems)}"
    )
    dash = ' stroke-dasharray="3 2"' if cell.state == "assembled" else ""
    return (
        f'{ground}<a class="node near{"" if sure else " ranged"}" '
        f'href="{xml(address(line, keys.get(cell.kind, "")))}"><title>{xml(title)}</title>'
        f'<rect class="box" x="{n(x + 2)}" y="{n(top + 2)}" width="{n(WIDE - 4)}" '
        f'height="{n(TALL - 4)}" rx="3" fill="none"/>'
        f'<rect class="mark" x="{n(centre - half)}" y="{n(middle - half)}" width="{n(2 * half)}" '
        f'height="{n(2 * half)}" fill="{fill}" stroke="{INK}" stroke-width="1.5"{dash}/>'
        f"{_flag(cell.problems, x + WIDE - 9, top + 9)}</a>"
    )


def _flag(problems: tuple[str, ...], x: float, y: float) -> str:
    if not problems:
        return ""
    return (
        f'<path class="flag" d="M{n(x - 5)} {n(y + 4.5)}h10L{n(x)} {n(y - 4.5)}z" fill="{ACCENT}"/>'
    )


def _problems(problems: tuple[str, ...]) -> str:
    if not problems:
        return ""
    return f"; {len(problems)} {'problem' if len(problems) == 1 else 'problems'} named"


def _key(y: float) -> str:
    samples = (
        (f'<rect class="stripe" x="0" y="-9" width="24" height="16" fill="{FAINT}" stroke="{RULE}"/>',
         "articulated by then", 160),
        (f'<rect class="mark" x="4" y="-9" width="15" height="15" fill="{INK}" stroke="{INK}"/>',
         "assembled; larger: more components", 255),
        ((f'<g class="ranged"><rect class="mark" x="4" y="-9" width="15" height="15" fill="{PAPER}" '
         f'stroke="{INK}" stroke-width="1.5"/></g>'), "possibly", 95),
        ((f'<rect class="mark" x="4" y="-9" width="15" height="15" fill="{INK}" stroke="{INK}" '
         'stroke-dasharray="3 2"/>'), "never articulated (white ground)", 230),
        (f'<path class="flag" d="M7 4h10l-5 -9z" fill="{ACCENT}"/>', "a problem was named", 150),
    )  # fmt: skip
    parts, x = [], PAD
    for sample, words, room in samples:
        parts.append(
            f'<g transform="translate({n(x)} {n(y)})">{sample}'
            f'<text class="quiet" x="30" y="4" fill="{QUIET}">{words}</text></g>'
        )
        x += room + 16
    return f'<g class="legend near" aria-hidden="true">{"".join(parts)}</g>'
