"""Queries from strangers to a remote store: refused, limited and written as the embedded pool does.

The endpoint is asked for JSON or N-Triples only. Its answer is read to the end, checked, and
written anew in the format that the client wants: so every engine gives every format, and a 200 is
whole. Time and memory inside the engine are the engine's own settings (``docs/scale.md``).
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO, Protocol, TypeAlias, cast

import pyoxigraph
from pyoxigraph import NamedNode, Quad

from reformgraph.errors import (
    BadEncoding,
    Busy,
    QuerySyntaxError,
    ReformGraphError,
    ResultTooLarge,
    UsageError,
)
from reformgraph.ontology.terms import PREFIXES
from reformgraph.store import generations
from reformgraph.store.answer import Answer, Dataset
from reformgraph.store.base import Generation
from reformgraph.store.processes.pool import QueryPool
from reformgraph.store.processes.query_run import RETRY_AFTER, SPOOL_MEMORY, Gone
from reformgraph.store.remote.endpoint import (
    SOLUTIONS,
    TRIPLES,
    Graphs,
    RemoteStore,
    solutions,
    triples,
)
from reformgraph.store.remote.wire import Refused
from reformgraph.store.scan import Scan, check, scan

PATIENCE = 1.0
"""Seconds that a query waits for one of the places."""
PARSING = 2.0
"""Seconds for a look at a refused query."""
_WITH_PREFIXES = ("", "text/turtle", "application/trig")
_TURTLE = "text/turtle"

Write: TypeAlias = Callable[[IO[bytes], str, BinaryIO], tuple[str, str]]
"""Writes an answer of a media type anew; returns its form and the media type written."""


class Stores(Protocol):
    """What the pool needs to know: which store is current."""

    def get(self) -> RemoteStore:
        """Return it; raises StoreError."""


class RemotePool:
    """Runs foreign queries on the endpoint of the current store. Thread-safe.

    ``timeout``: seconds of one query, repetitions included; ``places``: queries at a time;
    ``result_limit``: bytes of one answer, as it comes and as it is written.
    """

    def __init__(self, stores: Stores, *, timeout: float, places: int, result_limit: int) -> None:
        self.timeout = timeout
        self.result_limit = result_limit
        self._stores = stores
        self._places = threading.BoundedSemaphore(places)
        self._lock = threading.Lock()
        self._parser: _Parser | None = None

    def run(
        self,
        query: str,
        media_type: str = "",
        dataset: Dataset | None = None,
        *,
        base: str | None = None,
        scanned: Scan | None = None,
        timeout: float | None = None,
        common: Mapping[str, str] | None = None,
        client: str = "",
        gone: Gone | None = None,
    ) -> Answer:
        """Run one query; arguments and answer are those of :meth:`QueryPool.run`.

        ``gone`` is not asked: an engine elsewhere does not stop when we hang up.

        Raises UpdateRefused, FederationRefused, QueryTooComplex, BadEncoding, QuerySyntaxError,
        UsageError (a query that this endpoint alone refuses), ResultTooLarge, Busy, StoreError or
        RemoteError.
        """
        del client, gone
        query = query.removeprefix("\ufeff")
        found = scanned or scan(query)
        check(found)
        try:
            query.encode()
        except UnicodeEncodeError:
            raise BadEncoding("the query holds half of a surrogate pair") from None
        store = self._stores.get()
        if not found.form:
            # An engine may take what is no query for one: Virtuoso does with an empty text.
            self._look(store.generation, query, base, common)
        graphs = None if found.has_from else store.union
        if dataset is not None:
            graphs = Graphs(dataset.default, dataset.named)
        known = common or {}
        declared = "".join(
            f"PREFIX {name}: <{known[name]}> " for name in found.undeclared if name in known
        )
        text = f"BASE <{base}> {declared}{query}" if base else declared + query
        limit = min(timeout or self.timeout, self.timeout)
        try:
            return self._ask(store, text, found.form or "SELECT", media_type, graphs, limit)
        except Refused as refused:
            self._look(store.generation, query, base, common)
            raise UsageError(f"the remote store refuses this query: {refused.said}") from None

    def prepare(self) -> None:
        """Do nothing: the endpoint is there or it is not."""

    def counted(self) -> dict[str, dict[str, int]]:
        """Return figures for ``/metrics``, by name and state."""
        return {"slow_places_free": {"": self._places._value}}

    def dump(self, graph: str | None, media_type: str, *, timeout: float | None = None) -> Answer:
        """Return a whole graph; as :meth:`QueryPool.dump`."""
        store = self._stores.get()
        limit = min(timeout or self.timeout, self.timeout)
        if graph is None:
            return self._everything(store, media_type, limit)
        where = f"GRAPH {NamedNode(graph)} {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {where} }}"
        return self._ask(store, query, "CONSTRUCT", media_type, store.union, limit)

    def _everything(self, store: RemoteStore, media_type: str, limit: float) -> Answer:
        form = pyoxigraph.RdfFormat.from_media_type(media_type) or pyoxigraph.RdfFormat.N_QUADS
        query = "SELECT ?s ?p ?o ?g { GRAPH ?g { ?s ?p ?o } }"

        def write(body: IO[bytes], kind: str, output: BinaryIO) -> tuple[str, str]:
            rows = cast(Any, solutions(body, kind))
            pyoxigraph.serialize((Quad(*row) for row in rows), output, form)
            return "graph", form.media_type

        return self._written(store, query, "SELECT", SOLUTIONS, write, store.union, limit)

    def _ask(
        self,
        store: RemoteStore,
        query: str,
        form: str,
        media_type: str,
        graphs: Graphs | None,
        limit: float,
    ) -> Answer:
        if form in ("SELECT", "ASK"):
            rows = media_type and pyoxigraph.QueryResultsFormat.from_media_type(media_type)
            wanted = rows or pyoxigraph.QueryResultsFormat.JSON

            def results(body: IO[bytes], kind: str, output: BinaryIO) -> tuple[str, str]:
                found = solutions(body, kind)
                found.serialize(output, wanted)
                boolean = isinstance(found, pyoxigraph.QueryBoolean)
                return "boolean" if boolean else "solutions", media_type if rows else SOLUTIONS

            return self._written(store, query, form, SOLUTIONS, results, graphs, limit)
        graph = media_type and pyoxigraph.RdfFormat.from_media_type(media_type)
        written = graph or pyoxigraph.RdfFormat.TURTLE
        prefixes = dict(PREFIXES) if media_type in _WITH_PREFIXES else None

        def statements(body: IO[bytes], kind: str, output: BinaryIO) -> tuple[str, str]:
            pyoxigraph.serialize(triples(body, kind), output, written, prefixes=prefixes)
            return "graph", media_type if graph else _TURTLE

        return self._written(store, query, form, TRIPLES, statements, graphs, limit)

    def _written(
        self,
        store: RemoteStore,
        query: str,
        form: str,
        accept: str,
        write: Write,
        graphs: Graphs | None,
        limit: float,
    ) -> Answer:
        def take(body: IO[bytes], media_type: str) -> tuple[_Spool, str, str]:
            spool = _Spool(self.result_limit)
            try:
                kind, written = write(body, media_type, cast(BinaryIO, spool))
            except BaseException:
                spool.file.close()
                raise
            return spool, kind, written

        if not self._places.acquire(timeout=min(PATIENCE, limit)):
            raise Busy("as many queries as can be are under way", headers=RETRY_AFTER)
        try:
            default, named = (graphs.default, graphs.named) if graphs else ((), ())
            spool, kind, written = store.wire.read(
                query,
                form,
                accept,
                take,
                default=default,
                named=named,
                limit=self.result_limit,
                timeout=limit,
            )
        finally:
            self._places.release()
        spool.file.seek(0)
        return Answer(spool.file, spool.length, written, store.generation.id, kind)

    def _look(
        self,
        generation: Generation,
        query: str,
        base: str | None,
        common: Mapping[str, str] | None,
    ) -> None:
        """Raise QuerySyntaxError with line and column if the query does not parse here either."""
        with self._lock:
            if self._parser is None:
                self._parser = _Parser(generation)
        try:
            self._parser.pool.run(query, base=base, common=common).file.close()
        except QuerySyntaxError:
            raise
        except ReformGraphError:
            return

    def close(self) -> None:
        """End what looks at refused queries; those under way fail or finish by themselves."""
        with self._lock:
            parser, self._parser = self._parser, None
        if parser is not None:
            parser.close()


class _Spool:
    """A file that takes no more than so many bytes."""

    def __init__(self, limit: int) -> None:
        self.file = cast(BinaryIO, SpooledTemporaryFile(SPOOL_MEMORY))  # noqa: SIM115
        self.length = 0
        self._limit = limit

    def write(self, data: bytes) -> int:
        self.length += len(data)
        if self.length > self._limit:
            raise ResultTooLarge(
                f"the answer is over {self._limit} bytes; ask for less with LIMIT, or page",
                where={"limit": self._limit},
            )
        return self.file.write(data)

    def flush(self) -> None:
        """Do nothing: it is read after it was written."""


class _Parser:
    """A query process with an empty graph: says where a query that an endpoint refused is wrong.

    Not parsed in the HTTP worker: the engine here can only parse and run, and never stops.
    """

    def __init__(self, generation: Generation) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="reformgraph-")
        folder = Path(self._folder.name)
        empty = pyoxigraph.Store(str(folder / generations.QUADS))
        empty.flush()
        del empty
        self._generation = replace(generation, folder=folder, files={})
        self.before_switch: list[Callable[[Generation], None]] = []  # it follows no pointer
        self.pool = QueryPool(folder, timeout=PARSING, processes=1, slow=1, stores=cast(Any, self))

    def get(self) -> _Parser:
        """Be the holder and the store that the pool asks for."""
        return self

    @property
    def generation(self) -> Generation:
        """The generation in name, with the empty graph."""
        return self._generation

    def close(self) -> None:
        """End the process and remove the empty graph."""
        self.pool.close()
        self._folder.cleanup()
