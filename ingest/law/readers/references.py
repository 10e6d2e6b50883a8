"""Provisions and laws that effects and citations point to: by address, by reference or by numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

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
    for one, following in pairwise(found):
        if following.iri.startswith(one.iri) and following.iri.startswith(f"{one.iri}/"):
            break
    else:
        return tuple(found)
    kept: list[Reference] = []
    leading: list[Reference] = []
    for place, one in enumerate(found):
        leading = [outer for outer in leading if one.iri.startswith(outer.iri + "/")]
        after = found[place + 1].iri if place + 1 < len(found) else ""
        if not one.end and after.startswith(one.iri + "/"):
            leading.append(one)
            continue
        text = " ".join([*(outer.text for outer in leading), one.text]).strip()
        kept.append(Reference(one.iri, one.end, text, one.missing))
    return tuple(kept)
