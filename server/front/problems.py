"""Problem documents for what the application never sees (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus


def problem(status: int, detail: str) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers and body of an answer after which the connection is closed."""
    told = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    body = json.dumps(told).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"x-content-type-options", b"nosniff"),
        (b"connection", b"close"),
    ]
    return status, headers, body
