"""What stood on a day; two days side by side."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from reformgraph.server import carry, days, formats, respond
from reformgraph.server.formats import CSV, HTML
from reformgraph.server.pages.offers import Offer
from reformgraph.server.pictures import strip
from reformgraph.server.reading import asat as reading
from reformgraph.server.reading.asat import STATES, Span
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.server.service import links, service, store

blueprint = Blueprint("asat", __name__)

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
    """Send to the day that a form asks for, or to that of the focal item."""
    day = days.given() or days.focal()
    other = days.given("with")
    return respond.see_other(links().as_at(day.isoformat(), other.isoformat() if other else ""))


@blueprint.get("/as-at/<path:name>")
def page(name: str) -> Response:
    """Show what stood on a day; with ``with`` also what another day had and had not."""
    text, suffix = formats.split_suffix(name, formats.FIGURES)
    day = days.parse(text, "date")
    other = days.given("with")
    carry.choose(day)
    form = formats.chosen(formats.FIGURES, suffix)
    tail = f"?{urlencode({'with': other.isoformat()})}" if other else ""
    g.formats = [
        Offer(f.name, f"{links().as_at(day.isoformat())}.{f.suffix}{tail}", f.media_type)
        for f in formats.FIGURES
        if f is not HTML
    ]
    file = f"as-at-{day}" + (f"-{other}" if other else "")
    if form is HTML:
        return respond.answer(lambda: _html(day, other), HTML)
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


def _html(day: datetime.date, other: datetime.date | None) -> str:
    groups = reading.standing(spans(), day)
    first, second = sorted((day, other)) if other else (day, day)
    differences = reading.compare(spans(), first, second) if other else ()
    return render_template(
        "asat.html",
        day=day.isoformat(),
        other=other.isoformat() if other else "",
        first=first.isoformat(),
        second=second.isoformat(),
        states=STATES,
        groups=[
            (group, {state: _named(group.things.get(state, ())) for state in STATES[:3]})
            for group in groups
        ],
        differences=[
            (one, _named(one.came), _named(one.went), len(one.stayed)) for one in differences
        ],
        strip=Markup(_strip(day)),  # noqa: S704 - escaped by the renderer
        steps=_steps(day),
        changes_href=links().changes(first.isoformat(), second.isoformat()),
    )


def _strip(day: datetime.date) -> str:
    low, high = reading.years(spans())
    if not low:
        return ""
    last = min(high, max(day.year, high))
    first = max(low, last - YEARS + 1)
    first, last = min(first, day.year), max(last, day.year)
    if last - first >= 3 * YEARS:
        first, last = max(first, day.year - YEARS), min(last, day.year + YEARS)
    shown = [_in(day, year) for year in range(first, last + 1)]
    made = [
        strip.Bar(each.year, count["stood"], count["possibly"], each.year == day.year)
        for each, count in zip(shown, reading.counts(spans(), shown), strict=True)
    ]
    return strip.render(
        made,
        lambda year: links().as_at(_in(day, year).isoformat()),
        title=f"How much stood on {day.day}.{day.month}. of each year",
    )


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
    for one in reading.compare(spans(), day, other):
        for word, iris in (("came", one.came), ("went", one.went), ("stayed", one.stayed)):
            for ref in _named(iris):
                yield [ref.iri, ref.label, one.type, ref.kind, word, ref.when]


def _records(columns: tuple[str, ...], rows: Iterable[list[str]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]
