"""Said against put in place: concepts or frames by kinds of component, on a day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound, UsageError
from reformgraph.queries import behind
from reformgraph.server import dates, days, formats, parameters, respond
from reformgraph.server.formats import CSV, HTML, JSON, SVG
from reformgraph.server.pages import picturing
from reformgraph.server.pictures import grid as picture
from reformgraph.server.pictures.described import described
from reformgraph.server.reading import matrix as reading
from reformgraph.server.reading.entries import Entries
from reformgraph.server.reading.matrix import Cell, Facts, Line, Matrix, Rows
from reformgraph.server.reading.page import Entry
from reformgraph.server.reading.refs import refs
from reformgraph.server.service import links, service, store

blueprint = Blueprint("matrix", __name__)

ROWS = {"concepts": "concepts", "frames": "frames"}
COLUMNS = (
    *("row", "rowLabel", "rowOnly", "kind", "kindLabel", "state", "articulated"),
    *("articulatedPossibly", "assembled", "assembledPossibly", "problems"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; ``under`` and ``row`` are IRIs."""

    date: datetime.date
    rows: Rows
    under: str = ""


@blueprint.get("/matrix")
@blueprint.get("/matrix.<suffix>")
def page(suffix: str = "") -> Response:
    """Show the matrix of one day."""
    form = formats.chosen(formats.MATRIX, _suffix(suffix))
    g.formats = picturing.offers(f"{request.script_root}/matrix", formats.MATRIX)
    try:
        asked = _asked()
    except (UsageError, NotFound) as fault:
        if form is not HTML:
            raise
        response = Response(_form(fault), fault.status, content_type=HTML.content_type)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Vary"] = "Accept"
        return response

    def made() -> Matrix:
        return reading.matrix(facts(), asked.date, asked.rows, asked.under)

    name = f"matrix-{asked.rows}-{asked.date}"
    if form is CSV:
        return respond.as_csv(COLUMNS, _csv(made()), name=name)
    if form is JSON:
        return respond.as_json(lambda: _json(made()), name=name)
    if form is SVG:
        return picturing.svg(lambda: _picture(made(), standalone=True), name)
    return respond.answer(lambda: _html(made()), HTML)


@blueprint.get("/matrix/cell")
def evidence() -> Response:
    """List what lies behind one cell: articulations, components, problems."""
    formats.chosen((HTML,))
    asked = _asked()
    found = facts()
    row = _row(found, asked.rows)
    kinds = {found.key(kind): kind for kind in found.kinds}
    kind = parameters.choice("kind", "", kinds)
    only = parameters.flag("only")

    def html() -> str:
        made = reading.cell(found, asked.date, asked.rows, row, kinds.get(kind, ""), only)
        return render_template(
            "matrix_cell.html",
            cell=made,
            row=found.label(row),
            only=only,
            kind=found.label(kinds[kind]) if kind else "",
            date=asked.date.isoformat(),
            back=_address(asked.date.isoformat(), asked.rows, ""),
            parts=_parts(made),
            concept=links().concept(found.key(row)) if asked.rows == "concepts" else "",
        )

    return respond.answer(html, HTML)


def _suffix(suffix: str) -> formats.Format | None:
    if not suffix:
        return None
    for form in formats.MATRIX:
        if form.suffix == suffix:
            return form
    raise NotFound(f"There is no matrix as .{suffix[:20]}.")


def facts() -> Facts:
    """Return what every matrix is made from, read once for a generation."""
    return service().remember(("matrix", store().generation.id), lambda: reading.facts(store()))


def _asked() -> Asked:
    rows = cast(Rows, parameters.choice("rows", "concepts", ROWS))
    under = parameters.text("under", longest=500)
    if under and rows == "frames":
        raise UsageError(
            "under opens a concept; frames have nothing below", where={"field": "under"}
        )
    return Asked(days.given() or days.focal(), rows, concept_of(facts(), under) if under else "")


def concept_of(found: Facts, name: str) -> str:
    """Return the IRI of the concept that a parameter names. Raises NotFound for anything else."""
    iri = store().resolve(name)
    if iri not in found.broader:
        raise NotFound(f"“{name[:80]}” is no concept.")
    return iri


def _row(found: Facts, rows: Rows) -> str:
    name = parameters.text("row", longest=500)
    if not name:
        raise UsageError("row names no row of the matrix", where={"field": "row"})
    if rows == "concepts":
        return concept_of(found, name)
    frames = {found.key(frame): frame for frame in found.frames}
    return frames[parameters.choice("row", "", frames)]


