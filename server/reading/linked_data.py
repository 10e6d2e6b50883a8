"""What search engines are told of a page: schema.org, in the words that fit each class."""

from __future__ import annotations

import re
from typing import Any

from reformgraph.server.reading.page import EntityPage

_TYPES = {
    "Policy": "Report",
    "Legislation": "Legislation",
    "Provision": "Legislation",
    "Initiative": "Project",
    "Institution": "GovernmentOrganization",
    "Person": "Person",
    "Post": "Occupation",
    "Tenure": "OrganizationRole",
    "Concept": "DefinedTerm",
    "ConceptScheme": "DefinedTermSet",
    "Source": "CreativeWork",
    "Articulation": "Quotation",
    "Claim": "Claim",
    "Timeline": "Dataset",
    **dict.fromkeys(("Creation", "Merger", "Split", "Renaming", "Transfer", "Abolition"), "Event"),
}
# Which dates of ours are which of schema.org's, by class of theirs.
_DATES = {
    "Report": {"date": "datePublished"},
    "CreativeWork": {"date": "datePublished"},
    "Legislation": {"date": "legislationDate"},
    "GovernmentOrganization": {"start": "foundingDate", "end": "dissolutionDate"},
    "Event": {"date": "startDate"},
    "Project": {"start": "foundingDate", "end": "dissolutionDate"},
    "OrganizationRole": {"start": "startDate", "end": "endDate"},
}
# ISO 8601, which schema.org takes; EDTF that says more than that is left out rather than bent.
_ISO = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
LONGEST = 500


def of_entity(page: EntityPage, address: str, licences: list[str]) -> dict[str, Any]:
    """Return the page's thing as JSON-LD; ``address`` is that of the page, absolute."""
    kind = _TYPES.get(page.type, "Thing")
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": kind,
        "@id": page.iri,
        "url": address,
        "name": page.label[:LONGEST],
        "mainEntityOfPage": address,
    }
    if page.also:
        found["alternateName"] = [name[:LONGEST] for name in page.also[:12]]
    if page.summary:
        found["description"] = page.summary[:LONGEST]
    if same := [link.href for link in page.outward if link.href]:
        found["sameAs"] = same
    for ours, theirs in _DATES.get(kind, {}).items():
        value = page.dates.get(ours, "")
        if _ISO.fullmatch(value):
            found[theirs] = value
    if licences:
        found["subjectOf"] = {
            "@type": "WebPage",
            "@id": address,
            "license": licences if len(licences) > 1 else licences[0],
        }
    return found
