"""Content codings: gzip, br and zstd by ``Accept-Encoding`` (RFC 9110 §8.4, §12.5.3)."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

import brotli
import zstandard
from flask import Flask, Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header

from reformgraph.server.protocol.streams import Stream
from reformgraph.server.service import service

CODINGS = ("zstd", "br", "gzip")
"""Those we make; of equal quality the first is chosen, for it is the quickest at its size."""
SMALLEST = 512
"""Bytes below which a coding costs more than it saves."""
LONGEST_HEADER = 1_000

_SPOOL = 1 << 20
_LARGE = 4 << 20  # from here on speed counts more than size
_CODED = re.compile(rf'-(?:{"|".join(CODINGS)})(?=")')
_ASKED = "reformgraph.if_none_match"
_TEXT = re.compile(
    r"text/|application/(?:[\w.+-]*(?:json|xml)|n-triples|n-quads|trig|sparql-[\w-]+"
    r"|javascript)|image/svg\+xml"
)


def register(app: Flask) -> None:
    """Make ``app`` send what its clients can decode; entity tags tell the codings apart."""
    app.before_request(_uncoded_tags)
    app.after_request(_coded)


def choose(header: str | None) -> str:
    """Return the coding that ``Accept-Encoding`` likes best, "" for none.

    A coding wins over none when it is liked at least as much. ``x-gzip`` is gzip; an absent or
    unreadable header gives none, and so does one that forbids all: an answer that cannot be read
    is still told by its status.
    """
    if not header:
        return ""
    liked: dict[str, float] = {}
    for name, quality in parse_accept_header(header[:LONGEST_HEADER], Accept):
        key = name.strip().lower()
        liked["gzip" if key == "x-gzip" else key] = quality
    rest = liked.get("*", 0.0)
    # Not named, it is acceptable all the same, but what is named is liked more (§12.5.3).
    none = liked.get("identity", 0.0)
    best, quality = "", max(none, 0.0)
    for coding in CODINGS:
        wanted = liked.get(coding, rest)
        if wanted > 0 and (wanted > quality or (wanted == quality and not best)):
            best, quality = coding, wanted
    return best


def compress(chunks: Iterable[bytes], coding: str, *, large: bool) -> Iterator[bytes]:
    """Yield ``chunks`` in a coding; ``large``: quickly rather than small."""
    if coding == "gzip":
        packer = zlib.compressobj(1 if large else 6, wbits=31)
        pack: Callable[[bytes], bytes] = packer.compress
        end: Callable[[], bytes] = packer.flush
    elif coding == "br":
        brotlied = brotli.Compressor(quality=1 if large else 5)
        pack, end = brotlied.process, brotlied.finish
    elif coding == "zstd":
        zstd = zstandard.ZstdCompressor(level=1 if large else 6).compressobj()
        pack, end = zstd.compress, zstd.flush
    else:
        raise ValueError(f"{coding} is no content coding")
    for chunk in chunks:
        yield pack(chunk)
    yield end()


def _uncoded_tags() -> None:
    """Compare the tags that a client has with ours, which know of no coding."""
    if tags := request.environ.get("HTTP_IF_NONE_MATCH"):
        request.environ[_ASKED] = tags
        request.environ["HTTP_IF_NONE_MATCH"] = _CODED.sub("", tags)


def _coded(response: Response) -> Response:
    if not _may(response):
        return response
    response.vary.add("Accept-Encoding")
    coding = choose(request.headers.get("Accept-Encoding"))
    if not coding:
        return response
    if response.status_code == 304:
        # The tag of the copy that the client has, which may have been too small for a coding.
        tag, _ = response.get_etag()
        if f'{tag}-{coding}"' in request.environ.get(_ASKED, ""):
            _tag(response, coding)
        return response
    length = response.headers.get("Content-Length", type=int)
    if length is None and not response.direct_passthrough:
        length = response.calculate_content_length()
    body = cast(object, response.response)
    piecewise = response.direct_passthrough and not isinstance(body, Stream)
    if length is None or length < SMALLEST or piecewise:
        return response
    if request.method == "HEAD":
        # The length that a GET would have is not known without doing all of its work.
        del response.headers["Content-Length"]
        response.automatically_set_content_length = False
    elif isinstance(body, Stream):
        _spool(response, body, coding)
    else:
        response.set_data(_packed(response, coding, length))
    response.headers["Content-Encoding"] = coding
    _tag(response, coding)
    return response


def _packed(response: Response, coding: str, length: int) -> bytes:
    """Pack what lies in memory; what has an entity tag is packed once for all who ask."""

    def make() -> bytes:
        return b"".join(compress([response.get_data()], coding, large=length > _LARGE))

    tag, _ = response.get_etag()
    if not tag:
        return make()
    key = ("packed", coding, tag, length, request.script_root, request.full_path)
    return service().keep(key, make)


def _may(response: Response) -> bool:
    if "Content-Encoding" in response.headers or "no-transform" in response.headers.get(
        "Cache-Control", ""
    ):
        return False
    if response.status_code == 304:
        return "ETag" in response.headers
    return response.status_code not in (204, 206) and bool(_TEXT.match(response.mimetype or ""))


def _spool(response: Response, stream: Stream, coding: str) -> None:
    """Pack a large answer into a file first, so that its length is known (hazard 23)."""
    packed = cast(BinaryIO, SpooledTemporaryFile(_SPOOL))  # noqa: SIM115  the stream closes it
    try:
        for piece in compress(stream.pieces(), coding, large=True):
            packed.write(piece)
        response.content_length = packed.tell()
        packed.seek(io.SEEK_SET)
    except BaseException:
        packed.close()
        stream.close()
        raise
    stream.swap(packed)


def _tag(response: Response, coding: str) -> None:
    tag, weak = response.get_etag()
    if tag:
        response.set_etag(f"{tag}-{coding}", weak=bool(weak))
