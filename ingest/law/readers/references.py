"""Provisions and laws that effects and citations point to: by address, by reference or by numbers."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.model import Reference


def pointed(address: str, ref: str, law: str) -> str:
    """Give the IRI that an address names, or else ``ref`` (``section-6-4``) of ``law``; or empty."""
    if address:
        return addresses.canonical(address)
    return f"{law}/{addresses.path_of_ref(ref)}" if law and ref else ""


def cited(element: etree._Element) -> str:
    """Give the IRI of the law of a citation: its URI, or from class, year and number; or empty."""
    get = element.get
    if address := get("URI"):
        return addresses.canonical(address)
    law = addresses.law_of(
        get("Class", ""), get("Year", ""), get("Number", ""), get("AlternativeNumber", "")
    )
    return addresses.iri(law) if law else ""


def led(found: Sequence[Reference]) -> tuple[Reference, ...]:
    """Drop those that only lead to the next one, and put their text before what they lead to."""
    if len(found) < 2:
        return tuple(found)
    iris = [one.iri for one in found]
    if not any(map(_leads, iris, iris[1:])):
        return tuple(found)
    kept: list[Reference] = []
    leading: list[Reference] = []
    for place, one in enumerate(found):
        if leading:
            leading = [outer for outer in leading if _leads(outer.iri, one.iri)]
        if not one.end and _leads(one.iri, iris[place + 1] if place + 1 < len(iris) else ""):
            leading.append(one)
        elif leading:
            text = " ".join([*(outer.text for outer in leading), one.text]).strip()
            kept.append(Reference(one.iri, one.end, text, one.missing))
        else:
            kept.append(one)
    return tuple(kept)


def _leads(iri: str, to: str) -> bool:
    """Say whether a provision holds another one."""
    return len(to) > len(iri) and to[len(iri)] == "/" and to.startswith(iri)
