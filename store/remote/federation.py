"""``SERVICE`` in queries from strangers: off by default, then to a list of endpoints (hazards 13, 14).

A clause is answered before the query runs. Its group goes to the endpoint as a query of its own,
sent by a process that has sockets and no graph (``outside``); its solutions take the clause's place
as ``VALUES``; and what is left is a query like any other, which runs where no socket can be opened,
on the embedded store as on a remote one. SPARQL 1.1 Federated Query evaluates a clause by itself
and joins what it gives, so that the answer is the same.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from reformgraph.errors import (
    BadEncoding,
    Busy,
    ConfigError,
    FederationFailed,
    FederationRefused,
    FederationTimeout,
    QueryCrashed,
)
from reformgraph.store.answer import Answer, Dataset
from reformgraph.store.processes.query_run import RETRY_AFTER, Gone
from reformgraph.store.scan import Call, Scan, check, scan
from reformgraph.store.syntax import explain

if TYPE_CHECKING:
    from reformgraph.store.processes.pool import QueryPool
    from reformgraph.store.remote.pool import RemotePool

MOST_CALLS = 4
"""Clauses of one query: each is a request to somebody else."""
PLACES = 2
"""Queries of one HTTP worker that may be calling at a time."""
START = 3.0
"""Seconds for a process to start and to say its answer, beside the time of its calls."""
_NAME = re.compile(r"[?$](\w+)")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What may be called: ``addresses``, and those ``private`` ones that may stand behind a name."""

    addresses: frozenset[str]
    private: frozenset[str]

    @classmethod
    def read(cls, text: str) -> Endpoints:
        """Read the setting ``federation``: addresses of endpoints, and bare IP addresses that may
        be called though they are not public. Raises ConfigError.
        """
        addresses, private = [], []
        for entry in re.split(r"[\s,]+", text.strip()):
            if entry and _ip(entry):
                private.append(entry)
            elif entry:
                parts = _parts(entry)
                addresses.append(entry)
                if _ip(parts.hostname or ""):
                    private.append(parts.hostname or "")
        return cls(frozenset(addresses), frozenset(private))


def _ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _parts(entry: str) -> Any:
    try:
        parts = urlsplit(entry)
        plain = parts.scheme == "http" and _ip(parts.hostname or "")
        if not entry.isascii() or re.search(r"[<>\"{}|^`\\\x00-\x20#]", entry):
            raise ValueError("it has characters that no address of an endpoint has")
        if not (parts.scheme == "https" or plain):
            raise ValueError("expected https (http only with an IP address that is named so)")
        if not parts.hostname or parts.username is not None or parts.port == 0:
            raise ValueError("expected a host, and no user")
    except ValueError as error:
        raise ConfigError(
            f"federation: {entry!r} is no endpoint: {error}", where={"field": "federation"}
        ) from None
    return parts


