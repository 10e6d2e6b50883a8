"""The query behind a picture: one SPARQL text that gives what the picture and its table show.

Pictures are drawn from several bounded queries and some Python; what stands here is for people who
want the same in their own tool. Each text runs as it is on any SPARQL 1.1 engine, and the tests
hold its rows against what the picture shows.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from reformgraph.ontology.terms import LINEAGE, PREFIXES, Antecedent, compact, kind_iri

DEEPEST = 12
"""Steps that a path spells out; a deeper limit is no limit in practice and is left out."""
_CHANGES = "rg:Creation, rg:Merger, rg:Split, rg:Renaming, rg:Transfer, rg:Abolition"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a picture of a lineage keeps; empty means everything.

    ``types`` are local names of classes; ``without``: all but these. ``kinds`` are labels,
    ``predicates`` and ``bases`` local names, ``to`` and ``concept`` IRIs.
    """

    types: Collection[str] = ()
    without: Collection[str] = ()
    kinds: Collection[str] = ()
    predicates: Collection[str] = ()
    bases: Collection[str] = ()
    verified: bool = False
    first: datetime.date | None = None
    last: datetime.date | None = None
    to: str = ""
    concept: str = ""


def lineage(focus: str, direction: str, depth: int | None, asked: Asked) -> str:
    """Return the query for the claims between the items of a lineage, one row a claim.

    Columns: claim, subject, predicate, object, basis, as asserted. With ``bases`` or ``verified``
    it has those claims; the picture then shows what they still join with the item in focus.
    """
    named = [
        e for e in LINEAGE if not asked.predicates or _local(e.predicate.value) in asked.predicates
    ]
    way = _way(named if asked.predicates else None, direction)
    steps = f"{way}*" if not depth or depth > DEEPEST else "/".join([f"{way}?"] * depth)
    members = [f"{{ SELECT DISTINCT ?{{}} {{ {_iri(focus)} {steps} ?{{}} }} }}"]
    if asked.to:
        members.append(f"{{ SELECT DISTINCT ?{{}} {{ ?{{}} {way}* {_iri(asked.to)} }} }}")
    members += _kept(focus, asked)
    names = ", ".join(f"rg:{_local(each.predicate.value)}" for each in named)
    lines = [
        "?subject ?predicate ?object .",
        f"FILTER(?predicate IN ({names}))",
        "?claim rg:claimSubject ?subject ; rg:claimPredicate ?predicate ; rg:claimObject ?object ;",
        "       rg:basis ?basis .",
    ]
    if asked.bases:
        kept = ", ".join(compact(kind_iri("basis", each)) for each in sorted(asked.bases))
        lines.append(f"FILTER(?basis IN ({kept}))")
    if asked.verified:
        lines.append("FILTER EXISTS { ?claim rg:hasEvidence/rg:status rgs:status-verified }")
    for end in ("subject", "object"):
        lines += [part.replace("{}", end) for part in members]
    return _select("DISTINCT ?claim ?subject ?predicate ?object ?basis", lines, "?claim")


def _way(named: Iterable[object] | None, direction: str) -> str:
    """Return the path from an item to what it draws on, or to what draws on it."""
    back = direction != "antecedents"
    if named is None:
        return "^rg:drawsOn" if back else "rg:drawsOn"
    parts = []
    for each in LINEAGE:
        if each in tuple(named):
            turned = (each.antecedent is Antecedent.SUBJECT) != back
            parts.append(f"{'^' if turned else ''}rg:{_local(each.predicate.value)}")
    return f"({'|'.join(parts)})"


