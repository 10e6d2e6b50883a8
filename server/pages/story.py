"""The story of one item: its lineage in sentences, with footnotes."""

from __future__ import annotations

from flask import Blueprint, g, render_template
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound
from reformgraph.server import formats, respond
from reformgraph.server.formats import HTML, JSON, MARKDOWN
from reformgraph.server.pages.offers import Offer
from reformgraph.server.reading import graph, manuscript, story
from reformgraph.server.service import links, store

blueprint = Blueprint("story", __name__)


@blueprint.get("/story")
def focal() -> Response:
    """Send to the story of the focal item; where there are several, to the list of stories."""
    items = graph.focal_items(store())
    if items:
        one = len(items) == 1
        return respond.see_other(links().story(items[0]) if one else links().stories())
    raise NotFound("No timeline of this graph names a focal item.")


@blueprint.get("/story/<path:name>")
def page(name: str) -> Response:
    """Tell the lineage of the item with this slug."""
    slug, suffix = formats.split_suffix(name, formats.STORY)
    iri = store().resolve(slug)
    slug = graph.slug_of(store(), iri)
    if not slug:
        raise NotFound(f"<{iri[:200]}> is nothing that has a story.")
    form = formats.chosen(formats.STORY, suffix)
    here = links().story(slug)
    g.formats = [
        Offer(f.name, f"{here}.{f.suffix}", f.media_type) for f in formats.STORY if f is not HTML
    ]

    def told() -> story.StoryPage:
        return story.read(store(), links(), iri)

    if form is JSON:
        return respond.as_json(lambda: story.as_json(told()), name=f"{slug}-story")
    if form is HTML:
        return respond.answer(lambda: _html(told()), HTML)
    write = manuscript.markdown if form is MARKDOWN else manuscript.plain
    return respond.answer(lambda: write(told()), form, name=f"{slug}-story")


def _html(page: story.StoryPage) -> str:
    notes = {note.number: note for note in page.telling.notes}
    return render_template(
        "story.html", page=page, notes=notes, assurance=manuscript.assurance(page)
    )
