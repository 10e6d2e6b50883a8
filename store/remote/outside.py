"""The process that calls other endpoints for a query: ``python -m reformgraph.store.remote.outside``.

A kind of its own (hazard 14): it has sockets and no graph, a query process has the graph and no
socket. Standard input holds one job as JSON; standard output gets one answer and the process ends.
Each call is one POST of the SPARQL 1.1 Protocol to the address that was allowed, over a connection
to the very address that was looked at. No redirect is followed, no proxy asked, no body unpacked.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from reformgraph import __version__
from reformgraph.store.remote.hosts import Resolver, is_public, resolve

MEMORY = 1_000_000_000
"""Bytes of address space: what an answer of the largest size can need, and the libraries."""
CONNECT = 3.0
_ACCEPT = "application/sparql-results+json, application/sparql-results+xml;q=0.5"
_CHUNK = 1 << 16
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")


class Failed(Exception):
    """A call that gave no answer; ``late`` when only time was lacking. Names no address."""

    def __init__(self, message: str, *, late: bool = False) -> None:
        super().__init__(message)
        self.late = late


def main() -> None:
    """Do the job on standard input."""
    job = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # Whatever it is at: nobody waits any longer than this.
    signal.setitimer(signal.ITIMER_REAL, job["seconds"] + 1.0)
    json.dump(_done(job), sys.stdout)


def _done(job: Mapping[str, Any]) -> dict[str, Any]:
    if (message := _syntax(job["query"], job["base"], job["common"])) is not None:
        return {"syntax": message}
    deadline = time.monotonic() + job["seconds"]
    values = []
    for number, asked in enumerate(job["calls"]):
        try:
            values.append(call(asked, deadline, job["size"], job["private"], mark=str(number)))
        except Failed as failed:
            if not asked["silent"]:
                said = {"endpoint": asked["address"], "message": str(failed), "late": failed.late}
                return {"failed": said}
            # SPARQL 1.1 Federated Query §2.2: one solution without bindings.
            values.append("")
    return {"values": values}


def _syntax(query: str, base: str | None, common: Mapping[str, str] | None) -> str | None:
    """Return what the parser finds wrong; it runs on nothing, and can open no socket meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    store = pyoxigraph.Store()
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        store.query(query, base_iri=base, prefixes=dict(common or {}))
    except SyntaxError as error:
        return str(error)
    except (RuntimeError, ValueError, OSError):
        return None  # the query process will say it
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return None


def call(
    asked: Mapping[str, Any],
    deadline: float,
    size: int,
    private: Collection[str],
    *,
    mark: str = "",
    resolver: Resolver = resolve,
) -> str:
    """Ask one endpoint and return its solutions as the inside of a group, a ``VALUES`` block.

    ``asked``: ``address``, ``query`` and the ``names`` that its variables may have. ``private``:
    addresses that may be asked though they are not public. ``size``: bytes of the answer. A blank
    node of the answer becomes an IRI (RDF 1.1 §3.5) with ``mark``, for VALUES takes none.
    Raises Failed.
    """
    media_type, body = _exchange(
        asked["address"], asked["query"], deadline, size, private, resolver
    )
    form = pyoxigraph.QueryResultsFormat.from_media_type(media_type) if media_type else None
    if form not in (pyoxigraph.QueryResultsFormat.JSON, pyoxigraph.QueryResultsFormat.XML):
        raise Failed(f"it answered with {media_type[:80] or 'something'}, not with SPARQL results")
    try:
        found = pyoxigraph.parse_query_results(body, format=form)
        if not isinstance(found, pyoxigraph.QuerySolutions):
            raise Failed("its answer has no solutions")
        return "".join(_values(found, frozenset(asked["names"]), mark))
    except (ValueError, SyntaxError, RuntimeError, OSError):
        raise Failed("its answer cannot be read; is it cut?") from None


