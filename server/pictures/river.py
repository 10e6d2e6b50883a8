"""Where the bodies of a succession lie: rows, the days of their bands, the bends between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reformgraph.server.pictures.scale import Scale, make_scale
from reformgraph.server.pictures.text import shorten, width
from reformgraph.server.reading.succession import Body, Change, Holder, Rivers

WIDTH = 1200.0
PAD = 24.0
ROW = 30.0
TOP = 34.0
GAP = 22.0  # between one river and the next
BAND = 8.0
POST = 6.0  # for each post of the body in a row that has the most
SIZE = 12.0
LABEL_ROOM = 330.0
TAIL = 16.0  # a band whose end nobody knows goes on so far behind the last thing known


@dataclass(frozen=True, slots=True)
class Band:
    """One body: where its band begins and ends, and on which line; open ends are not known."""

    body: Body
    x: float
    end: float
    y: float
    label: str
    open_start: bool
    open_end: bool


@dataclass(frozen=True, slots=True)
class Bend:
    """One change: where it lies and the pairs of lines that it joins; none for a beginning or end."""

    change: Change
    x: float
    pairs: tuple[tuple[float, float], ...]
    at: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A person's time in a post: a line below the band of its body, one line a post."""

    holder: Holder
    x: float
    end: float
    y: float


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole picture before it is drawn."""

    scale: Scale
    bands: tuple[Band, ...]
    bends: tuple[Bend, ...]
    spans: tuple[Span, ...]
    height: float


def plan(rivers: Rivers, held: Sequence[Holder] = ()) -> Plan | None:
    """Lay the bodies out, river by river; None when no change has a date.

    ``held``: who held their posts; rows are as much higher as they have posts.
    """
    posts: dict[str, dict[str, int]] = {}
    for holder in held:
        mine = posts.setdefault(holder.body, {})
        mine.setdefault(holder.post, len(mine))
    moments = {c.iri: day for c in rivers.changes if (day := _middle(c.bounds))}
    if not moments:
        return None
    first, last = min(moments.values()), max(moments.values())
    low, high = date(max(first.year - 3, 1), 1, 1), date(min(last.year + 3, 9998), 12, 31)
    scale = make_scale(
        [(low, low), *((d, d) for d in moments.values()), (high, high)], PAD, WIDTH - PAD
    )
    if scale is None:
        return None
    spans = {iri: _span(body, rivers, moments, scale) for iri, body in rivers.bodies.items()}
    lines: dict[str, float] = {}
    y = TOP
    for river in rivers.rivers():
        rows = _rows(river, rivers, spans)
        for row in range(max(rows.values()) + 1):
            here = [iri for iri, at in rows.items() if at == row]
            lines.update((iri, y + ROW / 2) for iri in here)
            y += ROW + POST * max((len(posts.get(iri, ())) for iri in here), default=0)
        y += GAP
    bands = tuple(
        _band(rivers.bodies[iri], *spans[iri], lines[iri])
        for iri in sorted(lines, key=lines.__getitem__)
    )
    bends = tuple(
        _bend(change, scale.x(moments[change.iri]), lines)
        for change in rivers.changes
        if change.iri in moments
    )
    below = tuple(
        span
        for holder in held
        if holder.body in lines
        and (span := _held(holder, posts, spans[holder.body], lines, scale)) is not None
    )
    return Plan(scale, bands, bends, below, y)


def _held(
    holder: Holder,
    posts: Mapping[str, Mapping[str, int]],
    band: tuple[float, float, bool, bool],
    lines: Mapping[str, float],
    scale: Scale,
) -> Span | None:
    """Place the part of a tenure that lies below the band of its body; None when there is none.

    A post may have been in several bodies one after the other. A tenure without an end on record
    gets a stub, one without a beginning nothing.
    """
    start, end = _day(holder.start), _day(holder.end)
    if start is None:
        return None
    left = max(scale.x(start), band[0])
    right = min(scale.x(end) if end else left + TAIL, band[1])
    if right <= left:
        return None
    y = lines[holder.body] + BAND / 2 + POST * (posts[holder.body][holder.post] + 0.6)
    return Span(holder, left, max(right, left + 3), y)


def _middle(bounds: tuple[str, str]) -> date | None:
    days = [day for text in bounds if (day := _day(text))]
    if not days:
        return None
    return date.fromordinal(sum(day.toordinal() for day in days) // len(days))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _span(
    body: Body, rivers: Rivers, moments: Mapping[str, date], scale: Scale
) -> tuple[float, float, bool, bool]:
    """Return where a band begins and ends, and whether each is unknown."""
    births = [scale.x(moments[c.iri]) for c in rivers.changes
              if c.iri in moments and body.iri in c.after and body.iri not in c.before]  # fmt: skip
    deaths = [scale.x(moments[c.iri]) for c in rivers.changes
              if c.iri in moments and body.iri in c.before]  # fmt: skip
    start, end = _middle(body.start), _middle(body.end)
    left = scale.x(start) if start else min([*births, *deaths], default=PAD) - TAIL
    if body.ongoing:
        right = WIDTH - PAD
    elif end:
        right = scale.x(end)
    else:
        right = max([*births, *deaths, left]) + TAIL
    left = max(min(left, right - 4), PAD / 2)
    return left, min(max(right, left + 4), WIDTH - PAD / 2), not start, not (end or body.ongoing)


def _rows(
    river: frozenset[str], rivers: Rivers, spans: Mapping[str, tuple[float, float, bool, bool]]
) -> dict[str, int]:
    """Give each body a row: that of a body it followed if free, else one next to it."""
    before: dict[str, list[str]] = {}
    for change in rivers.changes:
        for iri in change.after:
            before.setdefault(iri, []).extend(old for old in change.before if old != iri)
    rows: list[list[str]] = []
    free: list[float] = []
    for iri in sorted(river, key=lambda each: (spans[each][0], each)):
        left, right = spans[iri][:2]
        reach = max(right, left + min(width(rivers.bodies[iri].label, SIZE), LABEL_ROOM)) + 8
        known = [at for at, row in enumerate(rows) if set(row) & set(before.get(iri, ()))]
        place = next((at for at in known if free[at] <= left), None)
        if place is None:
            near = known[0] if known else len(rows) - 1
            open_rows = [at for at in range(len(rows)) if free[at] <= left]
            place = min(open_rows, key=lambda at: abs(at - near), default=None)
            if place is None or (known and abs(place - near) > 2):
                place = near + 1
                rows.insert(place, [])
                free.insert(place, 0.0)
        rows[place].append(iri)
        free[place] = reach
    return {iri: at for at, row in enumerate(rows) for iri in row}


def _band(
    body: Body, left: float, right: float, open_start: bool, open_end: bool, y: float
) -> Band:
    room = min(LABEL_ROOM, WIDTH - PAD - left)
    if room < 160 and left > WIDTH / 2:
        room = 160  # it is set to end at the margin instead
    return Band(body, left, right, y, shorten(body.label, room, SIZE), open_start, open_end)


def _bend(change: Change, x: float, lines: Mapping[str, float]) -> Bend:
    pairs = tuple(
        dict.fromkeys(
            (lines[one], lines[two]) for one in change.before for two in change.after if one != two
        )
    )
    at = tuple(sorted({lines[iri] for iri in change.bodies}))
    return Bend(change, x, pairs, at)
