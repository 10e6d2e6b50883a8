"""Which nodes and edges of a lineage a picture shows."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reformgraph.queries.lineage import Edge, Lineage, Node


@dataclass(frozen=True, slots=True)
class Link:
    """An edge turned the way that time runs: `later` draws on `earlier`."""

    earlier: str
    later: str
    edge: Edge
    direct: bool  # touches the focal item


@dataclass(frozen=True, slots=True)
class Choice:
    """The part of a lineage that is shown, and how much is not."""

    focus: str
    nodes: Mapping[str, Node]
    links: tuple[Link, ...]
    more: int  # items left out
    hidden: int  # edges between shown items left out because a longer way tells them


def choose(lineage: Lineage, limit: int, *, reduced: bool) -> Choice:
    """Return the `limit` nodes nearest to the focal item, then most connected, and their edges.

    `reduced` leaves out an edge a→c where a→b→…→c is shown too, but never one of the focal item.
    """
    known = lineage.nodes
    links = []
    for edge in lineage.edges:
        earlier, later = edge.earlier, edge.later
        if earlier in known and later in known and earlier != later:
            links.append(Link(earlier, later, edge, lineage.focus in (earlier, later)))
    order = ranked(lineage)
    shown = {iri: known[iri] for iri in order[: max(limit, 1)]}
    links = [link for link in links if link.earlier in shown and link.later in shown]
    links.sort(key=lambda link: (link.earlier, link.later, link.edge.predicate, link.edge.claim))
    kept = _reduce(links) if reduced else links
    return Choice(
        focus=lineage.focus,
        nodes=shown,
        links=tuple(kept),
        more=len(known) - len(shown) + max(lineage.beyond, 0),
        hidden=len(links) - len(kept),
    )


def ranked(lineage: Lineage) -> list[str]:
    """Return the items from near to far, of equally near ones the most connected first."""
    known = lineage.nodes
    degree = Counter(
        end
        for edge in lineage.edges
        if edge.earlier in known and edge.later in known and edge.earlier != edge.later
        for end in (edge.earlier, edge.later)
    )
    return sorted(
        known, key=lambda iri: (iri != lineage.focus, known[iri].depth, -degree[iri], iri)
    )


def _reduce(links: list[Link]) -> list[Link]:
    """Return the links without those that a longer way makes superfluous.

    Items that draw on one another in a circle count as one; all links inside a circle are kept.
    """
    after: dict[str, set[str]] = {}
    for link in links:
        after.setdefault(link.earlier, set()).add(link.later)
        after.setdefault(link.later, set())
    circle = _circles(after)
    onward: list[set[int]] = [set() for _ in range(max(circle.values(), default=-1) + 1)]
    for start, ends in after.items():
        onward[circle[start]].update(circle[end] for end in ends)
    # Circles are numbered so that every way leads to a lower number: one pass is enough.
    reach: list[int] = []
    for own, ends_of in enumerate(onward):
        bits = 1 << own
        for end in ends_of - {own}:
            bits |= reach[end]
        reach.append(bits)

    def longer(link: Link) -> bool:
        start, end = circle[link.earlier], circle[link.later]
        return start != end and any(
            reach[between] >> end & 1 for between in onward[start] - {start, end}
        )

    superfluous = {
        pair: longer(link)
        for pair, link in {(link.earlier, link.later): link for link in links}.items()
    }
    return [link for link in links if link.direct or not superfluous[link.earlier, link.later]]


def _circles(after: Mapping[str, Iterable[str]]) -> dict[str, int]:
    """Return the number of each node's strongly connected component, sinks first (Tarjan)."""
    found: dict[str, int] = {}
    low: dict[str, int] = {}
    number: dict[str, int] = {}
    stack: list[str] = []
    total = 0
    for root in sorted(after):
        if root in found:
            continue
        found[root] = low[root] = len(found)
        stack.append(root)
        # Our own stack of visits: a chain of thousands would exhaust Python's.
        visits = [(root, iter(sorted(after[root])))]
        while visits:
            node, ends = visits[-1]
            for end in ends:
                if end not in found:
                    found[end] = low[end] = len(found)
                    stack.append(end)
                    visits.append((end, iter(sorted(after[end]))))
                    break
                if end not in number:
                    low[node] = min(low[node], found[end])
            else:
                visits.pop()
                if visits:
                    parent = visits[-1][0]
                    low[parent] = min(low[parent], low[node])
                if low[node] == found[node]:
                    while True:
                        member = stack.pop()
                        number[member] = total
                        if member == node:
                            break
                    total += 1
    return number
