"""Atom feeds of legislation.gov.uk: lists, searches, new items, the publication log, changes.

One pass, an entry at a time. An entry with a ``ukm:Effect`` at any depth gives effects (since 2022
it stands in ``content``, before directly in the entry), every other one a Document of the form
``entry``. The next page is what ``rel="next"`` says and nothing else: page counts and totals are
absent or estimates. Sources: legislation.gov.uk developer pages (formats, search, publication log).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from lxml import etree

from reformgraph.errors import InputError
from reformgraph.ingest.law import addresses, titles
from reformgraph.ingest.law.loss import EFFECT_TYPE, Tally
from reformgraph.ingest.law.model import Document, Effect, Reading
from reformgraph.ingest.law.readers import effect_element
from reformgraph.ingest.law.xml import ATOM, DC, UKM, XML, events, text_of, uncollected

PBL = "{http://www.legislation.gov.uk/namespaces/publication-log}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
HTML = "{http://www.w3.org/1999/xhtml}"

_FEED, _ENTRY = f"{ATOM}feed", f"{ATOM}entry"
_EFFECTS = (f"{UKM}Effect", f"{UKM}UnappliedEffect")
_BATCHES = (f"{UKM}EffectsBatch", f"{UKM}Effects", f"{UKM}UnappliedEffects")
ROOTS = frozenset((_FEED, _ENTRY, *_BATCHES, *_EFFECTS))

USED = effect_element.USED | frozenset(
    (
        *("atom:feed", "atom:entry", "atom:id", "atom:title", "atom:title@type", "atom:link"),
        *("atom:link@rel", "atom:link@href", "atom:updated", "atom:summary", "atom:category"),
        *("atom:category@term", "atom:content", "openSearch:totalResults", "dc:identifier"),
        *("dc:language", "html:div", "html:span", "html:span@xml:lang", "atom:author", "atom:name"),
        *(
            f"ukm:{name}{end}"
            for name in ("DocumentMainType", "DocumentMinorType", "DocumentCategory", "Year")
            for end in ("", "@Value")
        ),
        *(f"ukm:{name}{end}" for name in ("Number", "ISBN") for end in ("", "@Value")),
        *("ukm:AlternativeNumber", "ukm:AlternativeNumber@Category", "ukm:AlternativeNumber@Value"),
        *("ukm:CreationDate", "ukm:CreationDate@Date", "pbl:Document", "pbl:Item_Published"),
        *("pbl:Event", "pbl:ContentType", "ukm:EffectsBatch", "ukm:Effects"),
    )
)
"""The names that leave something in the records."""

SECONDARY = frozenset(
    (
        *("uksi", "ssi", "wsi", "nisr", "nisi", "nisro", "uksro", "ukci", "ukmo", "ukmd"),
        *("ukdsi", "sdsi", "nidsr", "nidsi", "wdsi"),
    )
)


def read(content: bytes, name: str) -> Reading:
    """Read one feed (plain or gzip), or a batch of effects; ``name`` is what messages call it.

    Raises InputError naming the file and, where known, the line: not XML, another root, or an
    entry that is neither an effect nor about a law.
    """
    with uncollected():
        return _read(content, name)


def _read(content: bytes, name: str) -> Reading:
    reading, tally, effect = Reading(), Tally(), effect_element.Effects()
    root: etree._Element | None = None
    documents: dict[tuple[str, str, str], Document] = {}
    effects, unread = 0, 0
    for kind, element in events(content, name, ("start", "end"), (*ROOTS,)):
        tag = str(element.tag)
        if kind == "start":
            root = element if root is None else root
            continue
        if tag in _EFFECTS:
            found = _effect(effect, element, name)
            reading.effects.append(found)
            reading.met[EFFECT_TYPE + found.type] += 1
            effects += 1
            element.clear(keep_tail=True)  # type: ignore[call-arg]  # lxml-stubs know it not
            if element is not root:
                tally.shapes[(tag,)] -= 1  # what is left of it is counted again with what holds it
        elif tag == _ENTRY:
            if not effects:
                document = _document(element)
                if document is None:
                    unread += 1
                else:
                    key = (document.iri, document.uri, document.language)
                    documents[key] = _joined(documents.get(key), document)
            effects = 0
            tally.tree(element)
            element.clear(keep_tail=True)  # type: ignore[call-arg]
            if element is not root:
                tally.shapes[(tag,)] -= 1
    if root is None:
        raise InputError(
            f"{name}: the root element is not feed of Atom or a batch of effects",
            where={"file": name},
        )
    _feed(root, tally, reading)
    reading.documents = list(documents.values())
    if unread and not documents and not reading.effects:
        raise InputError(
            f"{name}: a feed, but none of its {unread} entries is about a law of legislation.gov.uk",
            where={"file": name},
        )
    effect.walk.give(tally)
    tally.fill(reading, USED)
    if unread:
        reading.ignored["atom:entry"] += unread
    return reading


def _feed(root: etree._Element, tally: Tally, reading: Reading) -> None:
    """Read what the feed says of itself: the next page and the total, where there is one."""
    if root.tag in _EFFECTS or root.tag == _ENTRY:
        return
    tally.tree(root)
    base = next(
        (one.get("href", "") for one in _links(root, "self")),
        root.findtext(f"{ATOM}id", "") or addresses.SITE,
    )
    for link in _links(root, "next"):
        reading.next = reading.next or next_page(link.get("href", ""), base)
    total = (root.findtext(f"{OPENSEARCH}totalResults") or "").strip()
    reading.total = int(total) if total.isdecimal() and len(total) < 12 else None


def next_page(href: str, base: str) -> str:
    """Make the address of the next page whole; empty where it is none, or leads away from the site.

    A feed is from outside: its links must not send the client to another host.
    """
    try:
        found = urljoin(base, href.strip())
        parts = urlsplit(found)
    except ValueError:
        return ""
    host = parts.hostname or ""
    own = host == "legislation.gov.uk" or host.endswith(".legislation.gov.uk")
    same = own or host == (urlsplit(base).hostname or "")
    return found if href.strip() and parts.scheme in ("http", "https") and same else ""


def _links(element: etree._Element, rel: str) -> Iterable[etree._Element]:
    return (one for one in element.iterchildren(f"{ATOM}link") if one.get("rel", "") == rel)


def _effect(reader: effect_element.Effects, element: etree._Element, name: str) -> Effect:
    found = reader.read(element)
    if not found.affected_law and not found.affecting_law:
        line = str(element.sourceline)  # lxml-stubs have no type for it
        raise InputError(
            f"{name}, line {line}: an effect that names neither the affected nor the affecting law",
            where={"file": name, "line": line},
        )
    return found


def _document(entry: etree._Element) -> Document | None:
    """Read one entry; None when nothing in it names a law."""
    identifier = entry.findtext(f"{DC}identifier") or entry.findtext(f"{ATOM}id") or ""
    shown = entry.findtext(f"{PBL}Document") or next(
        (one.get("href", "") for one in _links(entry, "")), ""
    )
    address = addresses.split(identifier) or addresses.split(shown)
    if address is None:
        return None
    version = addresses.split(shown)
    day = _said(entry, "CreationDate", "Date")
    secondary = address.type in SECONDARY or _said(entry, "DocumentCategory") == "secondary"
    language = entry.findtext(f"{DC}language") or (version.language if version else "en")
    title, alternatives, repealed = _title(entry.find(f"{ATOM}title"), language)
    year, number = _said(entry, "Year"), _said(entry, "Number")
    published = entry.findtext(f"{PBL}Item_Published")
    updated = (entry.findtext(f"{ATOM}updated") or "").strip()
    return Document(
        iri=addresses.iri(address.law),
        uri=shown.strip() or addresses.uri(address.law),
        form="entry",
        type=address.type,
        main_type=_said(entry, "DocumentMainType") or addresses.CLASSES.get(address.type, ""),
        minor_type=_said(entry, "DocumentMinorType"),
        category=_said(entry, "DocumentCategory"),
        version=version.version if version else "",
        language="cy" if language.lower().startswith("cy") else "en",
        title=title,
        alternative_titles=alternatives,
        description=text_of(entry.find(f"{ATOM}summary")),
        year=int(year) if year.isdecimal() and len(year) <= 4 else address.calendar_year,
        number=number or address.number,
        alternative_numbers=tuple(
            (one.get("Category", ""), one.get("Value", ""))
            for one in entry.iterchildren(f"{UKM}AlternativeNumber")
        ),
        isbn=_said(entry, "ISBN"),
        enacted="" if secondary else day,
        made=day if secondary else "",
        publisher=text_of(entry.find(f"{ATOM}author")),
        subjects=tuple(
            term for one in entry.iterchildren(f"{ATOM}category") if (term := one.get("term", ""))
        ),
        repealed=repealed,
        files=((published.strip(), updated[:10], ""),) if published else (),
    )


def _joined(before: Document | None, after: Document) -> Document:
    """Join two entries about one version (the publication log has one for each file of it)."""
    if before is None:
        return after
    return replace(before, files=tuple(dict.fromkeys((*before.files, *after.files))))


def _title(element: etree._Element | None, language: str) -> tuple[str, tuple[str, ...], bool]:
    """Give title, other titles and whether it says repealed; bilingual ones are XHTML, a span each."""
    if element is None:
        return "", (), False
    spans = [
        (one.get(f"{XML}lang", ""), text_of(one))
        for one in element.iter(f"{HTML}span")
        if one.get(f"{XML}lang")
    ]
    own = next((text for code, text in spans if code == language), "") or (
        spans[0][1] if spans else text_of(element)
    )
    title, repealed = titles.plain(own)
    return title, tuple(text for _, text in spans if text and text != own), repealed


def _said(entry: etree._Element, name: str, attribute: str = "Value") -> str:
    found = entry.find(f"{UKM}{name}")
    return "" if found is None else found.get(attribute, "").strip()
