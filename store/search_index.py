"""The build side of search: which entities are indexed and under which words."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph

from reformgraph.ontology.terms import DCTERMS, FOAF, RDF, RDFS, RG, SKOS
from reformgraph.store import briefs, law_records, search_facets

MAX_PROSE = 20_000
"""Characters of prose that are indexed for one entity; a snippet of more would be slow."""
SOURCE_BOOST = 0.25
"""Bibliographic sources repeat the names of what they are about, so they rank below it."""
COMPOSED_BOOST = 0.5
"""So do things whose names are made from the names of others."""
_COMPOSED = frozenset(
    (
        "Articulation",
        "Provision",
        "Tenure",
        "ConceptScheme",
        "Timeline",
        "Creation",
        "Merger",
        "Split",
        "Renaming",
        "Transfer",
        "Abolition",
    )
)

_LABELS = (RDFS.label, SKOS.prefLabel, DCTERMS.title, FOAF.name)
_OTHER_NAMES = (
    *(SKOS.altLabel, SKOS.hiddenLabel, SKOS.prefLabel, FOAF.name, DCTERMS.title),
    *(DCTERMS.identifier, RG.legislationNumber, RG.provisionNumber),
)
_PROSE = (
    *(RG.heading, SKOS.definition, DCTERMS.description, RG.paraphrase, RG.purpose),
    *(RDFS.comment, SKOS.scopeNote, SKOS.editorialNote),
)
# The marks of a hit are U+0002 and U+0003, so no control character may come from the data.
_CONTROLS = dict.fromkeys(n for n in (*range(0x20), 0x7F) if chr(n) not in "\t\n")

_SCHEMA = """
CREATE VIRTUAL TABLE entity USING fts5(
  label, names, prose, slug, kind,
  iri UNINDEXED, type UNINDEXED, boost UNINDEXED, folded UNINDEXED,
  exact UNINDEXED,
  tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
)
"""


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One entity as it is indexed; ``names`` are its other names, ``prose`` what is said of it.

    ``type`` is the local name of its class, ``kind`` the label of its ``rg:kind``; ``boost``
    below 1 ranks it lower; ``facets`` are what hits can be narrowed to: facet, value, label;
    ``brief`` is what lists show of it.
    """

    iri: str
    slug: str
    label: str
    type: str
    kind: str = ""
    names: tuple[str, ...] = ()
    prose: str = ""
    boost: float = 1.0
    facets: tuple[tuple[str, str, str], ...] = ()
    brief: briefs.BriefRow | None = None


_ASCII = {code: None if chr(code) == "'" else " " for code in range(128) if not chr(code).isalnum()}


def fold(text: str) -> str:
    """Make names comparable: no case, no diacritics, no apostrophes, punctuation as single spaces."""
    if text.isascii():
        # Nearly all names; letter by letter takes some four times as long.
        return " ".join(text.lower().translate(_ASCII).split())
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(letter) and letter not in "'’ʼ"
    )
    return " ".join("".join(c if c.isalnum() else " " for c in plain).split())


def index_rows(graph: pyoxigraph.Store) -> Iterator[SearchRow]:
    """Give one row for each entity that has a ``rg:slug``, in the order of their slugs.

    Classes that stand only in a graph whose IRI ends in ``graph/inferences`` are left aside: an
    entity's own class is the most specific one.
    """
    entities = sorted(
        {
            (quad.object.value, quad.subject.value)
            for quad in graph.quads_for_pattern(None, RG.slug, None)
            if isinstance(quad.object, pyoxigraph.Literal)
            and isinstance(quad.subject, pyoxigraph.NamedNode)
        }
    )
    kinds: dict[str, str] = {}
    facets = search_facets.Facets(graph, label_of)
    for slug, iri in entities:
        yield _row(graph, slug, iri, kinds, facets)


