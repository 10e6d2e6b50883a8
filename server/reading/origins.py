"""Which files of legislation.gov.uk the record of a law was read from: address, time, digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reformgraph.server import dates
from reformgraph.server.links import Links, outward
from reformgraph.server.reading.graph import node, rows, text
from reformgraph.store import Store

SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class File:
    """One file: what it is called, where it was got and when, the SHA-256 of its bytes."""

    name: str
    address: str
    when: str
    digest: str
    href: str


@dataclass(frozen=True, slots=True)
class Origins:
    """The files behind a law; ``graph`` and ``effects`` are the pages of its two graphs."""

    files: tuple[File, ...]
    more: int
    graph: str
    effects: str


def read(store: Store, links: Links, law: str) -> Origins | None:
    """Read the files behind a law, by its IRI; None where only timelines speak of it."""
    key = law.partition("/id/")[2]
    graphs = [f"{store.generation.base}graph/{part}/{key}" for part in ("legislation", "effects")]
    found = rows(
        store,
        "SELECT DISTINCT ?file ?name ?address ?time ?digest {"
        f" {node(graphs[0])} prov:wasDerivedFrom ?file . ?file rdfs:label ?name ; schema:sha256 ?digest"
        " OPTIONAL { ?file prov:hadPrimarySource ?address }"
        " OPTIONAL { ?file prov:generatedAtTime ?time } } ORDER BY DESC(?time) ?name ?file",
    )
    if not found:
        return None
    files = tuple(
        File(
            text(name),
            outward(text(address)) if address else "",
            dates.in_words(text(time)[:10]) if time else "",
            text(digest),
            links.page(text(file)),
        )
        for file, name, address, time, digest in found[:SHOWN]
    )
    return Origins(files, max(0, len(found) - SHOWN), *(links.page(graph) for graph in graphs))
