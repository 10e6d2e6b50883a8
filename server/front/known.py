"""Requests that came before, byte for byte: their answer needs no look into them."""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

from reformgraph.server.observe import Observed, Ready
from reformgraph.server.protocol.cache import OVERHEAD, Bounded

LONGEST = 16_384
"""Bytes of a request, and of an answer, that is kept here."""


class _Kept(NamedTuple):
    ready: Ready
    head: bytes
    body: bytes


class Known:
    """Answers by the bytes of their requests, ``limit`` bytes of them.

    What an answer depends on beside those bytes and the address that they came to is the
    generation, which is asked each time.
    """

    def __init__(self, app: Observed, limit: int) -> None:
        self._app = app
        self.kept: Bounded[_Kept] = Bounded(limit)

    def find(self, request: Hashable) -> tuple[bytes, bytes] | None:
        """Return status line with headers, without the empty line, and body; counts and logs."""
        kept = self.kept.get(request)
        if kept is None or not self._app.again(kept.ready):
            return None
        return kept.head, kept.body

    def put(self, data: bytes, request: Hashable, ready: Ready, head: bytes, body: bytes) -> None:
        """Keep an answer if it and its request are short."""
        if ready.generation and max(len(data), len(body)) <= LONGEST:
            size = len(data) + len(head) + len(body) + OVERHEAD
            self.kept.put(request, _Kept(ready, head, body), size)
