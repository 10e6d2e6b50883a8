"""Days in addresses: read strictly, with the focal item's own day where none is given."""

from __future__ import annotations

import datetime
import re

from reformgraph.errors import UsageError
from reformgraph.server import parameters
from reformgraph.server.reading import graph
from reformgraph.server.service import store

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# The day of the Children's Plan: where a reader stands when no timeline names a focal item.
FALLBACK = datetime.date(2007, 12, 11)


def parse(raw: str, name: str) -> datetime.date:
    """Read ``YYYY-MM-DD``. Raises UsageError naming the parameter ``name`` for anything else."""
    try:
        if _DAY.fullmatch(raw):
            return datetime.date.fromisoformat(raw)
    except ValueError:
        pass
    raise UsageError(
        f"{name} is {raw[:40]!r}, expected a day as year-month-day, such as 2007-12-11",
        where={"field": name},
    )


def given(name: str = "date") -> datetime.date | None:
    """Return the day that the query string gives, None when it gives none."""
    raw = parameters.text(name, longest=200)
    return parse(raw, name) if raw else None


def focal() -> datetime.date:
    """Return the day of the first timeline's focal item, on which its reader will stand."""
    for timeline in store().generation.timelines:
        if timeline.focal_item and graph.valid(timeline.focal_item):
            found = graph.rows(
                store(),
                f"SELECT ?d {{ {graph.node(timeline.focal_item)} rg:dateEarliest ?d }} LIMIT 1",
            )
            for (day,) in found:
                try:
                    return datetime.date.fromisoformat(graph.text(day))
                except ValueError:
                    continue
    return FALLBACK