def _row(
    graph: pyoxigraph.Store,
    slug: str,
    iri: str,
    kinds: dict[str, str],
    facets: search_facets.Facets,
) -> SearchRow:
    values: dict[pyoxigraph.NamedNode, list[pyoxigraph.Literal]] = {}
    every: dict[pyoxigraph.NamedNode, list[object]] = {}
    types: set[tuple[bool, str]] = set()
    kind = ""
    quads = list(graph.quads_for_pattern(pyoxigraph.NamedNode(iri), None, None))
    for quad in quads:
        thing = quad.object
        every.setdefault(quad.predicate, []).append(thing)
        if isinstance(thing, pyoxigraph.Literal):
            values.setdefault(quad.predicate, []).append(thing)
        elif isinstance(thing, pyoxigraph.NamedNode):
            if quad.predicate == RDF.type:
                inferred = str(quad.graph_name).endswith("graph/inferences>")
                types.add((inferred, local_name(thing.value)))
            elif quad.predicate == RG.kind:
                if thing.value not in kinds:
                    kinds[thing.value] = label_of(graph, thing) or local_name(thing.value)
                kind = kinds[thing.value]
    label = next((best(values[p]) for p in _LABELS if p in values), slug)
    names = {v.value for p in _OTHER_NAMES for v in values.get(p, ())} - {label}
    if "legislation.gov.uk" in iri:
        names.add(iri.partition("/id/")[2].replace("/", " "))
    prose = "\n".join(sorted_values(values.get(p, ())) for p in _PROSE if p in values)
    class_ = min(types)[1] if types else ""
    boost = COMPOSED_BOOST if class_ in _COMPOSED else 1.0
    if class_ == "Source":
        boost = SOURCE_BOOST
    return SearchRow(
        iri,
        slug,
        label,
        class_,
        kind,
        tuple(sorted(names - {""})),
        prose[:MAX_PROSE],
        boost,
        tuple(facets.of(every, kind)),
        briefs.row(iri, slug, kind, every, *briefs.classes(quads)),
    )


def sorted_values(literals: Iterable[pyoxigraph.Literal]) -> str:
    """Join values one a line, sorted, so that the index does not depend on the store's order."""
    return "\n".join(sorted(literal.value for literal in literals))


def best(literals: Iterable[pyoxigraph.Literal]) -> str:
    """Choose the label to show: English, then without language, then the first by language."""

    def rank(literal: pyoxigraph.Literal) -> tuple[int, str, str]:
        language = literal.language or ""
        order = 0 if language == "en" else 1 if language.startswith("en") else 2
        return (order, language, literal.value)

    return min(literals, key=rank).value


def label_of(graph: pyoxigraph.Store, node: pyoxigraph.NamedNode) -> str:
    """Return the label of a node, or empty text when it has none."""
    for predicate in _LABELS:
        found = [
            quad.object
            for quad in graph.quads_for_pattern(node, predicate, None)
            if isinstance(quad.object, pyoxigraph.Literal)
        ]
        if found:
            return best(found)
    return ""


def local_name(iri: str) -> str:
    """Return what follows the last ``#`` or, without one, the last ``/``."""
    return iri.rpartition("#")[2] if "#" in iri else iri.rpartition("/")[2]


def write_index(path: Path, rows: Iterable[SearchRow], graph: pyoxigraph.Store) -> int:
    """Write a search file; ``path`` must not exist. Returns the number of rows.

    ``graph`` is what the rows were made of: the records of its large laws go into the file too.

    Raises OSError or sqlite3.Error when the file cannot be written.
    """
    count = 0
    with closing(sqlite3.connect(path)) as connection:
        # The file is built beside and fsynced as a whole before anybody is pointed to it.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_SCHEMA)
        connection.executescript(search_facets.SCHEMA)
        connection.executescript(briefs.SCHEMA)
        connection.execute(law_records.SCHEMA)
        for row in rows:
            count += 1
            made = connection.execute(
                "INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    _clean(row.label),
                    _clean("\n".join(row.names)),
                    _clean(row.prose),
                    row.slug,
                    _clean(row.kind),
                    row.iri,
                    row.type,
                    row.boost,
                    fold(row.label),
                    _exact(row),
                ),
            )
            connection.executemany(
                "INSERT INTO facet VALUES (?, ?, ?, ?)",
                (
                    (made.lastrowid, name, _clean(value), _clean(label))
                    for name, value, label in row.facets
                ),
            )
            if row.brief is not None:
                briefs.write(connection, row.brief)
        briefs.finish(connection)
        law_records.write(connection, graph)
        connection.execute("INSERT INTO entity(entity) VALUES ('optimize')")
        connection.commit()
    return count


def _exact(row: SearchRow) -> str:
    """Give every whole name of an entity, one a line, so that DCSF finds the body of that name."""
    return "\n" + "\n".join(fold(name) for name in (row.slug, *row.names)) + "\n"


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).translate(_CONTROLS)