class Federated:
    """A pool that takes SERVICE. Thread-safe.

    ``inner`` runs what is left of a query; ``timeout``: seconds for all calls of one query;
    ``size``: bytes of one endpoint's answer.
    """

    def __init__(
        self,
        inner: QueryPool | RemotePool,
        endpoints: Endpoints,
        *,
        timeout: float = 5.0,
        size: int = 2_000_000,
    ) -> None:
        self.inner, self.endpoints = inner, endpoints
        self.timeout, self.result_limit = inner.timeout, inner.result_limit
        self._seconds, self._size = timeout, size
        self._places = threading.BoundedSemaphore(PLACES)

    def run(
        self,
        query: str,
        media_type: str = "",
        dataset: Dataset | None = None,
        *,
        base: str | None = None,
        scanned: Scan | None = None,
        timeout: float | None = None,
        common: Mapping[str, str] | None = None,
        client: str = "",
        gone: Gone | None = None,
    ) -> Answer:
        """Run one query; arguments and answer are those of :meth:`QueryPool.run`.

        Raises what that raises; FederationRefused for an endpoint that is not on the list or a
        clause whose endpoint is no literal IRI, FederationFailed and FederationTimeout.
        """
        query = query.removeprefix("\ufeff")
        found = scanned or scan(query)
        limit = min(timeout or self.timeout, self.timeout)
        if found.service:
            started = time.monotonic()
            check(found, federation=True)
            query = self._filled(query, found, base, common, min(self._seconds, limit))
            # It was scanned with its clauses, and what took their place is data.
            found = replace(found, service=False, calls=())
            limit = max(limit - (time.monotonic() - started), 0.001)
        return self.inner.run(
            query,
            media_type,
            dataset,
            base=base,
            scanned=found,
            timeout=limit,
            common=common,
            client=client,
            gone=gone,
        )

    def dump(
        self,
        graph: str | None,
        media_type: str,
        *,
        timeout: float | None = None,
    ) -> Answer:
        """Return a whole graph; as :meth:`QueryPool.dump`."""
        return self.inner.dump(graph, media_type, timeout=timeout)

    def prepare(self) -> None:
        """Make the pool behind it ready."""
        self.inner.prepare()

    def counted(self) -> dict[str, dict[str, int]]:
        """Return the figures of the pool behind it."""
        return self.inner.counted()

    def close(self) -> None:
        """Close the pool behind it; a call under way ends by itself."""
        self.inner.close()

    def _filled(
        self,
        query: str,
        found: Scan,
        base: str | None,
        common: Mapping[str, str] | None,
        seconds: float,
    ) -> str:
        """Return the query with the solutions of its clauses in their place."""
        calls = self._allowed(found)
        try:
            query.encode()
        except UnicodeEncodeError:
            raise BadEncoding("the query holds half of a surrogate pair") from None
        known = {name: (common or {})[name] for name in found.undeclared if name in (common or {})}
        job = {
            "query": _without(query, calls),
            "base": base,
            "common": known,
            "seconds": seconds,
            "size": self._size,
            "private": sorted(self.endpoints.private),
            "calls": [
                {
                    "address": call.iri,
                    "query": _asked(query, found, call, base, known),
                    "names": sorted(set(_NAME.findall(query[call.group : call.end]))),
                    "silent": call.silent,
                }
                for call in calls
            ],
        }
        if not self._places.acquire(timeout=seconds):
            raise Busy("as many queries as may be are calling other services", headers=RETRY_AFTER)
        try:
            said = _outside(job, seconds)
        finally:
            self._places.release()
        if "syntax" in said:
            raise explain(query, said["syntax"], known)
        if failed := said.get("failed"):
            error = FederationTimeout if failed["late"] else FederationFailed
            raise error(
                f"SERVICE <{failed['endpoint']}>: {failed['message']}",
                where={"endpoint": failed["endpoint"]},
            )
        return _with(query, calls, said["values"])

    def _allowed(self, found: Scan) -> tuple[Call, ...]:
        if found.calls is None:
            raise FederationRefused(
                "SERVICE is taken here with the address of an endpoint in <…> and its group after "
                "it, not with a variable or a prefixed name, and not in another SERVICE"
            )
        for call in found.calls:
            if call.iri not in self.endpoints.addresses:
                raise FederationRefused(
                    f"<{call.iri[:200]}> is not among the endpoints that may be called from here",
                    hints=sorted(self.endpoints.addresses),
                )
        if len(found.calls) > MOST_CALLS:
            raise FederationRefused(
                f"the query calls other services more than {MOST_CALLS} times",
                where={"limit": MOST_CALLS},
            )
        return found.calls


def _without(query: str, calls: tuple[Call, ...]) -> str:
    """Return the query with GRAPH for SERVICE, every character in its place, for the parser."""
    for call in reversed(calls):
        blank = re.sub(r"[^\r\n]", " ", query[call.start + 5 : call.named])
        query = f"{query[: call.start]}GRAPH{blank}{query[call.named :]}"
    return query


def _asked(query: str, found: Scan, call: Call, base: str | None, known: Mapping[str, str]) -> str:
    """Return the query for the endpoint: our prologue, then the group, word for word."""
    declared = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in known.items())
    ours = f"BASE <{base}>\n{declared}" if base else declared
    return f"{ours}{query[: found.start]}\nSELECT * WHERE {query[call.group : call.end]}"


def _with(query: str, calls: tuple[Call, ...], values: list[str]) -> str:
    for call, block in zip(reversed(calls), reversed(values), strict=True):
        lines = "\n" * query.count("\n", call.start, call.end)
        query = f"{query[: call.start]}{{ {block} {lines}}}{query[call.end :]}"
    return query


def _outside(job: Mapping[str, Any], seconds: float) -> dict[str, Any]:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    try:
        data = json.dumps(job).encode("ascii")
        done = subprocess.run(
            [sys.executable, "-S", "-P", "-m", "reformgraph.store.remote.outside"],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            timeout=seconds + START,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise FederationTimeout("SERVICE: no answer in time") from None
    if done.returncode < 0:
        raise FederationTimeout("SERVICE: no answer in time")
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        raise QueryCrashed("the call of another service ended without an answer") from None
