"""A thin WSGI layer before Flask: ``/sparql`` answers plain queries without its overhead.

Known ones: whole responses are kept as Flask made them, headers and all, under everything in a
request that Flask's route looks at, and under the generation. Tiny ones run
here (``protocol.tiny`` says which); other plain queries go to the query processes as from Flask,
and ``shapes`` says how their headers are learnt from it. So what is sent is byte
for byte what Flask would send, and whatever is not certain goes to Flask. Measured in
benchmarks/README.md.
"""

from __future__ import annotations

import io
import re
from binascii import a2b_qp
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeAlias
from urllib.parse import unquote_to_bytes

from werkzeug.wsgi import FileWrapper, get_current_url

from reformgraph.errors import ReformGraphError
from reformgraph.server import encoding
from reformgraph.server.observe import BY, DIGEST, ROUTE, SIZE, digest
from reformgraph.server.protocol import lookups
from reformgraph.server.protocol.cache import LARGEST, OVERHEAD, Bounded
from reformgraph.server.protocol.closures import Closure, Closures
from reformgraph.server.protocol.labels import FAILED, tag
from reformgraph.server.protocol.lookups import LookUp
from reformgraph.server.protocol.presence import has_gone
from reformgraph.server.protocol.tiny import Tiny, TooMuch, recognise, run
from reformgraph.server.service import Service
from reformgraph.server.shapes import Headers, Shape, Shapes
from reformgraph.store.embedded import EmbeddedStore
from reformgraph.store.scan import Scan, check, scan
from reformgraph.store.shortcuts import is_closure

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

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
_WELL_FORMED = re.compile(rb"(?:[^%\r\n]|%[0-9A-Fa-f]{2})*+\Z")
_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"


class _Key(NamedTuple):
    """Under what a response is kept."""

    generation: str
    method: str
    query_string: str
    body: bytes
    rest: tuple[Any, ...]

    @property
    def size(self) -> int:
        return 2 * (len(self.query_string) + len(self.body)) + OVERHEAD


@dataclass(frozen=True, slots=True)
class _Kept:
    status: str
    headers: Headers
    body: bytes
    digest: str = ""


@dataclass(frozen=True, slots=True)
class _Query:
    """A query for the query processes; ``found`` is what the scan saw."""

    query: str
    found: Scan

    @property
    def form(self) -> str:
        return self.found.form


class _Made(NamedTuple):
    """An answer that was made without Flask; ``body`` is a file when it is large."""

    body: bytes | BinaryIO
    length: int
    generation: str
    tag: str
    by: str = "pool"


_Wanted: TypeAlias = Tiny | LookUp | Closure | _Query


