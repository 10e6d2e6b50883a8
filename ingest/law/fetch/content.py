"""Is what came what was asked for? Checked before a good copy is replaced (hazard 69).

The whole text is parsed once, by expat, so that a cut body without a length is noticed too. No
DTD and no entity is read: the site's data has none, and pages of HTML have.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable
from html.parser import HTMLParser
from xml.parsers import expat

from reformgraph.errors import InputError

LEG = "http://www.legislation.gov.uk/namespaces/legislation"
ATOM = "http://www.w3.org/2005/Atom"
DOCUMENT_ROOTS = frozenset({f"{LEG} Legislation", f"{LEG} EN"})
FEED_ROOTS = frozenset({f"{ATOM} feed"})
CHALLENGES = (b"awswaf", b"challenge.js", b"captcha", b"cf-chl", b"just a moment")
"""What pages that test for a person have in them, in small letters."""


class HtmlPage(InputError):
    """A web page came instead of data; ``challenge``: it tests for a person."""

    def __init__(self, detail: str, *, challenge: bool) -> None:
        super().__init__(detail)
        self.challenge = challenge


def check(content: bytes, media_type: str, roots: frozenset[str]) -> None:
    """Accept well-formed XML whose root element is one of ``roots`` (``namespace name``).

    Raises HtmlPage for a web page, InputError for anything else, each with a sentence without a
    name: the caller knows what was asked.
    """
    if not content.strip():
        raise InputError("the answer is empty")
    kind = media_type.partition(";")[0].strip().lower()
    if _is_html(content):
        challenge = any(mark in content[:100_000].lower() for mark in CHALLENGES)
        what = "a page that tests for a person" if challenge else "a web page"
        raise HtmlPage(f"{what} came instead of data", challenge=challenge)
    if kind and not _xml_type(kind):
        raise InputError(f"{kind} came instead of XML")
    root = parse(content)
    if root not in roots:
        wanted = " or ".join(sorted(r.rpartition(" ")[2] for r in roots))
        raise InputError(f"the root element is {root.rpartition(' ')[2]!r}, not {wanted}")


def parse(
    content: bytes,
    start: Callable[[str, dict[str, str]], None] | None = None,
    end: Callable[[str], None] | None = None,
    data: Callable[[str], None] | None = None,
) -> str:
    """Parse XML to its end and give its root element as ``namespace name``.

    ``start``, ``end`` and ``data`` are called with each element's name and attributes, each end and
    each piece of text. Raises InputError with line and column when the text is not well formed or
    has a DOCTYPE.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    root: list[str] = []

    def element(name: str, attributes: dict[str, str]) -> None:
        if not root:
            root.append(name)
        if start is not None:
            start(name, attributes)

    def doctype(*_: object) -> None:
        raise InputError("it has a DOCTYPE, which legislation.gov.uk never writes")

    parser.StartElementHandler = element
    parser.EndElementHandler = end
    parser.CharacterDataHandler = data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError) as error:
        raise InputError(f"not whole, well-formed XML: {error}") from None
    return root[0]


def unpack(content: bytes, most: int) -> bytes:
    """Give the bytes of a file that may be gzipped; raises InputError when damaged or too large."""
    if content[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(content)) as file:
                content = file.read(most + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise InputError(f"damaged gzip: {error}") from None
    if len(content) > most:
        raise InputError(f"larger than {most:,} bytes unpacked (setting fetch_size)")
    return content


def candidates(page: bytes) -> list[str]:
    """Give the identifiers that a page of several choices (300) links to, in its order."""
    finder = _Links()
    finder.feed(page.decode("utf-8", "replace"))
    return list(dict.fromkeys(finder.found))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") or ""
        path = href.partition("legislation.gov.uk")[2] or href
        if tag == "a" and path.startswith("/id/"):
            self.found.append(path.removeprefix("/id/"))


def _is_html(content: bytes) -> bool:
    head = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return head.startswith((b"<!doctype html", b"<html")) or b"<html" in head


def _xml_type(kind: str) -> bool:
    generic = ("text/xml", "application/xml", "text/plain", "application/octet-stream")
    return kind.endswith("+xml") or kind in generic
