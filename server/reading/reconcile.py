"""The Reconciliation API 0.2 as values: manifest, queries read strictly, results.

<https://reconciliation-api.github.io/specs/0.2/>. Knows neither Flask nor HTML.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from reformgraph.errors import NotFound, TooLarge, UsageError
from reformgraph.queries.reconcile.entities import ABOVE, USUAL, Entities, Entity
from reformgraph.queries.reconcile.matching import Candidate, Query
from reformgraph.queries.reconcile.properties import BY_ID, PROPERTIES, Facts, Property

MOST_QUERIES = 1_000
MOST_LIMIT = 50
MOST_IDS = 1_000
MOST_PROPERTIES = 20
# Other classes that entities may have; found when they are asked for by name.
OTHER_TYPES = (
    *("Articulation", "Source", "Tenure", "Timeline"),
    *("Creation", "Merger", "Split", "Renaming", "Transfer", "Abolition"),
    *("Tension", "Absence", "Contradiction"),
)
TYPES = (*USUAL, *ABOVE, *(name for name in OTHER_TYPES if name not in ABOVE))
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}$")


def type_of(name: str) -> dict[str, str]:
    """Return a type as the specification writes it."""
    return {"id": name, "name": re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)}


def manifest(site: str, base: str, version: str, generation: str) -> dict[str, Any]:
    """Return the service manifest; ``site`` is the address of the service without a slash."""
    service = f"{site}/reconcile"
    return {
        "versions": ["0.2"],
        "name": "reformgraph: policy and institutional change",
        "identifierSpace": f"{base}id/",
        "schemaSpace": "https://w3id.org/reformgraph/ontology#",
        "documentation": f"{site}/about",
        "serviceVersion": f"{version} {generation}",
        "defaultTypes": [type_of(name) for name in USUAL],
        "view": {"url": f"{site}/page/{{{{id}}}}"},
        "preview": {"url": f"{service}/preview?id={{{{id}}}}", "width": 420, "height": 240},
        "suggest": {
            kind: {
                "service_url": service,
                "service_path": f"/suggest/{kind}",
                "flyout_service_url": service,
                "flyout_service_path": f"/flyout/{kind}?id=${{id}}",
            }
            for kind in ("entity", "type", "property")
        },
        "extend": {
            "propose_properties": {"service_url": service, "service_path": "/properties"},
            "property_settings": [
                {
                    "name": "limit",
                    "label": "Most values",
                    "type": "number",
                    "default": 0,
                    "help_text": "Most values of one entity; 0 for all.",
                }
            ],
        },
    }


def load(text: str, what: str) -> dict[str, Any]:
    """Parse a JSON object. Raises UsageError, naming the parameter ``what``, for anything else."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise UsageError(f"{what} is not JSON: {why}", where={"field": what}) from None
    if not isinstance(found, dict):
        raise UsageError(f"{what} is not a JSON object", where={"field": what})
    return found


def batch(text: str) -> dict[str, Query]:
    """Read a batch of queries. Raises UsageError naming the query and its field, TooLarge."""
    found = load(text, "queries")
    if len(found) > MOST_QUERIES:
        raise TooLarge(f"queries holds {len(found)} queries, at most {MOST_QUERIES} are answered")
    return {key: query(value, f"queries.{key[:40]}") for key, value in found.items()}


def query(value: object, where: str) -> Query:
    """Read one query: a JSON object, or a text that is the name."""
    if isinstance(value, str):
        return Query(value)
    if not isinstance(value, dict):
        raise _wrong(where, "a text or an object")
    if stray := set(value) - {"query", "type", "limit", "properties", "type_strict"}:
        raise _wrong(f"{where}.{min(stray)[:40]}", "no such member")
    name = value.get("query", "")
    if not isinstance(name, str):
        raise _wrong(f"{where}.query", "a text")
    properties = _properties(value.get("properties", []), where)
    if "query" not in value and not properties:
        raise _wrong(f"{where}.query", "a query or at least one property")
    strict = value.get("type_strict", "any")
    if strict not in ("any", "should", "all"):
        raise _wrong(f"{where}.type_strict", "any, should or all")
    types = value.get("type") or []
    types = [types] if isinstance(types, str) else types
    if not isinstance(types, list) or not all(isinstance(each, str) for each in types):
        raise _wrong(f"{where}.type", "a type or a list of types")
    for each in types:
        known_type(each, f"{where}.type")
    limit = value.get("limit", 5)
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 1 <= limit < 1e9:
        raise _wrong(f"{where}.limit", "a whole number from 1")
    if limit != int(limit):
        raise _wrong(f"{where}.limit", "a whole number from 1")
    return Query(name, tuple(types), properties, min(int(limit), MOST_LIMIT), strict != "should")


def known_type(name: str, where: str) -> str:
    """Return a type id. Raises UsageError for one that we do not have."""
    if name not in TYPES:
        raise UsageError(
            f"{where}: no type {name[:60]!r}; types are {', '.join(TYPES)}",
            where={"field": where},
        )
    return name


