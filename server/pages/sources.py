"""Every source and how much of the graph rests on it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from reformgraph.queries.tallies import Tally
from reformgraph.server import formats, parameters, respond
from reformgraph.server.formats import CSV, JSON
from reformgraph.server.pages.offers import Offer
from reformgraph.server.pages.quality import current
from reformgraph.server.paging import pages
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.server.service import links, store

blueprint = Blueprint("sources", __name__)

SIZE = 100
ORDERS = ("weight", "name", "alone", "unverified")
COLUMNS = ("source", "label", "kind", "issued", "holds", "evidence", "verified", "alone")


@dataclass(frozen=True, slots=True)
class Row:
    """One source: what it is, and what rests on it."""

    ref: Ref
    kind: str
    issued: str
    tally: Tally

    @property
    def unverified(self) -> int:
        """How many pieces of its evidence nobody has checked."""
        return self.tally.readings - self.tally.verified


@blueprint.get("/sources", defaults={"suffix": ""})
@blueprint.get("/sources.<any(html, csv, json):suffix>")
def sources(suffix: str) -> Response:
    """List the sources by what rests on them: ``by`` weight, name, alone or unverified."""
    known = {form.suffix: form for form in formats.FIGURES}
    form = formats.chosen(formats.FIGURES, known.get(suffix))
    by = parameters.choice("by", "weight", ORDERS)
    kind = parameters.text("kind", longest=200)
    page = parameters.whole("page", 1)
    here = f"{request.script_root}/sources"
    asked = {"by": by, "kind": kind} if kind else {"by": by}
    g.formats = [
        Offer(f.name, f"{here}.{f.suffix}?{urlencode(asked)}", f.media_type) for f in (CSV, JSON)
    ]
    every = current().sources
    rows = _ordered([tally for tally in every if not kind or tally.kind == kind], by)
    if form is CSV:
        return respond.as_csv(COLUMNS, (_plain(row) for row in _rows(rows)), name="sources")
    if form is JSON:
        return respond.as_json(
            lambda: [dict(zip(COLUMNS, _plain(row), strict=True)) for row in _rows(rows)], "sources"
        )
    paging = pages(page, len(rows), SIZE, lambda n: f"{here}?{urlencode({**asked, 'page': n})}")
    kinds = sorted({row.kind for row in every if row.kind})
    return respond.page(
        "sources.html",
        rows=_rows(rows[(page - 1) * SIZE : page * SIZE]),
        every=len(every),
        paging=paging,
        orders=[(name, f"{here}?{urlencode(asked | {'by': name})}", name == by) for name in ORDERS],
        kinds=kinds,
        kind=kind,
        by=by,
    )


def _rows(tallies: list[Tally]) -> list[Row]:
    named = refs(store(), links(), [tally.iri for tally in tallies])
    return [
        Row(named[tally.iri], tally.kind, tally.issued, tally)
        for tally in tallies
        if tally.iri in named
    ]


def _ordered(tallies: list[Tally], by: str) -> list[Tally]:
    def key(tally: Tally) -> tuple[int, str, str]:
        weight = {
            "weight": tally.things,
            "alone": tally.alone,
            "unverified": tally.readings - tally.verified,
        }.get(by, 0)
        return (-weight, tally.name.casefold(), tally.iri)

    return sorted(tallies, key=key)


def _plain(row: Row) -> list[str]:
    numbers = (row.tally.things, row.tally.readings, row.tally.verified, row.tally.alone)
    return [row.ref.iri, row.ref.label, row.kind, row.issued, *map(str, numbers)]
