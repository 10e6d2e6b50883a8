"""The timeline of frames: how what collaboration was said to be moved over the years."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, g, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from reformgraph.queries import behind
from reformgraph.server import carry, formats, parameters, respond
from reformgraph.server.formats import CSV, HTML, JSON, SVG
from reformgraph.server.pages import picturing
from reformgraph.server.pages.matrix import concept_of, facts
from reformgraph.server.pictures import multiples as picture
from reformgraph.server.pictures.described import described
from reformgraph.server.reading import frames as reading
from reformgraph.server.reading.frames import Frame
from reformgraph.server.reading.refs import refs
from reformgraph.server.service import links, store

blueprint = Blueprint("frames", __name__)

COLUMNS = ("articulation", "frame", "frameLabel", "document", "documentLabel", "date", "text")


@blueprint.get("/frames")
@blueprint.get("/frames.<any(html, svg, csv, json):suffix>")
def page(suffix: str = "") -> Response:
    """Show each frame's articulations on a time axis, as a picture and as a table."""
    form = formats.chosen(formats.PICTURED, formats.by_suffix(formats.PICTURED, suffix))
    name = parameters.text("concept", longest=500)
    concept = concept_of(facts(), name) if name else ""
    g.formats = picturing.offers(f"{request.script_root}/frames", formats.PICTURED)

    def found() -> tuple[Frame, ...]:
        return reading.read(store(), facts().below(concept) if concept else None)

    file = f"frames-{name}" if name else "frames"
    if form is CSV:
        return respond.as_csv(COLUMNS, _rows(found()), name=file)
    if form is JSON:
        return respond.as_json(lambda: _json(found()), file)
    if form is SVG:
        return picturing.svg(lambda: _picture(found(), concept, standalone=True), file)
    return respond.answer(lambda: _html(found(), concept), HTML)


def _html(found: tuple[Frame, ...], concept: str) -> str:
    made = _picture(found, concept)
    iris = [i for frame in found for use in frame.uses for i in (use.iri, use.document) if i]
    dated = [frame for frame in found if frame.half]
    return render_template(
        "frames.html",
        frames=found,
        first=dated[0] if dated else None,
        last=dated[-1] if dated else None,
        picture=Markup(made),  # noqa: S704 - escaped by the renderer
        said=described(made),
        names=refs(store(), links(), iris),
        concept=facts().label(concept) if concept else "",
        concept_key=facts().key(concept) if concept else "",
        choices=sorted(
            ((facts().key(iri), facts().label(iri)) for iri in facts().broader),
            key=lambda choice: choice[1].casefold(),
        ),
        sparql=behind.frames(concept),
        exports=g.formats,
    )


def _picture(found: tuple[Frame, ...], concept: str, *, standalone: bool = False) -> str:
    what = f"“{facts().label(concept)}”" if concept else "working together"
    return picture.render(
        found,
        links().page,
        title=f"How {what} was framed over time",
        day=carry.day(),
        standalone=standalone,
    )


def _rows(found: tuple[Frame, ...]) -> Iterator[list[str]]:
    for frame in found:
        for use in frame.uses:
            yield [
                use.iri, frame.iri, frame.label, use.document, use.document_label, use.date, use.text,
            ]  # fmt: skip


def _json(found: tuple[Frame, ...]) -> list[dict[str, Any]]:
    return [
        {
            "frame": frame.iri,
            "label": frame.label,
            "half": frame.half.isoformat() if frame.half else None,
            "uses": [
                {"articulation": use.iri, "document": use.document,
                 "documentLabel": use.document_label, "date": use.date, "text": use.text}
                for use in frame.uses
            ],
        }
        for frame in found
    ]  # fmt: skip
