"""The picture of institutions over time: bands for bodies, bends for what made one of another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from html import escape
from itertools import pairwise

from reformgraph.server.pictures.lineage import css
from reformgraph.server.pictures.river import (
    BAND,
    PAD,
    SIZE,
    TOP,
    WIDTH,
    Band,
    Bend,
    Plan,
    Span,
    plan,
)
from reformgraph.server.pictures.routes import n
from reformgraph.server.pictures.shapes import ACCENT, FAINT, INDIRECT, INK, PAPER, QUIET, RULE
from reformgraph.server.pictures.text import cut, width, xml
from reformgraph.server.reading.succession import Change, Holder, Rivers

WORDS = {
    "Creation": "created",
    "Merger": "merged",
    "Split": "split",
    "Renaming": "renamed",
    "Transfer": "functions moved",
    "Abolition": "abolished",
}
_FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
_FOOT = 58.0


def render(
    rivers: Rivers,
    link: Callable[[str], str],
    when: Callable[[str], str],
    *,
    title: str,
    focus: str = "",
    day: date | None = None,
    held: Sequence[Holder] = (),
    named: Callable[[str], str] = str,
    standalone: bool = False,
) -> str:
    """Return the bodies and their changes as one ``<svg>`` element; "" when nothing is dated.

    ``link`` gives the safe address of a body's or change's page, ``when`` the words of an EDTF
    date. ``focus`` is the body to mark, ``day`` one that a line marks. ``held`` are
    tenures to draw below the bands, ``named`` gives the label of a post or person. ``standalone``
    embeds the style sheet.
    """
    made = plan(rivers, held)
    if made is None:
        return ""
    height = made.height + _FOOT
    names = {iri: cut(body.label) for iri, body in rivers.bodies.items()}
    style = f"<style>{escape(css(), quote=False)}</style>" if standalone else ""
    bends = "".join(_bend(bend, names, link, when) for bend in made.bends)
    bands = "".join(_band(band, link, band.body.iri == focus) for band in made.bands)
    spans = "".join(_tenure(span, at % 2 == 0, link, named) for at, span in enumerate(made.spans))
    if spans:
        spans = f'<g class="tenures">{spans}</g>'
    marked = ""
    if day and made.scale.years[0] <= day.year < made.scale.years[-1]:
        x = made.scale.x(day)
        marked = (
            f'<path class="today" d="M{n(x)} {n(TOP - 12)}V{n(made.height)}" stroke="{ACCENT}" '
            f'stroke-width="1.5"><title>{xml(when(day.isoformat()))}</title></path>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="picture succession w-{n(WIDTH)}" '
        f'width="{n(WIDTH)}" height="{n(height)}" viewBox="0 0 {n(WIDTH)} {n(height)}" role="group" '
        'aria-labelledby="succession-title" aria-describedby="succession-desc" '
        f'font-family="{_FONTS}" font-size="{n(SIZE)}" fill="{INK}">'
        f'<title id="succession-title">{xml(title)}</title>'
        f'<desc id="succession-desc">{xml(describe(rivers))}</desc>{style}'
        f'<rect class="paper" width="{n(WIDTH)}" height="{n(height)}" fill="{PAPER}"/>'
        f'{_axis(made)}<g class="bends" fill="none">{bends}</g><g class="bands">{bands}</g>{spans}{marked}'
        f"{_key(made.height + 22)}</svg>\n"
    )


def describe(rivers: Rivers) -> str:
    """Say in words what the picture shows."""
    counts = {kind: sum(c.kind == kind for c in rivers.changes) for kind in WORDS}
    parts = [f"{count} {_named(kind, count)}" for kind, count in counts.items() if count]
    return (
        f"{len(rivers.bodies)} institutions on a time axis, joined by {len(rivers.changes)} changes: "
        f"{', '.join(parts)}. The table has the same."
    )


def _named(kind: str, count: int) -> str:
    words = {"Transfer": ("transfer of functions", "transfers of functions")}
    one, many = words.get(kind, (kind.lower(), f"{kind.lower()}s"))
    return one if count == 1 else many


def _axis(made: Plan) -> str:
    ticks = made.scale.ticks(SIZE)
    top, bottom = TOP - 12, made.height
    stripes = "".join(
        f'<rect class="stripe" x="{n(a.x)}" y="{n(top)}" width="{n(b.x - a.x)}" '
        f'height="{n(bottom - top)}" fill="{FAINT}"/>'
        for at, (a, b) in enumerate(pairwise(ticks))
        if at % 2 == 0
    )
    years = "".join(
        f'<text class="quiet" x="{n(t.x)}" y="{n(y)}" text-anchor="middle" fill="{QUIET}">{t.year}</text>'
        for t in ticks
        if t.labelled
        for y in (top - 6, bottom + 14)
    )
    lines = "".join(f"M{n(t.x)} {n(top)}V{n(bottom)}" for t in ticks)
    return f'<g class="axis">{stripes}<path class="rule" d="{lines}" stroke="{RULE}"/>{years}</g>'


def _bend(
    bend: Bend, names: dict[str, str], link: Callable[[str], str], when: Callable[[str], str]
) -> str:
    change = bend.change
    reach = 15.0
    x = bend.x
    path = "".join(
        f"M{n(x - reach)} {n(a)}C{n(x + 4)} {n(a)} {n(x - 4)} {n(b)} {n(x + reach)} {n(b)}"
        for a, b in bend.pairs
    )
    if not bend.pairs:
        # A beginning is a ring, an end a bar across the band.
        end = change.kind == "Abolition"
        ring = "a4 4 0 1 0 8 0a4 4 0 1 0 -8 0"
        path = "".join(
            f"M{n(x)} {n(y - 7)}v14" if end else f"M{n(x - 4)} {n(y)}{ring}" for y in bend.at
        )
    dash = ' stroke-dasharray="5 3"' if change.kind == "Transfer" else ""
    thick = 2.0 if change.kind == "Transfer" or not bend.pairs else 4.0
    return (
        f'<a class="bend" href="{xml(link(change.iri))}"><title>{xml(title_of(change, names, when))}</title>'
        f'<path class="hit" d="{path}" stroke="#fff" stroke-opacity="0" stroke-width="12"/>'
        f'<path class="line" d="{path}" stroke="{ACCENT}" stroke-width="{n(thick)}"{dash}/></a>'
    )


def title_of(change: Change, names: dict[str, str], when: Callable[[str], str]) -> str:
    """Say a change in one sentence: when, what, of which bodies, by which law."""
    olds = " and ".join(names.get(iri, iri) for iri in change.before)
    news = " and ".join(names.get(iri, iri) for iri in change.after)
    arrow = f"{olds} → {news}" if olds and news else olds or news
    law = f"; by {', '.join(label for _, label in change.basis)}" if change.basis else ""
    return f"{when(change.date)}: {WORDS.get(change.kind, change.kind)}: {arrow}{law}"


def _band(band: Band, link: Callable[[str], str], focus: bool) -> str:
    colour = ACCENT if focus else INDIRECT
    top = band.y - BAND / 2
    anchor, x = "", band.x + 1
    wide = width(band.label, SIZE)
    if x + wide > WIDTH - PAD:
        anchor, x = ' text-anchor="end"', WIDTH - PAD
    left = min(band.x, x - wide if anchor else x)
    ends = ""
    if band.open_start:
        ends += f'<path class="fade" d="M{n(band.x - 9)} {n(band.y)}h7" stroke="{colour}" stroke-dasharray="2 2" stroke-width="2"/>'
    if band.open_end:
        ends += f'<path class="fade" d="M{n(band.end + 2)} {n(band.y)}h9" stroke="{colour}" stroke-dasharray="2 2" stroke-width="2"/>'
    elif band.body.ongoing:
        ends += (
            f'<path class="arrow" d="M{n(band.end)} {n(band.y - 7)}l8 7l-8 7z" fill="{colour}"/>'
        )
    return (
        f'<a class="node band{" focus" if focus else ""}" href="{xml(link(band.body.iri))}">'
        f"<title>{xml(cut(band.body.label))}</title>"
        f'<rect class="box" x="{n(left - 2)}" y="{n(band.y - 21)}" '
        f'width="{n(max(band.end, left + wide) - left + 4)}" height="28" rx="3" fill="none"/>'
        f'<rect class="body" x="{n(band.x)}" y="{n(top)}" width="{n(band.end - band.x)}" '
        f'height="{n(BAND)}" rx="2" fill="{colour}"/>{ends}'
        f'<text class="halo" x="{n(x)}" y="{n(band.y - 8)}"{anchor} stroke="{PAPER}" stroke-width="4" '
        f'paint-order="stroke">{xml(band.label)}</text></a>'
    )


def _tenure(span: Span, even: bool, link: Callable[[str], str], named: Callable[[str], str]) -> str:
    """Draw a person's time in a post; neighbours differ in shade, so that one ends where it ends."""
    holder = span.holder
    when = "–".join(day[:4] for day in (holder.start, holder.end) if day)
    words = f"{named(holder.person)}, {named(holder.post)}, {when}{'' if holder.end else '–?'}"
    return (
        f'<a class="node tenure{"" if even else " odd"}" href="{xml(link(holder.tenure))}">'
        f"<title>{xml(words)}</title>"
        f'<rect class="box" x="{n(span.x - 1)}" y="{n(span.y - 3)}" width="{n(span.end - span.x + 2)}" '
        f'height="6" fill="none"/>'
        f'<rect class="span" x="{n(span.x)}" y="{n(span.y - 1.6)}" width="{n(span.end - span.x - 0.6)}" '
        f'height="3.2" fill="{QUIET if even else INDIRECT}"/></a>'
    )


def _key(y: float) -> str:
    items = (
        ("M0 0C12 0 8 -12 24 -12", "4", "", "one body became another, merged or split", 290),
        ("M0 -6h24", "2", ' stroke-dasharray="5 3"', "functions moved", 130),
        ("M8 -6a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", "2", "", "came into being", 130),
        ("M12 -13V1", "2", "", "abolished, with no successor on record", 260),
    )
    parts, x = [], PAD
    for path, thick, dash, words, room in items:
        parts.append(
            f'<g transform="translate({n(x)} {n(y + 14)})"><path class="line" d="{path}" fill="none" '
            f'stroke="{ACCENT}" stroke-width="{thick}"{dash}/>'
            f'<text class="quiet" x="32" y="-2" fill="{QUIET}">{words}</text></g>'
        )
        x += room + 40
    return f'<g class="key bends">{"".join(parts)}</g>'
