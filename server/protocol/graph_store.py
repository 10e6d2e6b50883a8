"""``/graph-store``: the reading side of the SPARQL 1.1 Graph Store HTTP Protocol.

https://www.w3.org/TR/sparql11-http-rdf-update/ §4 (naming) and §5.2, §5.6 (GET, HEAD).
"""

from __future__ import annotations

import hashlib
from difflib import get_close_matches
from urllib.parse import quote

from flask import Blueprint, Response, request
from pyoxigraph import NamedNode

from reformgraph.errors import MethodNotAllowed, NotFound, UsageError
from reformgraph.server.protocol import cors
from reformgraph.server.protocol.description import address
from reformgraph.server.protocol.formats import GRAPHS, HTML, Offer, choose_of
from reformgraph.server.protocol.request import fields_of
from reformgraph.server.protocol.running import whole
from reformgraph.server.service import service, store
from reformgraph.store.answer import Answer
from reformgraph.store.scan import scan

blueprint = Blueprint("graph_store", __name__)

METHODS = ("GET", "HEAD", "OPTIONS")
RDF = tuple(offer for offer in GRAPHS if offer is not HTML)
# These can say which graph a statement is in; the first is the default for all graphs together.
DATASETS = tuple(offer for name in ("trig", "nq", "jsonld") for offer in RDF if offer.name == name)

_UNION = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_ANY = [*METHODS, "POST", "PUT", "PATCH", "DELETE"]


@blueprint.route("/graph-store", methods=_ANY, provide_automatic_options=False)
def indirect() -> Response:
    """Answer with the graph that ``?graph=`` or ``?default`` names; with neither, with all."""
    if (refused := _method()) is not None:
        return refused
    fields = fields_of(request.query_string)
    for name in ("graph", "default", "format"):
        if len(fields.get(name, ())) > 1:
            raise UsageError(f"the parameter {name} was given twice", where={"field": name})
    (form,) = fields.get("format", ("",))
    if "graph" in fields and "default" in fields:
        raise UsageError("graph and default were both given", where={"field": "default"})
    if "default" in fields:
        return _answer("", form)
    if "graph" in fields:
        (iri,) = fields["graph"]
        return _answer(_known(_absolute(iri)), form)
    return _answer(None, form)


@blueprint.route("/graph-store/<path:name>", methods=_ANY, provide_automatic_options=False)
def direct(name: str) -> Response:
    """Answer with the graph whose IRI is this very address, or has ``name`` behind the base."""
    if (refused := _method()) is not None:
        return refused
    fields = fields_of(request.query_string)
    (form,) = fields.get("format", ("",))[:1]
    held = store().generation.graphs
    path = quote(name, safe="/-._~!$&'()*+,;=:@")
    for iri in (
        address(f"/graph-store/{path}"),
        address(f"/graph-store/{name}"),
        f"{store().generation.base}graph/{path}",
        f"{store().generation.base}graph/{name}",
    ):
        if iri in held:
            return _answer(iri, form)
    raise _unknown(f"{store().generation.base}graph/{name}")


@blueprint.after_request
def _open_to_all(response: Response) -> Response:
    return cors.opened(response)


def _method() -> Response | None:
    if request.method == "OPTIONS":
        return cors.preflight(METHODS)
    if request.method not in METHODS:
        raise MethodNotAllowed(
            "graphs are read here, not written: a build writes them",
            headers={"Allow": ", ".join(METHODS)},
        )
    return None


def _absolute(iri: str) -> str:
    try:
        return str(NamedNode(iri).value)
    except ValueError:
        raise UsageError(
            f"graph is {iri[:80]!r}, expected an absolute IRI", where={"field": "graph"}
        ) from None


def _known(iri: str) -> str:
    if iri not in store().generation.graphs:
        raise _unknown(iri)
    return iri


def _unknown(iri: str) -> NotFound:
    graphs = [graph for graph in store().generation.graphs if graph]
    near = get_close_matches(iri[:500], graphs, n=3, cutoff=0.6)
    return NotFound(f"There is no graph <{iri[:200]}> here.", hints=near)


def _answer(graph: str | None, wanted: str) -> Response:
    """Answer with a graph, "" for the default graph, None for all of them."""
    offers = DATASETS if graph is None else RDF
    offer, media_type = choose_of(offers, wanted, request.headers.get("Accept"), "a graph")
    tag = _tag(store().generation.id, graph, media_type)
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        answer = _run(graph, offer)
        response = whole(answer)
        response.content_type = offer.content_type(media_type)
        tag = _tag(answer.generation, graph, media_type)
    # Weak: what is the same graph need not be written in the same order.
    response.set_etag(tag, weak=True)
    response.headers["Cache-Control"] = "public, no-cache"
    response.vary.add("Accept")
    return response


def _run(graph: str | None, offer: Offer) -> Answer:
    pool, _ = service().asking()
    if graph == "" and not store().generation.own_default:
        # A statement may stand in several graphs, and is one in their union.
        return pool.run(_UNION, offer.engine, scanned=scan(_UNION))
    return pool.dump(graph, offer.engine)


def _tag(generation: str, graph: str | None, media_type: str) -> str:
    text = f"graph-store\n{generation}\n{graph}\n{media_type}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
