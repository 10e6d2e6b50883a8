"""Requests that came before, as a whole or but for their query: no need to take them apart again."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import Any, TypeAlias

from reformgraph.server.front.templates import Template
from reformgraph.server.observe import Observed, Ready
from reformgraph.server.protocol.cache import OVERHEAD, Bounded
from reformgraph.server.protocol.plain import query_in
from reformgraph.store.known.lookups import LookUp

LONGEST = 16_384
"""Bytes of a request, and of an answer, that is kept here."""
WAYS = 64
"""Kinds of request that are remembered."""
TEMPLATES = 8
"""Kinds of look-up that are remembered of each of them."""
SEEN = 1 << 14
"""Places to remember which requests came once; what comes again is kept."""
_BEGIN, _END = b"GET /sparql?query=", b" HTTP/1.1\r\n"
# A query that stands alone in the address, in letters of RFC 3986 §3.4.
_ALONE = re.compile(rb"[A-Za-z0-9._~%!$'()*+,;=:@/?-]++\Z")
_Server: TypeAlias = tuple[str, int | None] | None
_Way: TypeAlias = tuple[Any, list[Template]]
"""What the application knows as a way, and the look-ups that came by it."""


class Known:
    """Answers by the bytes of their requests, ``limit`` bytes of them, and ways to new ones.

    What an answer depends on beside those bytes and the address that they came to is the
    generation, which is asked each time. One event loop uses it: there is no lock.
    """

    def __init__(self, app: Observed, limit: int) -> None:
        self._app = app
        self.kept: Bounded[Ready] = Bounded(limit)
        self._ways: OrderedDict[tuple[bytes, _Server], _Way] = OrderedDict()
        self._seen = [0] * SEEN

    def find(self, data: bytes, server: _Server) -> Ready | None:
        """Return the answer to ``data``, with its head, if it is a request that is known.

        :meth:`sent` has to be told of it.
        """
        kept = self.kept.get((data, server))
        if kept is not None and self._app.holds(kept):
            return kept
        if not self._ways or not data.startswith(_BEGIN):
            return None
        end = data.find(_END)
        found = self._ways.get((data[end:], server))
        if found is None:
            return None
        way, templates = found
        for template in templates:
            if (asked := template.fill(data, len(_BEGIN), end)) is not None:
                return self._app.ask(way, asked.query, asked)
        if not _ALONE.match(quoted := data[len(_BEGIN) : end]):
            return None
        ready = self._app.ask(way, query_in(quoted.decode("ascii")))
        if ready is not None and isinstance(ready.asked, LookUp):
            self._learn(templates, quoted, ready.asked)
        return ready

    def sent(self, data: bytes, server: _Server, ready: Ready, seconds: float) -> None:
        """Count what :meth:`find` returned after ``seconds``, and keep it if it may come again."""
        self._app.count(ready, seconds)
        if ready.tally is None:
            self._put((data, server), ready)

    @staticmethod
    def _learn(templates: list[Template], quoted: bytes, asked: LookUp) -> None:
        if (template := Template.of(quoted, asked)) is not None:
            templates.insert(0, template)
            del templates[TEMPLATES:]

    def learn(self, data: bytes, server: _Server, ready: Ready) -> None:
        """Keep an answer, which has its head, to what ``data`` begins with, and learn from it."""
        # Only what was read with nothing before and nothing behind it is the whole request.
        if data.startswith(b"GET ") and data.find(b"\r\n\r\n") == len(data) - 4:
            if ready.way is not None and data.startswith(_BEGIN) and len(data) <= LONGEST:
                self._ways[data[data.find(_END) :], server] = (ready.way, [])
                if len(self._ways) > WAYS:
                    self._ways.popitem(last=False)
            self._put((data, server), ready)

    def _put(self, key: tuple[bytes, _Server], ready: Ready) -> None:
        name = hash(key)
        if self._seen[name % SEEN] != name:  # most of what is asked once is never asked again
            self._seen[name % SEEN] = name
        elif max(len(key[0]), len(ready.body)) <= LONGEST:
            size = len(key[0]) + len(ready.head) + len(ready.body) + OVERHEAD
            self.kept.put(key, self._app.keep(ready), size)
