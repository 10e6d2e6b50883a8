"""The store that is a folder: Oxigraph and the search index of one generation, read-only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pyoxigraph
from pyoxigraph import NamedNode, Triple

from reformgraph.errors import QuerySyntaxError, StoreError, UsageError
from reformgraph.ontology.terms import RDFS, RG, SKOS
from reformgraph.store import generations
from reformgraph.store.base import (
    Generation,
    Solutions,
    named_node,
    unknown,
)
from reformgraph.store.beside import Beside
from reformgraph.store.scan import scan
from reformgraph.store.search_index import best
from reformgraph.store.syntax import explain

HUB_LIMIT = 2_000
"""Most statements that :meth:`EmbeddedStore.describe` follows inwards, and most claims."""


def open_store(root: Path, base: str | None = None) -> EmbeddedStore:
    """Open the current generation of the store ``root``, or the last sound one before it.

    Every file is compared with the manifest first. ``base`` is the IRI prefix that the caller
    expects, None for any. Raises StoreError when nothing is built, nothing is sound, or the graph
    was built with another base; creates nothing.
    """
    generation, degraded = generations.choose(root)
    if base is not None and base != generation.base:
        raise StoreError(
            f"{root}: the graph was built with the base {generation.base}, not {base}; "
            "build it again or change the setting `base`"
        )
    return EmbeddedStore(generation, degraded=degraded)


class EmbeddedStore(Beside):
    """One generation, opened read-only; fulfils :class:`reformgraph.store.base.Store`.

    In: a generation whose files were verified. Raises StoreError when it does not open.
    """

    def __init__(self, generation: Generation, *, degraded: str = "") -> None:
        self._degraded = degraded
        try:
            self._graph: pyoxigraph.Store | None = pyoxigraph.Store.read_only(
                str(generation.folder / generations.QUADS)
            )
        except (OSError, RuntimeError) as error:
            raise StoreError(f"{generation.folder}: cannot be opened ({error})") from None
        super().__init__(generation)

    @property
    def degraded(self) -> str:
        """Empty, or why another generation than the current one is served."""
        return self._degraded

    @property
    def engine(self) -> str:
        """Empty: the engine is a part of this process."""
        return ""

    @property
    def graph(self) -> pyoxigraph.Store:
        """The opened Oxigraph store; raises StoreError after :meth:`close`."""
        if self._graph is None:
            raise StoreError(f"generation {self._generation.id} was closed")
        return self._graph

    def select(self, query: str) -> Solutions:
        """Run a SELECT of ours; the rows are read from the engine while they are iterated."""
        result = self._query(query)
        if not isinstance(result, pyoxigraph.QuerySolutions):
            raise UsageError("expected a SELECT query")
        return Solutions.of(result)

    def ask(self, query: str) -> bool:
        """Run an ASK of ours."""
        result = self._query(query)
        if not isinstance(result, pyoxigraph.QueryBoolean):
            raise UsageError("expected an ASK query")
        return bool(result)

    def construct(self, query: str) -> list[Triple]:
        """Run a CONSTRUCT or DESCRIBE of ours."""
        result = self._query(query)
        if not isinstance(result, pyoxigraph.QueryTriples):
            raise UsageError("expected a CONSTRUCT or DESCRIBE query")
        return list(result)

    def _query(
        self, query: str
    ) -> pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean | pyoxigraph.QueryTriples:
        # With the union graph switched on Oxigraph ignores FROM without a word (hazard 16).
        # The word is looked for first: most queries lack it, and a scan costs more than they do.
        union = "from" not in query.lower() or not scan(query).has_from
        try:
            return self.graph.query(query, use_default_graph_as_union=union)
        except SyntaxError as error:
            raise explain(query, str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise StoreError(f"generation {self._generation.id}: {error}") from error

    def describe(self, iri: str) -> list[Triple]:
        """Return what the graph says of ``iri``, each statement once.

        In this order: its own statements, those that point to it, its claims with their
        statements, the evidence of both with its statements. For a hub the inward statements and
        the claims are each cut at 2,000. Raises NotFound when there is no statement at all.
        """
        node = self._node(iri)
        graph = self.graph
        found: dict[Triple, None] = {}

        def add(subject: NamedNode) -> None:
            found.update(
                dict.fromkeys(q.triple for q in graph.quads_for_pattern(subject, None, None))
            )

        add(node)
        inward = graph.quads_for_pattern(None, None, node)
        found.update(dict.fromkeys(quad.triple for quad in islice(inward, HUB_LIMIT)))
        if not found:
            raise unknown(self, iri)
        claims = {
            quad.subject: None
            for predicate in (RG.claimSubject, RG.claimObject)
            for quad in islice(graph.quads_for_pattern(None, predicate, node), HUB_LIMIT)
            if isinstance(quad.subject, NamedNode)
        }
        for claim in sorted(claims, key=lambda claim: claim.value)[:HUB_LIMIT]:
            add(claim)
        evidence = {
            triple.object
            for triple in found
            if triple.predicate == RG.hasEvidence and isinstance(triple.object, NamedNode)
        }
        for each in sorted(evidence, key=lambda each: each.value):
            add(each)
        return list(found)

    def quads(self, graph: str | None = None) -> Iterator[pyoxigraph.Quad]:
        """Read all statements, or those of one named graph; "" is the default graph."""
        if graph is None:
            return self.graph.quads_for_pattern(None, None, None)
        name = NamedNode(graph) if graph else pyoxigraph.DefaultGraph()
        return self.graph.quads_for_pattern(None, None, None, name)

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """Map IRIs to labels: rdfs:label, else skos:prefLabel; English first. No label, no key."""
        graph = self.graph
        labels = {}
        for iri in iris:
            if iri in labels:
                continue
            if (node := named_node(iri)) is None:
                continue
            for predicate in (RDFS.label, SKOS.prefLabel):
                literals = [
                    quad.object
                    for quad in graph.quads_for_pattern(node, predicate, None)
                    if isinstance(quad.object, pyoxigraph.Literal)
                ]
                if literals:
                    labels[iri] = best(literals)
                    break
        return labels

    def resolve(self, name: str) -> str:
        """Turn a slug, an IRI (``<…>`` or bare), a compact IRI or a path under the base
        (``claim/…``) into an IRI that stands in the graph; raises NotFound with near slugs.
        """
        name = name.strip()
        for candidate in self._candidates(name):
            if self._stands(candidate):
                return candidate.value
        raise unknown(self, name)

    def _candidates(self, name: str) -> Iterator[NamedNode]:
        graph = self.graph
        for slug in dict.fromkeys((name, name.casefold())):
            if slug.isprintable():
                for quad in graph.quads_for_pattern(None, RG.slug, pyoxigraph.Literal(slug)):
                    if isinstance(quad.subject, NamedNode):
                        yield quad.subject
        yield from self._meant(name)

    def _stands(self, node: NamedNode) -> bool:
        graph = self.graph
        return any(
            next(pattern, None) is not None
            for pattern in (
                graph.quads_for_pattern(node, None, None),
                graph.quads_for_pattern(None, None, node),
                graph.quads_for_pattern(None, None, None, node),
            )
        )

    def _node(self, iri: str) -> NamedNode:
        node = named_node(iri)
        if node is None:
            raise unknown(self, iri)
        return node

    def check(self) -> None:
        """Do nothing: the files were compared with the manifest when they were opened."""

    def close(self) -> None:
        """Let go of the files; answers that are still being iterated stay whole."""
        self._graph = None
        self._index.close()


__all__ = ["HUB_LIMIT", "EmbeddedStore", "QuerySyntaxError", "open_store"]
