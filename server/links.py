"""Addresses: from the IRIs of the graph to the paths of this server, and outward."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, urlencode, urlsplit

ONTOLOGY = "https://w3id.org/reformgraph/ontology#"
FOLDERS = ("claim", "evidence", "graph", "commentary")

_NAME = re.compile(r"[^/?#\s]+")


@dataclass(frozen=True, slots=True)
class Links:
    """Maps IRIs onto paths under ``root`` (the prefix that the service is mounted at)."""

    base: str
    root: str = ""

    def page(self, iri: str, slug: str = "") -> str:
        """Return the address of the page about ``iri``; ``slug`` is its ``rg:slug`` if known."""
        if slug and _NAME.fullmatch(slug):
            return self.slug(slug)
        if iri.startswith(ONTOLOGY) and _NAME.fullmatch(iri[len(ONTOLOGY) :]):
            return f"{self.root}/ontology#{quote(iri[len(ONTOLOGY) :])}"
        if iri.startswith(self.base):
            folder, _, name = iri[len(self.base) :].partition("/")
            if _NAME.fullmatch(name):
                if folder == "id":
                    return self.slug(name)
                if folder in FOLDERS:
                    return f"{self.root}/page/{folder}/{quote(name, safe='')}"
        return self.about(iri)

    def slug(self, slug: str) -> str:
        """Return the address of the page of the entity with this slug."""
        return f"{self.root}/page/{quote(slug, safe='')}"

    def about(self, iri: str) -> str:
        """Return the address that answers for any IRI."""
        return f"{self.root}/about?{urlencode({'iri': iri})}"

    def stories(self) -> str:
        """Return the address of the list of the stories that the graph holds."""
        return f"{self.root}/#stories"

    def lineage(self, slug: str, **parameters: str | int) -> str:
        """Return the address of the lineage page of the entity with this slug."""
        return f"{self.root}/lineage/{quote(slug, safe='')}" + _query(parameters)

    def story(self, slug: str) -> str:
        """Return the address of the story of the item with this slug."""
        return f"{self.root}/story/{quote(slug, safe='')}"

    def force(self, slug: str) -> str:
        """Return the address of how the law or provision with this slug came into force."""
        return f"{self.root}/force/{quote(slug, safe='')}"

    def strength(self, slug: str) -> str:
        """Return the address of what rests on the source with this slug."""
        return f"{self.root}/strength/{quote(slug, safe='')}"

    def as_at(self, day: str, other: str = "") -> str:
        """Return the address of what stood on a day, next to another day if one is given."""
        return f"{self.root}/as-at/{quote(day, safe='')}" + _query({"with": other} if other else {})

    def changes(self, first: str, last: str) -> str:
        """Return the address of what happened between two days."""
        return f"{self.root}/changes" + _query({"from": first, "to": last})

    def history(self, slug: str) -> str:
        """Return the address of what each generation says of the entry with this slug or IRI."""
        return f"{self.root}/history/{quote(slug, safe='')}"

    def concept(self, slug: str) -> str:
        """Return the address of a concept through time."""
        return f"{self.root}/concept/{quote(slug, safe='')}"

    def linked(self, iri: str, by: str, page: int = 1) -> str:
        """Return the address of the list of what links to ``iri`` by one predicate."""
        rest: dict[str, str | int] = {"page": page} if page > 1 else {}
        return f"{self.root}/linked" + _query({"iri": iri, "by": by, **rest})

    def effects(self, iri: str, way: str, page: int = 1) -> str:
        """Return the address of the list of effects on (``way="on"``) or by a law or provision."""
        rest: dict[str, str | int] = {"page": page} if page > 1 else {}
        return f"{self.root}/effects" + _query({"iri": iri, "way": way, **rest})

    def why(self, subject: str, predicate: str = "", value: str = "") -> str:
        """Return the address that explains a statement, or lists what is inferred of a thing."""
        rest: dict[str, str | int] = {"p": predicate, "o": value} if predicate else {}
        return f"{self.root}/why" + _query({"s": subject, **rest})

    def query(self, sparql: str) -> str:
        """Return the address of the query form with this query in it."""
        return f"{self.root}/sparql" + _query({"query": sparql})

    def named(self, name: str) -> str:
        """Return the IRI that a path below ``/page/`` stands for, whether or not it is known."""
        folder, slash, _ = name.partition("/")
        return self.base + (name if slash and folder in FOLDERS else f"id/{name}")


def outward(iri: str) -> str:
    """Return ``iri`` if a link may lead there, else "".

    Only http and https with a host: ``javascript:`` and ``data:`` are valid IRIs too.
    """
    try:
        parts = urlsplit(iri)
        return iri if parts.scheme in ("http", "https") and parts.hostname else ""
    except ValueError:
        return ""


def local_name(iri: str) -> str:
    """Return the last part of an IRI, for want of a label."""
    tail = re.split(r"[#/:]", iri.rstrip("#/"))[-1]
    return tail or iri


def _query(parameters: dict[str, str | int]) -> str:
    return f"?{urlencode(parameters)}" if parameters else ""
