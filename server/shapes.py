"""What Flask answers to requests that differ in their query alone: learnt from it, and checked.

A shape is everything in a request but the text of its query. For tiny look-ups of one shape the
answers differ in body, ETag and Content-Length only. A shape is trusted once :data:`SAMPLES`
answers of Flask were the very same, byte for byte, as what is made here; one difference and the
shape is left to Flask for good. So a change of the route cannot make the two disagree unseen.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

from reformgraph.server.protocol.plain import ACCEPT

Headers: TypeAlias = list[tuple[str, str]]

SAMPLES = 3
REMEMBERED = 256
_LEARNING = threading.Lock()


def wire(status: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return a status line and headers as RFC 9112 has them, without the empty line."""
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers])
    return f"HTTP/1.1 {status}\r\n{lines}".encode("latin-1")


@dataclass(slots=True)
class Shape:
    """How answers of one shape look. ``left``: samples to come; -1 is not to be trusted.

    ``address`` is the endpoint's own, as this shape's requests name it.
    """

    left: int = SAMPLES
    address: str = ""
    status: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    _filled: tuple[tuple[tuple[str, str], ...], int, int] | None = None
    _media: tuple[tuple[tuple[str, str], ...], str] | None = None
    _wire: tuple[tuple[tuple[str, str], ...], bytes] | None = None

    @property
    def trusted(self) -> bool:
        """Whether answers may be made here."""
        return self.left == 0

    @property
    def media_type(self) -> str:
        """The media type that is sent, without parameters."""
        if self._media is None or self._media[0] is not self.headers:
            named = {name.lower(): value for name, value in self.headers}
            media = named.get("content-type", "").partition(";")[0]
            self._media = (self.headers, media)
        return self._media[1]

    def fill(self, length: int, tag: str) -> Headers:
        """Return the headers for a body of ``length`` bytes."""
        known = self._filled
        if known is None or known[0] is not self.headers:
            names = [name.lower() for name, _ in self.headers]
            tag_at, length_at = (
                names.index(n) if n in names else -1 for n in ("etag", "content-length")
            )
            known = self._filled = (self.headers, tag_at, length_at)
        headers, tag_at, length_at = list(self.headers), known[1], known[2]
        if tag_at >= 0:
            headers[tag_at] = (headers[tag_at][0], f'"{tag}"')
        if length_at >= 0:
            headers[length_at] = (headers[length_at][0], str(length))
        return headers

    def head(self, length: int, tag: str) -> bytes:
        """Return status line and headers as they are sent, for a body of ``length`` bytes."""
        if self._wire is None or self._wire[0] is not self.headers:
            pattern = {"etag": '"%b"', "content-length": "%d"}
            fields = [
                (name, pattern.get(name.lower()) or value.replace("%", "%%"))
                for name, value in self.headers
            ]
            self._wire = (self.headers, wire(self.status, fields))
            names = [name.lower() for name, _ in self.headers if name.lower() in pattern]
            if names != ["content-length", "etag"]:
                raise ValueError("headers of an unknown kind")
        return self._wire[1] % (length, tag.encode("ascii"))

    def learn(self, status: str, headers: Headers, body: bytes, ours: tuple[bytes, str]) -> None:
        """Compare an answer of Flask with ``ours``: body and tag. Thread-safe."""
        with _LEARNING:
            # Others may have learnt enough while this answer was made.
            if self.left > 0:
                self._compare(status, headers, body, ours)

    def _compare(self, status: str, headers: Headers, body: bytes, ours: tuple[bytes, str]) -> None:
        before = (self.status, self.headers)
        first = self.left == SAMPLES
        self.status, self.headers = status, tuple(headers)
        same = (
            ours[0] == body
            and self.fill(len(ours[0]), ours[1]) == headers
            and (first or before == (status, self._blank(before[1], headers)))
        )
        self.left = self.left - 1 if same else -1

    @staticmethod
    def _blank(
        before: tuple[tuple[str, str], ...], headers: Headers
    ) -> tuple[tuple[str, str], ...]:
        """Return ``headers`` with the tag and length of ``before``, to compare the rest."""
        old = {name.lower(): value for name, value in before}
        varying = ("etag", "content-length")
        return tuple(
            (name, old.get(name.lower(), "") if name.lower() in varying else value)
            for name, value in headers
        )


@dataclass(frozen=True, slots=True)
class Way:
    """What requests by GET have in common that differ in their query alone."""

    rest: tuple[Any, ...]
    coded: bool
    shapes: dict[Any, Shape]

    @property
    def accept(self) -> str:
        """Their Accept header."""
        return self.rest[ACCEPT] or ""


class Shapes:
    """The shapes seen of late. Thread-safe; two threads may learn one shape at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shapes: OrderedDict[Hashable, Shape] = OrderedDict()

    def get(self, key: Hashable) -> Shape:
        """Return the shape for ``key``, a new one if need be."""
        with self._lock:
            shape = self._shapes.get(key)
            if shape is None:
                shape = self._shapes[key] = Shape()
                if len(self._shapes) > REMEMBERED:
                    self._shapes.popitem(last=False)
            else:
                self._shapes.move_to_end(key)
            return shape
