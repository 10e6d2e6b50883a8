"""Contents and effects of large laws, worked out at build time and kept in the search file.

To read two thousand provisions and a thousand effects takes the engine a tenth of a second, more
than a page may; what comes of it is a list of Parts and some counts. Small laws are read when they
are asked for: the same functions make both.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Final, cast

import pyoxigraph

from reformgraph.ontology.terms import PROLOGUE
from reformgraph.store import law_effects, law_outline
from reformgraph.store.base import Row

LARGE: Final = 60
"""Provisions, or effects in one direction, from which on a law is kept."""
SCHEMA: Final = """
CREATE TABLE record (iri TEXT, part TEXT, data TEXT, PRIMARY KEY (iri, part)) WITHOUT ROWID
"""
_COUNTED: Final = {
    "contents": "eli:is_part_of",
    "on": "rg:affectedLaw",
    "by": "rg:affectingLaw",
}
PARTS: Final = tuple(_COUNTED)


def write(connection: sqlite3.Connection, graph: pyoxigraph.Store) -> None:
    """Write the records of the large laws of ``graph``."""

    def select(query: str) -> list[Row]:
        found = graph.query(PROLOGUE + query, use_default_graph_as_union=True)
        rows = (cast(Row, tuple(row)) for row in cast(pyoxigraph.QuerySolutions, found))
        # Foreign data may hold blank nodes; no page is about one.
        return [row for row in rows if not any(isinstance(x, pyoxigraph.BlankNode) for x in row)]

    for part, predicate in _COUNTED.items():
        counted = select(
            f"SELECT ?law {{ ?x {predicate} ?law }} GROUP BY ?law HAVING (COUNT(?x) >= {LARGE})"
        )
        for (law,) in counted:
            if not isinstance(law, pyoxigraph.NamedNode):
                continue
            made: Any
            if part == "contents":
                made = law_outline.to_json(law_outline.read(select, law.value, whole=True))
            else:
                made = law_effects.to_json(
                    law_effects.read(select, law.value, whole=True, way=part)
                )
            connection.execute(
                "INSERT INTO record VALUES (?, ?, ?)",
                (law.value, part, json.dumps(made, ensure_ascii=False, separators=(",", ":"))),
            )


def read(connection: sqlite3.Connection, iri: str, part: str) -> Any:
    """Return the JSON of one of :data:`PARTS` of a law, None where nothing is kept."""
    found = connection.execute(
        "SELECT data FROM record WHERE iri = ? AND part = ?", (iri, part)
    ).fetchone()
    return json.loads(found[0]) if found else None
