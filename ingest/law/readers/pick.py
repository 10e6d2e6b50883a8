"""Chooses the reader of a file by what is in it: root element and namespace, never by its name."""

from __future__ import annotations

import gzip
import zlib
from importlib import import_module
from typing import Protocol, cast

from reformgraph.errors import InputError
from reformgraph.ingest.law.model import Reading
from reformgraph.ingest.law.xml import ATOM, LEG, UKM, events, root, short

READERS = {
    f"{LEG}Legislation": "clml",
    f"{LEG}EN": "clml",
    f"{LEG}Fragment": "clml",
    f"{UKM}EffectsBatch": "effects",
    f"{UKM}Effects": "effects",
    f"{UKM}Effect": "effects",
    f"{ATOM}feed": "atom",
    f"{ATOM}entry": "atom",
    "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF": "rdf",
    "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}akomaNtoso": "akn",
}
"""The module of ``reformgraph.ingest.law.readers`` for each root element; a feed may be of effects."""
_JSON = "lgu2"


class Reader(Protocol):
    """What each module of readers has."""

    def read(self, content: bytes, name: str) -> Reading:
        """Read one file."""


def read(content: bytes, name: str) -> Reading:
    """Read one file of legislation.gov.uk, whatever its format; ``name`` is what messages call it.

    Raises InputError naming the file when it is broken, hostile or of a kind that no reader knows.
    """
    return _module(kind(content, name), name).read(content, name)


def kind(content: bytes, name: str) -> str:
    """Name the reader of a file: ``clml effects atom rdf akn lgu2``; raises InputError as ``read``."""
    if _begins_as_json(content):
        return _JSON
    tag = root(content, name)
    found = READERS.get(tag)
    if found is None:
        local = tag.rpartition("}")[2]
        alike = [known for known in READERS if known.rpartition("}")[2] == local]
        if alike:
            namespace = tag[1:].partition("}")[0] if tag.startswith("{") else ""
            said = (
                (f"is in the namespace {namespace!r}" if namespace else "is in no namespace")
                + f"; {short(alike[0])} of legislation.gov.uk is in {alike[0][1:].partition('}')[0]!r}"
            )
        else:
            said = "is of no kind that is read here: " + ", ".join(sorted(map(short, READERS)))
        raise InputError(f"{name}: the root element <{local}> {said}", where={"file": name})
    return "effects" if found == "atom" and _is_of_effects(content, name) else found


def _is_of_effects(content: bytes, name: str) -> bool:
    """Say whether a feed is one of changes: its address says so, or its first entry has an effect."""
    watched = (f"{ATOM}id", f"{ATOM}link", f"{UKM}Effect", f"{ATOM}entry")
    for _, element in events(content, name, ("end",), watched):
        if element.tag == f"{UKM}Effect":
            return True
        if element.tag == f"{ATOM}id" and "/changes/" in (element.text or ""):
            return True
        own = element.tag == f"{ATOM}link" and element.get("rel") == "self"
        if own and "/changes/" in element.get("href", ""):
            return True
        if element.tag == f"{ATOM}entry":
            return False
    return False


def _begins_as_json(content: bytes) -> bool:
    begin = content[:512]
    if begin[:2] == b"\x1f\x8b":
        try:
            begin = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(content[:4096], 512)
        except (zlib.error, gzip.BadGzipFile):
            return False  # told with its fault when it is opened
    return begin.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def _module(kind: str, name: str) -> Reader:
    module = f"reformgraph.ingest.law.readers.{kind}"
    try:
        return cast(Reader, import_module(module))
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise InputError(
            f"{name}: there is no reader for this kind of file ({kind})", where={"file": name}
        ) from error
