"""The front page: each story at a glance."""

from __future__ import annotations

from flask import Blueprint, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from reformgraph.queries import behind, catalogue
from reformgraph.queries.lineage import lineage
from reformgraph.server import respond
from reformgraph.server.formats import HTML
from reformgraph.server.pictures.described import described
from reformgraph.server.pictures.lineage import render
from reformgraph.server.reading.overview import Timeline, overview
from reformgraph.server.reading.questions import groups
from reformgraph.server.reading.steps import Step, steps
from reformgraph.server.service import links, store
from reformgraph.server.words import in_title

blueprint = Blueprint("home", __name__)

# The nearest few: the whole lineage is one click away.
NODES = 24
# A graph may hold many timelines: so many are drawn, all are listed.
PICTURES = 4


@blueprint.get("/")
def home() -> Response:
    """Show the lineage of each story's focal item, the questions and what is in the graph."""
    return respond.answer(_html, HTML)


def _html() -> str:
    found = overview(store(), links())
    stories = [timeline for timeline in found.timelines if timeline.focal]
    pictures = [_picture(timeline) for timeline in stories[:PICTURES]]
    return render_template(
        "home.html",
        overview=found,
        stories=stories if len(stories) > 1 else [],
        in_title=in_title,
        pictures=[picture for picture in pictures if picture],
        groups=groups(catalogue.load().values()),
    )


def _picture(timeline: Timeline) -> tuple[Timeline, Markup, Markup, list[Step], str] | None:
    """Return a story with its picture, that in words, the same as rows, and the query behind it."""
    focal = timeline.focal
    if focal is None:
        return None
    traced = lineage(store(), focal.iri, direction="antecedents", limit=NODES)
    more = links().lineage(focal.slug or focal.iri)
    svg = render(
        traced,
        links().page,
        title=f"What {in_title(focal.label, focal.type)} draws on",
        limit=NODES,
        more_href=more,
    )
    # The renderer escapes every label and address; its tests hold it to that.
    return (
        timeline,
        Markup(svg),  # noqa: S704
        described(svg),
        steps(traced, links()),
        behind.lineage(focal.iri, "antecedents", None, behind.Asked()),
    )