def _address(date: str, rows: str, under: str) -> str:
    query = {"date": date, "rows": rows} | ({"under": under} if under else {})
    return f"{links().root}/matrix?{urlencode(query)}"


def _html(made: Matrix) -> str:
    svg = _picture(made)
    return render_template(
        "matrix.html",
        **_context(made),
        fault=None,
        picture=Markup(svg),  # noqa: S704 - escaped by the renderer
        said=described(svg),
        exports=g.formats,
        sparql=behind.matrix(datetime.date.fromisoformat(made.date), made.under)
        if made.rows == "concepts"
        else behind.frames(),
        sparql_note="A concept’s row counts what serves it or anything narrower; the query lists"
        " what stood for each concept with the problems named about it."
        if made.rows == "concepts"
        else "What was articulated in which frame; what stood on the day is given by the query of"
        " the matrix of concepts.",
    )


def _picture(made: Matrix, *, standalone: bool = False) -> str:
    return picture.render(
        made,
        _behind(made),
        title=f"What was said and what was put in place on {dates.in_words(made.date)}",
        standalone=standalone,
    )


def _behind(made: Matrix) -> Callable[..., str]:
    """Return what gives the address of what lies behind a cell; without a kind, a whole row."""

    def address(line: Line, kind: str = "") -> str:
        query = {"date": made.date, "rows": made.rows, "row": line.key}
        query |= {"kind": kind} if kind else {}
        query |= {"only": "1"} if line.only else {}
        return f"{links().root}/matrix/cell?{urlencode(query)}"

    return address


def _form(fault: UsageError | NotFound) -> str:
    return render_template("matrix.html", **_context(None), fault=fault)


def _context(made: Matrix | None) -> dict[str, Any]:
    """Return what the template needs; without a matrix, only the form."""
    date = made.date if made else request.args.get("date", "")[:200]
    rows = made.rows if made else request.args.get("rows", "")[:40]

    return {
        "matrix": made,
        "date": date,
        "rows": rows,
        "choices": ROWS,
        "cell_href": _behind(made) if made else None,
        "open_href": lambda key: _address(date, "concepts", key),
        "kind_keys": {iri: key for iri, key, _ in made.kinds} if made else {},
    }


def _parts(made: Cell) -> list[tuple[str, str, list[Entry]]]:
    iris = [*made.said, *made.said_possibly, *made.built, *made.built_possibly, *made.problems]
    names = refs(store(), links(), iris)
    entries = Entries(store(), links(), "", names)
    headed = (
        ("said", "Articulated", made.said),
        ("said-possibly", "Possibly articulated by then", made.said_possibly),
        ("built", "Assembled", made.built),
        ("built-possibly", "Possibly in place", made.built_possibly),
        ("problems", "Problems named about them", made.problems),
    )
    return [
        (
            key,
            heading,
            sorted(
                (entries.make(names[i], None) for i in some),
                key=lambda e: (e.ref.sort or "9", e.ref.label) if e.ref else ("", ""),
            ),
        )
        for key, heading, some in headed
        if some
    ]


def _csv(made: Matrix) -> Iterator[list[str]]:
    for line in made.lines:
        for each, (_, key, label) in zip(line.cells, made.kinds, strict=True):
            counts = (each.said, each.said_possibly, each.built, each.built_possibly, each.problems)
            yield [line.key, line.label, "true" if line.only else "", key, label, each.state] + [
                str(len(some)) for some in counts
            ]


def _json(made: Matrix) -> dict[str, Any]:
    return {
        "date": made.date,
        "rows": made.rows,
        "under": made.under,
        "kinds": [{"iri": iri, "kind": key, "label": label} for iri, key, label in made.kinds],
        "lines": [
            {
                "iri": line.iri,
                "row": line.key,
                "label": line.label,
                "only": line.only,
                "narrower": line.inner,
                "cells": [_cell(each) for each in (line.whole, *line.cells)],
            }
            for line in made.lines
        ],
    }


def _cell(made: Cell) -> dict[str, Any]:
    return {
        "kind": made.kind,
        "state": made.state,
        "articulated": list(made.said),
        "articulatedPossibly": list(made.said_possibly),
        "assembled": list(made.built),
        "assembledPossibly": list(made.built_possibly),
        "problems": list(made.problems),
    }
