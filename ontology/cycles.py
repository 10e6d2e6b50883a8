"""Circles in a directed graph, in time linear in its size.

A property path ``?x p+ ?x`` walks the whole closure of every node; over a statute book that never
ends. Here the strongly connected components are found first (Tarjan 1972, without recursion, since
chains of amendments run deep), then one circle in each.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping


def find(edges: Iterable[tuple[str, str]]) -> list[tuple[str, ...]]:
    """Give one circle for each group of nodes that reach one another, shortest through its first.

    In: edges (from, to); an edge from a node to itself is no circle here. Out: for each group the
    nodes of a circle in order, starting with the group's smallest; the list is sorted.
    """
    following: dict[str, list[str]] = {}
    for start, end in edges:
        if start != end:
            following.setdefault(start, []).append(end)
    return sorted(
        _circle(following, frozenset(group)) for group in _components(following) if len(group) > 1
    )


def _components(following: Mapping[str, list[str]]) -> Iterator[list[str]]:
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    work: list[tuple[str, Iterator[str]]] = []

    def enter(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        waiting.add(node)
        work.append((node, iter(following.get(node, ()))))

    for root in following:
        if root not in index:
            enter(root)
        while work:
            node, rest = work[-1]
            for after in rest:
                if after not in index:
                    enter(after)
                    break
                if after in waiting:
                    low[node] = min(low[node], index[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = [stack.pop()]
                    while group[-1] != node:
                        group.append(stack.pop())
                    waiting.difference_update(group)
                    yield group


def _circle(following: Mapping[str, list[str]], group: frozenset[str]) -> tuple[str, ...]:
    """Walk breadth-first from the smallest node of a component until an edge leads back to it."""
    first = min(group)
    before: dict[str, str] = {}
    queue = deque([first])
    while queue:
        node = queue.popleft()
        for after in sorted(following[node]):
            if after == first:
                way = [node]
                while way[-1] != first:
                    way.append(before[way[-1]])
                return tuple(reversed(way))
            if after in group and after not in before:
                before[after] = node
                queue.append(after)
    raise AssertionError("a strongly connected component has a circle")
