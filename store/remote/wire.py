"""One SPARQL endpoint over HTTP: requests, limits, retries of reads, and faults named (hazard 99).

SPARQLWrapper makes the requests of the SPARQL 1.1 Protocol; urllib3 carries them, for it keeps
connections, checks lengths and follows no redirect with our credentials.
"""

from __future__ import annotations

import logging
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import IO, TypeVar, cast
from urllib.parse import urlsplit

import urllib3
from SPARQLWrapper import JSON, POST, URLENCODED, SPARQLWrapper
from urllib3.exceptions import (
    HTTPError,
    NewConnectionError,
    ProtocolError,
    SSLError,
)
from urllib3.exceptions import (
    TimeoutError as Expired,
)

from reformgraph import __version__
from reformgraph.errors import (
    RemoteDenied,
    RemoteError,
    RemoteTimeout,
    RemoteUnreachable,
    RemoteWrong,
    ResultTooLarge,
)

CONNECT = 3.0
"""Most seconds for a connection: a host that is away must not hold a thread for long."""
BACKOFF = 0.2
"""Seconds before the first repetition; each further one waits twice as long."""
IN_MEMORY = 1 << 20
RETRIED = (500, 502, 503, 504)
_CHUNK = 1 << 16
_SAID = 300

T = TypeVar("T")
_log = logging.getLogger(__name__)


class _Again(Exception):
    """A fault of one try that the next may not have; ``error`` is what it means."""

    def __init__(self, error: RemoteError) -> None:
        super().__init__(error.detail)
        self.error = error


class Refused(Exception):
    """The endpoint answered 400: it does not take this query. ``said``: its words, cut."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach an endpoint. ``header``: ``Name: value``; ``ca``: a PEM file or empty."""

    address: str
    user: str = ""
    password: str = field(default="", repr=False)
    header: str = field(default="", repr=False)
    ca: str = ""
    timeout: float = 10.0
    retries: int = 2

    @property
    def extra(self) -> dict[str, str]:
        """The header of the setting, as a mapping."""
        name, colon, value = self.header.partition(":")
        return {name: value.strip()} if colon else {}

    @property
    def host(self) -> str:
        """Host and port, for the log."""
        return urlsplit(self.address).netloc


class _Wrapper(SPARQLWrapper):
    """SPARQLWrapper with the media types of our choice: it would ask for what we cannot check."""

    accept = ""

    def _getAcceptHeader(self) -> str:  # noqa: N802
        return self.accept


