"""The graph as four plain tables, described by CSV on the Web metadata.

For those who join by a slug, an official code or a name and want no RDF. The tables leave out what
no table can hold; the N-Quads dump is the whole. Specification: W3C "Metadata Vocabulary for
Tabular Data" (2015), §5.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, BinaryIO, Final

from pyoxigraph import Literal, NamedNode

from reformgraph.ontology.terms import DCTERMS, FOAF, RDF, RDFS, RG, SCHEMA, SKOS
from reformgraph.queries.table import harmless
from reformgraph.store.base import Store

METADATA: Final = "csv-metadata.json"
SEPARATOR: Final = "|"
"""Stands between several values in one cell; inside a value it is written as ``/``."""

_DATES = tuple(
    f"{name}{bound}" for name in ("date", "start", "end") for bound in ("", "Earliest", "Latest")
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what it holds, its CSVW datatype; ``many`` values or one."""

    name: str
    words: str
    predicate: NamedNode | None = None
    datatype: str = "string"
    many: bool = False
    required: bool = False


def _date_column(name: str) -> Column:
    if name in ("date", "start", "end"):
        return Column(name, f"{name}, as the source gives it (EDTF)", RG[name])
    bound = "earliest" if name.endswith("Earliest") else "latest"
    return Column(name, f"{bound} day that it can mean", RG[name], "date")


@dataclass(frozen=True, slots=True)
class TableOf:
    """One table: its name, what a row is, its columns, and where its rows come from."""

    name: str
    words: str
    columns: tuple[Column, ...]
    rows: Callable[[Store], Iterator[list[str]]]
    key: str = ""


def write(store: Store, table: TableOf, out: BinaryIO) -> None:
    """Write a table as CSV (RFC 4180, UTF-8), its rows in one order whatever the engine's.

    Texts that a spreadsheet would run get an apostrophe in front (hazard 67).
    """
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([column.name for column in table.columns])
    for row in sorted(table.rows(store)):
        writer.writerow([harmless(cell) for cell in row])
    text.detach()


def licences(store: Store) -> list[str]:
    """Return the licences of the timelines, each once."""
    found = _values(store, DCTERMS.license)
    return sorted({value for values in found.values() for value in values})


def metadata(licences: Iterable[str], titles: str) -> dict[str, Any]:
    """Return the metadata of the table group, to lie beside the files."""
    tables = []
    for table in TABLES.values():
        schema: dict[str, Any] = {"columns": [_described(column) for column in table.columns]}
        if table.key:
            schema["primaryKey"] = table.key
        tables.append(
            {
                "url": f"{table.name}.csv",
                "dc:title": f"{titles}: {table.name}",
                "dc:description": table.words,
                "tableSchema": schema,
            }
        )
    found: dict[str, Any] = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "dc:title": titles,
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
        "tables": tables,
    }
    if known := sorted(licences):
        found["dc:license"] = {"@id": known[0]} if len(known) == 1 else [{"@id": x} for x in known]
    return found


def _described(column: Column) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.words,
        "datatype": column.datatype,
    }
    if column.predicate is not None:
        found["propertyUrl"] = column.predicate.value
    if column.many:
        found["separator"] = SEPARATOR
    if column.required:
        found["required"] = True
    return found


_Values = dict[str, list[str]]


def _values(store: Store, predicate: NamedNode) -> _Values:
    """Read one property of everything: subject → its values in order."""
    found: dict[str, set[str]] = {}
    for subject, value in store.select(f"SELECT ?s ?o {{ ?s {predicate} ?o }}"):
        if isinstance(subject, NamedNode) and isinstance(value, NamedNode | Literal):
            found.setdefault(subject.value, set()).add(value.value)
    return {subject: sorted(values) for subject, values in found.items()}


def _cells(columns: Iterable[Column], read: Mapping[str, _Values], subject: str) -> Iterator[str]:
    for column in columns:
        values = read[column.name].get(subject, [])
        if column.many:
            yield SEPARATOR.join(value.replace(SEPARATOR, "/") for value in values)
        else:
            yield values[0] if values else ""


def _read(store: Store, columns: Iterable[Column]) -> dict[str, _Values]:
    return {
        column.name: _values(store, column.predicate)
        for column in columns
        if column.predicate is not None
    }


def _classes(store: Store) -> dict[str, str]:
    """Map each thing to the class that was asserted of it, not those that follow from it."""
    inferred = f"<{store.generation.base}graph/inferences>"
    rows = store.select(
        f"SELECT ?s ?t {{ GRAPH ?g {{ ?s {RDF.type} ?t }} FILTER(?g != {inferred}) }}"
    )
    found: dict[str, str] = {}
    for subject, kind in rows:
        if isinstance(subject, NamedNode) and isinstance(kind, NamedNode):
            found[subject.value] = min(kind.value, found.get(subject.value, kind.value))
    return found


