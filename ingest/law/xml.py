"""Opens XML that may be hostile: gzip, HTML told as such, no DTD, no entities, limits on size and depth.

Everything that can be wrong with a file ends in one ``InputError`` that names the file and, where
it is known, the line. Names of elements and attributes are counted and shown with the prefixes of
``PREFIXES``, whatever prefixes the file uses (legislation.gov.uk warns that they vary).
"""

from __future__ import annotations

import gc
import gzip
import io
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Protocol

from lxml import etree

from reformgraph.errors import InputError

LEG = "{http://www.legislation.gov.uk/namespaces/legislation}"
UKM = "{http://www.legislation.gov.uk/namespaces/metadata}"
DC = "{http://purl.org/dc/elements/1.1/}"
DCT = "{http://purl.org/dc/terms/}"
ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"

PREFIXES = {
    "http://www.legislation.gov.uk/namespaces/legislation": "leg",
    "http://www.legislation.gov.uk/namespaces/metadata": "ukm",
    "http://www.legislation.gov.uk/namespaces/publication-log": "pbl",
    "http://www.legislation.gov.uk/namespaces/error": "err",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dct",
    "http://www.w3.org/2005/Atom": "atom",
    "http://a9.com/-/spec/opensearch/1.1/": "openSearch",
    "http://www.w3.org/1999/xhtml": "html",
    "http://www.w3.org/1998/Math/MathML": "math",
    "http://www.w3.org/XML/1998/namespace": "xml",
    "http://www.w3.org/2001/XMLSchema-instance": "xsi",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/2000/01/rdf-schema#": "rdfs",
    "http://www.w3.org/2002/07/owl#": "owl",
    "http://purl.org/vocab/frbr/core#": "frbr",
    "http://www.metalex.eu/metalex/2008-05-02#": "metalex",
    "http://docs.oasis-open.org/legaldocml/ns/akn/3.0": "akn",
}

MAX_BYTES = 512 * 1024 * 1024
"""The most bytes that one file may have, unpacked (the largest Acts have some 50 MB)."""
MAX_DEPTH = 256
"""The most levels of elements; also what lxml allows without ``huge_tree``."""

