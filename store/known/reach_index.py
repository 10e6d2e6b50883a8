"""In which order the nodes of a lineage stand, so that most of what reaches one stands together.

A forest is laid over the edges: the parent of a node is one of those that it draws on, the one
with the longest way below it. Nodes are numbered parent first, so that a node and all that stands
above it in the forest are one run of numbers, and all of them reach it. What the forest lacks are
the edges *across*: from outside such a run into it. A closure is then a few runs instead of many
nodes, their names are as few stretches of text. Measured in benchmarks/README.md.
"""

from __future__ import annotations

from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import accumulate

ARRAYS = ("text", "sorted", "end", "drawn", "forth", "forth_to", "cross", "cross_to")
"""Where each node's IRI begins; the nodes in the order of their IRIs; where the run above each one
ends, 0 when nothing draws on it; how many draw on it; where its edges begin and where they lead,
then those across, from whom.
"""


def sizes(nodes: int, edges: int, across: int) -> tuple[int, ...]:
    """Return how many numbers each of :data:`ARRAYS` has."""
    return (nodes + 1, nodes, nodes, nodes, nodes + 1, edges, nodes + 1, across)


def arranged(pairs: Iterable[tuple[str, str]]) -> tuple[list[str], dict[str, array[int]]]:
    """Return the IRIs of all nodes in their order, and the arrays but ``text``.

    ``pairs``: IRIs of who draws and of what it draws on; circles may be among them.
    """
    edges = sorted(set(pairs))
    iris = sorted({iri for pair in edges for iri in pair})
    place = {iri: number for number, iri in enumerate(iris)}
    draws: list[list[int]] = [[] for _ in iris]
    drawn: list[list[int]] = [[] for _ in iris]
    for later, earlier in edges:
        draws[place[later]].append(place[earlier])
        drawn[place[earlier]].append(place[later])
    order, ends = _numbered(_parents(draws, drawn))
    number = array("I", bytes(4 * len(iris)))
    for new, old in enumerate(order):
        number[old] = new
    forth = [sorted([number[node] for node in draws[old]]) for old in order]
    across = [
        sorted([number[node] for node in drawn[old] if not new <= number[node] < ends[new]])
        for new, old in enumerate(order)
    ]
    return [iris[old] for old in order], {
        "sorted": number,
        "end": array("I", [end if drawn[old] else 0 for end, old in zip(ends, order, strict=True)]),
        "drawn": array("I", [len(drawn[old]) for old in order]),
        **_listed("forth", forth),
        **_listed("cross", across),
    }


def _listed(name: str, lists: Sequence[Sequence[int]]) -> dict[str, array[int]]:
    begins = accumulate(map(len, lists), initial=0)
    return {
        name: array("I", begins),
        f"{name}_to": array("I", [node for nodes in lists for node in nodes]),
    }


def _parents(draws: Sequence[Sequence[int]], drawn: Sequence[Sequence[int]]) -> list[int]:
    """Choose for each node the one below it, -1 for none; no circle among them."""
    parents, depth = [-1] * len(draws), [-1] * len(draws)
    waits = [len(below) for below in draws]
    ready = deque(node for node, count in enumerate(waits) if not count)
    # Those of a circle wait for each other: the first one goes on as if it were ready.
    stuck = iter(range(len(draws)))
    while True:
        if not ready:
            node = next((node for node in stuck if depth[node] < 0), -1)
            if node < 0:
                return parents
            ready.append(node)
        node = ready.popleft()
        if depth[node] >= 0:
            continue
        deepest = max(draws[node], key=depth.__getitem__, default=-1)
        if deepest >= 0 and depth[deepest] >= 0:
            parents[node] = deepest
            depth[node] = depth[deepest] + 1
        else:
            depth[node] = 0
        for above in drawn[node]:
            waits[above] -= 1
            if not waits[above]:
                ready.append(above)


def _numbered(parents: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return the nodes of a forest, parents first, and where the run above each of these ends."""
    children: list[list[int]] = [[] for _ in parents]
    roots: list[int] = []
    for node, parent in enumerate(parents):
        (children[parent] if parent >= 0 else roots).append(node)
    order: list[int] = []
    todo = roots[::-1]
    while todo:
        node = todo.pop()
        order.append(node)
        todo += reversed(children[node])
    above = [1] * len(parents)
    for node in reversed(order):
        if parents[node] >= 0:
            above[parents[node]] += above[node]
    return order, [number + above[node] for number, node in enumerate(order)]