def _labels(store: Store, values: _Values) -> _Values:
    wanted = {value for row in values.values() for value in row}
    labels = store.labels(wanted)
    return {key: [labels.get(value, value) for value in row] for key, row in values.items()}


def _entities(store: Store) -> Iterator[list[str]]:
    columns = ENTITIES.columns
    read = _read(store, columns)
    read["kind"] = _labels(store, read["kind"])
    classes = _classes(store)
    read["iri"] = {iri: [iri] for iri in read["slug"]}
    read["class"] = {iri: [classes[iri]] for iri in read["slug"] if iri in classes}
    for iri in read["slug"]:
        yield list(_cells(columns, read, iri))


def _names(store: Store) -> Iterator[list[str]]:
    known = _values(store, RG.slug)
    for kind, predicate in (
        ("label", RDFS.label),
        ("other name", SKOS.altLabel),
        ("identifier", DCTERMS.identifier),
        ("homepage", FOAF.homepage),
        ("same as", SCHEMA.sameAs),
    ):
        for iri, names in _values(store, predicate).items():
            if iri in known:
                yield from ([iri, known[iri][0], name, kind] for name in names)
    years = _values(store, RG.year)
    for iri, numbers in _values(store, RG.legislationNumber).items():
        for number in numbers:
            # As law is cited: a chapter belongs to its year, an instrument's number names it.
            year = f"{years[iri][0]} " if iri in years and number[:1].islower() else ""
            if iri in known:
                yield [iri, known[iri][0], year + number, "number"]


def _claims(store: Store) -> Iterator[list[str]]:
    columns = CLAIMS.columns
    read = _read(store, columns)
    read["basis"] = _labels(store, read["basis"])
    claims = read["subject"]
    read["claim"] = {claim: [claim] for claim in claims}
    for claim in claims:
        yield list(_cells(columns, read, claim))


def _evidence(store: Store) -> Iterator[list[str]]:
    columns = EVIDENCE.columns
    read = _read(store, columns)
    read["status"] = _labels(store, read["status"])
    for about, readings in _values(store, RG.hasEvidence).items():
        for reading in readings:
            own = {**read, "about": {reading: [about]}, "evidence": {reading: [reading]}}
            yield list(_cells(columns, own, reading))


def _iri(name: str, words: str, predicate: NamedNode | None = None, **more: bool) -> Column:
    return Column(name, words, predicate, "anyURI", **more)


ENTITIES: Final = TableOf(
    "entities",
    "Policies, laws, provisions, institutions, people, concepts and all else that has a slug.",
    (
        _iri("iri", "its IRI", required=True),
        Column("slug", "its short name in addresses", RG.slug, required=True),
        _iri("class", "its class, the most specific one"),
        Column("label", "its name", RDFS.label),
        Column("kind", "what kind of its class it is", RG.kind),
        *(_date_column(name) for name in _DATES),
        Column("ongoing", "true when it had no end yet", RG.isOngoing, "boolean"),
        Column("description", "what it is", DCTERMS.description),
        _iri("timelines", "the timelines that tell of it", RG.inTimeline, many=True),
    ),
    _entities,
    key="iri",
)
NAMES: Final = TableOf(
    "names",
    "Every name, identifier and link by which an entity may be met elsewhere.",
    (
        _iri("iri", "IRI of the entity", required=True),
        Column("slug", "its short name in addresses", required=True),
        Column("name", "the name, identifier or address", required=True),
        Column(
            "type",
            "label, other name, identifier, number (of a law, as it is cited), homepage or same as",
            required=True,
        ),
    ),
    _names,
)
CLAIMS: Final = TableOf(
    "claims",
    "Statements between entities, and contested values, each with how it is known.",
    (
        _iri("claim", "IRI of the claim", required=True),
        _iri("subject", "what it is about", RG.claimSubject, required=True),
        _iri("predicate", "the property", RG.claimPredicate),
        _iri("object", "the other entity", RG.claimObject),
        Column("value", "the value, where it is a date or a text", RG.claimValue),
        Column("basis", "stated, legal, scholarly, inferred or reported", RG.basis),
        Column("sentence", "the claim in words", RDFS.comment),
        _iri("rivals", "claims that say otherwise", RG.rivals, many=True),
    ),
    _claims,
    key="claim",
)
EVIDENCE: Final = TableOf(
    "evidence",
    "Where an entity or a claim was read.",
    (
        _iri("about", "IRI of the entity or claim", required=True),
        _iri("evidence", "IRI of the piece of evidence", required=True),
        _iri("sources", "the sources", RG.source, many=True),
        Column("locator", "the place in them", RG.locator),
        Column("status", "verified or unverified", RG.status),
        Column("quotation", "the words of the source", RG.quotation),
    ),
    _evidence,
)
TABLES: Final[Mapping[str, TableOf]] = MappingProxyType(
    {table.name: table for table in (ENTITIES, NAMES, CLAIMS, EVIDENCE)}
)