class FastPath:
    """The WSGI application in front of ``inner``; hand it to Flask as ``app.wsgi_app``.

    ``limit``: bytes of responses to keep. ``tiny``: answer tiny look-ups here.
    """

    def __init__(self, inner: WSGIApplication, service: Service, *, limit: int, tiny: bool) -> None:
        self.inner = inner
        self._service, self._tiny = service, tiny
        self._shapes, self._closures = Shapes(), Closures()
        self.kept: Bounded[_Kept] = Bounded(limit)
        self.made = 0
        """Queries that were answered without Flask, beside those that were kept."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from what is kept or in place, else let Flask answer and learn from it."""
        if environ["PATH_INFO"] not in PATHS or (key := self._key(environ)) is None:
            return self.inner(environ, start_response)
        kept = self.kept.get(key)
        if kept is not None:
            if key.method != "HEAD":
                environ[SIZE] = len(kept.body)
            environ[BY], environ[DIGEST], environ[ROUTE] = "kept", kept.digest, "/sparql"
            start_response(kept.status, list(kept.headers))
            return [kept.body]
        wanted, shape = self._recognise(key)
        if wanted is not None and shape.trusted:
            made = self._make(environ, key, wanted, shape)
            if made is not None:
                environ[BY], environ[SIZE] = made.by, made.length
                environ[DIGEST] = digest(wanted.query)
                return self._send(environ, start_response, key, shape, made)
        return self._pass_on(environ, start_response, key, wanted, shape)

    def _send(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        key: _Key,
        shape: Shape,
        made: _Made,
    ) -> Iterable[bytes]:
        self.made += 1
        environ[ROUTE] = "/sparql"
        headers = shape.fill(made.length, made.tag)
        if isinstance(made.body, bytes):
            if made.generation == key.generation:
                kept = _Kept(shape.status, headers, made.body, environ[DIGEST])
                self.kept.put(key, kept, key.size + made.length)
            start_response(shape.status, list(headers))
            # A list: granian hands it on in one piece.
            return [made.body]
        start_response(shape.status, headers)
        return FileWrapper(made.body, 1 << 16)

    def _key(self, environ: WSGIEnvironment) -> _Key | None:
        """Return under what an answer may be kept; None when Flask has to look at it."""
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
        try:
            generation = self._service.stores.get().generation.id
        except ReformGraphError:
            return None
        get = environ.get
        return _Key(generation, method, query_string, body, tuple([get(n) for n in _LOOKED_AT]))

    def _recognise(self, key: _Key) -> tuple[_Wanted | None, Shape]:
        """Return the plain query that a request holds, None for what Flask has to look at."""
        if key.method != "HEAD" and key.rest[-1] is None:
            text, other = _split(key)
            if text:
                wanted: _Wanted | None = self._in_place(text, key, other) if self._tiny else None
                wanted = wanted or _plain(text)
                if wanted is not None:
                    kind = (type(wanted), wanted.form, key.method, other, key.rest)
                    return wanted, self._shapes.get(kind)
        return None, Shape(-1)

    def _in_place(self, text: str, key: _Key, other: str) -> Tiny | LookUp | Closure | None:
        """Return what of a query can be answered in this process, if it is small enough."""
        if not other and "json" in (key.rest[7] or ""):  # Accept; what else it names is seen later
            if (found := lookups.recognise(text)) is not None:
                return found
            if is_closure(text):
                return Closure(text)
        return recognise(text)

    def _make(
        self, environ: WSGIEnvironment, key: _Key, wanted: _Wanted, shape: Shape
    ) -> _Made | None:
        """Answer in place or by the query processes; None when Flask has to answer."""
        address, media_type = shape.address, shape.media_type
        # What a client wants compressed Flask compresses, save what is too small for it.
        coded = bool(encoding.choose(environ.get("HTTP_ACCEPT_ENCODING")))
        if not address:
            public = self._service.settings.public_url
            address = shape.address = (
                f"{public.rstrip('/')}/sparql"
                if public
                else get_current_url(environ, strip_querystring=True)
            )
        generation, plain = key.generation, wanted
        if not isinstance(wanted, _Query):
            try:
                body = self._made_here(wanted, generation, media_type, address)
            except (SyntaxError, ValueError, OSError, RuntimeError, ReformGraphError):
                return None
            except TooMuch:
                # It looked small and is not: a query process answers it like any other.
                if isinstance(wanted, Tiny) or (other := _plain(wanted.query)) is None:
                    return None
                plain = other
            else:
                if coded and len(body) >= encoding.SMALLEST:
                    return None
                name = tag(generation, wanted.query, None, media_type, address)
                return _Made(body, len(body), generation, name, "tiny")
        assert isinstance(plain, _Query)
        try:
            answer = self._service.results.run(
                plain.query,
                media_type,
                base=address,
                scanned=plain.found,
                client=self._service.client(environ),
                gone=has_gone(environ),
            )
        except ReformGraphError as error:
            environ[FAILED] = error  # for the route to tell, without a second try
            return None
        name = tag(answer.generation, wanted.query, None, media_type, address)
        if answer.media_type != media_type or (coded and answer.length >= encoding.SMALLEST):
            answer.file.close()
            return None
        if answer.length > LARGEST:
            return _Made(answer.file, answer.length, answer.generation, name)
        with answer:
            return _Made(answer.file.read(), answer.length, answer.generation, name)

    def _made_here(
        self, wanted: Tiny | LookUp | Closure, generation: str, media_type: str, address: str
    ) -> bytes:
        """Answer a small query in this process; raises TooMuch, and what the engine raises."""
        store = self._service.stores.get()
        # A dataset with a default graph of its own is not the union that these ask.
        if (
            store.generation.id != generation
            or store.generation.own_default
            or not isinstance(store, EmbeddedStore)
        ):
            raise ValueError("another store than the one that can be read here")
        if isinstance(wanted, Tiny):
            return run(store.graph, wanted, media_type, address)
        if media_type != lookups.JSON:
            raise TooMuch
        if isinstance(wanted, LookUp):
            return lookups.run(store.graph, wanted)
        return self._closures.run(store.generation, wanted.query, media_type)

    def _pass_on(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        key: _Key,
        wanted: _Wanted | None,
        shape: Shape,
    ) -> Iterable[bytes]:
        told: list[tuple[str, Headers]] = []

        def tell(status: str, headers: Headers, exc_info: Any = None) -> Any:
            told.append((status, headers))
            return lambda _: None

        pieces = self.inner(environ, tell)
        status, headers = told[-1]
        fields = {name.lower(): value for name, value in headers}
        length = fields.get("content-length", "")
        bare = status.startswith("304")
        if not bare and (not length.isdigit() or int(length) > LARGEST):
            start_response(status, headers)
            return pieces
        try:
            body = b"".join(pieces)
        finally:
            if close := getattr(pieces, "close", None):
                close()
        if _may_be_kept(status, fields):
            kept = _Kept(status, list(headers), body, environ.get(DIGEST, ""))
            self.kept.put(key, kept, key.size + len(body))
            if wanted is not None and shape.left > 0:
                self._learn(environ, key, wanted, shape, _Kept(status, headers, body))
        start_response(status, headers)
        return [body]

    def _learn(
        self,
        environ: WSGIEnvironment,
        key: _Key,
        wanted: _Wanted,
        shape: Shape,
        flask: _Kept,
    ) -> None:
        media = {name.lower(): value for name, value in flask.headers}.get("content-type", "")
        ours = self._make(environ, key, wanted, Shape(headers=(("Content-Type", media),)))
        if ours is not None and isinstance(ours.body, bytes):
            shape.learn(flask.status, flask.headers, flask.body, (ours.body, ours.tag))


def _plain(text: str) -> _Query | None:
    """Return a query that the route would run as it stands; None for what it would look into."""
    found = scan(text)
    if found.volatile or not found.form or found.undeclared:
        return None
    try:
        check(found)
    except ReformGraphError:
        return None
    return _Query(text, found)


def _split(key: _Key) -> tuple[str, str]:
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
    return _text(_unquoted(first[6:].replace("+", " "))), second


def _unquoted(text: str) -> bytes:
    """Decode percent-encoding as urllib does, in C where that is the same."""
    data = text.encode()
    if _WELL_FORMED.match(data):
        return a2b_qp(data.replace(b"=", b"=3D").replace(b"%", b"="))
    return unquote_to_bytes(text)


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def _may_be_kept(status: str, fields: Mapping[str, str]) -> bool:
    return (
        status.startswith(("200", "304"))
        and "etag" in fields
        and "no-store" not in fields.get("cache-control", "no-store")
    )
