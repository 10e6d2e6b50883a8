"""The SPARQL 1.1 Service Description of this endpoint, as RDF."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph
from flask import request
from pyoxigraph import Literal, NamedNode, Triple

from reformgraph.ontology.terms import PREFIXES, RDF, RDFS, XSD
from reformgraph.server.protocol.formats import GRAPHS, HTML, SOLUTIONS
from reformgraph.server.protocol.functions import GEOF, extension_functions
from reformgraph.server.protocol.limits import NAMESPACE as LIMITS
from reformgraph.server.protocol.limits import limits
from reformgraph.server.service import service, store
from reformgraph.store.base import Generation

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
SIMPLE = "http://www.w3.org/ns/entailment/Simple"
FORMATS = "http://www.w3.org/ns/formats/"

_PREFIXES = {"sd": SD, "void": VOID, "limit": LIMITS, "geof": GEOF, "formats": FORMATS}
_UNIQUE_NAMES = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle",
    "nt": "N-Triples",
    "rdf": "RDF_XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nq": "N-Quads",
}


def description(media_type: str) -> bytes:
    """Return the description in an RDF format.

    Raises StoreError when there is no graph to describe.
    """
    form = pyoxigraph.RdfFormat.from_media_type(media_type)
    if form is None:
        raise ValueError(f"{media_type} is no RDF format")
    prefixes = {name: PREFIXES[name] for name in ("rdf", "rdfs", "xsd")}
    # What is said of one thing stands together.
    by_subject: dict[object, list[Triple]] = {}
    for triple in _triples():
        by_subject.setdefault(triple.subject, []).append(triple)
    ordered = [triple for group in by_subject.values() for triple in group]
    data = pyoxigraph.serialize(ordered, format=form, prefixes={**prefixes, **_PREFIXES})
    if data is None:
        raise TypeError("serialising into memory gave no bytes")
    return data


def address(path: str = "/sparql") -> str:
    """Return the address of the endpoint, or of another ``path`` of this service.

    It is made from the setting ``public_url``, else from what was asked.
    """
    root = service().settings.public_url or request.root_url
    return root.rstrip("/") + path


def sd(name: str) -> NamedNode:
    """Return a term of the vocabulary of service descriptions."""
    return NamedNode(SD + name)


def _triples() -> Iterator[Triple]:
    here = address()
    endpoint = NamedNode(here)
    yield Triple(endpoint, RDF.type, sd("Service"))
    yield Triple(endpoint, RDFS.label, Literal("reformgraph SPARQL endpoint", language="en"))
    yield Triple(endpoint, sd("endpoint"), endpoint)
    for language in ("SPARQL10Query", "SPARQL11Query"):
        yield Triple(endpoint, sd("supportedLanguage"), sd(language))
    generation = store().generation
    if not generation.own_default:
        yield Triple(endpoint, sd("feature"), sd("UnionDefaultGraph"))
    if service().settings.federation:
        yield Triple(endpoint, sd("feature"), sd("BasicFederatedQuery"))
    if 0 in generation.graphs.values():
        yield Triple(endpoint, sd("feature"), sd("EmptyGraphs"))
    for offer in (*SOLUTIONS, *GRAPHS):
        if offer is not HTML:
            yield Triple(
                endpoint, sd("resultFormat"), NamedNode(FORMATS + _UNIQUE_NAMES[offer.name])
            )
    for function in map(NamedNode, extension_functions()):
        yield Triple(endpoint, sd("extensionFunction"), function)
        yield Triple(function, RDF.type, sd("Function"))
    for name, words, value in limits(service().settings):
        term = NamedNode(LIMITS + name)
        kind = XSD.integer if isinstance(value, int) else XSD.decimal
        yield Triple(endpoint, term, Literal(str(value), datatype=kind))
        yield Triple(term, RDFS.comment, Literal(words, language="en"))
    yield Triple(endpoint, RDFS.seeAlso, NamedNode(address("/graph-store")))
    yield Triple(endpoint, RDFS.seeAlso, NamedNode(address("/dataset")))
    yield from _dataset(here, endpoint, generation)


def _dataset(here: str, endpoint: NamedNode, generation: Generation) -> Iterator[Triple]:
    dataset = NamedNode(f"{here}#dataset")
    default = NamedNode(f"{here}#default")
    triples, entailment = NamedNode(VOID + "triples"), sd("defaultEntailmentRegime")
    yield Triple(endpoint, sd("defaultDataset"), dataset)
    # What a build inferred stands in the graph; nothing is inferred by a query.
    yield Triple(endpoint, entailment, NamedNode(SIMPLE))
    yield Triple(dataset, RDF.type, sd("Dataset"))
    yield Triple(dataset, sd("defaultGraph"), default)
    yield Triple(default, RDF.type, sd("Graph"))
    if generation.own_default:
        count = generation.graphs[""]
        yield Triple(default, triples, Literal(str(count), datatype=XSD.integer))
    else:
        note = "The union of all named graphs."
        yield Triple(default, RDFS.comment, Literal(note, language="en"))
    for number, (iri, count) in enumerate(sorted(generation.graphs.items()), 1):
        if not iri:
            continue
        named = NamedNode(f"{here}#graph-{number}")
        graph = NamedNode(f"{here}#graph-{number}-content")
        yield Triple(dataset, sd("namedGraph"), named)
        yield Triple(named, RDF.type, sd("NamedGraph"))
        yield Triple(named, sd("name"), NamedNode(iri))
        yield Triple(named, sd("graph"), graph)
        yield Triple(graph, RDF.type, sd("Graph"))
        yield Triple(graph, triples, Literal(str(count), datatype=XSD.integer))
