"""What stood on a day; two days side by side."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from reformgraph.queries import behind
from reformgraph.server import carry, dates, days, formats, parameters, respond
from reformgraph.server.formats import ATOM, CSV, HTML, SVG
from reformgraph.server.pages import picturing
from reformgraph.server.pages.offers import Offer
from reformgraph.server.pictures import strip
from reformgraph.server.pictures.described import described
from reformgraph.server.reading import altered
from reformgraph.server.reading import asat as reading
from reformgraph.server.reading.asat import STATES, Difference, Span
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.server.service import links, service, store

blueprint = Blueprint("asat", __name__)

LAST_DAY = datetime.date.max.toordinal()
COLUMNS = ("item", "itemLabel", "class", "kind", "state", "when")
DIFFERENCE_COLUMNS = ("item", "itemLabel", "class", "kind", "change", "when")
WORDS = {
    "stood": "stood",
    "possibly": "possibly stood",
    "gone": "had gone",
    "coming": "was still to come",
    "unknown": "may or may not have stood: neither its start nor its end is on record",
}
# The strip shows the years that the timelines are about, not each year that a body's past reaches.
YEARS = 50


@blueprint.get("/as-at")
def start() -> Response:
    """Send to the day that a form or the slider asks for, or to that of the focal item."""
    number = parameters.whole("day", 0, high=LAST_DAY)
    day = datetime.date.fromordinal(number) if number else days.given() or days.focal()
    other = days.given("with")
    return respond.see_other(links().as_at(day.isoformat(), other.isoformat() if other else ""))


@blueprint.get("/as-at/<path:name>")
def page(name: str) -> Response:
    """Show what stood on a day; with ``with`` also what another day had and had not."""
    text, suffix = formats.split_suffix(name, formats.PICTURED)
    day = days.parse(text, "date")
    other = days.given("with")
    carry.choose(day)
    form = formats.chosen(formats.PICTURED, suffix)
    g.formats = picturing.offers(links().as_at(day.isoformat()), formats.PICTURED)
    if other:
        feed = f"{links().changes(*_span(day, other))}".replace("/changes?", "/changes.atom?")
        g.formats.append(Offer(ATOM.name, feed, ATOM.media_type))
    file = f"as-at-{day}" + (f"-{other}" if other else "")
    if form is HTML:
        return respond.answer(lambda: _html(day, other), HTML)
    if form is SVG:
        return picturing.svg(lambda: _strip(day, standalone=True)[0], file)
    if other:
        if form is CSV:
            return respond.as_csv(DIFFERENCE_COLUMNS, _difference_rows(day, other), name=file)
        return respond.as_json(
            lambda: _records(DIFFERENCE_COLUMNS, _difference_rows(day, other)), name=file
        )
    if form is CSV:
        return respond.as_csv(COLUMNS, _rows(day), name=file)
    return respond.as_json(
        lambda: {"date": day.isoformat(), "items": _records(COLUMNS, _rows(day))}, name=file
    )


def spans() -> tuple[Span, ...]:
    """Return when everything stood, read once for a generation."""
    return service().remember(("as-at", store().generation.id), lambda: reading.facts(store()))


def compared(day: datetime.date, other: datetime.date) -> tuple[Difference, ...]:
    """Set two days side by side, with what changed in between."""
    known = service().remember(("altered", store().generation.id), lambda: altered.facts(store()))
    return reading.compare(spans(), day, other, known)


def _span(day: datetime.date, other: datetime.date) -> tuple[str, str]:
    first, second = sorted((day, other))
    return first.isoformat(), second.isoformat()


def state_of(iri: str) -> str:
    """Return what ``iri`` was on the day that the site is shown at, in words; "" if unsaid."""
    day = carry.day()
    if day is None:
        return ""
    index = service().remember(
        ("as-at index", store().generation.id), lambda: {span.iri: span for span in spans()}
    )
    span = index.get(iri)
    if span is None:
        return ""
    if span.type == "Policy":
        return {"stood": "had been published", "coming": "was still to be published"}.get(
            span.on(day.isoformat()), "may have been published"
        )
    return WORDS.get(span.on(day.isoformat()), "")


def _named(iris: Iterable[str]) -> list[Ref]:
    wanted = list(iris)
    names = refs(store(), links(), wanted)
    return sorted((names[iri] for iri in wanted), key=lambda ref: (ref.label.casefold(), ref.iri))


@dataclass(frozen=True, slots=True)
class Pair:
    """One class on two days; ``changed`` pairs a thing with what changed it and whether surely then."""

    type: str
    came: list[Ref]
    went: list[Ref]
    changed: list[tuple[Ref, list[Ref], bool]]
    stayed: list[Ref]

    @property
    def kinds(self) -> list[tuple[str, int, int, int, int]]:
        """What came, went, changed and stayed as it was by kind, where there are several."""
        lists = (self.came, self.went, [ref for ref, _, _ in self.changed], self.stayed)
        counts = [Counter(ref.kind for ref in some) for some in lists]
        names = sorted({kind for count in counts for kind in count if kind})
        if len(names) < 2:
            return []
        came, went, changed, stayed = counts
        return [(k, came[k], went[k], changed[k], stayed[k] - changed[k]) for k in names]


def _pairs(day: datetime.date, other: datetime.date) -> list[Pair]:
    made = []
    for one in compared(day, other):
        names = refs(store(), links(), [i for each in one.changed for i in (each.iri, *each.by)])
        changed = [
            (names[each.iri], [names[by] for by in each.by if by in names], each.sure)
            for each in one.changed
            if each.iri in names
        ]
        changed.sort(key=lambda each: each[0].label.casefold())
        made.append(Pair(one.type, _named(one.came), _named(one.went), changed, _named(one.stayed)))
    return made


def _html(day: datetime.date, other: datetime.date | None) -> str:
    groups = reading.standing(spans(), day)
    first, second = sorted((day, other)) if other else (day, day)
    beside = {group.type: group for group in reading.standing(spans(), other)} if other else {}
    svg, bars = _strip(day)
    low, high = _ends(day)
    return render_template(
        "asat.html",
        day=day.isoformat(),
        number=day.toordinal(),
        low=low,
        high=high,
        other=other.isoformat() if other else "",
        first=first.isoformat(),
        second=second.isoformat(),
        states=STATES,
        groups=[
            (group, {state: _named(group.things.get(state, ())) for state in STATES[:3]})
            for group in groups
        ]
        if not other
        else [],
        both=[(group, beside[group.type]) for group in groups if group.type in beside],
        pairs=_pairs(day, other) if other else [],
        strip=Markup(svg),  # noqa: S704 - escaped by the renderer
        said=described(svg),
        bars=bars,
        bar_href=lambda year: links().as_at(_in(day, year).isoformat()),
        steps=_steps(day),
        exports=g.formats,
        sparql=behind.standing([first, second] if other else [day]),
        changes_href=links().changes(first.isoformat(), second.isoformat()),
        year_href=links().changes(_in(day, max(day.year - 1, 1)).isoformat(), day.isoformat()),
    )


def _ends(day: datetime.date) -> tuple[int, int]:
    """Return the first and last day of the slider: the years of the strip."""
    first, last = _years(day)
    return (
        datetime.date(first, 1, 1).toordinal(),
        datetime.date(last, 12, 31).toordinal(),
    )


def _years(day: datetime.date) -> tuple[int, int]:
    low, high = reading.years(spans())
    last = min(max(day.year, high), 9999)
    first = max(low, last - YEARS + 1, 1)
    first, last = min(first, day.year), max(last, day.year)
    if last - first >= 3 * YEARS:
        first, last = max(first, day.year - YEARS), min(last, day.year + YEARS)
    return first, last


def _strip(day: datetime.date, *, standalone: bool = False) -> tuple[str, list[strip.Bar]]:
    if not reading.years(spans())[0]:
        return "", []
    first, last = _years(day)
    shown = [_in(day, year) for year in range(first, last + 1)]
    made = [
        strip.Bar(each.year, count["stood"], count["possibly"], each.year == day.year)
        for each, count in zip(shown, reading.counts(spans(), shown), strict=True)
    ]
    svg = strip.render(
        made,
        lambda year: links().as_at(_in(day, year).isoformat()),
        title=f"How much stood on {day.day} {dates.MONTHS[day.month - 1]} of each year",
        standalone=standalone,
    )
    return svg, made


def _in(day: datetime.date, year: int) -> datetime.date:
    """Return the same day of another year; 29 February becomes the 28th."""
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _steps(day: datetime.date) -> list[tuple[str, str]]:
    found = []
    for words, years in (("ten years earlier", -10), ("a year earlier", -1), ("a year later", 1)):
        if 1 <= day.year + years <= 9999:
            found.append((words, links().as_at(_in(day, day.year + years).isoformat())))
    return found


def _rows(day: datetime.date) -> Iterator[list[str]]:
    groups = reading.standing(spans(), day)
    for group in groups:
        for state in STATES:
            for ref in _named(group.things.get(state, ())):
                yield [ref.iri, ref.label, group.type, ref.kind, state, ref.when]


def _difference_rows(day: datetime.date, other: datetime.date) -> Iterator[list[str]]:
    for one in compared(day, other):
        changed = [each.iri for each in one.changed]
        same = [iri for iri in one.stayed if iri not in set(changed)]
        for word, iris in (
            ("came", one.came), ("went", one.went), ("changed", changed), ("stayed", same)
        ):  # fmt: skip
            for ref in _named(iris):
                yield [ref.iri, ref.label, one.type, ref.kind, word, ref.when]


def _records(columns: tuple[str, ...], rows: Iterable[list[str]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]
