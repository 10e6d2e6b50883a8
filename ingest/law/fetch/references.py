"""What a user names: a law, a provision or an address, as the path of the site."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

from reformgraph.errors import UsageError

WWW = "https://www.legislation.gov.uk/"
"""Begins the key of every file that the law folder has from the site, whatever mirror it came by."""

TYPES = [
    "ukpga",
    "ukla",
    "ukppa",
    "ukcm",
    "apgb",
    "gbla",
    "gbppa",
    "aep",
    "aosp",
    "asp",
    "aip",
    "apni",
    "mnia",
    "nia",
    "mwa",
    "anaw",
    "asc",
    "uksi",
    "ssi",
    "wsi",
    "nisr",
    "nisi",
    "nisro",
    "ukci",
    "ukmo",
    "uksro",
    "ukmd",
    "ukia",
    "ukdsi",
    "sdsi",
    "nidsr",
    "nidsi",
    "wdsi",
    "ukdcm",
    "eur",
    "eudn",
    "eudr",
    "eut",
]
"""Type codes of addresses (developer pages on URIs, and codes that the live site has)."""
GROUPS = ("all", "primary", "secondary", "eu-origin")
"""What a list may ask for beside single types."""

PAGE = 500
"""Effects on one page of a changes feed; the site takes it."""


@dataclass(frozen=True, slots=True)
class Search:
    """A list to be asked for: ``text`` in the title, or anywhere when ``full_text``."""

    text: str
    type: str = "all"
    first: int | None = None
    last: int | None = None
    full_text: bool = False

    def address(self) -> str:
        """Give the path of the first page; ``sort`` is always said, its default is unclear."""
        years = ""
        if self.first or self.last:
            years = f"/{self.first or 1200}-{self.last or 2100}"
            if self.first == self.last:
                years = f"/{self.first}"
        field = "text" if self.full_text else "title"
        query = urlencode({field: self.text, "sort": "published"})
        return f"{self.type}{years}/data.feed?{query}"


def search(text: str, kind: str, first: int | None, last: int | None, full_text: bool) -> Search:
    """Check the parts of a search; raises UsageError naming the one that is wrong."""
    if not text.strip():
        raise UsageError("--search: there is nothing to search for")
    for part in kind.split("+"):
        if part not in TYPES and part not in GROUPS:
            raise UsageError(f"--type: {_unknown(part)}")
    if first and last and first > last:
        raise UsageError(f"--from-year {first} is after --to-year {last}")
    return Search(text, kind, first, last, full_text)


def path_of(text: str) -> str:
    """Give the path of the site that a reference means: ``ukpga/2004/31/section/10``.

    Takes short forms, identifiers and addresses of documents or their files. Raises UsageError
    that says what is wrong with it.
    """
    path = text.strip()
    if "://" in path:
        parts = urlsplit(path)
        host = (parts.hostname or "").removeprefix("www.")
        if parts.scheme not in ("http", "https") or host != "legislation.gov.uk":
            raise UsageError(f"{text!r} is not an address of www.legislation.gov.uk")
        if parts.query:
            raise UsageError(f"{text!r}: an address with ? is a list: use --search")
        path = parts.path
    segments = path.strip("/").split("/")
    if segments[0] == "id":
        del segments[0]
    if segments and re.fullmatch(r"data\.\w+", segments[-1]):
        del segments[-1]
    if not segments or not segments[0]:
        raise UsageError(f"{text!r} names no law")
    if segments[0] not in TYPES:
        raise UsageError(f"{text!r}: {_unknown(segments[0])}")
    if not all(_SEGMENT.fullmatch(s) and s.strip(".") for s in segments):
        raise UsageError(f"{text!r} has characters that no address of the site has")
    if law_of("/".join(segments)) == "":
        raise UsageError(f"{text!r} is no law: expected type/year/number, as in ukpga/2004/31")
    return "/".join(segments)


def law_of(path: str) -> str:
    """Give the law that a path or an IRI of the site belongs to, or nothing.

    ``ukpga/2004/31`` of ``http://www.legislation.gov.uk/id/ukpga/2004/31/section/10``.
    """
    if "://" in path:
        parts = urlsplit(path)
        if (parts.hostname or "").removeprefix("www.") != "legislation.gov.uk":
            return ""
        path = parts.path.strip("/").removeprefix("id/")
    found = _LAW.match(path)
    return found[1] if found and found[2] in TYPES else ""


def document(path: str) -> str:
    """Give the address of a document's CLML: ``ukpga/2004/31/data.xml``."""
    return f"{path}/data.xml"


def changes(law: str) -> tuple[str, str]:
    """Give the addresses of the first pages of the effects on a law, and of those it has."""
    query = f"data.feed?results-count={PAGE}&sort=modified"
    return f"changes/affected/{law}/{query}", f"changes/affecting/{law}/{query}"


def citing(title: str) -> str:
    """Give the address of the list of law in whose text ``title`` stands.

    The site has no list of citations; this finds candidates, whose own citations then tell.
    """
    return Search(f'"{title}"', "all", full_text=True).address()


def following(address: str, now: str) -> str:
    """Give the address that a feed at ``now`` means by ``address``, its ``rel="next"`` link."""
    parts = urlsplit(address)
    path = parts.path.lstrip("/") or now.partition("?")[0]
    return f"{quote(path, safe='/+.-_~%')}?{parts.query}" if parts.query else path


def later_page(address: str, number: int) -> str:
    """Give the address of page ``number`` of the feed that ``address`` is a page of."""
    if re.search(r"[?&]page=\d+", address):
        return re.sub(r"([?&]page=)\d+", rf"\g<1>{number}", address)
    return f"{address}{'&' if '?' in address else '?'}page={number}"


def page_of(address: str) -> int:
    """Give the number of the page at ``address``."""
    found = re.search(r"[?&]page=(\d+)", address)
    return int(found[1]) if found else 1


def _unknown(kind: str) -> str:
    near: Sequence[str] = difflib.get_close_matches(kind, [*TYPES, *GROUPS], n=1)
    return f"unknown type {kind!r}" + (f", did you mean {near[0]!r}?" if near else "")


_SEGMENT = re.compile(r"[A-Za-z0-9.+=_-]+")
_LAW = re.compile(r"(([a-z]+)/(?:[12]\d{3}|[A-Z][A-Za-z0-9]*/[0-9A-Za-z-]+)/[0-9A-Za-z]+)(?=/|$)")
