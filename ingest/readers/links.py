"""``links.sssom.tsv``: what a timeline's entities are elsewhere, as an SSSOM mapping set.

What each column must hold is checked here, row by row; ``sssom`` reads the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from reformgraph.ingest.faults import Fault, did_you_mean, listed
from reformgraph.ingest.readers.checks import Found
from reformgraph.ingest.readers.sssom import Mappings, read_mappings
from reformgraph.ingest.rows import Link
from reformgraph.ingest.timeline import LINKS, Place
from reformgraph.ontology.terms import vocabulary

NEEDED: Final = ("record_id", "subject_id", "predicate_id", "object_id", "mapping_justification",
                 "author_label", "confidence", "mapping_date", "mapping_source")  # fmt: skip
OTHERS: Final = ("subject_label", "object_label", "predicate_modifier", "reviewer_label", "comment",
                 "other", "subject_source", "object_source", "mapping_tool")  # fmt: skip
STATUSES: Final = tuple(vocabulary("status"))
OURS: Final = "rgid:"
"""The prefix of our slugs in ``subject_id`` and ``mapping_source``."""
CONCEPTS: Final = tuple(
    f"skos:{each}Match" for each in ("exact", "close", "broad", "narrow", "related")
)
THINGS: Final = ("owl:sameAs", "schema:sameAs")
JUSTIFICATIONS: Final = tuple(
    f"semapv:{each}"
    for each in (
        "ManualMappingCuration", "LexicalMatching", "LexicalSimilarityThresholdMatching",
        "LogicalReasoning", "CompositeMatching", "BackgroundKnowledgeBasedMatching",
        "SemanticSimilarityThresholdMatching", "UnspecifiedMatching", "MappingChaining",
        "MappingInversion", "MappingReview", "StructuralMatching", "InstanceBasedMatching",
    )
)  # fmt: skip
_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`]+|urn:isbn:(\d{9}[\dX]|\d{13})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_links(path: Path, found: Found) -> tuple[tuple[Link, ...], str, list[Fault]]:
    """Read the mappings of a timeline.

    In: the file and what is known of all rows (the tables are read before). Out: the asserted
    mappings (rejected ones, ``predicate_modifier`` Not, are checked and left out), the SHA-256 of
    the file, the faults, each with its row.
    """
    read = read_mappings(path, NEEDED, OTHERS, LINKS)
    faults = read.faults
    links: list[Link] = []
    decided: dict[tuple[str, str], tuple[bool, int, str]] = {}
    kinds = dict.fromkeys(found.persons(), "persons")
    kinds |= {slug: place.table for slug, place in found.places.items()}
    for number, row in read.rows:
        faults += _faults(row, number, read, found, kinds)
        faults += found.place(row["record_id"], Place("links", LINKS, number))
        faults += _opposite(row, number, decided)
        if row.get("predicate_modifier", "") != "Not":
            links.append(_link(row, read))
    return (() if faults else tuple(links)), read.digest, faults


def _faults(
    row: Mapping[str, str], number: int, read: Mappings, found: Found, kinds: Mapping[str, str]
) -> Iterable[Fault]:
    def fault(column: str, expected: str, hint: str = "") -> Fault:
        return Fault(LINKS, number, column, row.get(column, ""), expected, hint)

    slug = row["subject_id"].removeprefix(OURS)
    kind = kinds.get(slug, "")
    if not kind or not row["subject_id"].startswith(OURS):
        near = did_you_mean(slug, list(kinds))
        yield fault("subject_id", f"{OURS} and the id of a row, or the slug of a person", near)
    elif row["predicate_id"] not in (allowed := CONCEPTS if kind == "concepts" else THINGS):
        yield fault("predicate_id", listed(allowed), f"for a row of {kind}")
    if not _IRI.fullmatch(read.expand(row["object_id"])):
        yield fault(
            "object_id", "an http(s) address, urn:isbn:, or a name with a prefix of the curie_map"
        )
    if row["mapping_justification"] not in JUSTIFICATIONS:
        near = did_you_mean(row["mapping_justification"], JUSTIFICATIONS)
        yield fault("mapping_justification", "a term of SEMAPV", near or listed(JUSTIFICATIONS))
    if not re.fullmatch(r"0(\.\d+)?|1(\.0+)?", row["confidence"]):
        yield fault("confidence", "a number from 0 to 1")
    if not _DAY.fullmatch(row["mapping_date"]):
        yield fault("mapping_date", "a day such as 2026-11-24")
    if not row["author_label"]:
        yield fault("author_label", "who says so")
    if not row["record_id"] or not re.fullmatch(r"[a-z0-9-]+", row["record_id"]):
        yield fault("record_id", "an id of small letters, digits and hyphens")
    if row.get("predicate_modifier", "") not in ("", "Not"):
        yield fault("predicate_modifier", "nothing, or Not")
    source = found.places.get(row["mapping_source"].removeprefix(OURS))
    if source is None or source.table != "sources" or not row["mapping_source"].startswith(OURS):
        yield fault("mapping_source", f"{OURS} and the id of a source")
    if row.get("other", "") not in STATUSES:
        yield fault("other", listed(STATUSES), "whether somebody looked at the address")


def _opposite(
    row: Mapping[str, str], number: int, decided: dict[tuple[str, str], tuple[bool, int, str]]
) -> Iterable[Fault]:
    key = (row["subject_id"], row["object_id"])
    rejected = row.get("predicate_modifier", "") == "Not"
    before = decided.setdefault(key, (rejected, number, row["author_label"]))
    if before[1] != number:
        what = f"row {before[1]} by {before[2] or 'nobody'} "
        what += "says the opposite" if before[0] != rejected else "has this pair already"
        yield Fault(
            LINKS, number, "object_id", row["object_id"], "one decision for each pair", what
        )


def _link(row: Mapping[str, str], read: Mappings) -> Link:
    return Link.model_construct(
        id=row["record_id"],
        subject=row["subject_id"].removeprefix(OURS),
        predicate=row["predicate_id"],
        object=read.expand(row["object_id"]),
        object_label=row.get("object_label", ""),
        justification=row["mapping_justification"],
        author=row["author_label"],
        confidence=row["confidence"],
        date=row["mapping_date"],
        source=(row["mapping_source"].removeprefix(OURS),),
        locator="",
        status=row.get("other", ""),
        note=row.get("comment", ""),
    )