def _values(found: pyoxigraph.QuerySolutions, names: frozenset[str], mark: str) -> Iterator[str]:
    """Write solutions as VALUES; raises ValueError for what no engine should have sent."""
    wanted = [variable.value for variable in found.variables]
    if not names.issuperset(wanted):
        raise ValueError("a variable that was not asked for")
    yield "VALUES (" + " ".join(f"?{name}" for name in wanted) + ") {"
    for solution in found:
        yield " (" + " ".join(_term(solution[name], mark) for name in wanted) + ")"
    yield " }"


def _term(term: Any, mark: str) -> str:
    if term is None:
        return "UNDEF"
    if isinstance(term, BlankNode):
        return f"<urn:reformgraph:genid:{mark}:{re.sub('[^A-Za-z0-9_.-]', '-', term.value)}>"
    if isinstance(term, NamedNode):
        return _checked(term)
    if isinstance(term, Literal):
        _checked(term.datatype)
        if term.language and not _TAG.fullmatch(term.language):
            raise ValueError("no language tag")
        return str(term)
    raise ValueError("a term that VALUES cannot hold")


def _checked(node: NamedNode) -> str:
    if not _IRI.fullmatch(node.value):
        raise ValueError("no IRI")
    return f"<{node.value}>"


def _exchange(
    address: str,
    query: str,
    deadline: float,
    size: int,
    private: Collection[str],
    resolver: Resolver,
) -> tuple[str, bytes]:
    parts = urlsplit(address)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    left = _left(deadline)
    try:
        to = _looked_at(host, port, private, resolver)
        # `timeout` is of each wait; the sum is watched below, and at last by the timer of `main`.
        connection: HTTPConnection = (
            HTTPSConnection(
                to,
                port,
                timeout=min(CONNECT, left),
                server_hostname=host,
                cert_reqs="CERT_REQUIRED",
            )
            if parts.scheme == "https"
            else HTTPConnection(to, port, timeout=min(CONNECT, left))
        )
        connection.connect()
        sock = cast(Any, connection.sock)
        sock.settimeout(_left(deadline))
        connection.request(
            "POST",
            (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            body=urlencode({"query": query}).encode(),
            headers={
                "Host": parts.netloc,
                "Accept": _ACCEPT,
                "Accept-Encoding": "identity",
                "Content-Type": "application/x-www-form-urlencoded",
                "User-Agent": f"reformgraph/{__version__}",
            },
            preload_content=False,
            enforce_content_length=True,
        )
        response = connection.getresponse()
        if 300 <= response.status < 400:
            raise Failed(f"it sends elsewhere ({response.status}), which is not followed")
        if response.status != 200:
            raise Failed(f"it answered {response.status}")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise Failed("its answer is compressed, which was not asked for")
        body = bytearray()
        while piece := response.read1(_CHUNK):
            body += piece
            if len(body) > size:
                raise Failed(f"its answer is over {size} bytes; ask it for less")
            left = _left(deadline)
            if sock.fileno() >= 0:  # closed when the last piece has come
                sock.settimeout(left)
    except TimeoutError:
        raise Failed("it did not answer in time", late=True) from None
    except (HTTPError, OSError) as error:
        late = "timed out" in str(error)
        words = "it did not answer in time" if late else "there is no whole connection to it"
        raise Failed(words, late=late) from None
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return media_type, bytes(body)


def _looked_at(host: str, port: int, private: Collection[str], resolver: Resolver) -> str:
    """Return the address to connect to. All addresses of a name must be fit: it may be asked for
    the good one and then lead to the other (DNS rebinding).
    """
    addresses = resolver(host, port)
    if not addresses:
        raise Failed("its name has no address")
    for text in addresses:
        if not is_public(text) and text not in private:
            raise Failed("its name leads to an address that is not public")
    return addresses[0]


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    # No shutdown of the interpreter: what a parser left behind does not matter any more.
    os._exit(0)
