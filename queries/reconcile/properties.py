"""The properties that a query may give and data extension may fetch, and where they stand."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from reformgraph.store.base import Store

if TYPE_CHECKING:
    from reformgraph.queries.reconcile.entities import Entities

REMEMBERED = 20_000
MOST_VALUES = 100
"""Values of one property of one entity that are given."""
_PREFIXES = """
PREFIX rg: <https://w3id.org/reformgraph/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX org: <http://www.w3.org/ns/org#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#> PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX eli: <http://data.europa.eu/eli/ontology#> PREFIX schema: <https://schema.org/>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
"""


@dataclass(frozen=True, slots=True)
class Property:
    """One property: ``path`` is its SPARQL property path, empty when it is worked out.

    ``date``: compared as a time. ``entity``: its values are entities of ours. ``types`` are the
    classes that it is proposed for, none for all.
    """

    id: str
    name: str
    description: str
    path: str = ""
    date: bool = False
    entity: bool = False
    types: tuple[str, ...] = ()


_BODIES = ("Institution",)
_ITEMS = ("Policy", "Legislation", "Initiative")
PROPERTIES: tuple[Property, ...] = (
    Property("start", "start", "When it began, EDTF", "rg:start", date=True),
    Property("end", "end", "When it ended, EDTF", "rg:end", date=True),
    Property("date", "date", "When it was published or made, EDTF", "rg:date", date=True),
    Property("stoodOn", "stood on", "A day on which it stood; decides between bodies of one name",
             date=True),
    Property("year", "year", "A year in its name, else that of its date", date=True),
    Property("kind", "kind", "What kind of thing it is, as white paper", "rg:kind/rdfs:label"),
    Property("otherNames", "other names", "Names beside the label", "skos:altLabel"),
    Property("description", "description", "What it is, in a sentence or two",
             "dcterms:description|skos:definition|rg:purpose"),
    Property("identifier", "identifier", "Number or identifier as its publisher gives it",
             "dcterms:identifier|rg:legislationNumber|rg:provisionNumber"),
    Property("publisher", "publisher", "Who published it", "dcterms:publisher", entity=True,
             types=("Policy",)),
    Property("author", "author", "Author as written",
             "<http://purl.org/dc/elements/1.1/creator>", types=("Policy", "Source")),
    Property("partOf", "part of", "The body, law or broader concept that it is part of",
             "org:subOrganizationOf|eli:is_part_of|skos:broader", entity=True),
    Property("postIn", "post in", "The body that the post belongs to", "org:postIn", entity=True,
             types=("Post",)),
    Property("ledBy", "led by", "Who led it", "rg:ledBy", entity=True, types=("Initiative",)),
    Property("becameOf", "what became of it", "The bodies that resulted from its changes",
             "^org:originalOrganization/org:resultingOrganization", entity=True, types=_BODIES),
    Property("cameFrom", "what it came from", "The bodies that it resulted from",
             "^org:resultingOrganization/org:originalOrganization", entity=True, types=_BODIES),
    Property("drawsOn", "draws on", "What it builds on, responds to, implements …", "rg:drawsOn",
             entity=True, types=_ITEMS),
    Property("drawnOnBy", "drawn on by", "What builds on it, responds to it …", "^rg:drawsOn",
             entity=True, types=_ITEMS),
    Property("sameAs", "the same elsewhere", "Addresses of the same thing elsewhere",
             "schema:sameAs|owl:sameAs|skos:exactMatch|skos:closeMatch"),
    Property("homepage", "home page", "Its own web address", "foaf:homepage|foaf:page"),
)  # fmt: skip
BY_ID: Mapping[str, Property] = {prop.id: prop for prop in PROPERTIES}
_BOUNDS = (
    *("startEarliest", "startLatest", "endEarliest", "endLatest"),
    *("dateEarliest", "dateLatest", "isOngoing"),
)


class Facts:
    """What the graph knows of candidates, read when first asked for and kept. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._kept: OrderedDict[str, dict[str, list[str]]] = OrderedDict()

    def of(self, iris: Sequence[str]) -> dict[str, dict[str, list[str]]]:
        """Return for each IRI its bounds and, by property id, the texts and labels of its values."""
        with self._lock:
            found = {iri: self._kept[iri] for iri in iris if iri in self._kept}
        missing = [iri for iri in iris if iri not in found]
        if missing:
            read = self._read(missing)
            with self._lock:
                self._kept.update(read)
                while len(self._kept) > REMEMBERED:
                    self._kept.popitem(last=False)
            found.update(read)
        return found

    def _read(self, iris: Iterable[str]) -> dict[str, dict[str, list[str]]]:
        nodes = " ".join(str(NamedNode(iri)) for iri in iris)
        parts = [f'{{ ?s rg:{name} ?v . BIND("{name}" AS ?id) }}' for name in _BOUNDS]
        for prop in PROPERTIES:
            if prop.entity:
                parts.append(
                    f'{{ ?s {prop.path} ?o . ?o rdfs:label|rg:slug ?v . BIND("{prop.id}" AS ?id) }}'
                )
            elif prop.path and not prop.date and prop.id != "kind":
                parts.append(f'{{ ?s {prop.path} ?v . BIND("{prop.id}" AS ?id) }}')
        found: dict[str, dict[str, list[str]]] = {iri: {} for iri in iris}
        union = " UNION ".join(f"{{ VALUES ?s {{ {nodes} }} {part[1:]}" for part in parts)
        for s, name, v in self._store.select(
            f"{_PREFIXES} SELECT DISTINCT ?s ?id ?v WHERE {{ {union} }} LIMIT 50000"
        ):
            if s is not None and name is not None and v is not None:
                found[s.value].setdefault(name.value, []).append(v.value)
        return found

    def holding(self, prop: Property, value: str, entities: Entities) -> list[str]:
        """Return entities that hold ``value``, a slug, IRI or exact text, as a property."""
        if not prop.path or prop.date:
            return []
        place = entities.by_slug.get(value, entities.by_iri.get(value))
        target = str(NamedNode(entities.all[place].iri)) if place is not None else ""
        if prop.entity and not target:
            return []
        shown = target if prop.entity else f"{Literal(value)} {Literal(value, language='en')}"
        rows = self._store.select(
            f"{_PREFIXES} SELECT DISTINCT ?s WHERE {{ VALUES ?v {{ {shown} }} ?s {prop.path} ?v . "
            "?s rg:slug ?slug } ORDER BY ?s LIMIT 100"
        )
        return [s.value for (s,) in rows if s is not None]

    def values(self, iri: str, prop: Property) -> list[tuple[str, str]]:
        """Return the values of a property for data extension: pairs of slug (or "") and text."""
        if not prop.path:
            return []
        rows = self._store.select(
            f"{_PREFIXES} SELECT DISTINCT ?o ?slug ?label WHERE {{ {NamedNode(iri)} {prop.path} ?o "
            "OPTIONAL { ?o rg:slug ?slug } OPTIONAL { ?o rdfs:label ?label } } "
            f"ORDER BY ?label ?o LIMIT {MOST_VALUES}"
        )
        found: dict[str, tuple[str, str]] = {}
        for o, slug, label in rows:
            if o is not None:
                text = label.value if label is not None else o.value
                found.setdefault(o.value, (slug.value if slug is not None else "", text))
        return list(found.values())
