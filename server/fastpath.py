"""A thin WSGI layer before Flask: ``/sparql`` answers plain queries without its overhead.

Known ones: whole responses are kept as Flask made them, headers and all, under everything in a
request that Flask's route looks at, and under the generation. Tiny ones run
here (``protocol.tiny`` says which); other plain queries go to the query processes as from Flask,
and ``shapes`` says how their headers are learnt from it. So what is sent is byte
for byte what Flask would send, and whatever is not certain goes to Flask. Measured in
benchmarks/README.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeAlias

from werkzeug.wsgi import FileWrapper, get_current_url

from reformgraph.errors import ReformGraphError
from reformgraph.server import encoding
from reformgraph.server.front.environ import GONE
from reformgraph.server.observe import BY, DIGEST, ROUTE, SIZE, Ready, digest
from reformgraph.server.protocol.beforehand import Beforehand, Foreknown
from reformgraph.server.protocol.cache import LARGEST, Bounded
from reformgraph.server.protocol.labels import FAILED, tag
from reformgraph.server.protocol.plain import ACCEPT, PATHS, Key, key_of, split
from reformgraph.server.protocol.tiny import Tiny, recognise, run
from reformgraph.server.service import Service
from reformgraph.server.shapes import Headers, Shape, Shapes, Way
from reformgraph.store import Store
from reformgraph.store.embedded import EmbeddedStore
from reformgraph.store.known import lookups
from reformgraph.store.known.lookups import LookUp, TooMuch
from reformgraph.store.known.statements import JSON
from reformgraph.store.scan import Scan, check, scan

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SEEN = "reformgraph.seen"
"""In the environment: what :meth:`FastPath.at_once` made of a request that it did not answer."""


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


_Wanted: TypeAlias = Tiny | LookUp | Foreknown | _Query


class _Seen(NamedTuple):
    """What a request is: the plain query that it holds, if any, and what its answers look like."""

    key: Key
    wanted: _Wanted | None
    shape: Shape


class FastPath:
    """The WSGI application in front of ``inner``; hand it to Flask as ``app.wsgi_app``.

    ``limit``: bytes of responses to keep. ``tiny``: answer tiny look-ups here.
    """

    def __init__(self, inner: WSGIApplication, service: Service, *, limit: int, tiny: bool) -> None:
        self.inner = inner
        self._service, self._tiny = service, tiny
        self._shapes, self._beforehand = Shapes(), Beforehand(service.stores)
        self.kept: Bounded[_Kept] = Bounded(limit)
        self.made = 0
        """Queries that were answered without Flask, beside those that were kept."""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from what is kept or in place, else let Flask answer and learn from it."""
        seen = environ.pop(SEEN, None)
        if seen is None:
            with suppress(ReformGraphError):
                self._service.stores.get()  # here is time to look for a new generation
            seen = self._look(environ)
        if isinstance(seen, Ready):
            if environ["REQUEST_METHOD"] != "HEAD":
                environ[SIZE] = len(seen.body)
            environ[BY], environ[DIGEST], environ[ROUTE] = seen.by, seen.digest, "/sparql"
            start_response(seen.status, list(seen.headers))
            return [seen.body]
        if seen is None:
            return self.inner(environ, start_response)
        key, wanted, shape = seen
        if wanted is not None and shape.trusted:
            made = self._by_pool(environ, key, wanted, shape)
            if made is not None:
                environ[BY], environ[SIZE] = "pool", made.length
                environ[DIGEST], environ[ROUTE] = digest(wanted.query), "/sparql"
                return self._send(start_response, key, shape, made, environ[DIGEST])
        return self._pass_on(environ, start_response, key, wanted, shape)

    def at_once(self, environ: WSGIEnvironment) -> Ready | None:
        """Return what is kept or can be answered in place; a call later goes on from there."""
        seen = self._look(environ)
        if isinstance(seen, Ready):
            return seen
        if seen is not None:
            environ[SEEN] = seen
        return None

    def ask(self, way: Way, query: str, asked: LookUp | None = None) -> Ready | None:
        """Return the answer to ``query`` if it can be given in place and ``way`` knows its shape.

        Two ways to one answer: this one skips what :meth:`at_once` looks at in a request, and
        keeps nothing. ``asked``: what the query is, where that is known.
        """
        store, wanted = self._store(), asked or self._in_place(query, way.accept, "")
        if wanted is None or (shape := self._shape(way, wanted)) is None:
            return None
        try:
            made = self._in_process(wanted, store, shape, coded=way.coded)
            if made is None or store is None:
                return None
            head = shape.head(len(made[0]), made[1])
        except (TooMuch, ValueError):
            return None
        self.made += 1
        id_, name = store.generation.id, digest(query)
        return Ready(shape.status, [], made[0], id_, "tiny", name, head, None, wanted)

    def _shape(self, way: Way, wanted: Tiny | LookUp | Foreknown) -> Shape | None:
        """Return the shape of the answers to a kind of query, if it is known already."""
        kind = (type(wanted), wanted.form)
        shape = way.shapes.get(kind)
        if shape is None:
            shape = way.shapes[kind] = self._shapes.get((*kind, "GET", "", way.rest))
        return shape if shape.trusted and shape.address else None

    def is_current(self, generation: str) -> bool:
        """Return whether ``generation`` is the one that is served."""
        return self._store(generation) is not None

    def _look(self, environ: WSGIEnvironment) -> Ready | _Seen | None:
        """Return an answer, or what a query is, or None for what only Flask knows."""
        if environ["PATH_INFO"] not in PATHS or (key := self._key(environ)) is None:
            return None
        kept = self.kept.get(key)
        if kept is not None:
            return Ready(
                *(kept.status, kept.headers, kept.body), key.generation, "kept", kept.digest
            )
        wanted, shape = self._recognise(key)
        if wanted is None or not shape.trusted or isinstance(wanted, _Query):
            return _Seen(key, wanted, shape)
        try:
            self._address(environ, shape)
            store = self._store(key.generation)
            made = self._in_process(wanted, store, shape, coded=_coded(environ))
        except TooMuch:
            # It looked small and is not: a query process answers it like any other.
            plain = None if isinstance(wanted, Tiny) else _plain(wanted.query)
            return _Seen(key, plain, shape if plain else Shape(-1))
        if made is None:
            return _Seen(key, wanted, Shape(-1))
        self.made += 1
        body, name = made[0], digest(wanted.query)
        headers = shape.fill(len(body), made[1])
        self._keep(key, shape.status, headers, body, name)
        way = Way(key.rest, _coded(environ), {}) if key.method == "GET" else None
        return Ready(shape.status, headers, body, key.generation, "tiny", name, way=way)

    def _keep(self, key: Key, status: str, headers: Headers, body: bytes, name: str) -> None:
        self.kept.put(key, _Kept(status, headers, body, name), key.size + len(body))

    def _send(
        self, start_response: StartResponse, key: Key, shape: Shape, made: _Made, name: str
    ) -> Iterable[bytes]:
        self.made += 1
        headers = shape.fill(made.length, made.tag)
        start_response(shape.status, list(headers))
        if not isinstance(made.body, bytes):
            return FileWrapper(made.body, 1 << 16)
        if made.generation == key.generation:
            self._keep(key, shape.status, headers, made.body, name)
        return [made.body]

    def _key(self, environ: WSGIEnvironment) -> Key | None:
        """Return under what an answer may be kept; None when Flask has to look at it."""
        store = self._store()
        return key_of(environ, store.generation.id) if store else None

    def _recognise(self, key: Key) -> tuple[_Wanted | None, Shape]:
        """Return the plain query that a request holds, None for what Flask has to look at."""
        if key.method != "HEAD" and key.rest[-1] is None:
            text, other = split(key)
            if text:
                wanted: _Wanted | None = (
                    self._in_place(text, key.rest[ACCEPT] or "", other) if self._tiny else None
                )
                wanted = wanted or _plain(text)
                if wanted is not None:
                    kind = (type(wanted), wanted.form, key.method, other, key.rest)
                    return wanted, self._shapes.get(kind)
        return None, Shape(-1)

    def _in_place(self, text: str, accept: str, other: str) -> Tiny | LookUp | Foreknown | None:
        """Return what of a query can be answered in this process, if it is small enough."""
        json = not other and "json" in accept  # what else it names is seen later
        if json and (found := lookups.recognise(text) or self._beforehand.find(text)):
            return found
        tiny, store = recognise(text), self._store()
        # Of a graph that query processes hold in memory rows come in another order from disk.
        ordered = store is None or not store.generation.in_memory
        return tiny if tiny and (ordered or tiny.single) else None

    def _address(self, environ: WSGIEnvironment, shape: Shape) -> str:
        """Return the address of the endpoint as this shape's requests name it."""
        if not shape.address:
            public = self._service.settings.public_url
            shape.address = (
                f"{public.rstrip('/')}/sparql"
                if public
                else get_current_url(environ, strip_querystring=True)
            )
        return shape.address

    def _store(self, generation: str = "") -> Store | None:
        """Return the store that is served, None for none, or when it is not ``generation``."""
        try:
            store = self._service.stores.held()
        except ReformGraphError:
            return None
        return store if generation in ("", store.generation.id) else None

    def _in_process(
        self, wanted: Tiny | LookUp | Foreknown, store: Store | None, shape: Shape, *, coded: bool
    ) -> tuple[bytes, str] | None:
        """Return an answer made here and its tag; None when Flask has to, TooMuch when a query process may.

        ``shape`` knows its address; ``coded``: the client wants what is not small compressed.
        """
        # A dataset with a default graph of its own is not the union that these ask.
        if not isinstance(store, EmbeddedStore) or store.generation.own_default:
            return None
        address, media_type = shape.address, shape.media_type
        try:
            body = self._made_here(wanted, store, media_type, address)
        except (SyntaxError, ValueError, OSError, RuntimeError, ReformGraphError):
            return None
        if coded and len(body) >= encoding.SMALLEST:
            return None
        return body, tag(store.generation.id, wanted.query, None, media_type, address)

    def _by_pool(
        self, environ: WSGIEnvironment, key: Key, wanted: _Wanted, shape: Shape
    ) -> _Made | None:
        """Answer by the query processes; None when Flask has to answer."""
        if not isinstance(wanted, _Query):
            return None
        address, media_type = self._address(environ, shape), shape.media_type
        try:
            answer = self._service.results.run(
                wanted.query,
                media_type,
                base=address,
                scanned=wanted.found,
                client=self._service.client(environ),
                gone=environ.get(GONE),
            )
        except ReformGraphError as error:
            environ[FAILED] = error  # for the route to tell, without a second try
            return None
        name = tag(answer.generation, wanted.query, None, media_type, address)
        coded = _coded(environ) and answer.length >= encoding.SMALLEST
        if answer.media_type != media_type or coded:
            answer.file.close()
            return None
        if answer.length > LARGEST:
            return _Made(answer.file, answer.length, answer.generation, name)
        with answer:
            return _Made(answer.file.read(), answer.length, answer.generation, name)

    def _made_here(
        self, wanted: Tiny | LookUp | Foreknown, store: EmbeddedStore, media_type: str, address: str
    ) -> bytes:
        """Answer a small query in this process; raises TooMuch, and what the engine raises."""
        if isinstance(wanted, Tiny):
            in_memory = store.generation.in_memory
            return run(store.graph, wanted, media_type, address, ordered=not in_memory)
        if media_type != JSON:
            raise TooMuch
        if isinstance(wanted, LookUp):
            return self._beforehand.look_up(store.generation, wanted)
        if wanted.generation != store.generation.id:
            raise TooMuch
        return wanted.body

    def _pass_on(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        key: Key,
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
        key: Key,
        wanted: _Wanted,
        shape: Shape,
        flask: _Kept,
    ) -> None:
        media = {name.lower(): value for name, value in flask.headers}.get("content-type", "")
        bare = Shape(headers=(("Content-Type", media),))
        try:
            if isinstance(wanted, _Query):
                made = self._by_pool(environ, key, wanted, bare)
                ours = (made.body, made.tag) if made else None
            else:
                self._address(environ, bare)
                store = self._store(key.generation)
                ours = self._in_process(wanted, store, bare, coded=_coded(environ))
        except TooMuch:
            return
        if ours is not None and isinstance(ours[0], bytes):
            shape.learn(flask.status, flask.headers, flask.body, (ours[0], ours[1]))


def _coded(environ: WSGIEnvironment) -> bool:
    """Whether the client wants a coding: Flask compresses, save what is too small for it."""
    return bool(encoding.choose(environ.get("HTTP_ACCEPT_ENCODING")))


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


def _may_be_kept(status: str, fields: Mapping[str, str]) -> bool:
    return (
        status.startswith(("200", "304"))
        and "etag" in fields
        and "no-store" not in fields.get("cache-control", "no-store")
    )
