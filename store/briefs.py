"""What a list shows of an entity, kept in the search file: name, classes, kind, dates.

Every list of every page names its entities. To read eight properties of each from the graph costs
the engine some 70 µs, a row of a table less than a tenth of that; and a class of thousands in order
of time is a look at an index, not a sort. Measured in benchmarks/README.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import pyoxigraph

from reformgraph.ontology.terms import RDF, RDFS, RG, SKOS

ORDERS = ("time", "name")
AT_ONCE = 500
"""IRIs in one statement to SQLite."""
_SEPARATOR = "\n"

SCHEMA = """
CREATE TABLE brief (
  iri TEXT PRIMARY KEY, slug TEXT, label TEXT, classes TEXT, kind TEXT,
  date TEXT, start TEXT, "end" TEXT, ongoing INTEGER, first TEXT, name TEXT
) WITHOUT ROWID;
CREATE TABLE member (class TEXT, iri TEXT, PRIMARY KEY (class, iri)) WITHOUT ROWID;
"""
# Made when all rows are there: numbers in place of names keep a page of a list within one index.
_ORDERED = """
CREATE TABLE place (class TEXT, way TEXT, number INTEGER, iri TEXT,
  PRIMARY KEY (class, way, number)) WITHOUT ROWID;
INSERT INTO place SELECT class, 'time',
    row_number() OVER (PARTITION BY class ORDER BY first = '', first, name, iri), iri
  FROM member JOIN brief USING (iri);
INSERT INTO place SELECT class, 'name',
    row_number() OVER (PARTITION BY class ORDER BY name, iri), iri
  FROM member JOIN brief USING (iri);
DROP TABLE member;
"""


@dataclass(frozen=True, slots=True)
class Brief:
    """One entity as lists show it.

    ``classes`` are the IRIs of the classes that are asserted of it, ``kind`` the label of its
    ``rg:kind``; ``date``, ``start`` and ``end`` are EDTF, "" where there is none.
    """

    iri: str
    slug: str
    label: str
    classes: tuple[str, ...]
    kind: str
    date: str
    start: str
    end: str
    ongoing: bool


@dataclass(frozen=True, slots=True)
class BriefRow:
    """A brief as it is written: with ``first``, the day that it sorts by, and every class."""

    brief: Brief
    first: str
    every_class: tuple[str, ...]


Values = Mapping[pyoxigraph.NamedNode, Sequence[object]]


def row(
    iri: str, slug: str, kind: str, values: Values, asserted: Iterable[str], every: Iterable[str]
) -> BriefRow:
    """Make the row of an entity from its statements (``values``) and the IRIs of its classes."""

    def one(*predicates: pyoxigraph.NamedNode) -> str:
        for predicate in predicates:
            if found := _texts(values.get(predicate, ())):
                return min(found)
        return ""

    label = _label([*values.get(RDFS.label, ()), *values.get(SKOS.prefLabel, ())])
    brief = Brief(
        iri,
        slug,
        label if label is not None else _label(values.get(RDFS.comment, ())) or "",
        tuple(sorted(set(asserted))),
        kind,
        one(RG.date),
        one(RG.start),
        one(RG.end),
        one(RG.isOngoing) == "true",
    )
    first = one(RG.dateEarliest, RG.startEarliest, RG.endEarliest)
    return BriefRow(brief, first, tuple(sorted(set(every))))


def write(connection: sqlite3.Connection, made: BriefRow) -> None:
    """Write one row; :func:`finish` is called after the last."""
    brief = made.brief
    connection.execute(
        "INSERT OR REPLACE INTO brief VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(brief.iri, brief.slug, brief.label, _SEPARATOR.join(brief.classes), brief.kind),
            *(brief.date, brief.start, brief.end, brief.ongoing, made.first, brief.label.lower()),
        ),
    )
    connection.executemany(
        "INSERT OR IGNORE INTO member VALUES (?, ?)", ((c, brief.iri) for c in made.every_class)
    )


def finish(connection: sqlite3.Connection) -> None:
    """Put the entities of each class in their orders."""
    connection.executescript(_ORDERED)


def read(connection: sqlite3.Connection, iris: Iterable[str]) -> Iterator[Brief]:
    """Yield what is known of each of ``iris``; those without a row are left out."""
    wanted = iter(iris)
    while some := list(islice(wanted, AT_ONCE)):
        marks = ",".join("?" * len(some))
        query = (
            'SELECT iri, slug, label, classes, kind, date, start, "end", ongoing'  # noqa: S608
            f" FROM brief WHERE iri IN ({marks})"
        )
        for iri, slug, label, classes, kind, date, start, end, ongoing in connection.execute(
            query, [_storable(iri) for iri in some]
        ):
            split = tuple(classes.split(_SEPARATOR)) if classes else ()
            yield Brief(iri, slug, label, split, kind, date, start, end, bool(ongoing))


def listed(
    connection: sqlite3.Connection, class_iri: str, by: str, limit: int, offset: int
) -> list[str]:
    """Give a page of the entities of a class, ``by`` one of :data:`ORDERS`; undated ones last."""
    rows = connection.execute(
        "SELECT iri FROM place WHERE class = ? AND way = ? AND number > ? AND number <= ?"
        " ORDER BY number",
        (class_iri, by, offset, offset + limit),
    )
    return [iri for (iri,) in rows]


def classes(quads: Collection[pyoxigraph.Quad]) -> tuple[list[str], list[str]]:
    """Tell the classes that ``quads`` assert of their subject, and all, with the inferred ones."""
    asserted, every = [], []
    for quad in quads:
        if quad.predicate == RDF.type and isinstance(quad.object, pyoxigraph.NamedNode):
            every.append(quad.object.value)
            if not str(quad.graph_name).endswith("graph/inferences>"):
                asserted.append(quad.object.value)
    return asserted, every


def _texts(terms: Iterable[object]) -> list[str]:
    return [term.value for term in terms if isinstance(term, pyoxigraph.Literal)]


def _label(terms: Iterable[object]) -> str | None:
    """Choose among labels: English, then without language, then any other."""

    def rank(term: pyoxigraph.Literal) -> tuple[int, str]:
        language = term.language or ""
        return (1 if not language else 0 if language.startswith("en") else 2, term.value)

    found = [term for term in terms if isinstance(term, pyoxigraph.Literal)]
    return min(found, key=rank).value if found else None


def _storable(text: str) -> str:
    """SQLite takes no lone surrogate; no IRI of a graph has one."""
    return text.encode("utf-8", "replace").decode("utf-8")
