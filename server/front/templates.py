"""Look-ups that differ in the thing that they ask about: neither decoded nor recognised again.

A program that asks for the labels of a thousand things sends a thousand requests which are the same
but for one IRI. Of the first its :class:`Template` is taken; the others are told by its bytes.
"""

from __future__ import annotations

import string
from typing import NamedTuple, Self
from urllib.parse import quote

from reformgraph.server.protocol.plain import query_in
from reformgraph.store.known.lookups import LONGEST, LookUp, recognise

_OPEN, _CLOSE, _HASH = b"%3C", b"%3E", b"%23"
# Letters of an IRI that mean themselves there, in a query and in percent-encoding (RFC 3986 §2.3),
# with three that are nearly always encoded and stand here decoded.
_LETTERS = (string.ascii_letters + string.digits + "-._~:/#").encode()
_PROBE, _OTHER = b"probe-one", b"probe"


class Template(NamedTuple):
    """A look-up in percent-encoding: ``begin``, most of its subject, ``rest``, a word of comment.

    ``begin`` ends with the scheme of the subject's IRI. ``comment``: whether a word may follow.
    ``scheme``, ``before`` and ``after`` are the decoded text of that scheme, before it and after
    the subject; ``asked`` is the look-up that it was taken from.
    """

    begin: bytes
    rest: bytes
    comment: bool
    scheme: str
    before: str
    after: str
    asked: LookUp

    @classmethod
    def of(cls, quoted: bytes, asked: LookUp) -> Self | None:
        """Return the template of a query that was recognised; None when it has none for certain."""
        name, colon, _ = asked.subject.partition(":")
        whole = _OPEN + quote(asked.subject, safe="").encode() + _CLOSE
        begin, _, rest = quoted.partition(whole)
        if not rest or whole in rest:
            return None
        scheme = quote(name + colon, safe="").encode()
        begin, rest = begin + _OPEN + scheme, _CLOSE + rest
        head, mark, word = rest.rpartition(_HASH)
        comment = bool(mark) and (not word or word.isalnum())
        rest = head + mark if comment else rest
        # That the hole is the subject, and the end a comment, its recogniser says best itself.
        for end in (b"", _OTHER) if comment else (b"",):
            text = query_in((begin + _PROBE + rest + end).decode("ascii"))
            subject = name + colon + _PROBE.decode("ascii")
            if recognise(text) != asked._replace(query=text, subject=subject):
                return None
        before, after = (query_in(part.decode("ascii")) for part in (begin, rest))
        before = before.removesuffix(name + colon)
        return cls(begin, rest, comment, name + colon, before, after, asked)

    def fill(self, data: bytes, begin: int, end: int) -> LookUp | None:
        """Return the look-up that stands percent-encoded in ``data`` from ``begin`` to ``end``.

        None when it is not of this template.
        """
        if not data.startswith(self.begin, begin):
            return None
        begin += len(self.begin)
        close = data.find(_CLOSE, begin, end)
        if not data.startswith(self.rest, close) or close < 0:
            return None
        word = data[close + len(self.rest) : end]
        if word and not (self.comment and word.isalnum()):
            return None
        part = data[begin:close].replace(b"%3A", b":").replace(b"%2F", b"/").replace(_HASH, b"#")
        if part.translate(None, _LETTERS):
            return None
        subject = self.scheme + part.decode("ascii")
        query = f"{self.before}{subject}{self.after}{word.decode('ascii')}"
        if len(query) > LONGEST:
            return None
        return LookUp(query, self.asked.chosen, subject, *self.asked[3:])
