"""The store that is a SPARQL endpoint: the same verbs, over HTTP.

Queries go to the endpoint. The manifest, the search index and the attachments lie in a folder
beside the service (the *sidecar*), for no protocol offers them: see ``docs/scale.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, TypeAlias, TypeVar, cast

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad, Triple

from reformgraph.errors import RemoteWrong, StoreError, UsageError
from reformgraph.ontology.terms import DCTERMS, RDFS, RG, SKOS, XSD
from reformgraph.store.base import (
    Generation,
    Row,
    Solutions,
    Term,
    named_node,
    unknown,
)
from reformgraph.store.beside import Beside
from reformgraph.store.embedded import HUB_LIMIT
from reformgraph.store.remote.wire import Refused, Wire
from reformgraph.store.scan import scan
from reformgraph.store.search_index import best
from reformgraph.store.syntax import explain

MARKER = NamedNode("urn:reformgraph:loaded")
"""Graph and subject of the one statement that says which generation the endpoint holds."""
NOWHERE = "urn:reformgraph:none"
"""A graph that is nowhere: says "no graph at all", which the protocol has no word for."""
MOST_GRAPHS = 500
"""Graphs that one request may name; beyond it the endpoint's default graph must be their union."""
BATCH = 200
"""IRIs that one query of ours names."""
SOLUTIONS = "application/sparql-results+json"
TRIPLES = "application/n-triples, text/turtle;q=0.9"
_SOLUTIONS = ("application/sparql-results+json", "application/json")

T = TypeVar("T")
Take: TypeAlias = Callable[[IO[bytes], str], T]


@dataclass(frozen=True, slots=True)
class Graphs:
    """The dataset of a request (SPARQL 1.1 Protocol §2.1.4); None leaves it to the endpoint."""

    default: Sequence[str]
    named: Sequence[str]

    def __post_init__(self) -> None:
        # With one of the two alone engines differ in what the other is (hazard 17).
        object.__setattr__(self, "default", tuple(self.default) or (NOWHERE,))
        object.__setattr__(self, "named", tuple(self.named) or (NOWHERE,))


# Virtuoso keeps a boolean as a number, and gives the number back (XML Schema 2 §3.2.2 has both).
_PLAIN: dict[Any, Literal] = {
    Literal(number, datatype=XSD.boolean): Literal(word, datatype=XSD.boolean)
    for number, word in (("1", "true"), ("0", "false"))
}


