"""Where candidates come from: a reconciliation service, a SPARQL endpoint, a CSV or RDF file.

Each is a function from our entities to their candidates elsewhere. Requests are made one after
the other, with a pause, a time limit and a size limit; redirects are not followed by us.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3
from pyoxigraph import Literal

from reformgraph.errors import FetchError, InputError, SourceBlocked, SourceUnreachable, SourceWrong
from reformgraph.queries.linking.ranking import Proposed
from reformgraph.queries.reconcile.entities import Entities, Entity
from reformgraph.queries.reconcile.matching import likeness
from reformgraph.queries.reconcile.words import plain
from reformgraph.store.base import Named

BATCH = 10
TIMEOUT = 30.0
LARGEST = 10_000_000
NAMES = 200_000
"""Names of a local file that are read."""
AGENT = "reformgraph-link/0.1"
_LABELS = ("label", "name", "title", "prefLabel")


Traits = Mapping[str, tuple[str, str, str]]
"""Start, end and kind of the things of a file, by address."""
STARTS = (
    "https://schema.org/foundingDate",
    "http://schema.org/foundingDate",
    "http://www.wikidata.org/prop/direct/P571",
    "https://w3id.org/reformgraph/ontology#start",
    "http://purl.org/dc/terms/issued",
    "http://purl.org/dc/terms/date",
)
ENDS = (
    "https://schema.org/dissolutionDate",
    "http://schema.org/dissolutionDate",
    "http://www.wikidata.org/prop/direct/P576",
    "https://w3id.org/reformgraph/ontology#end",
)
"""Where other people's data say when a thing began and ended, the best first."""
Find = Callable[[Sequence[Entity]], dict[str, list[Proposed]]]


