"""Where a file leads: its versions, the laws it cites and changes, the next page."""

from __future__ import annotations

from dataclasses import dataclass, field

from reformgraph.ingest.law.fetch import content
from reformgraph.ingest.law.fetch.references import law_of


@dataclass(slots=True)
class Links:
    """What a file points to; laws and versions are paths of the site, in the order of the file."""

    title: str = ""
    versions: list[str] = field(default_factory=list)
    cited: list[str] = field(default_factory=list)
    changing: list[str] = field(default_factory=list)
    listed: list[str] = field(default_factory=list)
    next: str = ""


def of(text: bytes) -> Links:
    """Read the links of a checked file.

    Raises InputError when the file is not what it should be.
    """
    links = Links()
    texts = _Texts(links)
    content.parse(text, texts.start, texts.end, texts.data)
    links.cited = list(dict.fromkeys(links.cited))
    links.changing = list(dict.fromkeys(links.changing))
    return links


class _Texts:
    """Collects links from the events of a parse."""

    def __init__(self, links: Links) -> None:
        self._links = links
        self._path: list[str] = []
        self._text: list[str] | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._path.append(name)
        if name == _LINK and len(self._path) <= 3:
            self._link(attributes)
        elif name.endswith(" Citation") and "URI" in attributes:
            self._add(self._links.cited, attributes["URI"])
        elif name.endswith((" Effect", " UnappliedEffect")):
            for key in ("AffectingURI", "AffectedURI"):
                self._add(self._links.changing, attributes.get(key, ""))
        elif name == _TITLE or self._path == _ENTRY_ID:
            self._text = []

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        if self._text is not None and name in (_TITLE, _ID):
            text = "".join(self._text).strip()
            self._text = None
            if name == _TITLE:
                self._links.title = self._links.title or " ".join(text.split())
            elif "/changes/" not in text:
                self._add(self._links.listed, text)
        self._path.pop()

    def _link(self, attributes: dict[str, str]) -> None:
        rel, href = attributes.get("rel", ""), attributes.get("href", "")
        if rel == "next" and len(self._path) == 2:
            self._links.next = href
        elif rel == _VERSION:
            path = href.partition("legislation.gov.uk/")[2].removesuffix("/data.xml")
            if law_of(path):
                self._links.versions.append(path)

    def _add(self, found: list[str], iri: str) -> None:
        if law := law_of(iri):
            found.append(law)


_ATOM = content.ATOM
_LINK, _ID = f"{_ATOM} link", f"{_ATOM} id"
_TITLE = "http://purl.org/dc/elements/1.1/ title"
_ENTRY_ID = [f"{_ATOM} feed", f"{_ATOM} entry", _ID]
_VERSION = "http://purl.org/dc/terms/hasVersion"