def _kept(focus: str, asked: Asked) -> list[str]:
    """Return the patterns that say which items stay; the ends of the way always do."""
    ends = " || ".join(f"?{{}} = {_iri(iri)}" for iri in (focus, asked.to) if iri)
    parts = []
    if asked.types or asked.without:
        tests = []
        if asked.types:
            tests.append(
                f"EXISTS {{ ?{{}} a ?{{}}Class FILTER(?{{}}Class IN ({_classes(asked.types)})) }}"
            )
        if asked.without:
            tests.append(
                f"NOT EXISTS {{ ?{{}} a ?{{}}Class FILTER(?{{}}Class IN ({_classes(asked.without)})) }}"
            )
        parts.append(f"FILTER({ends} || {' || '.join(tests)})")
    if asked.kinds:
        kinds = ", ".join(f"{Literal(kind)}" for kind in sorted(asked.kinds))
        parts.append(
            f"FILTER({ends} || EXISTS {{ ?{{}} rg:kind/rdfs:label ?{{}}Kind"
            f" FILTER(STR(?{{}}Kind) IN ({kinds})) }})"
        )
    if asked.first or asked.last:
        parts += [
            # A document has a date, what lasts has a beginning; what has neither stays.
            "OPTIONAL { ?{} rg:dateEarliest ?{}D1 } OPTIONAL { ?{} rg:dateLatest ?{}D2 }",
            "OPTIONAL { ?{} rg:startEarliest ?{}S1 } OPTIONAL { ?{} rg:startLatest ?{}S2 }",
            "BIND(IF(BOUND(?{}D1) || BOUND(?{}D2), ?{}D1, ?{}S1) AS ?{}From)",
            "BIND(IF(BOUND(?{}D1) || BOUND(?{}D2), ?{}D2, ?{}S2) AS ?{}Until)",
        ]
        if asked.first:
            parts.append(
                f"FILTER({ends} || !BOUND(?{{}}Until) || ?{{}}Until >= {_day(asked.first)})"
            )
        if asked.last:
            parts.append(f"FILTER({ends} || !BOUND(?{{}}From) || ?{{}}From <= {_day(asked.last)})")
    if asked.concept:
        parts.append(
            f"FILTER({ends} || EXISTS {{ ?{{}}Use rg:articulatedIn ?{{}} ;"
            f" rg:articulates/skos:broader* {_iri(asked.concept)} }}"
            f" || EXISTS {{ ?{{}}Use rg:introducedBy ?{{}} ;"
            f" rg:facilitates/skos:broader* {_iri(asked.concept)} }})"
        )
    return parts


def institutions(bodies: Collection[str] = ()) -> str:
    """Return the query for the changes of institutions: before, after, date, legal basis.

    ``bodies`` narrows it to the changes among these.
    """
    lines = [
        f"?change a ?kind . FILTER(?kind IN ({_CHANGES}))",
        "OPTIONAL { ?change rg:date ?date } OPTIONAL { ?change rg:dateEarliest ?earliest }",
        "OPTIONAL { ?change org:originalOrganization|rg:transferredFrom ?before }",
        "OPTIONAL { ?change org:resultingOrganization|rg:transferredTo ?after }",
        "OPTIONAL { ?change rg:legalBasis ?law }",
        "FILTER(BOUND(?before) || BOUND(?after))",
    ]
    if bodies:
        among = ", ".join(map(_iri, sorted(bodies)))
        lines += [
            f"FILTER(!BOUND(?before) || ?before IN ({among}))",
            f"FILTER(!BOUND(?after) || ?after IN ({among}))",
        ]
    return _select(
        "DISTINCT ?change ?kind ?date ?before ?after ?law",
        lines,
        "?earliest ?change ?before ?after",
    )


def standing(days: Collection[datetime.date]) -> str:
    """Return the query for what every dated thing was on one or several days.

    Columns: day, item, class, state (stood, possibly, gone, coming, unknown), by the rule of
    docs/architecture.md.
    """
    lines = [
        f"VALUES ?day {{ {' '.join(map(_day, days))} }}",
        "?item rg:inTimeline ?timeline ; a ?class .",
        (
            "FILTER(?class IN (rg:Institution, rg:Legislation, rg:Provision, rg:Initiative,"
            " rg:Component, org:Post, rg:Tenure, rg:Policy))"
        ),
        "OPTIONAL { ?item rg:startEarliest ?s1 } OPTIONAL { ?item rg:startLatest ?s2 }",
        "OPTIONAL { ?item rg:endEarliest ?e1 } OPTIONAL { ?item rg:endLatest ?e2 }",
        "OPTIONAL { ?item rg:dateEarliest ?d1 } OPTIONAL { ?item rg:dateLatest ?d2 }",
        "OPTIONAL { ?item eli:is_part_of/rg:dateEarliest ?d3 }",
        "OPTIONAL { ?item rg:start ?start } OPTIONAL { ?item rg:end ?end }",
        "BIND(EXISTS { ?item rg:isOngoing true } AS ?on)",
        # A component is no older than the earliest of what introduced it, if all of that is dated.
        "OPTIONAL { SELECT ?item (MIN(?d) AS ?d4) {",
        "  ?item rg:introducedBy ?i OPTIONAL { ?i rg:startEarliest ?is }",
        "  OPTIONAL { ?i rg:dateEarliest ?id } BIND(COALESCE(?is, ?id) AS ?d)",
        "  MINUS { ?item rg:introducedBy ?j MINUS { ?j rg:startEarliest|rg:dateEarliest ?jd } }",
        "} GROUP BY ?item }",
        "BIND(COALESCE(?s1, ?d1, ?d3, ?d4) AS ?first)",
        "BIND(IF(?class = rg:Policy,",
        '  IF(!BOUND(?d1), "unknown", IF(?d1 > ?day, "coming",',
        '    IF(BOUND(?d2) && ?d2 <= ?day, "stood", "possibly"))),',
        '  IF(BOUND(?s2) && ?s2 <= ?day && (?on || (BOUND(?e1) && ?e1 > ?day)), "stood",',
        '  IF(BOUND(?first) && ?first > ?day, "coming",',
        '  IF(!BOUND(?start) && !BOUND(?end) && !?on, "unknown",',
        '  IF(BOUND(?e2) && ?e2 < ?day, "gone", "possibly"))))) AS ?state)',
    ]
    return _select("DISTINCT ?day ?item ?class ?state", lines, "?day ?class ?item")