def in_file(path: Path) -> Find:
    """Look names up in a CSV (columns ``iri`` and ``label``, optionally ``alt``, ``start``, ``end``
    and ``kind``) or RDF file.

    Raises InputError for a file that cannot be read or has no names.
    """
    try:
        named, traits = _csv(path) if path.suffix.lower() in (".csv", ".tsv") else _rdf(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: {error}") from None
    if not named:
        raise InputError(f"{path}: no names: expected columns iri and label, or labels in RDF")
    index = Entities(named)
    types = frozenset(("",))

    def find(entities: Sequence[Entity]) -> dict[str, list[Proposed]]:
        found: dict[str, list[Proposed]] = {}
        for entity in entities:
            best: dict[str, Proposed] = {}
            for name, how in entity.names:
                for place in index.candidates(name, types):
                    other = index.all[place]
                    score, reason = likeness(name, other)
                    score *= 1.0 if how == "label" else 0.97
                    if other.iri not in best or best[other.iri].score < score:
                        said = f"{reason}, compared with our {how}"
                        more = traits.get(other.iri, ())
                        best[other.iri] = Proposed(other.iri, other.label, score, said, *more)
            found[entity.slug] = list(best.values())
        return found

    return find


def _csv(path: Path) -> tuple[list[Named], Traits]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        label = next((name for name in _LABELS if name in (reader.fieldnames or ())), "")
        if not label or "iri" not in (reader.fieldnames or ()):
            return [], {}
        rows = [row for _, row in zip(range(NAMES), reader, strict=False)]
    named = [
        Named(
            row["iri"], row["iri"], row[label], "", "",
            tuple(name for name in (row.get("alt") or "").split(";") if name),
        )
        for row in rows
        if row.get("iri") and row.get(label)
    ]  # fmt: skip
    traits = {
        row["iri"]: (row.get("start") or "", row.get("end") or "", row.get("kind") or "")
        for row in rows
        if row.get("iri")
    }
    return named, traits


def _rdf(path: Path) -> tuple[list[Named], Traits]:
    import rdflib  # a second to load, and only for files

    forms = {".ttl": "turtle", ".nt": "nt", ".rdf": "xml", ".xml": "xml"}
    form = forms.get(path.suffix.lower())
    if form is None:  # JSON-LD may name contexts elsewhere, which are never fetched
        raise InputError(f"{path}: expected a file of {', '.join(('.csv', '.tsv', *forms))}")
    graph = rdflib.Graph()
    try:
        graph.parse(data=path.read_bytes(), format=form)
    except Exception as error:  # noqa: BLE001  rdflib's parsers raise whatever they meet
        raise InputError(f"{path}: {str(error)[:300]}") from None
    names: dict[str, list[str]] = {}
    first = (rdflib.SKOS.prefLabel, rdflib.RDFS.label, rdflib.FOAF.name, rdflib.SKOS.altLabel)
    for predicate in first:
        for subject, _, value in graph.triples((None, predicate, None)):
            english = (getattr(value, "language", None) or "en").startswith("en")
            if isinstance(subject, rdflib.URIRef) and english:
                names.setdefault(str(subject), []).append(str(value))
    named = [
        Named(iri, iri, found[0], "", "", tuple(dict.fromkeys(found[1:])))
        for iri, found in sorted(names.items())[:NAMES]
    ]

    def first_of(iri: str, predicates: Sequence[str]) -> str:
        values = (graph.value(rdflib.URIRef(iri), rdflib.URIRef(each)) for each in predicates)
        return next((str(value) for value in values if value is not None), "")

    traits = {}
    for each in named:
        kinds = graph.objects(rdflib.URIRef(each.iri), rdflib.RDF.type)
        kind = " ".join(sorted(_words(str(kind)) for kind in kinds))
        traits[each.iri] = (first_of(each.iri, STARTS), first_of(each.iri, ENDS), kind)
    return named, traits


def _words(iri: str) -> str:
    """Take the last part of an address as words: ``GovernmentAgency`` → ``government agency``."""
    local = re.split(r"[/#]", iri.rstrip("/#"))[-1]
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[_-]", " ", local).lower()


def at_service(address: str, contact: str = "") -> Find:
    """Ask a reconciliation service (API 0.1 or 0.2), ten names a request."""
    pool = urllib3.PoolManager(retries=False, headers={"User-Agent": agent(contact)})
    manifest = _ask(pool, "GET", address)
    view = str((manifest.get("view") or {}).get("url", ""))
    space = str(manifest.get("identifierSpace", ""))

    def find(entities: Sequence[Entity]) -> dict[str, list[Proposed]]:
        queries = {entity.slug: {"query": entity.label, "limit": 5} for entity in entities}
        answer = _ask(pool, "POST", address, {"queries": json.dumps(queries)})
        found: dict[str, list[Proposed]] = {}
        for entity in entities:
            result = (answer.get(entity.slug) or {}).get("result") or []
            found[entity.slug] = [
                Proposed(
                    _address(str(each["id"]), space, view), str(each["name"]),
                    *_name_score(entity, str(each["name"]), f"the service gives {each.get('score')}"),
                    kind=_kinds(each.get("type")),
                )
                for each in result
                if isinstance(each, dict) and "id" in each and "name" in each
            ]  # fmt: skip
        return found

    return find


def _kinds(types: object) -> str:
    """Give the names of the types of a candidate, which the API lets be texts or objects."""
    found = types if isinstance(types, list) else []
    return " ".join(str(each.get("name", "") if isinstance(each, dict) else each) for each in found)


def _address(identifier: str, space: str, view: str) -> str:
    if identifier.startswith(("http://", "https://")):
        return identifier
    return space + identifier if space.startswith("http") else view.replace("{{id}}", identifier)


def _name_score(entity: Entity, name: str, more: str = "") -> tuple[float, str]:
    score, reason = likeness(plain(name), entity)
    return score, f"{reason}{'; ' if more else ''}{more}"


def _ask(
    pool: urllib3.PoolManager, method: str, address: str, fields: Mapping[str, str] | None = None
) -> dict[str, Any]:
    try:
        answer = pool.request(
            method, address, body=urlencode(fields) if fields else None,
            headers={**pool.headers, "Content-Type": "application/x-www-form-urlencoded"},
            timeout=TIMEOUT, redirect=False, preload_content=False,
        )  # fmt: skip
        body = answer.read(LARGEST + 1)
        answer.release_conn()
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise SourceUnreachable(f"{address}: {type(error).__name__}") from None
    if answer.status in (429, 503):
        raise SourceBlocked(f"{address} answers {answer.status}: come back later")
    if answer.status != 200 or len(body) > LARGEST:
        raise SourceWrong(f"{address} answers {answer.status}, {len(body)} bytes")
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise SourceWrong(f"{address}: the answer is no JSON object")
    return found


def at_endpoint(address: str, contact: str = "") -> Find:
    """Ask a SPARQL endpoint for things whose label or other name is ours, ten names a request."""
    from SPARQLWrapper import JSON, POST, SPARQLWrapper
    from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

    def find(entities: Sequence[Entity]) -> dict[str, list[Proposed]]:
        values = " ".join(
            f"{Literal(entity.label)} {Literal(entity.label, language='en')}" for entity in entities
        )
        wrapper = SPARQLWrapper(address, agent=agent(contact))
        wrapper.setMethod(POST)
        wrapper.setReturnFormat(JSON)
        wrapper.setTimeout(int(TIMEOUT))
        wrapper.setQuery(
            "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
            "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n"
            "SELECT ?s ?name (SAMPLE(?b) AS ?start) (SAMPLE(?e) AS ?end)\n"
            '  (GROUP_CONCAT(DISTINCT STR(?t); separator=" ") AS ?kind)\n'
            f"WHERE {{ VALUES ?name {{ {values} }}\n"
            "  ?s rdfs:label|skos:prefLabel|skos:altLabel ?name FILTER(isIRI(?s))\n"
            f"  OPTIONAL {{ ?s {'|'.join(f'<{each}>' for each in STARTS)} ?b }}\n"
            f"  OPTIONAL {{ ?s {'|'.join(f'<{each}>' for each in ENDS)} ?e }}\n"
            "  OPTIONAL { ?s a ?t } } GROUP BY ?s ?name LIMIT 200"
        )
        try:
            answer: Any = wrapper.query().convert()
            rows = answer["results"]["bindings"]
        except (TimeoutError, SPARQLWrapperException, OSError) as error:
            raise SourceUnreachable(f"{address}: {str(error)[:200]}") from None
        except (KeyError, TypeError, ValueError):
            raise FetchError(f"{address}: the answer is no SPARQL result") from None
        found: dict[str, list[Proposed]] = {entity.slug: [] for entity in entities}
        for row in rows:
            for entity in entities:
                if row["name"]["value"] == entity.label:
                    found[entity.slug].append(
                        Proposed(
                            row["s"]["value"], row["name"]["value"],
                            *_name_score(entity, row["name"]["value"]),
                            row.get("start", {}).get("value", ""),
                            row.get("end", {}).get("value", ""),
                            " ".join(map(_words, row.get("kind", {}).get("value", "").split())),
                        )
                    )  # fmt: skip
        return found

    return find


def agent(contact: str) -> str:
    """Return how we name ourselves to other services."""
    return f"{AGENT} ({contact})" if contact else AGENT
