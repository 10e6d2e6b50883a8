"""The forms in which an address answers, and how a request chooses one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyoxigraph
from flask import request

from reformgraph.errors import UsageError
from reformgraph.ontology.terms import PREFIXES
from reformgraph.server import negotiate
from reformgraph.store.base import Triple


@dataclass(frozen=True, slots=True)
class Format:
    """One form: its suffix, its name for people and its media type; ``rdf`` when it is RDF."""

    suffix: str
    name: str
    media_type: str
    rdf: pyoxigraph.RdfFormat | None = None

    @property
    def content_type(self) -> str:
        """The media type as the ``Content-Type`` header says it."""
        text = self.media_type.startswith("text/") or self.suffix == "svg"
        return f"{self.media_type}; charset=utf-8" if text else self.media_type


HTML = Format("html", "HTML", "text/html")
TURTLE = Format("ttl", "Turtle", "text/turtle", pyoxigraph.RdfFormat.TURTLE)
N_TRIPLES = Format("nt", "N-Triples", "application/n-triples", pyoxigraph.RdfFormat.N_TRIPLES)
RDF_XML = Format("rdf", "RDF/XML", "application/rdf+xml", pyoxigraph.RdfFormat.RDF_XML)
JSON_LD = Format("jsonld", "JSON-LD", "application/ld+json", pyoxigraph.RdfFormat.JSON_LD)
JSON = Format("json", "JSON", "application/json")
CSV = Format("csv", "CSV", "text/csv")
SVG = Format("svg", "SVG", "image/svg+xml")
MARKDOWN = Format("md", "Markdown", "text/markdown")
TEXT = Format("txt", "text", "text/plain")
ATOM = Format("atom", "Atom", "application/atom+xml")
GRAPHML = Format("graphml", "GraphML", "application/graphml+xml")
DOT = Format("dot", "DOT", "text/vnd.graphviz")
PATCH = Format("rdfp", "RDF Patch", "application/rdf-patch")
XLSX = Format("xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
XML = Format("xml", "XML", "application/xml")
BIBTEX = Format("bib", "BibTeX", "application/x-bibtex")
CSL = Format("json", "CSL-JSON", "application/vnd.citationstyles.csl+json")
QUERY = Format("rq", "SPARQL", "application/sparql-query")

ENTITY = (HTML, TURTLE, N_TRIPLES, RDF_XML, JSON_LD, JSON)
LINEAGE = (HTML, SVG, CSV, JSON, GRAPHML, DOT)
STORY = (HTML, MARKDOWN, TEXT, JSON)
MATRIX = (HTML, SVG, CSV, JSON)
SEARCH = (HTML, JSON)
FIGURES = (HTML, CSV, JSON)
PICTURED = (HTML, SVG, CSV, JSON)
INSTITUTIONS = (HTML, SVG, CSV, JSON)
CHANGES = (HTML, CSV, JSON, ATOM)
DIFFERENCES = (HTML, CSV, JSON, PATCH)
QUESTION = (HTML, CSV, JSON, XLSX, QUERY)
DATASET = (HTML, TURTLE, N_TRIPLES, RDF_XML, JSON_LD)
ONTOLOGY = (HTML, TURTLE, RDF_XML, N_TRIPLES, JSON_LD)

# What browsers and older clients ask for by another name.
_ALIASES = {"application/xhtml+xml": "text/html", "application/x-turtle": "text/turtle"}


def split_suffix(name: str, offers: Sequence[Format]) -> tuple[str, Format | None]:
    """Take a known suffix off a name: ``dcsf.ttl`` → ``dcsf`` and Turtle."""
    stem, dot, suffix = name.rpartition(".")
    for offer in offers:
        if dot and stem and suffix == offer.suffix:
            return stem, offer
    return name, None


def by_suffix(offers: Sequence[Format], suffix: str) -> Format | None:
    """Return the format that a suffix names, None without one."""
    return next((offer for offer in offers if offer.suffix == suffix), None)


def chosen(offers: Sequence[Format], suffix: Format | None = None) -> Format:
    """Return the format that this request gets: suffix, then ``?format=``, then ``Accept``.

    Raises UsageError for an unknown ``format`` and NotAcceptable when ``Accept`` fits nothing.
    """
    if suffix is not None:
        return suffix
    if "format" in request.args:
        wanted = request.args["format"]
        for offer in offers:
            if wanted in (offer.suffix, offer.media_type):
                return offer
        names = ", ".join(offer.suffix for offer in offers)
        raise UsageError(
            f"format is {wanted[:40]!r}, expected one of {names}", where={"field": "format"}
        )
    by_type = {offer.media_type: offer for offer in offers}
    aliases = [alias for alias, known in _ALIASES.items() if known in by_type]
    picked = negotiate.choose(request.headers.get("Accept"), [*by_type, *aliases])
    return by_type[_ALIASES.get(picked, picked)]


def serialise(
    triples: Iterable[Triple], form: Format, prefixes: Mapping[str, str] | None = None
) -> bytes:
    """Write triples in an RDF format, those of one subject together; doubles are left out.

    ``prefixes``: names beside those of the ontology.
    """
    if form.rdf is None:
        raise ValueError(f"{form.name} is no RDF format")
    by_subject: dict[object, list[Triple]] = {}
    for triple in dict.fromkeys(triples):
        by_subject.setdefault(triple.subject, []).append(triple)
    ordered = [triple for group in by_subject.values() for triple in group]
    data = pyoxigraph.serialize(
        ordered, format=form.rdf, prefixes={**_prefixes(ordered), **(prefixes or {})}
    )
    if data is None:
        raise TypeError("serialising into memory gave no bytes")
    return data


def _prefixes(triples: Iterable[Triple]) -> dict[str, str]:
    """Return only the prefixes that are used: fifteen for three statements read badly."""
    used = set()
    for triple in triples:
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, pyoxigraph.NamedNode):
                used.add(term.value)
            elif isinstance(term, pyoxigraph.Literal):
                used.add(term.datatype.value)
    return {
        prefix: iri
        for prefix, iri in PREFIXES.items()
        if any(name.startswith(iri) for name in used)
    }
