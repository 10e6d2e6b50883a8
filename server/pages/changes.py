"""What happened between two days: a page, a table, a feed."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound
from reformgraph.server import dates, days, formats, parameters, respond
from reformgraph.server.formats import ATOM, CSV, HTML, JSON
from reformgraph.server.pages.asat import spans
from reformgraph.server.pages.offers import Offer
from reformgraph.server.reading import asat as reading
from reformgraph.server.reading.asat import Event
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.server.service import links, service, store

blueprint = Blueprint("changes", __name__)

COLUMNS = ("earliest", "latest", "happened", "within", "item", "itemLabel", "class", "kind")
WORDS = {"changed": "changed", "issued": "was issued", "began": "began", "ended": "ended"}
# A reader without dates sees the year up to the focal item's day.
BEFORE = datetime.timedelta(days=365)
# A page shows this many of each list; CSV and JSON have all.
SHOWN, FEED_LENGTH = 500, 200


@blueprint.get("/changes")
@blueprint.get("/changes.<suffix>")
def page(suffix: str = "") -> Response:
    """List what changed, was issued, began or ended from one day to another."""
    known = {form.suffix: form for form in formats.CHANGES}
    if suffix and suffix not in known:
        raise NotFound(f"There is no list of changes as .{suffix[:20]}.")
    form = formats.chosen(formats.CHANGES, known.get(suffix))
    last = days.given("to") or days.focal()
    first = days.given("from") or _before(last)
    first, last = min(first, last), max(first, last)
    what = parameters.choice("what", "", WORDS)
    query = urlencode({"from": first, "to": last} | ({"what": what} if what else {}))
    g.formats = [
        Offer(f.name, f"{request.script_root}/changes.{f.suffix}?{query}", f.media_type)
        for f in formats.CHANGES
        if f is not HTML
    ]

    def found() -> list[tuple[Event, Ref]]:
        happened = [e for e in reading.events(spans(), first, last) if what in ("", e.what)]
        names = refs(store(), links(), (event.iri for event in happened))
        return [(event, names[event.iri]) for event in happened]

    file = f"changes-{first}-{last}"
    if form is CSV:
        return respond.as_csv(COLUMNS, _rows(found()), name=file)
    if form is JSON:
        return respond.as_json(
            lambda: [dict(zip(COLUMNS, row, strict=True)) for row in _rows(found())], name=file
        )
    if form is ATOM:
        return respond.answer(
            lambda: _feed(found(), first, last, query), ATOM, name=file, variant=_site()
        )
    return respond.answer(lambda: _html(found(), first, last, what), HTML)


def _before(day: datetime.date) -> datetime.date:
    return day - BEFORE if day.toordinal() > BEFORE.days else datetime.date.min


def _html(
    found: list[tuple[Event, Ref]], first: datetime.date, last: datetime.date, what: str
) -> str:
    sure = [(event, ref) for event, ref in found if event.within]
    return render_template(
        "changes.html",
        first=first.isoformat(),
        last=last.isoformat(),
        what=what,
        words=WORDS,
        sure=sure[:SHOWN],
        left_out=max(len(sure) - SHOWN, 0),
        vague=[(event, ref) for event, ref in found if not event.within][:SHOWN],
        said=_said,
        before_href=links().as_at(first.isoformat(), last.isoformat()),
    )


def _said(event: Event) -> str:
    """Say when it happened: a day, or the span of days that the source leaves open."""
    if event.earliest == event.latest:
        return dates.in_words(event.earliest)
    if not event.latest:
        return f"{dates.in_words(event.earliest)} or later"
    year, month = event.earliest[:4], event.earliest[:7]
    if event.latest[:7] == month:
        return dates.in_words(month)
    if event.latest[:4] == year:
        return (
            f"in {year}"
            if event.earliest[5:] == "01-01"
            else f"{dates.in_words(month)} or later in {year}"
        )
    return f"{year} to {event.latest[:4]}"


def _rows(found: list[tuple[Event, Ref]]) -> Iterator[list[str]]:
    for event, ref in found:
        within = "yes" if event.within else "possibly"
        yield [
            event.earliest,
            event.latest,
            event.what,
            within,
            ref.iri,
            ref.label,
            ref.type,
            ref.kind,
        ]


def _site() -> str:
    return service().settings.public_url.rstrip("/") or request.host_url.rstrip("/")


def _feed(
    found: list[tuple[Event, Ref]], first: datetime.date, last: datetime.date, query: str
) -> bytes:
    """Write Atom (RFC 4287), the latest event first; ``updated`` is when the graph was built."""
    from feedgen.feed import FeedGenerator

    site = _site()
    built = store().generation.created
    feed = FeedGenerator()
    feed.id(f"{store().generation.base}changes?{query}")
    feed.title(f"What happened from {first} to {last}")
    feed.link(href=f"{site}{request.script_root}/changes.atom?{query}", rel="self")
    feed.link(href=f"{site}{request.script_root}/changes?{query}", rel="alternate")
    feed.author(name="reformgraph")
    feed.updated(built)
    for event, ref in sorted(found, key=lambda each: each[0].earliest, reverse=True)[:FEED_LENGTH]:
        entry = feed.add_entry(order="append")
        entry.id(f"{ref.iri}#{event.what}-{event.earliest}")
        entry.title(f"{ref.label} {WORDS[event.what]}")
        entry.link(href=site + ref.href)
        entry.summary(f"{_said(event)}: {ref.word} {WORDS[event.what]}")
        entry.updated(built)
    return bytes(feed.atom_str(pretty=True))
