"""Closures of ``rg:drawsOn`` in the arrays of a generation; see ``reach_index`` for their order."""

from __future__ import annotations

import mmap
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from reformgraph.store.known.reach_index import ARRAYS, sizes

Run: TypeAlias = tuple[int, int]
"""The first node of several that stand together, and the one behind the last."""
PIECE = 1 << 18
"""Bytes of names that are handed over at a time, at most."""
_TOGETHER = 500
_EDGES = 4
"""Edges that are looked at in the time of one node."""


class Reach:
    """The arrays in ``mapped`` from ``place`` on, then the IRIs of the nodes, each with a newline.

    ``nodes``, ``edges``, ``across``: how many there are.
    """

    def __init__(
        self, mapped: mmap.mmap, place: int, *, nodes: int, edges: int, across: int
    ) -> None:
        self._map, self._nodes = mapped, nodes
        arrays: dict[str, memoryview] = {}
        for name, size in zip(ARRAYS, sizes(nodes, edges, across), strict=True):
            arrays[name] = memoryview(mapped)[place : place + 4 * size].cast("I")
            place += 4 * size
        self._text, self.drawn = arrays["text"], arrays["drawn"]
        self._sorted, self._ends = arrays["sorted"], arrays["end"]
        self._forth, self._forth_to = arrays["forth"], arrays["forth_to"]
        self._cross, self._cross_to = arrays["cross"], arrays["cross_to"]
        self._place = place

    def iri(self, node: int) -> bytes:
        """Return the IRI of a node."""
        begin, end = self._text[node], self._text[node + 1]
        return self._map[self._place + begin : self._place + end - 1]

    def find(self, iri: bytes) -> int | None:
        """Return the node of an IRI, None for an unknown one."""
        low, high = 0, self._nodes
        while low < high:
            middle = (low + high) // 2
            if self.iri(self._sorted[middle]) < iri:
                low = middle + 1
            else:
                high = middle
        node = self._sorted[low] if low < self._nodes else None
        return node if node is not None and self.iri(node) == iri else None

    def runs(self, start: int, *, forth: bool, itself: bool, most: int | None) -> list[Run] | None:
        """Return what can be reached from a node, or by ``forth=False`` what reaches it.

        In one step or more; with ``itself`` the node in any case. None when it is more than
        ``most`` nodes, or as much work.
        """
        return (self._down if forth else self._up)(start, itself, most)

    def _down(self, start: int, itself: bool, most: int | None) -> list[Run] | None:
        begins, ends = self._forth, self._forth_to
        seen = bytearray(self._nodes)
        seen[start] = itself
        found, level, steps = [start] if itself else [], [start], 0
        while level:
            following: list[int] = []
            for node in level:
                first, last = begins[node], begins[node + 1]
                steps += last - first
                if most is not None and max(len(found), steps // _EDGES) > most:
                    return None
                for end in ends[first:last]:
                    if not seen[end]:
                        seen[end] = 1
                        following.append(end)
            found += following
            level = following
        if most is not None and len(found) > most:
            return None
        return [(node, node + 1) for node in found]

    def _up(self, start: int, itself: bool, most: int | None) -> list[Run] | None:
        begins, leads, ends = self._cross, self._cross_to, self._ends
        # Whoever is covered is so with all that stands above it in the forest.
        covered, ones = bytearray(self._nodes), bytearray(b"\1") * self._nodes
        find = covered.find
        runs: list[Run] = []
        bare: list[int] = []
        level, total, steps = [start], 0, 0
        while level:
            following: list[int] = []
            for node in level:
                if covered[node]:
                    continue
                end = ends[node] or node + 1
                while node >= 0:
                    # Up to what others have covered before.
                    stop = find(1, node, end)
                    if stop < 0:
                        stop = end
                    first, last = begins[node], begins[stop]
                    total += stop - node
                    steps += last - first
                    if most is not None and max(total, steps // _EDGES) > most:
                        return None
                    covered[node:stop] = ones[node:stop]
                    runs.append((node, stop))
                    if first < last:
                        following += leads[first:last].tolist()
                    node = find(0, stop, end) if stop < end else -1
            level = []
            for node in following:
                if not covered[node]:
                    (level if ends[node] else bare).append(node)
            # The lower of two in one tree first: it covers the other.
            level.sort()
        # Last what leads nowhere: most of it is covered by now.
        for node in bare:
            if not covered[node]:
                covered[node] = 1
                total += 1
                runs.append((node, node + 1))
        if most is not None and total > most:
            return None
        if not itself and not self._on_a_circle(start, covered):
            runs[0] = (start + 1, runs[0][1])
            if runs[0][0] == runs[0][1]:
                del runs[0]
        return runs

    def _on_a_circle(self, start: int, reaching: bytearray) -> bool:
        below = self._forth_to[self._forth[start] : self._forth[start + 1]]
        return any(reaching[node] for node in below)

    def texts(self, runs: Sequence[Run]) -> Iterator[bytes]:
        """Yield the IRIs of runs, each with a newline behind it, in pieces cut anywhere."""
        begins, mapped, place = self._text, self._map, self._place
        for number in range(0, len(runs), _TOGETHER):
            piece = b"".join(
                [
                    mapped[place + begins[first] : place + begins[end]]
                    for first, end in runs[number : number + _TOGETHER]
                ]
            )
            for cut in range(0, len(piece), PIECE):
                yield piece[cut : cut + PIECE]
