"""``/sparql``: the query side of the SPARQL 1.1 Protocol, and a form for people.

https://www.w3.org/TR/sparql11-protocol/ §2.1 and §2.2; the service description is that of
https://www.w3.org/TR/sparql11-service-description/.
"""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, request
from werkzeug.wsgi import FileWrapper

from reformgraph.errors import MethodNotAllowed, NotAcceptable, ReformGraphError
from reformgraph.server import negotiate
from reformgraph.server.protocol import page
from reformgraph.server.protocol.description import address, description
from reformgraph.server.protocol.formats import GRAPHS, HTML, Offer, choose
from reformgraph.server.protocol.request import Asked, read
from reformgraph.server.service import service, store
from reformgraph.store.pool import Answer
from reformgraph.store.scan import Scan, check, scan

blueprint = Blueprint("protocol", __name__)

METHODS = ("GET", "HEAD", "POST", "OPTIONS")
IN_MEMORY = 1 << 20
"""Bytes up to which an answer is sent as one piece."""


@blueprint.route(
    "/sparql",
    methods=[*METHODS, "PUT", "PATCH", "DELETE"],
    provide_automatic_options=False,
)
def sparql() -> Response:
    """Answer a query, a preflight, or a visitor without a query."""
    if request.method == "OPTIONS":
        return _preflight()
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
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "Content-Length, ETag, Retry-After"
    return response


def _preflight() -> Response:
    response = Response(status=204)
    response.headers["Allow"] = ", ".join(METHODS)
    response.headers["Access-Control-Allow-Methods"] = ", ".join(METHODS)
    response.headers["Access-Control-Allow-Headers"] = "Accept, Content-Type, If-None-Match"
    response.headers["Access-Control-Max-Age"] = "86400"
    return response


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
        check(found)
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
    tag = _tag(store().generation.id, query, asked, media_type)
    if not found.volatile and request.method != "POST" and request.if_none_match.contains_weak(tag):
        return _labelled(Response(status=304), tag, volatile=False)
    engine = offer.engine if offer else ""
    # RFC 3986 §5.1.3: a query without BASE is resolved against the address it was sent to.
    answer = service().pool.run(query, engine, asked.dataset, base=address(), scanned=found)
    response = _whole(answer)
    sent = media_type if media_type and answer.media_type == engine else answer.media_type
    text = sent.startswith("text/")
    response.content_type = f"{sent}; charset=utf-8" if text else sent
    return _labelled(response, _tag(answer.generation, query, asked, media_type), found.volatile)


def _whole(answer: Answer) -> Response:
    """Send an answer with its length, so that a cut one is seen as cut (hazard 23)."""
    if answer.length <= IN_MEMORY or request.method == "HEAD":
        with answer:
            response = Response(b"" if request.method == "HEAD" else answer.file.read())
    else:
        response = Response(FileWrapper(answer.file, 1 << 16), direct_passthrough=True)
        response.call_on_close(answer.file.close)
    response.content_length = answer.length
    return response


def _tag(generation: str, query: str, asked: Asked, media_type: str | None) -> str:
    text = f"{generation}\n{media_type}\n{asked.dataset}\n{address()}\n{query}"
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _labelled(response: Response, tag: str, volatile: bool) -> Response:
    if volatile:
        response.headers["Cache-Control"] = "no-store"
    else:
        # Weak: the engine may give rows in another order, and that is the same answer.
        response.set_etag(tag, weak=True)
        response.headers["Cache-Control"] = "public, no-cache"
    response.vary.add("Accept")
    return response