class Wire:
    """Sends requests to one server. Thread-safe; :meth:`close` lets the connections go."""

    def __init__(self, access: Access, *, connections: int = 16) -> None:
        self.access = access
        self._http = urllib3.PoolManager(
            maxsize=connections,
            retries=False,
            cert_reqs="CERT_REQUIRED",
            ca_certs=access.ca or None,
        )
        self.fault = ""
        """Why the last request failed; empty when it did not."""
        self.server: str | None = None
        """What answers, as the last answer named it (RFC 9110 §10.2.4), without its version; empty
        when it gave no name, None before any answer."""

    def read(
        self,
        query: str,
        form: str,
        accept: str,
        take: Callable[[IO[bytes], str], T],
        *,
        default: Sequence[str] = (),
        named: Sequence[str] = (),
        limit: int,
        timeout: float | None = None,
    ) -> T:
        """Run a query of the form ``SELECT ASK CONSTRUCT DESCRIBE`` and let ``take`` read it.

        ``take`` gets the whole body and its media type and raises ValueError, SyntaxError or
        UnicodeError when it is no such answer; it may be called again after a cut one. ``default``
        and ``named`` are the dataset of the protocol (§2.1.4). ``limit``: bytes of the body.
        ``timeout``: seconds for all tries together.

        Raises Refused (400), ResultTooLarge or RemoteError.
        """
        request = self._query(query, form, accept, default, named)

        def attempt(deadline: float) -> T:
            with self._sent("POST", request, deadline) as response:
                self._check(response)
                self.server = response.headers.get("Server", "").partition("/")[0]
                body = self._body(response, deadline, limit)
            with body:
                return self._taken(response, body, take)

        return self._tried(attempt, timeout or self.access.timeout)

    def write(self, method: str, url: str, body: bytes, content_type: str, timeout: float) -> None:
        """Send a change (``PUT``, ``POST``, ``DELETE``) once: what may have been done is not done
        again. Raises RemoteError; a DELETE of what is not there is no error.
        """
        headers = {"Content-Type": content_type, "User-Agent": _AGENT, **self._credentials()}
        request = urllib.request.Request(url, body or None, headers)  # noqa: S310
        try:
            with self._sent(method, request, time.monotonic() + timeout) as response:
                if not (method == "DELETE" and response.status == 404):
                    self._check(response)
        except _Again as again:
            raise self._failed(again.error) from again
        except Refused as error:
            raise RemoteWrong(f"the remote store refuses the data: {error.said}") from None

    def _query(
        self, query: str, form: str, accept: str, default: Sequence[str], named: Sequence[str]
    ) -> urllib.request.Request:
        wrapper = _Wrapper(self.access.address, returnFormat=JSON, agent=_AGENT)
        wrapper.setMethod(POST)
        wrapper.setRequestMethod(URLENCODED)
        # Not setQuery(): its guess of the form is a regular expression, ours a scanner.
        wrapper.queryString, wrapper.queryType, wrapper.accept = query, form, accept
        # It would add parameters of its own for engines that know no Accept.
        wrapper.setOnlyConneg(True)
        for iri in default:
            wrapper.addParameter("default-graph-uri", iri)
        for iri in named:
            wrapper.addParameter("named-graph-uri", iri)
        request = wrapper._createRequest()
        for name, value in self._credentials().items():
            request.add_header(name, value)
        return request

    def _credentials(self) -> dict[str, str]:
        access = self.access
        basic = (
            urllib3.make_headers(basic_auth=f"{access.user}:{access.password}")
            if access.user
            else {}
        )
        return {**{name.title(): value for name, value in basic.items()}, **access.extra}

    def _tried(self, attempt: Callable[[float], T], timeout: float) -> T:
        """Try until it works, the tries are used up or the time is."""
        deadline = time.monotonic() + timeout
        for number in range(self.access.retries + 1):
            try:
                found = attempt(deadline)
            except _Again as again:
                pause = BACKOFF * 2**number
                if number == self.access.retries or time.monotonic() + pause >= deadline:
                    raise self._failed(again.error) from again
                _log.info("remote store %s: %s; again", self.access.host, again)
                time.sleep(pause)
            except RemoteError as error:
                raise self._failed(error) from None
            else:
                self.fault = ""
                return found
        raise AssertionError("the last try returns or raises")

    def _failed(self, error: RemoteError) -> RemoteError:
        _log.warning("remote store %s: %s", self.access.host, error.detail)
        self.fault = error.detail
        return error

    @contextmanager
    def _sent(
        self, method: str, request: urllib.request.Request, deadline: float
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """Send a request and give the response; what goes wrong on the line gets its name."""
        left = max(deadline - time.monotonic(), 0.001)
        try:
            response = self._http.request(
                method,
                request.full_url,
                body=cast(bytes | None, request.data),
                headers=dict(request.header_items()),
                timeout=urllib3.Timeout(connect=min(CONNECT, left), read=left),
                redirect=False,
                retries=False,
                preload_content=False,
            )
            try:
                yield response
            finally:
                # A connection with the rest of an answer in it is of no more use.
                response.close()
        except (HTTPError, OSError) as error:
            raise self._meaning(error) from error

    def _meaning(self, error: HTTPError | OSError) -> RemoteError | _Again:
        if isinstance(error, SSLError):
            return RemoteUnreachable(f"no secure connection to the remote store: {_reason(error)}")
        if isinstance(error, NewConnectionError):
            return _Again(RemoteUnreachable("the remote store takes no connection"))
        if isinstance(error, Expired):
            # Not tried again: the engine may still be at it.
            limit = f"{self.access.timeout:g}"
            return RemoteTimeout("the remote store did not answer in time", where={"limit": limit})
        if isinstance(error, ProtocolError):
            return _Again(RemoteWrong("the remote store broke its answer off"))
        return RemoteUnreachable(f"no connection to the remote store: {_reason(error)}")

    def _check(self, response: urllib3.BaseHTTPResponse) -> None:
        status = response.status
        if 200 <= status < 300:
            # Virtuoso ends a query at its own limit with a part of the answer and a 200.
            if response.headers.get("X-SQL-State"):
                raise RemoteTimeout("the remote store gave only a part of the answer in its time")
            # It cuts long results at another limit, and says so here only.
            if most := response.headers.get("X-SPARQL-MaxRows"):
                raise RemoteWrong(
                    f"the remote store cuts answers at {most} rows; ask for fewer with LIMIT, or let "
                    "its operator raise ResultSetMaxRows"
                )
            return
        if status == 400:
            raise Refused(_plain(response.read(4 * _SAID, decode_content=True)))
        if status in (401, 403, 407):
            raise RemoteDenied(f"the remote store refuses this service's credentials ({status})")
        if 300 <= status < 400:
            raise RemoteWrong(f"the remote store sends elsewhere ({status}): its address is wrong")
        if status in RETRIED:
            raise _Again(RemoteError(f"the remote store failed ({status})"))
        raise RemoteError(f"the remote store failed ({status})")

    def _body(self, response: urllib3.BaseHTTPResponse, deadline: float, limit: int) -> IO[bytes]:
        spool = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  the caller closes it
        length = 0
        try:
            # read1() comes back with what there is: a dripping answer must not hide the clock.
            while piece := response.read1(_CHUNK, decode_content=True):
                length += len(piece)
                if length > limit:
                    raise ResultTooLarge(
                        f"the answer is over {limit} bytes; ask for less with LIMIT, or page",
                        where={"limit": limit},
                    )
                if time.monotonic() > deadline:
                    raise RemoteTimeout("the remote store did not finish its answer in time")
                spool.write(piece)
        except BaseException:
            spool.close()
            raise
        spool.seek(0)
        return cast(IO[bytes], spool)

    def _taken(
        self,
        response: urllib3.BaseHTTPResponse,
        body: IO[bytes],
        take: Callable[[IO[bytes], str], T],
    ) -> T:
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if media_type in ("text/html", "application/xhtml+xml"):
            raise RemoteWrong(
                "the remote store answered with a web page: is this a SPARQL endpoint?"
            )
        try:
            return take(body, media_type)
        except (ValueError, SyntaxError) as error:
            _log.info("remote store %s: unreadable: %s", self.access.host, str(error)[:_SAID])
            # Without a length a cut answer looks whole until it is read. The traceback would keep
            # the half-read solutions, which no other thread may let go of, alive.
            raise _Again(
                RemoteWrong("the remote store's answer cannot be read; is it cut?")
            ) from error.with_traceback(None)

    def close(self) -> None:
        """Close the idle connections."""
        self._http.clear()


_AGENT = f"reformgraph/{__version__}"


def _plain(data: bytes) -> str:
    """Return an endpoint's words on one line, cut; they are shown as text."""
    text = "".join(c if c.isprintable() else " " for c in data.decode("utf-8", "replace"))
    return " ".join(text.split())[:_SAID]


def _reason(error: Exception) -> str:
    """Return the last cause of a failure in few words, without addresses of hosts."""
    text = str(getattr(error, "reason", None) or error)
    return _plain(text.rpartition("] ")[2].partition(" (_ssl")[0].encode("utf-8", "replace"))
