"""Whether the client of a request is still there: WSGI has no word for it, the kernel has.

granian does not say which connection a request came by. But among this worker's connections from
the client's address, ours is established, and since the request was read nothing came in and
nothing went out on it. Those that look so are *candidates*; when none of them is left, nobody can
be waiting. Two requests of one address at once may hide each other: then a query goes on to its
limit, which is what happened to all before. Linux only.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

_DESCRIPTORS = Path("/proc/self/fd")
_ESTABLISHED = 1
# struct tcp_info of linux/tcp.h: the state, and milliseconds since data was sent and received.
_INFO = struct.Struct("=B43xI4xI")
SLACK = 0.1
"""Seconds by which the kernel's clock and ours may differ."""
IDLE = 30.0
"""Seconds after which a connection that was answered within a tick of its clock counts as idle."""


class _Connection(NamedTuple):
    peer: tuple[str, int]
    sent: float
    received: float


def has_gone(environ: Mapping[str, Any]) -> Callable[[], bool] | None:
    """Return what says whether the client of a request has hung up; None where nobody can.

    Call it when the request is read. A proxy that keeps its connection keeps the query.
    """
    # Elsewhere the connection may be another process's.
    if environ.get("SERVER_SOFTWARE") != "Granian":
        return None
    host, port = _address(str(environ.get("REMOTE_ADDR", ""))), environ.get("SERVER_PORT", "")
    if not host or not port.isdigit() or not _DESCRIPTORS.exists():
        return None
    begun = time.monotonic()
    candidates: set[tuple[str, int]] | None = None

    def gone() -> bool:
        nonlocal candidates
        now = time.monotonic() - begun
        found = _connections(host, int(port))
        if found is None:
            return False
        if candidates is None:
            candidates = {c.peer for c in found if _waits(c, now)}
        candidates &= {c.peer for c in found}
        return not candidates

    return gone


def _waits(connection: _Connection, elapsed: float) -> bool:
    """Whether a request that was read ``elapsed`` seconds ago may have come by a connection."""
    _, sent, received = connection
    if received < elapsed - SLACK or sent < received - SLACK:
        return False  # something came, or was answered, since
    return sent > received or received < elapsed + IDLE


def _connections(host: str, port: int) -> list[_Connection] | None:
    """Return the established connections of this process from ``host`` to ``port``."""
    found = []
    try:
        descriptors = os.listdir(_DESCRIPTORS)  # noqa: PTH208  thousands of them, without a Path each
    except OSError:
        return None
    for name in descriptors:
        if (seen := _seen(int(name), port)) is None:
            continue
        peer, info = seen
        state, sent, received = _INFO.unpack(info)
        if state == _ESTABLISHED and _address(peer[0]) == host:
            found.append(_Connection(peer, sent / 1e3, received / 1e3))
    return found


def _seen(descriptor: int, port: int) -> tuple[tuple[str, int], bytes] | None:
    """Return the other end of a connection to ``port`` and what the kernel knows of it."""
    try:
        # One of our own: granian may close its one, and the number be given anew, while we look.
        own = os.dup(descriptor)
    except OSError:
        return None
    try:
        with socket.socket(fileno=own) as one:
            own = -1
            if one.getsockname()[1] != port:
                return None
            peer = one.getpeername()
            return (peer[0], peer[1]), one.getsockopt(
                socket.IPPROTO_TCP, socket.TCP_INFO, _INFO.size
            )
    except (OSError, IndexError, TypeError):
        return None  # no socket, or not connected
    finally:
        if own >= 0:
            os.close(own)


def _address(text: str) -> str:
    """Return an IP address in one spelling, empty for what is none."""
    try:
        address = ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
