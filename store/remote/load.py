"""Loading a generation into a remote store: by the Graph Store Protocol or by SPARQL Update.

Each graph is replaced, in batches, and graphs that only the generation before had are deleted. One
statement in the graph ``urn:reformgraph:loaded`` says which generation the endpoint holds; it is
taken away first and written last, so that half a load is never taken for a whole one. A change is
never sent twice by itself: run the build again, it begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from reformgraph.errors import StoreError
from reformgraph.ontology.terms import DCTERMS
from reformgraph.store import generations
from reformgraph.store.base import Generation
from reformgraph.store.remote.endpoint import MARKER, RemoteStore
from reformgraph.store.remote.wire import Wire

GRAPH_BATCH, UPDATE_BATCH = 20_000, 500
"""Triples of one request. Virtuoso compiles an update: a larger one is over its limit."""
TIMEOUT = 600.0
"""Seconds for one request."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to load to: ``by`` is ``graphs`` (Graph Store Protocol) or ``update``."""

    wire: Wire
    by: str

    def replace(self, graph: str, triples: Iterable[Triple]) -> None:
        """Make ``graph`` (an IRI, "" for the default graph) hold ``triples`` and nothing else."""
        if self.by == "graphs":
            self._put(graph, triples)
            return
        self._update(f"CLEAR SILENT {_named(graph)}")
        for batch in _batches(triples, UPDATE_BATCH):
            data = _text(batch).decode()
            self._update(f"INSERT DATA {{ GRAPH <{graph}> {{ {data} }} }}" if graph else
                         f"INSERT DATA {{ {data} }}")  # fmt: skip

    def _put(self, graph: str, triples: Iterable[Triple]) -> None:
        method = "PUT"
        for batch in _batches(triples, GRAPH_BATCH):
            # N-Triples are Turtle, and Turtle is what every engine takes.
            self.wire.write(method, self._address(graph), _text(batch), "text/turtle", TIMEOUT)
            method = "POST"
        if method == "PUT":
            self.delete(graph)

    def delete(self, graph: str) -> None:
        """Delete ``graph``; it need not be there."""
        if self.by == "graphs":
            self.wire.write("DELETE", self._address(graph), b"", "text/turtle", TIMEOUT)
        else:
            self._update(f"DROP SILENT {_named(graph)}")

    def _address(self, graph: str) -> str:
        parameter = f"graph={quote(graph, safe='')}" if graph else "default"
        return f"{self.wire.access.address}?{parameter}"

    def _update(self, text: str) -> None:
        address = self.wire.access.address
        self.wire.write("POST", address, text.encode(), "application/sparql-update", TIMEOUT)


def load(
    generation: Generation,
    target: Target,
    *,
    before: Generation | None = None,
    told: Callable[[str], None] | None = None,
) -> None:
    """Load the quads of ``generation`` (its folder must hold them) into ``target``.

    ``before``: the generation that the endpoint was loaded with, whose other graphs go. ``told``
    is called with each graph's IRI. Raises RemoteError, which leaves the endpoint without a whole
    generation, and StoreError when a graph with blank nodes is too large for one request.
    """
    quads = pyoxigraph.Store.read_only(str(generation.folder / generations.QUADS))
    target.delete(MARKER.value)
    for graph in sorted(generation.graphs):
        if told:
            told(graph)
        # Closed here: an error keeps its frames, and with them what reads the store, which may only
        # go in the thread that made it.
        with closing(_whole(quads, graph, target)) as triples:
            target.replace(graph, triples)
    for graph in sorted(set(before.graphs if before else ()) - set(generation.graphs)):
        target.delete(graph)
    marker = Triple(MARKER, DCTERMS.identifier, Literal(generation.id))
    target.replace(MARKER.value, [marker])


def _whole(store: pyoxigraph.Store, graph: str, target: Target) -> Generator[Triple]:
    """Give the triples of ``graph``; refuses blank nodes that two requests would make two of."""
    name = NamedNode(graph) if graph else DefaultGraph()
    most = GRAPH_BATCH if target.by == "graphs" else UPDATE_BATCH
    blank = False
    for number, quad in enumerate(store.quads_for_pattern(None, None, None, name)):
        blank = blank or isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)
        if blank and number >= most:
            raise StoreError(
                f"the graph {graph or 'without a name'} has blank nodes and over {most} statements: "
                "load it with the engine's own loader"
            )
        yield quad.triple


def _batches(triples: Iterable[Triple], size: int) -> Iterator[list[Triple]]:
    rest = iter(triples)
    while batch := list(islice(rest, size)):
        yield batch


def _text(triples: Iterable[Triple]) -> bytes:
    return pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.N_TRIPLES) or b""


def _named(graph: str) -> str:
    return f"GRAPH <{graph}>" if graph else "DEFAULT"


class Loader:
    """Loads generations of a sidecar into an endpoint; called with one before the switch.

    ``root``: the sidecar; ``wire``: where the endpoint is asked; ``target``: where it is loaded.
    """

    def __init__(self, root: Path, wire: Wire, target: Target, *, union: bool) -> None:
        self._root, self._wire, self._target, self._union = root, wire, target, union

    def __call__(self, generation: Generation) -> bool:
        """Load ``generation`` unless the endpoint says that it holds it; whether it was loaded.

        Raises RemoteError or StoreError; the sidecar's pointer is the caller's to switch.
        """
        store = RemoteStore(self._wire, generation, union=self._union)
        if store.loaded() == generation.id:
            return False
        load(generation, self._target, before=self._before())
        store.check()
        return True

    def _before(self) -> Generation | None:
        try:
            folder = self._root / generations.FOLDER / generations.current_id(self._root)
            return generations.read_manifest(folder)
        except StoreError:
            return None
