"""The WSGI application as an ASGI one: a thread works for a request only while there is work.

A body is read whole before a thread has to do with it, and what a slow reader leaves lying is
read on by the event loop: neither slow senders nor slow readers hold the threads (hazards 36, 95).
``a2wsgi`` holds one for both, and crosses from the thread to the loop three times for each answer.
"""

from __future__ import annotations

import asyncio
import contextvars
import io
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wsgi import FileWrapper

from reformgraph.server.front.awake import Awake
from reformgraph.server.front.environ import GONE, environment
from reformgraph.server.front.known import Known
from reformgraph.server.front.problems import problem
from reformgraph.server.observe import CROWDED, PATIENT, Observed
from reformgraph.store import processors

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

ENVIRON = "reformgraph.environ"
"""In the ASGI scope: the WSGI environment, where it was made already."""
IN_ONE = 1 << 20
"""Bytes of a response that are gathered before they are sent."""
PIECE = 1 << 20
"""Bytes that are read of a file at a time."""
BODY_TIMEOUT = 30.0
"""Seconds that a request has for its body."""
PATIENCE, LOOK_EVERY = 30.0, 0.02
"""Seconds that a request waits for an answer that is made for others, and between two looks."""
_END = object()


@dataclass(slots=True)
class _Response:
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    more: Iterator[bytes] | None
    close: Callable[[], None] | None


class Bridge:
    """The ASGI application around ``app``, with ``threads`` threads.

    ``body_limit``: bytes of a body that are read; of a longer one ``app`` sees its length only.
    """

    def __init__(self, app: Observed, *, threads: int, body_limit: int, known_bytes: int) -> None:
        self.app = app
        self.known = Known(app, known_bytes)
        self._body_limit = body_limit
        self._threads = ThreadPoolExecutor(
            threads, thread_name_prefix="request", initializer=processors.anywhere
        )
        self._awake: Awake | None = None
        self._own: tuple[list[tuple[bytes, bytes]], bytes] = ([], b"\r\n")

    def answered(self, loop: asyncio.AbstractEventLoop, connection: object) -> None:
        """Let ``loop``, which is always the same, look for the next request before it sleeps."""
        if self._awake is None:
            self._awake = Awake(loop)
        self._awake.answered(connection)

    def own(self, headers: list[tuple[bytes, bytes]]) -> bytes:
        """Return the server's own headers as they are sent, with the empty line after all.

        uvicorn makes a new list every second, for the date in it.
        """
        if self._own[0] is not headers:
            lines = b"".join([b"%b: %b\r\n" % pair for pair in headers])
            self._own = (headers, lines + b"\r\n")
        return self._own[1]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request; the server that calls sees to HTTP."""
        environ = scope.pop(ENVIRON, None) or environment(
            scope["method"],
            scope["raw_path"],
            scope["query_string"],
            scope["headers"],
            version=scope["http_version"],
            scheme=scope["scheme"],
            server=scope["server"],
            client=scope["client"],
        )
        try:
            async with asyncio.timeout(BODY_TIMEOUT):
                whole = await self._read(environ, receive)
        except TimeoutError:
            await _send(send, *problem(408, f"the body did not come within {BODY_TIMEOUT:g} s"))
            return
        if whole is None:
            return
        gone: list[bool] = []
        environ[GONE] = lambda: bool(gone)
        watcher = asyncio.create_task(_watch(receive, gone)) if whole else None
        try:
            await self._answer(environ, send, gone, keep=whole)
        finally:
            if watcher is not None:
                watcher.cancel()

    async def _read(self, environ: WSGIEnvironment, receive: Any) -> bool | None:
        """Put the body into the environment. False: it is too long; None: the client went."""
        length = environ.get("CONTENT_LENGTH", "")
        chunked = "HTTP_TRANSFER_ENCODING" in environ
        if not chunked and (not length.isdigit() or int(length) > self._body_limit):
            return not length.isdigit()
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message["body"]
            fits = len(body) <= self._body_limit
            if not fits or not message["more_body"]:
                break
        # Its chunks are taken apart; what is left is a body with a length.
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = io.BytesIO(body if fits else b"")
        return fits

    async def _answer(
        self, environ: WSGIEnvironment, send: Any, gone: list[bool], *, keep: bool
    ) -> None:
        loop = asyncio.get_running_loop()
        # One context for all threads that work on the response, for what Flask keeps in it.
        context = contextvars.copy_context()

        async def threaded(run: Callable[..., Any], *arguments: Any) -> Any:
            return await loop.run_in_executor(self._threads, context.run, run, *arguments)

        response: _Response = await self._call_patiently(environ, gone, threaded)
        try:
            if not keep:  # what is left of the body is not read
                response.headers.append((b"connection", b"close"))
            more = response.more
            await _send(send, response.status, response.headers, response.body, more=bool(more))
            while more is not None and not gone:
                piece = await threaded(next, more, _END)
                if piece is _END:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
                    break
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        finally:
            if response.close is not None:
                await threaded(response.close)

    async def _call_patiently(
        self, environ: WSGIEnvironment, gone: list[bool], threaded: Callable[..., Any]
    ) -> _Response:
        """Call the application, again while all that it may wait for is being made for others.

        Equal queries share one answer, but few threads may wait for it; here any number can.
        """
        body, until = environ["wsgi.input"], time.monotonic() + PATIENCE
        while time.monotonic() < until and not gone:
            attempt = {**environ, PATIENT: True}
            response: _Response = await threaded(self._call, attempt)
            if (done := attempt.get(CROWDED)) is None:
                return response
            while not (done.is_set() or gone) and time.monotonic() < until:
                await asyncio.sleep(LOOK_EVERY)
            body.seek(0)
        response = await threaded(self._call, environ)
        return response

    def _call(self, environ: WSGIEnvironment) -> _Response:
        """Run the application in this thread; a short response is whole when it returns."""
        told: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            told[:] = status, headers
            return _no_writing

        pieces = self.app(environ, start)
        close = getattr(pieces, "close", None)
        try:
            more: Iterator[bytes] | None
            body = b""
            if isinstance(pieces, FileWrapper):
                more = _read_on(pieces)
            elif isinstance(pieces, list):
                body, more = b"".join(pieces), None
            else:
                body, more = _gather(iter(pieces))
            if more is None and close is not None:
                close()
                close = None
            headers = [(k.encode("latin-1"), v.encode("latin-1")) for k, v in told[1]]
            return _Response(int(told[0][:3]), headers, body, more, close)
        except BaseException:
            if close is not None:
                close()
            raise


def _gather(pieces: Iterator[bytes]) -> tuple[bytes, Iterator[bytes] | None]:
    """Return the begin of a response, and what gives the rest if it is long."""
    found, size = [], 0
    for piece in pieces:
        found.append(piece)
        size += len(piece)
        if size >= IN_ONE:
            return b"".join(found), pieces
    return b"".join(found), None


def _read_on(file: FileWrapper) -> Iterator[bytes]:
    while piece := file.file.read(PIECE):
        yield piece


def _no_writing(data: bytes) -> None:
    raise NotImplementedError("the write callable of PEP 3333 is for servers of old")


async def _watch(receive: Any, gone: list[bool]) -> None:
    """Note when the client hangs up: all that comes after the body."""
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.append(True)


async def _send(
    send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, more: bool = False
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if body or not more:
        await send({"type": "http.response.body", "body": body, "more_body": more})