_CHUNK = 64 * 1024
_PROLOG = 1024 * 1024
_ENCODINGS = re.compile(r"utf-?8|us-ascii|ascii|iso-8859-\d+|latin-?1|windows-125\d|utf-16(le|be)?")
_DECLARED = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)[\"']")
_LEADING = re.compile(rb"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_ROOT = re.compile(rb"<(?:[^\s<>/:]+:)?([^\s<>/:]+)")
_HTML = re.compile(rb"(?i)<(?:!doctype\s+html\b|html\b|head\b|body\b)")


class Readable(Protocol):
    """What a parser needs of a file."""

    def read(self, size: int = -1, /) -> bytes:
        """Give up to ``size`` bytes."""


class _Bounded(io.RawIOBase):
    """Unpacked bytes of one file, with its faults as InputError and no more than a limit of them."""

    def __init__(self, source: Readable, name: str, limit: int) -> None:
        self._source, self._name, self._limit = source, name, limit
        self._ahead = b""
        self._given = 0
        self._tail = b""
        self._ended = False

    def peek_prolog(self) -> bytes:
        """Read until the root element's tag has begun, and keep it all for later reads."""
        while len(self._ahead) < _PROLOG:
            more = self._unpack(_CHUNK)
            self._ahead += more
            text = _ascii(self._ahead)
            rest = text[_leading(text) :]
            if not more or (len(rest) > 512 and not rest.startswith((b"<!--", b"<?"))):
                break
        return self._ahead

    def read(self, size: int = -1, /) -> bytes:
        if self._ahead:
            size = len(self._ahead) if size < 0 else size
            found, self._ahead = self._ahead[:size], self._ahead[size:]
        else:
            found = self._unpack(size if size > 0 else _CHUNK)
        self._given += len(found)
        self._tail = (self._tail + found)[-64:]
        self._ended = not found
        if self._given > self._limit:
            raise InputError(
                f"{self._name}: more than {self._limit // (1024 * 1024)} MB of XML when unpacked; "
                "not read further",
                where={"file": self._name},
            )
        return found

    @property
    def cut(self) -> bool:
        """Whether the file is read to its end, and that is not the end of a tag, as it is in all XML."""
        return self._ended and not self._tail.rstrip(b"\x00 \t\r\n").endswith(b">")

    def _unpack(self, size: int) -> bytes:
        try:
            return self._source.read(size)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(
                f"{self._name}: begins as gzip but cannot be unpacked: {error}",
                where={"file": self._name},
            ) from error


def opened(content: bytes, name: str, *, limit: int = MAX_BYTES) -> _Bounded:
    """Open ``content`` (plain or gzip, told by its first bytes) for a parser.

    Refuses, before any parser sees it: nothing, HTML, other things that are not XML, a DOCTYPE
    (so no entity of its own and nothing external), encodings that we do not read, and, while
    reading, more than ``limit`` bytes unpacked. Raises InputError naming the file.
    """
    packed = content[:2] == b"\x1f\x8b"
    plain = io.BytesIO(content)
    source = _Bounded(gzip.GzipFile(fileobj=plain) if packed else plain, name, limit)
    begin = source.peek_prolog()
    where = {"file": name}
    if not begin.strip(b"\x00\xef\xbb\xbf \t\r\n"):
        raise InputError(f"{name}: the file is empty", where=where)
    text = _ascii(begin)
    if b"\x00" in text[:256]:
        raise InputError(f"{name}: {_kind(begin)}, not XML in UTF-8", where={**where, "line": 1})
    declared = _DECLARED.match(text)
    encoding = declared.group(1).decode("ascii", "replace").lower() if declared else "utf-8"
    if not _ENCODINGS.fullmatch(encoding):
        raise InputError(
            f"{name}: the encoding {encoding!r} is not read; save it as UTF-8", where=where
        )
    rest = text[_leading(text) :]
    if _HTML.match(rest):
        raise InputError(f"{name}: {_page(text)}, not XML", where=where)
    if not rest.startswith(b"<"):
        raise InputError(f"{name}: {_kind(begin)}, not XML", where={**where, "line": 1})
    if rest.startswith((b"<!--", b"<?")):
        raise InputError(f"{name}: no root element in the first megabyte", where=where)
    if rest[:9].upper() == b"<!DOCTYPE" or rest.startswith(b"<!"):
        line = text[: _leading(text)].count(b"\n") + 1
        raise InputError(
            f"{name}, line {line}: a document type declaration (DOCTYPE) is refused, since entities "
            "could be in it",
            where={**where, "line": line},
        )
    return source


def root(content: bytes, name: str) -> str:
    """Give the name of the root element as ``{namespace}name``; raises InputError as ``opened``."""
    for _, element in events(content, name, ("start",)):
        return str(element.tag)
    raise InputError(f"{name}: the file has no root element", where={"file": name})


def events(
    content: bytes,
    name: str,
    kinds: Iterable[str] = ("start", "end"),
    tags: Iterable[str] | None = None,
) -> Iterator[tuple[str, etree._Element]]:
    """Stream the ``kinds`` of events of the elements ``tags`` (all when None); clear them yourself.

    Raises InputError naming file and line for whatever is wrong with the XML.
    """
    source = opened(content, name)
    wanted = tuple(kinds)
    try:
        # Comments and processing instructions stay out; nothing is resolved or fetched.
        yield from etree.iterparse(
            source,
            events=wanted,
            tag=None if tags is None else tuple(tags),
            remove_comments=True,
            remove_pis=True,
            resolve_entities=True,  # an unknown one is then an error; there is no DTD to know any
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
    except etree.XMLSyntaxError as error:
        raise syntax_error(error, name, source.cut) from error


def tree(content: bytes, name: str) -> etree._Element:
    """Parse a small file as a whole (feeds, lists) and give its root; raises InputError as ``events``."""
    source = opened(content, name)
    parser = etree.XMLParser(
        remove_comments=True,
        remove_pis=True,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        while chunk := source.read(_CHUNK):
            parser.feed(chunk)
        return parser.close()
    except etree.XMLSyntaxError as error:
        raise syntax_error(error, name, source.cut) from error


@contextmanager
def uncollected() -> Iterator[None]:
    """Pause the cyclic garbage collector: records hold no cycles, and looking for some takes 30 %.

    The pause is that of one file, so what other threads leave meanwhile is small. Afterwards all goes
    to the oldest generation unlooked at; else the next object made would have all looked at after
    all. Where somebody keeps objects frozen (``gc.freeze``), they stay so.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def syntax_error(error: etree.XMLSyntaxError, name: str, cut: bool = False) -> InputError:
    """Turn what lxml says into one sentence with file and line; ``cut``: the file ends in a tag."""
    line = error.lineno or 1
    said = re.sub(r", line \d+, column \d+.*$", "", str(error.msg or "not well-formed")).strip()
    kinds = (
        (r"huge|depth|too long|too deep|excessive|limit", "over the limits for XML"),
        (r"mismatch", "not well-formed XML"),
        (r"premature end|EndTag|no element found", "cut off"),
        (r"Extra content", "not well-formed XML"),
        (r"encoding|UTF-8|invalid byte|convert", "not in the encoding that it says (else UTF-8)"),
        (r"entity", "uses an entity that XML does not know"),
        (r"", "cut off" if cut else "not well-formed XML"),
    )
    kind = next(kind for pattern, kind in kinds if re.search(f"(?i){pattern}", said))
    return InputError(f"{name}, line {line}: {kind}: {said}", where={"file": name, "line": line})


@lru_cache(maxsize=8192)
def short(tag: str) -> str:
    """Give ``{namespace}name`` with its usual prefix: ``leg:P1``; an unknown namespace stays in braces."""
    if not tag.startswith("{"):
        return tag
    namespace, _, local = tag[1:].partition("}")
    prefix = PREFIXES.get(namespace)
    return f"{prefix}:{local}" if prefix else tag


def text_of(element: etree._Element | None) -> str:
    """Give all text in an element, white space collapsed; empty when there is none."""
    if element is None:
        return ""
    if not len(element):
        return " ".join((element.text or "").split())
    # A third of the time of XPath's string().
    text = etree.tostring(element, encoding="unicode", method="text", with_tail=False)
    return " ".join(text.split())


def _ascii(begin: bytes) -> bytes:
    """Give the beginning without BOM and, for UTF-16, as bytes that patterns can look at."""
    if begin.startswith(b"\xef\xbb\xbf"):
        return begin[3:]
    if begin[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return begin.decode("utf-16", "replace").encode("utf-8")
    return begin


def _leading(text: bytes) -> int:
    match = _LEADING.match(text)
    return match.end() if match else 0


def _page(text: bytes) -> str:
    if b"awsWaf" in text or b"challenge.js" in text:
        return "a page of the site's guard against robots (HTML with a script challenge)"
    return "an HTML page"


def _kind(begin: bytes) -> str:
    if begin.startswith(b"%PDF"):
        return "a PDF"
    if begin.startswith(b"PK\x03\x04"):
        return "a ZIP archive"
    if begin.lstrip()[:1] in (b"{", b"["):
        return "JSON"
    return "text or other data"
