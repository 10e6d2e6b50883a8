"""The ontology for people and machines."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import pyoxigraph
from flask import Blueprint, g, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound
from reformgraph.ontology.files import ontology_triples
from reformgraph.ontology.terms import OWL, RG
from reformgraph.queries import behind
from reformgraph.server import formats, respond
from reformgraph.server.formats import HTML, TURTLE
from reformgraph.server.pages.offers import Offer
from reformgraph.server.pictures.classes import render
from reformgraph.server.pictures.described import described
from reformgraph.server.reading.restrictions import restrictions
from reformgraph.server.reading.terms import Term, documented_by, terms, tree
from reformgraph.server.service import links, service, store

blueprint = Blueprint("ontology", __name__)


@cache
def _turtle() -> bytes:
    return files("reformgraph.ontology").joinpath("reform.ttl").read_bytes()


@cache
def _triples() -> tuple[pyoxigraph.Triple, ...]:
    return tuple(
        quad.triple for quad in pyoxigraph.parse(_turtle(), format=pyoxigraph.RdfFormat.TURTLE)
    )


def _version() -> str:
    return next(t.object.value for t in _triples() if t.predicate == OWL.versionInfo)  # type: ignore[union-attr]


def _shown() -> tuple[tuple[Term, ...], Markup]:
    """Read the terms and draw their classes, with the alignments beside ``reform.ttl`` itself."""
    triples = tuple(ontology_triples())
    picture = render(tree(_triples(), store()), title="The classes")
    return terms(triples, restrictions(_triples()), store(), links()), picture


@blueprint.get("/ontology", defaults={"suffix": ""})
@blueprint.get("/ontology.<any(html, ttl, rdf, nt, jsonld):suffix>")
def ontology(suffix: str) -> Response:
    """Serve ``reform.ttl`` as it is kept, in other RDF formats, or as a list of its terms."""
    asked = next((f for f in formats.ONTOLOGY if f.suffix == suffix), None)
    form = formats.chosen(formats.ONTOLOGY, asked)
    here = f"{request.script_root}/ontology"
    g.formats = [
        Offer(f.name, f"{here}.{f.suffix}", f.media_type) for f in formats.ONTOLOGY if f is not HTML
    ]
    if form is TURTLE:
        return respond.answer(_turtle, form, name="reform")
    if form is not HTML:
        return respond.answer(lambda: formats.serialise(_triples(), form), form, name="reform")
    return respond.page("ontology.html", _page)


def _page() -> dict[str, Any]:
    key = ("ontology", store().generation.id, links().root)
    shown, picture = service().remember(key, _shown)
    return {
        "classes": [term for term in shown if term.is_class],
        "properties": [term for term in shown if not term.is_class],
        "picture": picture,
        "said": described(picture),
        "sparql": behind.classes(),
        "iri": RG.iri,
        "version": _version(),
        "by": documented_by(store()),
    }


@blueprint.get("/ontology/<name>")
def term(name: str) -> Response:
    """Send to the term on the page of the ontology, or to the Turtle for RDF clients."""
    stem, asked = formats.split_suffix(name, formats.ONTOLOGY)
    if stem not in RG:
        near = [known for known in RG if known.lower() == stem.lower()]
        said = f" Did you mean {near[0]}?" if near else ""
        raise NotFound(f"The ontology has no term “{stem[:80]}”.{said}")
    form = formats.chosen(formats.ONTOLOGY, asked)
    here = f"{request.script_root}/ontology"
    return respond.see_other(f"{here}#{stem}" if form is HTML else f"{here}.{form.suffix}")
