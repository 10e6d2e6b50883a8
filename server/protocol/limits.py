"""The limits of the endpoint as clients see them: a header and terms of the service description."""

from __future__ import annotations

from collections.abc import Iterator

from reformgraph.server.protocol.request import MAX_GRAPHS
from reformgraph.settings import Settings
from reformgraph.store.scan import MAX_NESTING, MAX_OPERATORS, MAX_PATTERNS

NAMESPACE = "https://w3id.org/reformgraph/service#"


def limits(settings: Settings) -> Iterator[tuple[str, str, float | int]]:
    """Yield local name of the term, what it means, and the value (seconds, bytes or a number)."""
    yield "timeout", "seconds that one query may take", settings.query_timeout
    yield "memory", "bytes of memory that one query may take", settings.query_memory
    yield "resultBytes", "bytes of one answer", settings.result_limit
    yield "bodyBytes", "bytes of one request body", settings.body_limit
    yield "slowQueries", "long queries that run at a time", settings.slow_queries
    yield "graphParameters", "graphs that one request may name", MAX_GRAPHS
    yield "nesting", "brackets that may stand in one another", MAX_NESTING
    yield "operators", "operators of one query", MAX_OPERATORS
    yield "patterns", "triple patterns of one group", MAX_PATTERNS


def header(settings: Settings) -> str:
    """Return the value of ``Query-Limits``, a dictionary of structured fields (RFC 9651)."""
    return (
        f"timeout={settings.query_timeout:.3f}, result-bytes={settings.result_limit}, "
        f"body-bytes={settings.body_limit}"
    )
