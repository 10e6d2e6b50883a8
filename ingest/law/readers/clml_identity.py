"""Which law, which version and how much of it a CLML file is: from IRIs, else from its metadata.

Three forms of CLML occur (see ``docs/ingest.md``): the site's, with ``IdURI`` and ``DocumentURI``;
the publisher's, with neither, whose ``dc:identifier`` may be an ISBN; the bulk form, with a
``dc:identifier`` only. The name of the file says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from reformgraph.errors import InputError
from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.model import Form
from reformgraph.ingest.law.readers.clml_metadata import Metadata

_PARTS_OF_ADDRESS = ("contents", "resources")
_FIRST_VERSIONS = {"primary": "enacted", "secondary": "made", "euretained": "adopted"}


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file is about; ``law`` is the key, ``uri`` the address of the version it shows."""

    law: str
    iri: str
    uri: str
    type: str
    number: str
    year: int | None
    fragment: str
    version: str
    language: str
    asked_contents: bool


def identify(attributes: dict[str, str], metadata: Metadata, name: str) -> Identity:
    """Find out what a file is about, from the root's attributes and the metadata.

    Raises InputError naming the file when nothing in it names a law of legislation.gov.uk.
    """
    identifier = next((one for one in metadata.identifiers if addresses.split(one)), "")
    root = attributes.get("IdURI", "")
    document = attributes.get("DocumentURI", "")
    base = attributes.get("{http://www.w3.org/XML/1998/namespace}base", "")
    found = next(
        (one for one in map(addresses.split, (root, document, identifier, base)) if one), None
    )
    law = found.law if found else _from_metadata(metadata)
    if not law:
        raise InputError(
            f"{name}: names no law: no IdURI or dc:identifier of legislation.gov.uk, and "
            f"{_lacking(metadata)}",
            where={"file": name},
        )
    own = addresses.split(addresses.iri(law))
    asked = addresses.split("" if "/id/" in identifier else identifier)
    shown = addresses.split(document)
    version = (asked or shown or own or found).version if (asked or shown or own or found) else ""  # type: ignore[union-attr]
    if not asked and not shown:
        version = _first_version(metadata)
    path = asked.path if asked else ""
    parts = [part for part in path.split("/") if part]
    asked_contents = "contents" in parts
    fragment = "/".join(part for part in parts if part not in _PARTS_OF_ADDRESS)
    language = _language(attributes, metadata, asked.language if asked else "en")
    return Identity(
        law=law,
        iri=addresses.iri(law),
        uri=addresses.http(identifier if asked else document)
        or addresses.uri(law, "", version, language),
        type=own.type if own else law.partition("/")[0],
        number=metadata.number or (own.number if own else ""),
        year=metadata.year or (own.calendar_year if own else None),
        fragment=fragment,
        version=version,
        language=language,
        asked_contents=asked_contents,
    )


def form_of(identity: Identity, has_text: bool, has_contents: bool) -> Form:
    """Say how much of a law a file holds, from its address and from what is in it."""
    if identity.asked_contents or (has_contents and not has_text):
        return "contents"
    if not has_text:
        return "metadata"
    return "fragment" if identity.fragment else "whole"


def _from_metadata(metadata: Metadata) -> str:
    number = metadata.number or (metadata.isbn if metadata.status == "draft" else "")
    year = str(metadata.year) if metadata.year else ""
    regnal = dict(metadata.alternative_numbers).get("Regnal", "")
    return addresses.law_of(metadata.main_type, year, number, regnal)


def _first_version(metadata: Metadata) -> str:
    """Name the version of a file that the site did not serve: its status tells."""
    if metadata.status != "final":
        return ""
    if addresses.TYPES.get(metadata.main_type) in ("ukci", "ukmo", "ukmd"):
        return "created"
    return _FIRST_VERSIONS.get(metadata.category, "")


def _language(attributes: dict[str, str], metadata: Metadata, address: str) -> str:
    said = attributes.get("{http://www.w3.org/XML/1998/namespace}lang", "")
    return "cy" if "cy" in (address, metadata.language, said) else "en"


def _lacking(metadata: Metadata) -> str:
    if metadata.main_type and metadata.main_type not in addresses.TYPES:
        return f"the class {metadata.main_type!r} is not known"
    lacking = [
        word
        for word, value in (
            ("class", metadata.main_type),
            ("year", metadata.year),
            ("number", metadata.number),
        )
        if not value
    ]
    return "its metadata has no " + " and no ".join(lacking or ["usable number"])