class RemoteStore(Beside):
    """One generation that an endpoint holds; fulfils :class:`reformgraph.store.base.Store`.

    ``wire``: the endpoint. ``generation``: the sidecar's, verified. ``union``: the endpoint's
    default graph is the union of all graphs, so that none has to be named. ``limit``: bytes of one
    answer. Raises StoreError when the generation cannot be asked for in this way.
    """

    def __init__(
        self,
        wire: Wire,
        generation: Generation,
        *,
        union: bool = False,
        limit: int = 256_000_000,
        degraded: str = "",
    ) -> None:
        self.wire = wire
        self._degraded = degraded
        self._limit = limit
        self.union: Graphs | None = None
        """What a request without a dataset of its own is asked over."""
        graphs = sorted(generation.graphs)
        if generation.own_default:
            if union:
                raise StoreError(
                    f"generation {generation.id} has a default graph of its own: the endpoint's must "
                    "not be the union of all graphs, nor the setting remote_graphs `union`"
                )
        elif not union:
            if len(graphs) > MOST_GRAPHS:
                raise StoreError(
                    f"generation {generation.id} has {len(graphs)} graphs: let the endpoint's default "
                    "graph be the union of all graphs and set remote_graphs to `union`"
                )
            self.union = Graphs(graphs, graphs)
        super().__init__(generation)
        self._other = ""
        self._closed = False

    @property
    def degraded(self) -> str:
        """Empty, or what is wrong: the last request failed, or another generation is served."""
        return self._degraded or self.wire.fault or self._other

    @property
    def engine(self) -> str:
        """The name by which the engine answers, such as Virtuoso; empty when it gives none.

        Asks it when nobody has yet; raises RemoteError.
        """
        if self.wire.server is None:
            self.ask("ASK {}")
        return self.wire.server or ""

    def loaded(self) -> str:
        """Return the id of the generation that the endpoint says it holds, empty when it does not
        say, which is also so while one is loaded. Raises RemoteError.
        """
        query = f"SELECT ?id {{ GRAPH {MARKER} {{ {MARKER} {DCTERMS.identifier} ?id }} }}"
        marker = Graphs((), (MARKER.value,))
        ids = [getattr(row[0], "value", "") for row in self._rows(query, marker)]
        return ids[0] if len(ids) == 1 else ""

    def check(self) -> None:
        """Compare the endpoint's generation with ours; raises RemoteWrong, or RemoteError."""
        found = self.loaded()
        if found != self._generation.id:
            held = f"generation {found}" if found else "no whole generation"
            self._other = f"the remote store holds {held}, not {self._generation.id}"
            raise RemoteWrong(self._other)
        self._other = ""

    def select(self, query: str) -> Solutions:
        """Run a SELECT of ours; the answer is read and checked whole before the first row."""
        found = self._run(query, ("SELECT",), "a SELECT query", SOLUTIONS, _solutions)
        if not isinstance(found, Solutions):
            raise UsageError("expected a SELECT query")
        return found

    def ask(self, query: str) -> bool:
        """Run an ASK of ours."""
        found = self._run(query, ("ASK",), "an ASK query", SOLUTIONS, _solutions)
        if not isinstance(found, bool):
            raise UsageError("expected an ASK query")
        return found

    def construct(self, query: str) -> list[Triple]:
        """Run a CONSTRUCT or DESCRIBE of ours."""
        forms = ("CONSTRUCT", "DESCRIBE")
        return self._run(query, forms, "a CONSTRUCT or DESCRIBE query", TRIPLES, _triples)

    def quads(self, graph: str | None = None) -> Iterator[Quad]:
        """Read all statements, or those of one named graph, graph by graph from the endpoint.

        Raises what :meth:`construct` raises, for one when a graph is over the limit of an answer.
        A default graph of its own ("") is not read: what is loaded by a build has none.
        """
        for name in self.generation.graphs if graph is None else (graph,):
            if name:
                node = NamedNode(name)
                for triple in self.construct(
                    f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {node} {{ ?s ?p ?o }} }}"
                ):
                    yield Quad(triple.subject, triple.predicate, triple.object, node)

    def _run(self, query: str, forms: Sequence[str], wanted: str, accept: str, take: Take[T]) -> T:
        found = scan(query)
        if found.form and found.form not in forms:
            raise UsageError(f"expected {wanted}")
        return self._send(query, forms[0], accept, take, None if found.has_from else self.union)

    def _send(self, query: str, form: str, accept: str, take: Take[T], graphs: Graphs | None) -> T:
        if self._closed:
            raise StoreError(f"generation {self._generation.id} was closed")
        default, named = (graphs.default, graphs.named) if graphs else ((), ())
        try:
            return self.wire.read(
                query, form, accept, take, default=default, named=named, limit=self._limit
            )
        except Refused as refused:
            # Ours and bounded: it may be parsed in this process.
            try:
                pyoxigraph.Store().query(query)
            except SyntaxError as error:
                raise explain(query, str(error)) from None
            raise RemoteWrong(f"the remote store refuses a query: {refused.said}") from None

    def _rows(self, query: str, graphs: Graphs | None = None) -> Iterator[Row]:
        found = self._send(query, "SELECT", SOLUTIONS, _solutions, graphs or self.union)
        if not isinstance(found, Solutions):
            raise RemoteWrong("the remote store answered a SELECT with a boolean")
        return iter(found)

    def describe(self, iri: str) -> list[Triple]:
        """Return what the graph says of ``iri``; as :meth:`EmbeddedStore.describe`."""
        node = self._node(iri)
        found: dict[Triple, None] = dict.fromkeys(self._statements([node]))
        inward = f"SELECT DISTINCT ?s ?p {{ ?s ?p {node} }} LIMIT {HUB_LIMIT}"
        for subject, predicate in self._rows(inward):
            found[Triple(subject, predicate, node)] = None  # type: ignore[arg-type]
        if not found:
            raise unknown(self, iri)
        ends = f"VALUES ?p {{ {RG.claimSubject} {RG.claimObject} }}"
        claims = f"SELECT DISTINCT ?c {{ {ends} ?c ?p {node} }} ORDER BY ?c LIMIT {HUB_LIMIT}"
        found.update(dict.fromkeys(self._statements([row[0] for row in self._rows(claims)])))
        evidence = {
            triple.object: None
            for triple in found
            if triple.predicate == RG.hasEvidence and isinstance(triple.object, NamedNode)
        }
        found.update(dict.fromkeys(self._statements(sorted(evidence, key=lambda each: str(each)))))
        return list(found)

    def _statements(self, subjects: Iterable[Term | None]) -> Iterator[Triple]:
        named = iter([each for each in subjects if isinstance(each, NamedNode)])
        while some := list(islice(named, BATCH)):
            values = " ".join(map(str, some))
            query = f"SELECT DISTINCT ?s ?p ?o {{ VALUES ?s {{ {values} }} ?s ?p ?o }}"
            for subject, predicate, value in self._rows(query):
                yield Triple(subject, predicate, value)  # type: ignore[arg-type]

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """Map IRIs to labels: rdfs:label, else skos:prefLabel; English first. No label, no key."""
        asked = dict.fromkeys(iris)
        found: dict[NamedNode, dict[str, list[Literal]]] = {}
        nodes = iter([node for iri in asked if (node := named_node(iri)) is not None])
        while some := list(islice(nodes, BATCH)):
            query = (
                f"SELECT DISTINCT ?s ?p ?o {{ VALUES ?s {{ {' '.join(map(str, some))} }} "
                f"VALUES ?p {{ {RDFS.label} {SKOS.prefLabel} }} ?s ?p ?o }}"
            )
            for subject, predicate, value in self._rows(query):
                if isinstance(subject, NamedNode) and isinstance(value, Literal):
                    of = found.setdefault(subject, {})
                    of.setdefault(str(predicate), []).append(value)
        labels = {
            node.value: best(of.get(str(RDFS.label)) or of[str(SKOS.prefLabel)])
            for node, of in found.items()
        }
        return {iri: labels[iri] for iri in asked if iri in labels}

    def resolve(self, name: str) -> str:
        """Turn a slug, an IRI, a compact IRI or a path under the base into an IRI that stands in
        the graph; as :meth:`EmbeddedStore.resolve`.
        """
        name = name.strip()
        slugs = [slug for slug in dict.fromkeys((name, name.casefold())) if slug.isprintable()]
        for slug in slugs:
            query = f"SELECT DISTINCT ?s {{ ?s {RG.slug} {Literal(slug)} }} ORDER BY ?s LIMIT 1"
            for (subject,) in self._rows(query):
                if isinstance(subject, NamedNode):
                    return subject.value
        for node in self._meant(name):
            # Not by GRAPH: Virtuoso finds something in each graph that the dataset does not name.
            standing = (f"{{ {node} ?p ?o }}", f"{{ ?s ?p {node} }}")
            if node.value in self._generation.graphs or any(
                self.ask(f"ASK {pattern}") for pattern in standing
            ):
                return node.value
        raise unknown(self, name)

    def _node(self, iri: str) -> NamedNode:
        node = named_node(iri)
        if node is None:
            raise unknown(self, iri)
        return node

    def close(self) -> None:
        """Let go of the search index; the connections belong to who gave them."""
        self._closed = True
        self._index.close()


