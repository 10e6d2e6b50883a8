"""Sorting the answer to a question by one of its columns, as a reader would."""

from __future__ import annotations

from dataclasses import replace

from reformgraph.errors import UsageError
from reformgraph.queries.table import Table
from reformgraph.store.base import Row, Term

DOWN = "-"
"""In front of a column's name: the last first."""


def ordered(table: Table, by: str) -> Table:
    """Return ``table`` sorted by a column, ``-column`` the other way round; "" leaves it as it is.

    Numbers sort as numbers, things by their label where a column has it, what is empty comes last.
    Equal rows keep their order. Raises UsageError for a column that is not there.
    """
    if not by:
        return table
    down, name = by.startswith(DOWN), by.removeprefix(DOWN)
    if name not in table.columns:
        raise UsageError(
            f"sort is {by[:40]!r}, expected one of {', '.join(table.columns)}, or one with - before it",
            hints=table.columns[:8],
            where={"field": "sort"},
        )
    label = f"{name}Label"
    place = table.columns.index(label if label in table.columns else name)
    known = [row for row in table.rows if row[place] is not None]
    known.sort(key=lambda row: _key(row[place]), reverse=down)
    empty: list[Row] = [row for row in table.rows if row[place] is None]
    return replace(table, rows=(*known, *empty))


def _key(term: Term | None) -> tuple[bool, float, str]:
    value = getattr(term, "value", "") or ""
    try:
        return (False, float(value), "")
    except ValueError:
        return (True, 0.0, value.casefold())
