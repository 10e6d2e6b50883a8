"""``/sparql``: the query side of the SPARQL 1.1 Protocol, and a form for people.

https://www.w3.org/TR/sparql11-protocol/ §2.1 and §2.2; the service description is that of
https://www.w3.org/TR/sparql11-service-description/.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from reformgraph.errors import MethodNotAllowed, NotAcceptable, ReformGraphError
from reformgraph.server import negotiate
from reformgraph.server.protocol import cors, limits, page
from reformgraph.server.protocol.description import address, description
from reformgraph.server.protocol.formats import GRAPHS, HTML, Offer, choose
from reformgraph.server.protocol.labels import FAILED, tag
from reformgraph.server.protocol.request import Asked, read
from reformgraph.server.protocol.running import run, whole
from reformgraph.server.service import service, store
from reformgraph.store.scan import Scan, check, scan

blueprint = Blueprint("protocol", __name__)

METHODS = ("GET", "HEAD", "POST", "OPTIONS")


@blueprint.route(
    "/sparql",
    methods=[*METHODS, "PUT", "PATCH", "DELETE"],
    provide_automatic_options=False,
)
def sparql() -> Response:
    """Answer a query, a preflight, or a visitor without a query."""
    if request.method == "OPTIONS":
        return cors.preflight(METHODS)
    if request.method not in METHODS:
        allowed = ", ".join(METHODS)
        raise MethodNotAllowed(f"this address takes {allowed}", headers={"Allow": allowed})
    asked = read(request, service().settings.body_limit)
    if asked.query is None:
        return _greeting(asked.format)
    return _answer(asked.query, asked)


@blueprint.after_request
def _open_to_all(response: Response) -> Response:
    """Let scripts of any page read the answer: it is public and takes no credentials."""
    response.headers["Query-Limits"] = limits.header(service().settings)
    return cors.opened(response)


def _greeting(wanted: str) -> Response:
    """Answer without a query: the form for browsers, the service description for the rest."""
    rdf = [offer for offer in GRAPHS if offer is not HTML]
    if wanted:
        offer, _ = choose("DESCRIBE", wanted, None)
    else:
        names = {name: offer for offer in (*rdf, HTML) for name in (offer.engine, *offer.aliases)}
        try:
            offer = names[negotiate.choose(request.headers.get("Accept"), list(names))]
        except NotAcceptable:
            # A client of results formats only; the description tells it what there is.
            offer = rdf[0]
    if offer is HTML:
        return page.form()
    response = Response(description(offer.engine), content_type=offer.content_type(offer.engine))
    response.headers["Cache-Control"] = "public, no-cache"
    response.vary.add("Accept")
    return response


def _answer(query: str, asked: Asked) -> Response:
    found = scan(query)
    offer = media_type = None
    try:
        check(found, federation=bool(service().settings.federation))
        if found.form or asked.format:
            offer, media_type = choose(found.form, asked.format, request.headers.get("Accept"))
        if offer is HTML:
            return page.result(query, asked, found)
        return _machine(query, asked, found, offer, media_type)
    except ReformGraphError as error:
        # A person keeps the query that did not work; a program gets the problem document.
        if (_for_people(asked) and error.status < 500) or offer is HTML:
            return page.failure(query, error)
        raise


def _for_people(asked: Asked) -> bool:
    if asked.format:
        return asked.format == HTML.name
    accept = request.headers.get("Accept")
    try:
        names = ["application/json", HTML.engine, *HTML.aliases]
        return negotiate.choose(accept, names) != names[0]
    except NotAcceptable:
        return False


def _machine(
    query: str, asked: Asked, found: Scan, offer: Offer | None, media_type: str | None
) -> Response:
    """Answer in a format for programs. Without an offer the query's form decides."""
    known = _tag(store().generation.id, query, asked, media_type)
    matched = request.method != "POST" and request.if_none_match.contains_weak(known)
    if matched and not found.volatile:
        return _labelled(Response(status=304), known, volatile=False)
    if failed := request.environ.pop(FAILED, None):
        raise failed
    engine = offer.engine if offer else ""
    answer = run(query, engine, asked, found)
    response = whole(answer)
    sent = media_type if media_type and answer.media_type == engine else answer.media_type
    text = sent.startswith("text/")
    response.content_type = f"{sent}; charset=utf-8" if text else sent
    return _labelled(response, _tag(answer.generation, query, asked, media_type), found.volatile)


def _tag(generation: str, query: str, asked: Asked, media_type: str | None) -> str:
    return tag(generation, query, asked.dataset, media_type, address())


def _labelled(response: Response, name: str, volatile: bool) -> Response:
    if volatile:
        response.headers["Cache-Control"] = "no-store"
    else:
        # Strong: on one generation the engine gives the same bytes each time (tested).
        response.set_etag(name)
        response.headers["Cache-Control"] = "public, no-cache"
    response.vary.add("Accept")
    return response