def solutions(
    body: IO[bytes], media_type: str
) -> pyoxigraph.QuerySolutions | pyoxigraph.QueryBoolean:
    """Open a results document of an endpoint; raises ValueError or SyntaxError."""
    if media_type not in _SOLUTIONS:
        raise ValueError(f"{media_type or 'no media type'} in place of {SOLUTIONS}")
    found = pyoxigraph.parse_query_results(body, pyoxigraph.QueryResultsFormat.JSON)
    if isinstance(found, pyoxigraph.QuerySolutions):
        variables = [variable.value for variable in found.variables]
        if variables == ["__ASK_RETVAL"]:  # Virtuoso's way to say true or, by no row, false
            value = b"true" if next(found, None) is not None else b"false"
            found = pyoxigraph.parse_query_results(
                b'{"head":{},"boolean":%s}' % value, pyoxigraph.QueryResultsFormat.JSON
            )
    return found


def triples(body: IO[bytes], media_type: str) -> Iterator[pyoxigraph.Triple]:
    """Open an endpoint's graph; raises ValueError, or SyntaxError while it is read."""
    form = pyoxigraph.RdfFormat.from_media_type(media_type)
    if media_type == "text/plain":  # what N-Triples had before it had a type of its own
        form = pyoxigraph.RdfFormat.N_TRIPLES
    if form not in (pyoxigraph.RdfFormat.N_TRIPLES, pyoxigraph.RdfFormat.TURTLE):
        raise ValueError(f"{media_type or 'no media type'} in place of {TRIPLES}")
    return (quad.triple for quad in pyoxigraph.parse(body, format=form))


def _solutions(body: IO[bytes], media_type: str) -> Solutions | bool:
    found = solutions(body, media_type)
    if isinstance(found, pyoxigraph.QueryBoolean):
        return bool(found)
    rows = cast(list[Row], [tuple([_PLAIN.get(t, t) for t in solution]) for solution in found])
    return Solutions(tuple(variable.value for variable in found.variables), rows)


def _triples(body: IO[bytes], media_type: str) -> list[Triple]:
    return list(
        dict.fromkeys(
            Triple(each.subject, each.predicate, _PLAIN.get(each.object, each.object))
            for each in triples(body, media_type)
        )
    )
