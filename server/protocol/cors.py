"""Cross-origin requests: what is served is public and takes no credentials (Fetch, CORS)."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response

EXPOSED = "Content-Length, ETag, Link, Query-Limits, Retry-After"
SENT = "Accept, Accept-Language, Cache-Control, Content-Type, If-None-Match, X-Requested-With"


def opened(response: Response) -> Response:
    """Let scripts of any page read the answer."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    return response


def preflight(methods: Sequence[str]) -> Response:
    """Answer the question that a browser asks before the request itself."""
    response = Response(status=204)
    response.headers["Allow"] = ", ".join(methods)
    response.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
    response.headers["Access-Control-Allow-Headers"] = SENT
    response.headers["Access-Control-Max-Age"] = "86400"
    return response