def _properties(given: object, where: str) -> dict[str, tuple[str, ...]]:
    if not isinstance(given, list) or len(given) > MOST_PROPERTIES:
        raise _wrong(f"{where}.properties", f"a list of at most {MOST_PROPERTIES}")
    found: dict[str, tuple[str, ...]] = {}
    for number, each in enumerate(given):
        place = f"{where}.properties.{number}"
        if not isinstance(each, dict) or not isinstance(each.get("pid"), str) or "v" not in each:
            raise _wrong(place, "an object with pid and v")
        if each["pid"] not in BY_ID:
            raise _wrong(f"{place}.pid", f"one of {', '.join(BY_ID)}")
        values = each["v"] if isinstance(each["v"], list) else [each["v"]]
        texts = [_text(value, f"{place}.v") for value in values[:MOST_PROPERTIES]]
        found[each["pid"]] = found.get(each["pid"], ()) + tuple(text for text in texts if text)
    return found


def _text(value: object, where: str) -> str:
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        value = value["id"]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        whole = math.isfinite(value) and value == int(value)
        return str(int(value)) if whole else str(value)
    if isinstance(value, str):
        return value.strip()[:500]
    raise _wrong(where, "a text, number, yes or no, or an object with an id")


def _wrong(where: str, expected: str) -> UsageError:
    return UsageError(f"{where}: expected {expected}", where={"field": where})


def result(candidates: Iterable[Candidate]) -> dict[str, Any]:
    """Return the candidates of one query as the specification writes them."""
    return {
        "result": [
            {
                "id": each.entity.slug,
                "name": each.entity.label,
                "description": f"{described(each.entity)}: {'; '.join(each.reasons)}",
                "type": [type_of(each.entity.type)],
                "score": each.score,
                "match": each.match,
                "features": [{"id": key, "value": value} for key, value in each.features.items()],
            }
            for each in candidates
        ]
    }


def described(entity: Entity) -> str:
    """Return what an entity is, in a word or two."""
    return entity.kind or type_of(entity.type)["name"]


def proposed(type_name: str, limit: int) -> dict[str, Any]:
    """Return the properties that data extension offers for a type."""
    fitting = [
        p for p in PROPERTIES if p.path and (not p.types or not type_name or type_name in p.types)
    ]
    answer: dict[str, Any] = {
        "properties": [about(prop) for prop in fitting[:limit]],
        "limit": limit,
    }
    return answer | ({"type": type_name} if type_name else {})


def about(prop: Property) -> dict[str, str]:
    """Return a property as the specification writes it."""
    return {"id": prop.id, "name": prop.name, "description": prop.description}


def extend(entities: Entities, facts: Facts, text: str) -> dict[str, Any]:
    """Answer a data extension query. Raises UsageError for a malformed one, TooLarge."""
    asked = load(text, "extend")
    ids, wanted = asked.get("ids"), asked.get("properties")
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise _wrong("extend.ids", "a list of identifiers")
    if len(ids) > MOST_IDS:
        raise TooLarge(f"extend.ids holds {len(ids)} identifiers, at most {MOST_IDS} are answered")
    if not isinstance(wanted, list) or len(wanted) > MOST_PROPERTIES:
        raise _wrong("extend.properties", f"a list of at most {MOST_PROPERTIES}")
    chosen: list[tuple[Property, int]] = []
    for number, each in enumerate(wanted):
        prop = BY_ID.get(each.get("id", "")) if isinstance(each, dict) else None
        if prop is None:
            raise _wrong(f"extend.properties.{number}.id", f"one of {', '.join(BY_ID)}")
        settings = each.get("settings") or {}
        limit = settings.get("limit", 0) if isinstance(settings, dict) else 0
        chosen.append((prop, _limit(limit, number)))
    rows: dict[str, Any] = {}
    for name in ids:
        place = entities.by_slug.get(name, entities.by_iri.get(name))
        iri = entities.all[place].iri if place is not None else ""
        rows[name] = {
            prop.id: _cells(facts, iri, prop)[: limit or None] if iri else []
            for prop, limit in chosen
        }
    return {"meta": [{"id": prop.id, "name": prop.name} for prop, _ in chosen], "rows": rows}


def _limit(value: object, number: int) -> int:
    try:
        limit = int(str(value or 0))
    except ValueError:
        limit = -1
    if limit < 0:
        raise _wrong(f"extend.properties.{number}.settings.limit", "a whole number")
    return limit


def _cells(facts: Facts, iri: str, prop: Property) -> list[Mapping[str, str]]:
    cells: list[Mapping[str, str]] = []
    for slug, text in facts.values(iri, prop):
        if slug and prop.entity:
            cells.append({"id": slug, "name": text})
        elif prop.date and _DAY.match(text):
            cells.append({"date": f"{text}T00:00:00Z"})
        else:  # an imprecise date stays as imprecise as it is
            cells.append({"str": text})
    return cells


def entity(entities: Entities, name: str) -> Entity:
    """Return the entity of a slug or IRI. Raises NotFound."""
    place = entities.by_slug.get(name, entities.by_iri.get(name))
    if place is None:
        raise NotFound(f"no entity {name[:80]!r}")
    return entities.all[place]
