"""The SPARQL 1.1 Service Description of this endpoint, as RDF."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph
from flask import request
from pyoxigraph import Literal, NamedNode, Triple

from reformgraph.ontology.terms import PREFIXES, RDF, RDFS, XSD
from reformgraph.server.protocol.formats import GRAPHS, HTML, SOLUTIONS
from reformgraph.server.service import service, store

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
FORMATS = "http://www.w3.org/ns/formats/"

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
    data = pyoxigraph.serialize(
        _triples(), format=form, prefixes={**prefixes, "sd": SD, "void": VOID}
    )
    if data is None:
        raise TypeError("serialising into memory gave no bytes")
    return data


def address() -> str:
    """Return the endpoint's own address: from the setting ``public_url``, else as it was asked."""
    public = service().settings.public_url
    return f"{public.rstrip('/')}/sparql" if public else request.base_url


def _triples() -> Iterator[Triple]:
    here = address()
    endpoint = NamedNode(here)
    dataset = NamedNode(f"{here}#dataset")
    default = NamedNode(f"{here}#default")

    def sd(name: str) -> NamedNode:
        return NamedNode(SD + name)

    yield Triple(endpoint, RDF.type, sd("Service"))
    yield Triple(endpoint, RDFS.label, Literal("reformgraph SPARQL endpoint", language="en"))
    yield Triple(endpoint, sd("endpoint"), endpoint)
    yield Triple(endpoint, sd("supportedLanguage"), sd("SPARQL11Query"))
    yield Triple(endpoint, sd("feature"), sd("UnionDefaultGraph"))
    for offer in (*SOLUTIONS, *GRAPHS):
        if offer is not HTML:
            yield Triple(
                endpoint, sd("resultFormat"), NamedNode(FORMATS + _UNIQUE_NAMES[offer.name])
            )
    yield Triple(endpoint, sd("defaultDataset"), dataset)
    yield Triple(dataset, RDF.type, sd("Dataset"))
    yield Triple(dataset, sd("defaultGraph"), default)
    yield Triple(default, RDF.type, sd("Graph"))
    generation = store().generation
    triples = NamedNode(VOID + "triples")
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
