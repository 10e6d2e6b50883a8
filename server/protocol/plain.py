"""A request to ``/sparql`` as whole: under what its answer may be kept, and the query that it holds."""

from __future__ import annotations

import io
import re
from binascii import a2b_qp
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote_to_bytes

from reformgraph.server.protocol.cache import OVERHEAD

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PATHS = frozenset({"/sparql", "/sparql/"})
METHODS = frozenset({"GET", "HEAD", "POST"})
LONGEST = 65_536
"""Bytes of a query string or body that is looked up; longer ones are rare and go to Flask."""
# With one of these the answer may be of another kind; Flask knows.
_UNSURE = ("HTTP_RANGE", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_CONTENT_ENCODING")
# Of a request all that the route, or the address of the endpoint, depends on beside its query.
# With If-None-Match a 304 is kept like any other answer.
_LOOKED_AT = (
    *("PATH_INFO", "SCRIPT_NAME", "wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT"),
    *("CONTENT_TYPE", "HTTP_ACCEPT", "HTTP_ACCEPT_ENCODING", "HTTP_IF_NONE_MATCH"),
)
ACCEPT = _LOOKED_AT.index("HTTP_ACCEPT")
"""Where in the rest of a key it stands."""
# What binascii would decode otherwise than a URL is decoded.
_ODD = re.compile(rb"%(?![0-9A-Fa-f]{2})|[\r\n]")
_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"


class Key(NamedTuple):
    """Under what a response is kept."""

    generation: str
    method: str
    query_string: str
    body: bytes
    rest: tuple[Any, ...]

    @property
    def size(self) -> int:
        """Bytes that it takes, with the entry under it."""
        return 2 * (len(self.query_string) + len(self.body)) + OVERHEAD


def key_of(environ: WSGIEnvironment, generation: str) -> Key | None:
    """Return under what the answer to a request to :data:`PATHS` may be kept; None when Flask has to look.

    The body is read; another stream with it takes its place.
    """
    method, query_string = environ["REQUEST_METHOD"], environ.get("QUERY_STRING", "")
    if method not in METHODS or len(query_string) > LONGEST:
        return None
    for name in _UNSURE:
        if name in environ:
            return None
    body = b""
    if method == "POST":
        length = environ.get("CONTENT_LENGTH") or ""
        if not (length.isascii() and length.isdigit() and len(length) < 6):
            return None
        if "HTTP_TRANSFER_ENCODING" in environ:
            return None
        body = environ["wsgi.input"].read(int(length))
        environ["wsgi.input"] = io.BytesIO(body)
        if len(body) < int(length):
            return None  # the client broke off
    elif not query_string:
        return None  # the form, or the service description
    get = environ.get
    return Key(generation, method, query_string, body, tuple([get(n) for n in _LOOKED_AT]))


def split(key: Key) -> tuple[str, str]:
    """Return the text of the query and what stands beside it; no text for what is not plain."""
    content_type = key.rest[6] or ""
    if key.method == "GET":
        fields = key.query_string
    elif content_type.startswith(_FORM) and not key.query_string:
        fields = key.body.decode("latin-1")
    elif content_type.startswith(_QUERY) and "&" not in key.query_string:
        # What else stands in the address may name another generation, or less time.
        if key.query_string and not key.query_string.startswith("format="):
            return "", ""
        return _text(key.body), key.query_string
    else:
        return "", ""
    first, separator, second = fields.partition("&")
    if not first.startswith("query="):
        first, second = second, first
    # With any third parameter, or any other second one, let Flask see to it.
    if not first.startswith("query=") or "&" in first + second:
        return "", ""
    if separator and not second.startswith("format="):
        return "", ""
    return query_in(first[6:]), second


def unquoted(text: str) -> bytes:
    """Decode percent-encoding as urllib does, in C where that is the same."""
    data = text.encode()
    if _ODD.search(data):
        return unquote_to_bytes(text)
    return a2b_qp(data.replace(b"=", b"=3D").replace(b"%", b"="))


def query_in(field: str) -> str:
    """Return the query in a percent-encoded form field's value, "" if it is not UTF-8."""
    return _text(unquoted(field.replace("+", " ")))


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return ""
