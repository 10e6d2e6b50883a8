"""Problem documents for what the application never sees (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus

from reformgraph.server.errors import PROBLEM, Problem, document

NAMES = {
    400: "bad-request",
    408: "request-timeout",
    414: "uri-too-long",
    431: "headers-too-long",
}


def problem(status: int, detail: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers and body of an answer after which the connection is closed.

    ``status``: one of :data:`NAMES`.
    """
    title = HTTPStatus(status).phrase.capitalize()
    body = document(Problem(status, NAMES[status], title, detail)).encode()
    headers = [
        (b"content-type", PROBLEM.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    return status, headers, body
