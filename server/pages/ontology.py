"""The ontology for people and machines."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import pyoxigraph
from flask import Blueprint, g, request
from werkzeug.wrappers import Response

from reformgraph.errors import NotFound
from reformgraph.ontology.terms import RG
from reformgraph.server import formats, respond
from reformgraph.server.formats import HTML, TURTLE
from reformgraph.server.pages.entity import Offer
from reformgraph.server.reading.terms import Term, terms

blueprint = Blueprint("ontology", __name__)


@cache
def _turtle() -> bytes:
    return files("reformgraph.ontology").joinpath("reform.ttl").read_bytes()


@cache
def _triples() -> tuple[pyoxigraph.Triple, ...]:
    return tuple(
        quad.triple for quad in pyoxigraph.parse(_turtle(), format=pyoxigraph.RdfFormat.TURTLE)
    )


@cache
def _terms() -> tuple[Term, ...]:
    return terms(_triples())


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
    classes = [term for term in _terms() if term.is_class]
    properties = [term for term in _terms() if not term.is_class]
    return respond.page("ontology.html", classes=classes, properties=properties, iri=RG.iri)


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
