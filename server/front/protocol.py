"""HTTP/1.1 by uvicorn and httptools, with limits of its own and a short way for ``/sparql``.

What can be answered at once is answered where the request is read, in the event loop: the way
through a thread and back takes longer than a look-up does (benchmarks/README.md).
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, cast

from httptools import HttpParserError, parse_url
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from reformgraph.server.front.bridge import ENVIRON, Bridge
from reformgraph.server.front.environ import environment
from reformgraph.server.front.problems import problem
from reformgraph.server.observe import Ready
from reformgraph.server.shapes import wire

HEADER_TIMEOUT = 10.0
"""Seconds in which a request's headers have to come (hazard 36)."""
MOST_HEADERS = 65_536
"""Bytes of a request's first line and headers."""
LINGER = 2.0
"""Seconds in which what still comes after a refusal is thrown away."""
STALL = 60.0
"""Seconds after which a reader that takes nothing has lost its connection (hazard 24)."""
LONGEST_ADDRESS = 60_000
"""Bytes of an address that the parser still takes apart; the application tells of shorter ones."""
TOO_MUCH = f"the headers are longer than {MOST_HEADERS} bytes"
TOO_LONG = "the address is too long: send the query by POST"
_SHORT = b"/sparql"
_BODY = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade"})


class _Answered:
    """Stands for a request that is answered, where uvicorn looks for one under way."""

    response_complete = True
    message_event = asyncio.Event()


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._bridge = cast(Bridge, self.config.loaded_app)
        self._late: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._between = self._in_headers = True
        self._header_bytes = 0
        self._data = b""
        self._idle_since = 0.0
        self._refused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; who connects and says nothing has as long as who is slow with headers."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._late = self.loop.call_later(HEADER_TIMEOUT, self._too_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """End; the request under way is told."""
        self._in_time()
        self._goes_on()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Answer, or take apart, what came."""
        if self._refused:
            return
        idle = self._between and self._is_idle()
        if idle:
            begun, known = time.perf_counter(), self._bridge.known
            if (ready := known.find(data, self.server)) is not None:
                seconds = time.perf_counter() - begun
                self._in_time()
                self._write(ready.head, ready.body)
                known.sent(data, self.server, ready, seconds)
                return
        self._data = data if idle else b""
        self._header_bytes += len(data)
        super().data_received(data)
        if self._in_headers and not self._between and not self._refused:
            if len(self.url) > LONGEST_ADDRESS:
                self._refuse(414, TOO_LONG)
            elif self._header_bytes > MOST_HEADERS:
                self._refuse(431, TOO_MUCH)
            elif self._late is None:
                self._late = self.loop.call_later(HEADER_TIMEOUT, self._too_late)

    def on_message_begin(self) -> None:
        """See uvicorn."""
        self._between, self._in_headers = False, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Answer at once if that can be, else let uvicorn start the application."""
        self._in_headers = False
        self._in_time()
        if len(self.url) > LONGEST_ADDRESS:
            self._refuse(414, TOO_LONG)
            raise HttpParserError("the rest is not read")
        if sum([len(name) + len(value) for name, value in self.headers]) > MOST_HEADERS:
            self._refuse(431, TOO_MUCH)
            raise HttpParserError("the rest is not read")
        if self.url.startswith(_SHORT) and self._is_idle() and self._is_plain():
            begun, environ = time.perf_counter(), self._environ()
            ready = self._bridge.app.at_once(environ)
            if ready is not None:
                self._at_once(ready, environ, begun)
                return
            self.scope[ENVIRON] = environ  # type: ignore[literal-required]
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """See uvicorn."""
        self._between, self._header_bytes = True, 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """See uvicorn."""
        super().on_response_complete()
        self._bridge.answered(self.loop, self)

    def pause_writing(self) -> None:
        """Wait for a reader, but not for ever."""
        super().pause_writing()
        self._goes_on()
        self._stalled = self.loop.call_later(STALL, self.transport.abort)

    def resume_writing(self) -> None:
        """See uvicorn."""
        super().resume_writing()
        self._goes_on()

    def _goes_on(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def send_400_response(self, msg: str) -> None:
        """Tell that what came is not HTTP, in words and as a problem document."""
        self._refuse(400, "what was sent is not a request of HTTP/1.1")

    def _is_idle(self) -> bool:
        return (
            (self.cycle is None or self.cycle.response_complete)
            and not self.pipeline
            and not self.flow.write_paused
            and not self.transport.is_closing()
        )

    def _is_plain(self) -> bool:
        """Whether a request is all there, and leaves the connection open."""
        return (
            self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and self.parser.get_method() in (b"GET", b"HEAD")
            and not any(name in _BODY for name, _ in self.headers)
        )

    def _environ(self) -> dict[str, Any]:
        url = parse_url(self.url)
        return environment(
            self.parser.get_method().decode("ascii"),
            url.path,
            url.query or b"",
            self.headers,
            version="1.1",
            scheme=self.scheme or "http",
            server=self.server,
            client=self.client,
        )

    def _at_once(self, ready: Ready, environ: dict[str, Any], begun: float) -> None:
        ready = ready._replace(head=wire(ready.status, ready.headers))
        seconds, method = time.perf_counter() - begun, environ["REQUEST_METHOD"]
        self.cycle = _Answered()  # type: ignore[assignment]
        self._write(ready.head, ready.body if method != "HEAD" else b"")
        self._bridge.app.count(ready, seconds, method, environ["PATH_INFO"])
        self._bridge.known.learn(self._data, self.server, ready)

    def _write(self, head: bytes, body: bytes) -> None:
        state = self.server_state
        self.transport.write(b"%b%b%b" % (head, self._bridge.own(state.default_headers), body))
        state.total_requests += 1
        self._bridge.answered(self.loop, self)
        # One timer for many requests: it is only told how long the connection is idle.
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._wait(self.timeout_keep_alive)

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that was idle for long enough."""
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self._wait(left)
        else:
            super().timeout_keep_alive_handler()

    def _wait(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(
            seconds, self.timeout_keep_alive_handler
        )

    def _in_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _too_late(self) -> None:
        self._late = None
        if not self._between:
            self._refuse(408, f"the headers did not come within {HEADER_TIMEOUT:g} s")
        elif self._is_idle():
            self.transport.close()

    def _refuse(self, status: int, detail: str) -> None:
        """Answer with a problem and close.

        Closing while more is coming in would throw away the answer on its way (RFC 9112 §9.6).
        """
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._in_time()
        code, headers, body = problem(status, detail)
        lines = [b"%b: %b\r\n" % pair for pair in (*self.server_state.default_headers, *headers)]
        self.transport.write(b"".join((STATUS_LINE[code], *lines, b"\r\n", body)))
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self._late = self.loop.call_later(LINGER, self.transport.close)
