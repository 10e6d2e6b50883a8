"""Questions on a large graph run as the queries of strangers do: in processes of their own, with limits.

Anybody may ask a question with any arguments. On a graph that fits into memory that takes
milliseconds; on one of millions of statements some gather what an HTTP worker has no room or time for.
"""

from __future__ import annotations

import pyoxigraph
from flask import request

from reformgraph.errors import ResultTooLarge
from reformgraph.queries.run import Select
from reformgraph.server.observe import OWN
from reformgraph.server.service import service, store
from reformgraph.store.base import Solutions
from reformgraph.store.embedded import EmbeddedStore

LARGEST = 64_000_000
"""Bytes of rows, as JSON, that one page or file may be made of: they take ten times that here."""
_ROWS = pyoxigraph.QueryResultsFormat.JSON


def select() -> Select:
    """Return what runs the SELECT of a question for this request: text in, rows out.

    What it returns raises what the query processes raise (QueryTimeout, QueryMemory, Busy and the
    like), and ResultTooLarge.
    """
    found = store()
    if (
        not isinstance(found, EmbeddedStore)  # a remote one has limits of its own
        or found.generation.in_memory
        or found.generation.own_default  # strangers see its default graph alone, questions all
        or request.environ.get(OWN)  # this process is one that may be sacrificed
    ):
        return found.select

    def apart(query: str) -> Solutions:
        _, results = service().asking()
        client = service().client(request.environ)
        with results.run(query, _ROWS.media_type, client=client) as answer:
            if answer.generation != found.generation.id:  # it was replaced a moment ago
                return found.select(query)
            if answer.length > LARGEST:
                raise ResultTooLarge(
                    f"the answer is over {LARGEST} bytes; ask about one thing, or run the query "
                    "at /sparql, which gives larger ones",
                    where={"limit": LARGEST},
                )
            rows = pyoxigraph.parse_query_results(answer.file.read(), format=_ROWS)
        if not isinstance(rows, pyoxigraph.QuerySolutions):
            raise TypeError("a SELECT gave no rows")
        return Solutions.of(rows)

    return apart
