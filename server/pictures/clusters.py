"""What does not fit into a picture one by one: gathered by lane and year, with counts that open.

A lineage of thousands becomes one of the nearest items and of *crowds*: all other items of one lane
and year together. Claims between the same two become one *bundle*. Nothing is dropped: each crowd
says how many it holds, each bundle how many claims.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from reformgraph.queries.lineage import Edge, Lineage, Node
from reformgraph.server.pictures.choose import ranked
from reformgraph.server.pictures.marks import LANES, Kind, lane_of
from reformgraph.server.pictures.scale import step_of

OPENED = 60
"""Items of one crowd that are shown one by one when it is opened, the most connected first."""
UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class Crowd(Node):
    """Items of one lane and year that stand together; ``key`` opens it, such as ``law-2004``."""

    key: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Bundle(Edge):
    """Claims between the same two marks of which one at least is a crowd."""

    count: int = 0


@dataclass(frozen=True, slots=True)
class Gathered:
    """The lineage to draw, and what it gathers: ``inside`` counts claims within one crowd."""

    lineage: Lineage
    crowds: tuple[Crowd, ...] = ()
    inside: int = 0


def gather(lineage: Lineage, limit: int, opened: Collection[str] = ()) -> Gathered:
    """Keep the ``limit`` nearest items and those of the ``opened`` crowds; gather the rest.

    Unchanged when all fit. A crowd of one is that item itself. An opened crowd that holds more
    than :data:`OPENED` keeps its other items together.
    """
    nodes = lineage.nodes
    if len(nodes) <= limit:
        return Gathered(lineage)
    order = ranked(lineage)
    step = _step(nodes.values())
    groups: dict[str, list[str]] = {}
    for iri in order[limit:]:
        groups.setdefault(_key(nodes[iri], step), []).append(iri)
    place = {iri: iri for iri in order[:limit]}
    crowds: dict[str, Crowd] = {}
    for key, members in sorted(groups.items()):
        alone = members[:OPENED] if key in opened else members if len(members) == 1 else []
        place.update((iri, iri) for iri in alone)
        rest = members[len(alone) :]
        if rest:
            crowd = _crowd(key, [nodes[iri] for iri in rest], step)
            crowds[crowd.iri] = crowd
            place.update((iri, crowd.iri) for iri in rest)
    edges, inside = _edges(lineage, place, crowds)
    kept: dict[str, Node] = {iri: node for iri, node in nodes.items() if place[iri] == iri}
    drawn = Lineage(lineage.focus, lineage.direction, kept | crowds, edges, lineage.beyond)
    return Gathered(drawn, tuple(crowds.values()), inside)


def _edges(
    lineage: Lineage, place: dict[str, str], crowds: Collection[str]
) -> tuple[tuple[Edge, ...], int]:
    plain: list[Edge] = []
    bundled: Counter[tuple[str, str]] = Counter()
    checked: dict[tuple[str, str], bool] = {}
    inside = 0
    for edge in lineage.edges:
        earlier, later = place[edge.earlier], place[edge.later]
        if earlier == later:
            inside += 1
        elif earlier in crowds or later in crowds:
            bundled[earlier, later] += 1
            checked[earlier, later] = checked.get((earlier, later), True) and edge.verified
        else:
            plain.append(edge)
    bundles = [
        Bundle(later, "drawsOn", earlier, "", "", "", checked[earlier, later], (), "", count)
        for (earlier, later), count in bundled.items()
    ]
    return (*plain, *bundles), inside


def _crowd(key: str, members: list[Node], step: int) -> Crowd:
    kind = lane_of(members[0])
    year = _year(members[0])
    first = None if year is None else date(max(year - year % step, 1), 1, 1)
    last = None if first is None else date(min(first.year + step - 1, 9999), 12, 31)
    when = "" if first is None or last is None else f"{first.year:04d}"
    if first and last and step > 1:
        when += f"/{last.year:04d}"
    many = f"{len(members)} {kind.many}"
    depth = min(node.depth for node in members)
    return Crowd(
        f"crowd:{key}", key, many, _type(kind), "", when, first, last, depth, key, len(members)
    )


def _type(kind: Kind) -> str:
    return kind.types[0] if kind.types else ""


def _key(node: Node, step: int) -> str:
    year = _year(node)
    return f"{lane_of(node).key}-{UNDATED if year is None else year - year % step}"


def _year(node: Node) -> int | None:
    days = [day for day in (node.earliest, node.latest) if day]
    if not days:
        return None
    return date.fromordinal(sum(day.toordinal() for day in days) // len(days)).year


def _step(nodes: Collection[Node]) -> int:
    """Return how many years stand together: as many as between two lines of the axis."""
    years = [year for node in nodes if (year := _year(node)) is not None]
    return step_of(min(years), max(years)) if years else 1


def key_of_lane(key: str) -> bool:
    """Say whether text may be the key of a crowd."""
    lane, _, year = key.partition("-")
    return lane in {each.key for each in LANES} and (
        year == UNDATED or (year.isascii() and year.isdigit() and len(year) < 5)
    )
