"""What pyLODE documents of each term, made by a build and shown at ``/ontology``.

pyLODE turns an ontology into one HTML page. Kept of it is the table of each own term, row by row:
the IRI of the property that a row shows, and its value as clean HTML. The page puts labels, the
picture of the classes and live examples to it. What pyLODE cannot show (restrictions over unions,
inverses, alignments) is not asked of it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

from lxml import etree, html
from rdflib import Graph
from rdflib.namespace import RDFS, SKOS
from rdflib.term import BNode

from reformgraph.ontology.files import read
from reformgraph.ontology.terms import RG, compact

_FILES: Final = ("reform.ttl", "alignments.ttl")
# The page says these in its own place.
_LEFT_OUT: Final = frozenset((str(RDFS.isDefinedBy), str(SKOS.example)))
_KEPT_TAGS: Final = frozenset(("a", "p", "ul", "li", "code"))


def make(before: bytes = b"") -> bytes:
    """Let pyLODE document the ontology; ``before`` comes back when it was made from the same.

    The same ontology and the same pyLODE give the same bytes, which a process makes once.
    """
    key = _key()
    if before and json.loads(before).get("made of") == key:
        return before
    return _make(key)


@lru_cache(1)
def _make(key: str) -> bytes:
    page = html.fromstring(_page())
    places = _places(page)
    terms = {name: [*_rows(page, places, name)] for name in sorted(RG)}
    found = {"by": f"pyLODE {version('pylode')}", "made of": key, "terms": terms}
    return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()


def _key() -> str:
    code = Path(__file__).read_text(encoding="utf-8")
    text = "\n".join((version("pylode"), *map(read, _FILES), code))
    return hashlib.sha256(text.encode()).hexdigest()


def _page() -> str:
    graph, own = Graph(), Graph()
    for name in _FILES:
        own.parse(data=read(name), format="turtle")
    # Without blank nodes, whose names change with each run, and in one order: pyLODE lists what
    # it meets in the order in which a graph was filled.
    for triple in sorted(own):
        if not any(isinstance(term, BNode) for term in triple):
            graph.add(triple)
    with _quiet(), tempfile.TemporaryDirectory() as empty:
        # Imported here: a server that finds the file beside its graph needs no pyLODE.
        from pylode import utils
        from pylode.profiles.ontpub import OntPub

        # pyLODE keeps pickles of the vocabularies that it knows in its own folder, which may be
        # read-only and which others may write to. Ours has a label for every term that it uses.
        utils.RDF_FOLDER = Path(empty)
        # In a thread of its own: in the main one its HTML library makes an event loop, and leaves it.
        with ThreadPoolExecutor(1) as thread:
            return str(thread.submit(lambda: OntPub(ontology=graph).make_html()).result())


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what pyLODE does to logging when imported, and the file it leaves open."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    disabled = logging.root.manager.disable
    logging.disable(logging.INFO)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            yield
    finally:
        logging.disable(disabled)
        root.handlers[:] = handlers
        root.setLevel(level)


def _places(page: html.HtmlElement) -> Mapping[str, str]:
    """Say where each place on pyLODE's page leads: it numbers names that two vocabularies have."""
    found = {}
    for section in page.xpath("//div[@id][table/tr/td/code]"):
        iri = section.xpath("string(table/tr/td/code)")
        own = iri.startswith(RG.iri)
        found["#" + section.get("id")] = f"#{iri.removeprefix(RG.iri)}" if own else iri
    return found


def _rows(
    page: html.HtmlElement, places: Mapping[str, str], name: str
) -> Iterator[tuple[str, str]]:
    for row in page.xpath(f"//table[tr/td/code = '{RG[name].value}']/tr"):
        head, cell = row.find("th"), row.find("td")
        link = head.find("a") if head is not None else None
        if cell is None or link is None or link.get("href") in _LEFT_OUT:
            continue
        yield str(link.get("href")), _clean(cell, places)


def _clean(cell: html.HtmlElement, places: Mapping[str, str]) -> str:
    """Write a cell with the few tags that a page needs, without pyLODE's classes and marks."""
    for mark in cell.xpath(".//sup"):
        mark.drop_tree()
    for each in list(cell.iterdescendants()):
        if each.tag not in _KEPT_TAGS:
            each.drop_tag()
            continue
        href = places.get(each.get("href", ""), each.get("href", ""))
        each.attrib.clear()
        if href.startswith(("#", "http://", "https://")):
            each.set("href", href)
            if not href.startswith("#"):
                each.set("rel", "noopener noreferrer")
                # Others' labels do not say whose they are ("Entity"); prefixed names do.
                if (name := compact(href)) != href:
                    each.text = name
    inner = (cell.text or "") + "".join(etree.tostring(each, encoding="unicode") for each in cell)
    return " ".join(inner.split()).replace("> <", "><")