def frames(concept: str = "") -> str:
    """Return the query for the articulations in each frame with the date of their document."""
    lines = [
        "?articulation a rg:Articulation ; rg:hasFrame ?frame ; rg:articulatedIn ?document .",
        "OPTIONAL { ?document rg:date ?issued } OPTIONAL { ?document rg:start ?begun }",
        "BIND(COALESCE(?issued, ?begun) AS ?date)",
        "OPTIONAL { ?frame rdfs:label ?frameLabel } OPTIONAL { ?document rdfs:label ?documentLabel }",
    ]
    if concept:
        lines.insert(1, f"?articulation rg:articulates/skos:broader* {_iri(concept)} .")
    return _select(
        "DISTINCT ?articulation ?frame ?frameLabel ?document ?documentLabel ?date",
        lines,
        "?date ?document ?articulation ?frame",
    )


def matrix(day: datetime.date, under: str = "") -> str:
    """Return the query for what was put in place by the day: component, kind, concept above it.

    One row for each component that may have stood, kind and concept that it facilitates, at any
    height; ``stood`` is yes or possibly. ``under`` narrows it to the concepts right below one.
    """
    lines = [
        f"BIND({_day(day)} AS ?day)",
        "?component a rg:Component ; rg:kind ?kind ; rg:facilitates/skos:broader* ?concept .",
        f"?concept skos:broader {_iri(under)} ."
        if under
        else "FILTER NOT EXISTS { ?concept skos:broader ?above }",
        "OPTIONAL { ?component rg:startEarliest ?s1 } OPTIONAL { ?component rg:startLatest ?s2 }",
        "OPTIONAL { ?component rg:endEarliest ?e1 } OPTIONAL { ?component rg:endLatest ?e2 }",
        "OPTIONAL { ?component rg:start ?start } OPTIONAL { ?component rg:end ?end }",
        "BIND(EXISTS { ?component rg:isOngoing true } AS ?on)",
        "BIND(BOUND(?s2) && ?s2 <= ?day && (?on || (BOUND(?e1) && ?e1 > ?day)) AS ?sure)",
        "FILTER(?sure || ((BOUND(?start) || BOUND(?end) || ?on)",
        "  && (!BOUND(?s1) || ?s1 <= ?day) && (!BOUND(?e2) || ?e2 >= ?day)))",
        # Nothing stood before all that introduced it.
        "FILTER(?sure || BOUND(?s1) || !EXISTS { ?component rg:introducedBy ?i }",
        "  || EXISTS { ?component rg:introducedBy ?i",
        "       OPTIONAL { ?i rg:startEarliest ?is } OPTIONAL { ?i rg:dateEarliest ?id }",
        "       OPTIONAL { ?i eli:is_part_of/rg:dateEarliest ?il }",
        "       FILTER(!BOUND(?is) && !BOUND(?id) && !BOUND(?il) || COALESCE(?is, ?id, ?il) <= ?day) })",
        'BIND(IF(?sure, "yes", "possibly") AS ?stood)',
        "OPTIONAL { ?problem a rg:Problem ; rg:concerns ?component }",
    ]
    return _select(
        "DISTINCT ?concept ?kind ?component ?stood ?problem",
        lines,
        "?concept ?kind ?component ?problem",
    )


def classes() -> str:
    """Return the query for the classes of the ontology: what each is a kind of, how many there are."""
    lines = [
        "?class a owl:Class .",
        "OPTIONAL { ?class rdfs:subClassOf ?above }",
        "OPTIONAL { SELECT ?class (COUNT(DISTINCT ?thing) AS ?things) { ?thing a ?class } GROUP BY ?class }",
    ]
    return _select("DISTINCT ?class ?above ?things", lines, "?class ?above")


def _select(columns: str, lines: Iterable[str], order: str) -> str:
    body = "\n".join(f"  {line}" for line in lines)
    used = "".join(
        f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items() if f"{prefix}:" in body
    )
    return f"{used}SELECT {columns}\nWHERE {{\n{body}\n}}\nORDER BY {order}\n"


def _iri(iri: str) -> str:
    return str(NamedNode(iri))


def _day(day: datetime.date) -> str:
    return f'"{day.isoformat()}"^^xsd:date'


def _classes(names: Collection[str]) -> str:
    return ", ".join(f"rg:{name}" for name in sorted(names))


def _local(iri: str) -> str:
    return iri.rpartition("#")[2]
