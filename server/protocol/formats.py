"""Which formats answer a query of which form, and how a request chooses one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reformgraph.errors import UsageError
from reformgraph.server import negotiate


@dataclass(frozen=True, slots=True)
class Offer:
    """One format: ``media_type`` is sent, ``engine`` is what the query process is asked for.

    ``name`` is for ``?format=``, ``words`` for people, ``aliases`` other media types and ``nicks``
    other names that clients use (SPARQLWrapper sends its own names of formats along).
    """

    name: str
    words: str
    engine: str
    aliases: tuple[str, ...] = ()
    nicks: tuple[str, ...] = ()

    def content_type(self, media_type: str) -> str:
        """Return the ``Content-Type`` for the name under which it was asked."""
        return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


HTML = Offer("html", "page", "text/html", ("application/xhtml+xml",))
SOLUTIONS = (
    Offer("json", "JSON", "application/sparql-results+json", ("application/json",)),
    Offer("xml", "XML", "application/sparql-results+xml", ("application/xml", "text/xml")),
    Offer("csv", "CSV", "text/csv"),
    Offer("tsv", "TSV", "text/tab-separated-values"),
    HTML,
)
GRAPHS = (
    Offer("ttl", "Turtle", "text/turtle", ("application/x-turtle",), ("turtle", "n3")),
    Offer("nt", "N-Triples", "application/n-triples", ("text/plain",), ("ntriples", "n-triples")),
    Offer(
        "rdf",
        "RDF/XML",
        "application/rdf+xml",
        ("application/xml", "text/xml"),
        nicks=("rdf+xml", "rdfxml", "xml"),
    ),
    Offer(
        "jsonld",
        "JSON-LD",
        "application/ld+json",
        ("application/json",),
        nicks=("json-ld", "json"),
    ),
    Offer("trig", "TriG", "application/trig"),
    Offer("nq", "N-Quads", "application/n-quads"),
    HTML,
)


def offers(form: str) -> tuple[Offer, ...]:
    """Return the formats for a query form (``SELECT`` …); the first is the default."""
    return GRAPHS if form in ("CONSTRUCT", "DESCRIBE") else SOLUTIONS


def agreed(wanted: Sequence[str]) -> str:
    """Return the one format that ``wanted`` names, each in its own way, "" for none.

    SPARQLWrapper sends ``format`` twice, as a short name and as a media type. Raises UsageError
    when they are not the same.
    """
    if len(set(wanted)) < 2:
        return "".join(wanted[:1])
    found = {
        offer.name
        for each in wanted
        for offer in (*SOLUTIONS, *GRAPHS)
        if _named(offer, each.partition(",")[0])
    }
    if len(found) != 1:
        raise UsageError("the parameter format was given twice", where={"field": "format"})
    return found.pop()


def _named(offer: Offer, wanted: str) -> bool:
    return wanted.strip().lower() in (offer.name, offer.engine, *offer.nicks)


def choose(form: str, wanted: str, accept: str | None) -> tuple[Offer, str]:
    """Choose an offer and the media type to call it: ``wanted`` (``?format=``) before ``accept``.

    Raises UsageError when ``wanted`` does not fit the form, NotAcceptable when ``accept`` does not.
    """
    return choose_of(offers(form), wanted, accept, f"a {form} query" if form else "")


def choose_of(
    known: Sequence[Offer], wanted: str, accept: str | None, what: str
) -> tuple[Offer, str]:
    """Choose among the offers ``known`` as :func:`choose` does; ``what`` names what has them."""
    if wanted:
        for offer in known:
            if wanted.lower() in (offer.name, offer.engine, *offer.aliases, *offer.nicks):
                return offer, offer.engine
        names = ", ".join(offer.name for offer in known)
        has = f"{what} has" if what else "there is"
        raise UsageError(
            f"format is {wanted[:40]!r}; {has} {names}",
            hints=[offer.name for offer in known],
            where={"field": "format"},
        )
    # All proper names first: an alias counts only where no proper name fits as well.
    names_of = {offer.engine: offer for offer in known}
    names_of.update({alias: offer for offer in known for alias in offer.aliases})
    media_type = negotiate.choose(accept, list(names_of))
    offer = names_of[media_type]
    # Browsers that ask for XHTML get HTML; they all read it.
    return offer, offer.engine if offer is HTML else media_type
