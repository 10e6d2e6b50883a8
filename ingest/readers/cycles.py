"""Cycles in a directed graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping


def cycles(edges: Mapping[str, Iterable[str]]) -> list[tuple[str, ...]]:
    """Find one cycle for each edge that closes one.

    In: what each node points to. Out: paths whose first node is also their last, empty when the
    graph has no cycle; the same whatever order the nodes come in. Takes time in proportion to the
    edges; does not recurse, so that long chains do no harm.
    """
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for root in sorted(edges):
        if root in done:
            continue
        path: dict[str, None] = {root: None}
        stack: list[Iterator[str]] = [iter(sorted(edges[root]))]
        while stack:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
                done.add(path.popitem()[0])
            elif node in path:
                nodes = list(path)
                found.append((*nodes[nodes.index(node) :], node))
            elif node not in done and node in edges:
                path[node] = None
                stack.append(iter(sorted(edges[node])))
    return found
