"""One HTTP exchange with a checked address: limits of time and size, nothing else.

urllib3 speaks the protocol. Of the clients that were looked at it is the one that connects to a
given address while checking the certificate of a name (``server_hostname``), that notices a cut
body, and that unpacks gzip in bounded steps; ``httpx`` 0.28 does none of these without its
internals, and legislation.gov.uk answers 437 to it. A caching layer (``hishel``, ``cachecontrol``)
would be a second store beside the law folder.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    DecodeError,
    HTTPError,
    IncompleteRead,
    InvalidChunkLength,
    ProtocolError,
    SSLError,
)
from urllib3.response import BaseHTTPResponse

from reformgraph.errors import FetchError, SourceUnreachable, SourceWrong
from reformgraph.ingest.law.fetch.guard import Target

CONNECT_MOST = 15.0
READ_MOST = 60.0
"""Seconds that one connect, one read may take; the whole exchange has its own limit."""
CHUNK = 1 << 16
PAGE_MOST = 1 << 20
"""Bytes that are read of a body that is not wanted (an error page)."""


class Slow(SourceUnreachable):
    """The whole exchange took longer than it may."""


class BadCertificate(SourceUnreachable):
    """The other side is not who it says: another try would not help."""


class Damaged(FetchError):
    """The body was cut or garbled on its way: worth another try."""

    problem = "fetch-damaged"
    title = "The answer was damaged"


@dataclass(frozen=True, slots=True)
class Answer:
    """What one hop answered; header names are in lower case."""

    target: Target
    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """Makes exchanges one after the other and keeps the connection that was used last.

    ``size`` bounds a body before and after unpacking; ``timeout`` is for one exchange in all.
    """

    def __init__(self, size: int, timeout: float) -> None:
        self._size = size
        self._timeout = timeout
        self._connection: HTTPConnection | None = None
        self._to: tuple[str, str, int, str] | None = None

    def get(self, target: Target, headers: Mapping[str, str]) -> Answer:
        """Ask ``target`` once.

        Raises SourceUnreachable (no connection, certificate, time), Damaged (cut or garbled body),
        SourceWrong (too large).
        """
        reused = self._kept(target)
        try:
            return self._exchange(target, headers)
        except SourceUnreachable as error:
            if not reused or isinstance(error, Slow):
                raise
            # A kept connection that the server had closed meanwhile says nothing about the server.
            return self._exchange(target, headers)

    def close(self) -> None:
        """Close the kept connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = self._to = None

    def _kept(self, target: Target) -> bool:
        to = (target.scheme, target.host, target.port, target.address)
        if self._to != to or self._connection is None or not self._connection.is_connected:
            self.close()
            return False
        return True

    def _exchange(self, target: Target, headers: Mapping[str, str]) -> Answer:
        fired = threading.Event()
        response: BaseHTTPResponse | None = None
        try:
            connection = self._connect(target)
            with _deadline(connection, self._timeout, fired):
                connection.request(
                    "GET",
                    target.path,
                    headers={"Host": target.authority, "Accept-Encoding": "gzip", **headers},
                    preload_content=False,
                    enforce_content_length=True,
                )
                response = connection.getresponse()
                most = self._size if response.status == 200 else PAGE_MOST
                body = _body(response, target, most)
            if fired.is_set():
                raise TimeoutError
        except BaseException as error:
            if response is not None:
                response.close()  # it holds the socket too
            self.close()
            if fired.is_set() and not isinstance(error, KeyboardInterrupt):
                raise Slow(f"{target.url}: no complete answer within {self._timeout:g} s") from None
            if isinstance(error, HTTPError | OSError | ValueError):
                raise _told(error, target) from error
            raise
        if response.headers.get("Connection", "").lower() == "close":
            self.close()
        plain = {name.lower(): value for name, value in response.headers.items()}
        return Answer(target, response.status, plain, body)

    def _connect(self, target: Target) -> HTTPConnection:
        if self._connection is not None:
            return self._connection
        seconds = min(CONNECT_MOST, self._timeout)
        if target.scheme == "https":
            self._connection = HTTPSConnection(
                target.address,
                target.port,
                timeout=seconds,
                server_hostname=target.host,
                cert_reqs="CERT_REQUIRED",
            )
        else:
            self._connection = HTTPConnection(target.address, target.port, timeout=seconds)
        self._connection.connect()
        self._to = (target.scheme, target.host, target.port, target.address)
        if self._connection.sock is not None:
            self._connection.sock.settimeout(min(READ_MOST, self._timeout))
        return self._connection


def _body(response: BaseHTTPResponse, target: Target, most: int) -> bytes:
    """Read a body in bounded steps, unpacked; an error page is cut instead of refused."""
    wanted = response.status == 200
    length = response.headers.get("Content-Length", "")
    if wanted and length.isdigit() and int(length) > most:
        raise _too_large(target, most)
    parts, size = [], 0
    for chunk in response.stream(CHUNK, decode_content=True):
        size += len(chunk)
        if size > most:
            if wanted:
                raise _too_large(target, most)
            response.close()
            break
        parts.append(chunk)
    return b"".join(parts)


def _too_large(target: Target, most: int) -> SourceWrong:
    return SourceWrong(f"{target.url}: larger than {most:,} bytes (setting fetch_size)")


def _told(error: Exception, target: Target) -> FetchError:
    """Turn an exception of urllib3 or of the system into one of ours, in a sentence."""
    cut = IncompleteRead | InvalidChunkLength | DecodeError
    cause = error.__cause__ or error.__context__
    if isinstance(error, cut) or (isinstance(error, ProtocolError) and isinstance(cause, cut)):
        return Damaged(f"{target.url}: the body was cut or garbled on its way ({error})")
    if isinstance(error, SSLError | OSError) and "certificate" in str(error).lower():
        return BadCertificate(
            f"{target.url}: the certificate of {target.host} is not good ({error})"
        )
    return SourceUnreachable(f"{target.url}: {_short(error)}")


def _short(error: Exception) -> str:
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "no answer in time"
    text = str(error)
    return f"no connection ({text})" if text else f"no connection ({type(error).__name__})"


@contextmanager
def _deadline(connection: HTTPConnection, seconds: float, fired: threading.Event) -> Iterator[None]:
    """Shut the socket down after ``seconds``: a limit of one read never ends a trickle."""
    shut = _shutter(connection.sock, fired)
    timer = threading.Timer(seconds, shut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _shutter(sock: socket.socket | None, fired: threading.Event) -> Callable[[], None]:
    def shut() -> None:
        fired.set()
        if sock is not None:
            with suppress(OSError):
                # Not sock.shutdown: that of a TLS socket takes its reader's state away.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)

    return shut
