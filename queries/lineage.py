"""The lineage of one item: what it draws on, or what draws on it, with the claims that say so.

For pictures and the command line, which need nodes and edges; the questions ``antecedents`` and
``descendants`` give the same lineage as a table. Of docs/architecture.md, "Lineage in Python".
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from pyoxigraph import NamedNode

from reformgraph.errors import NotFound
from reformgraph.ontology.terms import LINEAGE, PREFIXES, RG, RGS, Antecedent
from reformgraph.store.base import Row, Store, Term

Direction: TypeAlias = Literal["antecedents", "descendants"]

BATCH = 200
"""IRIs in one query: Oxigraph plans a long VALUES block badly (reliability, limits)."""

# The object of these draws on the subject: what is announced draws on the announcement.
_REVERSED = frozenset(
    each.predicate.value.removeprefix(RG.iri)
    for each in LINEAGE
    if each.antecedent is Antecedent.SUBJECT
)
_PREDICATES = tuple(each.predicate.value for each in LINEAGE)
# The classes of entities from special to general; reasoning adds super-classes to each entity.
_CLASSES = (
    *("Policy", "Legislation", "Provision", "Initiative", "Institution"),
    *("Creation", "Merger", "Split", "Renaming", "Transfer", "Abolition", "ChangeEvent"),
    *("Post", "Tenure", "Person", "Articulation", "Component"),
    *("Tension", "Absence", "Contradiction", "Source", "Concept", "Item"),
)
_RANK = {name: rank for rank, name in enumerate(_CLASSES)}
_VERIFIED = RGS["status-verified"].value
_PROLOGUE = "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in ("rdfs", "rg"))


@dataclass(frozen=True, slots=True)
class Node:
    """One item of a lineage.

    ``type`` is the local name of its class, ``kind`` the label of its kind, ``date`` what the
    source gives (EDTF): of issue or making, else of the beginning; ``earliest`` and ``latest``
    bound it. ``depth`` counts steps from the focal item, 0 for itself.
    """

    iri: str
    slug: str
    label: str
    type: str
    kind: str
    date: str
    earliest: datetime.date | None
    latest: datetime.date | None
    depth: int


@dataclass(frozen=True, slots=True)
class Edge:
    """One claim of a lineage, as it is asserted, whichever way it carries lineage.

    ``predicate`` and ``basis`` are local names, ``claim`` is an IRI, ``comment`` the claim's
    sentence. ``verified``: somebody read it in at least one of its sources. ``sources`` are labels.
    """

    subject: str
    predicate: str
    object: str
    claim: str
    comment: str
    basis: str
    verified: bool
    sources: tuple[str, ...]
    locator: str

    @property
    def later(self) -> str:
        """The end that draws on the other."""
        return self.object if self.predicate in _REVERSED else self.subject

    @property
    def earlier(self) -> str:
        """The end that the other draws on."""
        return self.subject if self.predicate in _REVERSED else self.object


@dataclass(frozen=True, slots=True)
class Lineage:
    """The nodes from near to far, all edges between them, and how many nodes a limit left out."""

    focus: str
    direction: Direction
    nodes: Mapping[str, Node]
    edges: tuple[Edge, ...]
    beyond: int

    def step(self, edge: Edge) -> int:
        """Give the number of steps, from 1, at which ``edge`` leads away from the focal item."""
        nearer = edge.later if self.direction == "antecedents" else edge.earlier
        return self.nodes[nearer].depth + 1


def lineage(
    store: Store,
    iri: str,
    *,
    direction: Direction = "antecedents",
    depth: int | None = None,
    limit: int | None = None,
) -> Lineage:
    """Trace ``iri`` breadth-first, at most ``depth`` steps; keep the ``limit`` nearest nodes.

    The focal item counts as one of ``limit``. Nodes of equal depth are taken by IRI. ``beyond``
    counts what ``limit`` left out, not what lies past ``depth``. Raises NotFound when the graph
    knows nothing named ``iri``.
    """
    try:
        NamedNode(iri)
    except ValueError:
        raise NotFound(f"{iri!r} is not an IRI") from None
    depths = _depths(store, iri, direction, depth)
    order = sorted(depths, key=lambda each: (depths[each], each))
    kept = order if limit is None else order[: max(limit, 1)]
    nodes = _nodes(store, kept, depths)
    if iri not in nodes:
        raise NotFound(f"nothing in the graph is called <{iri}>", where={"iri": iri})
    edges = tuple(_edges(store, nodes))
    return Lineage(iri, direction, nodes, edges, len(order) - len(kept))


def _depths(store: Store, iri: str, direction: Direction, depth: int | None) -> dict[str, int]:
    """Find what can be reached, one query for each level, and in how few steps."""
    step = "?near rg:drawsOn ?far" if direction == "antecedents" else "?far rg:drawsOn ?near"
    found = {iri: 0}
    level: Sequence[str] = (iri,)
    steps = 0
    while level and (depth is None or steps < depth):
        steps += 1
        following: dict[str, None] = {}
        for row in _select(store, "DISTINCT ?far", "?near", level, f"{step} ."):
            far = _value(row[0])
            if far not in found:
                following[far] = None
        found |= dict.fromkeys(following, steps)
        level = tuple(following)
    return found


def _nodes(store: Store, iris: Sequence[str], depths: Mapping[str, int]) -> dict[str, Node]:
    rows: dict[str, Row] = {}
    types: dict[str, str] = {}
    for row in _select(
        store,
        "?node ?label ?slug ?kind ?date ?earliest ?latest ?start ?startEarliest ?startLatest",
        "?node",
        iris,
        """?node rdfs:label ?label .
        OPTIONAL { ?node rg:slug ?slug }
        OPTIONAL { ?node rg:kind ?concept . ?concept rdfs:label ?kind }
        OPTIONAL { ?node rg:date ?date }
        OPTIONAL { ?node rg:dateEarliest ?earliest }
        OPTIONAL { ?node rg:dateLatest ?latest }
        OPTIONAL { ?node rg:start ?start }
        OPTIONAL { ?node rg:startEarliest ?startEarliest }
        OPTIONAL { ?node rg:startLatest ?startLatest }""",
    ):
        # Should a graph hold two labels or kinds, the first by text is taken, run after run.
        key = _value(row[0])
        if key not in rows or tuple(map(_value, row)) < tuple(map(_value, rows[key])):
            rows[key] = row
    for row in _select(store, "?node ?type", "?node", iris, "?node a ?type ."):
        name = _local(row[1])
        known = types.get(_value(row[0]), "")
        if name in _RANK and _RANK[name] < _RANK.get(known, len(_CLASSES)):
            types[_value(row[0])] = name
    return {iri: _node(rows[iri], types.get(iri, ""), depths[iri]) for iri in iris if iri in rows}


def _node(row: Row, type_: str, depth: int) -> Node:
    iri, label, slug, kind, *dates = (_value(term) for term in row)
    # A document has a date, what lasts has a beginning; law has both and goes by its making.
    written, earliest, latest = dates[:3] if any(dates[:3]) else dates[3:]
    return Node(iri, slug, label, type_, kind, written, _date(earliest), _date(latest), depth)


@dataclass(slots=True)
class _Gathered:
    """One claim while its evidence is read, row by row."""

    row: tuple[str, ...]
    verified: bool = False
    sources: dict[str, None] = field(default_factory=dict)
    locators: dict[str, None] = field(default_factory=dict)


def _edges(store: Store, nodes: Mapping[str, Node]) -> Iterator[Edge]:
    predicates = f"FILTER(?predicate IN ({', '.join(f'<{each}>' for each in _PREDICATES)}))"
    # A rival claim has no plain triple. Compared here, for the engine takes twice as long to join.
    asserted = {
        tuple(map(_value, row))
        for row in _select(
            store,
            "?subject ?predicate ?object",
            "?subject",
            list(nodes),
            f"?subject ?predicate ?object . {predicates}",
        )
    }
    claims: dict[str, _Gathered] = {}
    for row in _select(
        store,
        "?claim ?subject ?predicate ?object ?comment ?basis ?status ?label ?locator",
        "?subject",
        list(nodes),
        f"""?claim rg:claimSubject ?subject ; rg:claimPredicate ?predicate ;
          rg:claimObject ?object .
        {predicates}
        ?claim rdfs:comment ?comment ; rg:basis ?basis ; rg:hasEvidence ?evidence .
        ?evidence rg:status ?status ; rg:source ?source .
        ?source rdfs:label ?label .
        OPTIONAL {{ ?evidence rg:locator ?locator }}""",
        order="?claim ?evidence ?source",
    ):
        claim, *about, status, label, locator = (_value(term) for term in row)
        if about[2] not in nodes or tuple(about[:3]) not in asserted:
            continue
        gathered = claims.setdefault(claim, _Gathered(tuple(about)))
        gathered.verified |= status == _VERIFIED
        gathered.sources[label] = None
        if locator:
            gathered.locators[locator] = None
    for claim, gathered in sorted(claims.items()):
        subject, predicate, object_, comment, basis = gathered.row
        yield Edge(
            subject,
            _local(predicate),
            object_,
            claim,
            comment,
            _local(basis).removeprefix("basis-"),
            gathered.verified,
            tuple(gathered.sources),
            "; ".join(gathered.locators),
        )


def _select(
    store: Store, columns: str, variable: str, iris: Sequence[str], pattern: str, order: str = ""
) -> Iterator[Row]:
    """Run one SELECT for each batch of ``iris``, the values of ``variable``."""
    for first in range(0, len(iris), BATCH):
        values = " ".join(str(NamedNode(iri)) for iri in iris[first : first + BATCH])
        yield from store.select(
            f"{_PROLOGUE}SELECT {columns} WHERE {{\n"
            f"  VALUES {variable} {{ {values} }}\n  {pattern}\n}}"
            + (f"\nORDER BY {order}" if order else "")
        )


def _value(term: Term | None) -> str:
    return "" if term is None else term.value


def _local(term: Term | str | None) -> str:
    """Cut an IRI down to its local name."""
    text = term if isinstance(term, str) else _value(term)
    return text.rpartition("#")[2].rpartition("/")[2]


def _date(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
