"""Handing a query of a request to the query processes, and their answer to the client."""

from __future__ import annotations

from flask import Response, request

from reformgraph.ontology.terms import PREFIXES
from reformgraph.server.front.environ import GONE
from reformgraph.server.observe import BY, DIGEST, digest
from reformgraph.server.protocol.description import address
from reformgraph.server.protocol.request import Asked
from reformgraph.server.service import service
from reformgraph.store.answer import Answer
from reformgraph.store.scan import Scan

IN_MEMORY = 1 << 20
"""Bytes up to which an answer is sent as one piece."""


def run(query: str, media_type: str, asked: Asked, found: Scan) -> Answer:
    """Run a query with what its request and the settings say; raises what the pool raises.

    RFC 3986 §5.1.3: a query without BASE is resolved against the address it was sent to. Common
    prefixes that it does not declare are declared for it, unless the settings say otherwise.
    """
    request.environ[BY] = "flask"
    request.environ[DIGEST] = digest(query)
    _, results = service().asking()
    return results.run(
        query,
        media_type,
        asked.dataset,
        base=address(),
        scanned=found,
        client=service().client(request.environ),
        timeout=asked.timeout,
        gone=request.environ.get(GONE),
        common=PREFIXES if service().settings.common_prefixes == "on" else None,
    )


def whole(answer: Answer) -> Response:
    """Send an answer with its length, so that a cut one is seen as cut (hazard 23).

    Raises Busy when it is large and as many large ones as can be are being read.
    """
    if answer.length <= IN_MEMORY or request.method == "HEAD":
        with answer:
            response = Response(b"" if request.method == "HEAD" else answer.file.read())
    else:
        response = Response(service().streams.open(answer.file), direct_passthrough=True)
    response.content_length = answer.length
    return response
