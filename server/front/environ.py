"""The WSGI environment of a request, from what was read off the wire (PEP 3333)."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes

SOFTWARE = "reformgraph"
GONE = "reformgraph.gone"
"""In the environment: a function that says whether the client has hung up."""
_OWN_NAME = {"HTTP_CONTENT_TYPE": "CONTENT_TYPE", "HTTP_CONTENT_LENGTH": "CONTENT_LENGTH"}


@lru_cache(1_024)
def _name(header: bytes) -> str:
    """Return the name under which a header stands, empty for one that must not.

    A name with an underscore could pass for another one with a hyphen, which a proxy in front
    of us may have taken care to set itself.
    """
    if b"_" in header:
        return ""
    name = "HTTP_" + header.decode("latin-1").upper().replace("-", "_")
    return _OWN_NAME.get(name, name)


def environment(
    method: str,
    raw_path: bytes,
    query: bytes,
    headers: Iterable[tuple[bytes, bytes]],
    *,
    version: str,
    scheme: str,
    server: tuple[str, int | None] | None,
    client: tuple[str, int] | None,
) -> dict[str, Any]:
    """Return the environment of a request without a body; ``wsgi.input`` is empty.

    ``raw_path`` and ``query`` as they came, percent-encoded. A header that came twice is one
    with a comma, as RFC 9110 §5.3 has it (cookies with a semicolon, RFC 6265 §5.4).
    """
    path = raw_path if b"%" not in raw_path else unquote_to_bytes(raw_path)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path.decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{version}",
        "SERVER_NAME": server[0] if server else "localhost",
        "SERVER_PORT": str((server and server[1]) or 0),
        "SERVER_SOFTWARE": SOFTWARE,
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scheme,
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for header, value in headers:
        name = _name(header)
        if name:
            text = value.decode("latin-1")
            if name in environ:
                text = f"{environ[name]}{'; ' if name == 'HTTP_COOKIE' else ','}{text}"
            environ[name] = text
    return environ
