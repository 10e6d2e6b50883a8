"""Citations to take away: BibTeX, CSL-JSON and plain text for a page."""

from __future__ import annotations

from flask import Blueprint
from werkzeug.wrappers import Response

from reformgraph.server import formats, respond
from reformgraph.server.reading import cite, entity
from reformgraph.server.service import links, service, store

blueprint = Blueprint("cite", __name__)


@blueprint.get("/cite/<path:name>.<any(bib, json, txt):suffix>")
def citation(name: str, suffix: str) -> Response:
    """Give the citation of the entity with this slug: ``bib``, ``json`` (CSL-JSON) or ``txt``."""
    iri = store().resolve(name)

    def made() -> cite.Citing:
        found = entity.read(store(), links(), iri)
        return cite.citing(found, store().generation, service().settings.public_url)

    file = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)[:80]
    if suffix == "bib":
        return respond.answer(lambda: made().bibtex + "\n", formats.BIBTEX, name=file)
    if suffix == "json":
        return respond.answer(lambda: made().csl + "\n", formats.CSL, name=file)
    return respond.answer(lambda: made().plain + "\n", formats.TEXT, name=file)
