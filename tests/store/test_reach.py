"""Closures by runs of numbers are those that walking from node to node gives."""

import mmap
import random
from array import array
from itertools import accumulate
from pathlib import Path

import pytest

from reformgraph.store.known import reach
from reformgraph.store.known.reach import Reach
from reformgraph.store.known.reach_index import ARRAYS, arranged, sizes

Pairs = set[tuple[str, str]]


def _opened(pairs: Pairs, path: Path) -> Reach:
    iris, arrays = arranged(pairs)
    names = [iri.encode() + b"\n" for iri in iris]
    arrays["text"] = array("I", accumulate(map(len, names), initial=0))
    across = len(arrays["cross_to"])
    assert sizes(len(iris), len(pairs), across) == tuple(len(arrays[name]) for name in ARRAYS)
    path.write_bytes(b"head\n" + b"".join([bytes(arrays[n]) for n in ARRAYS]) + b"".join(names))
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return Reach(mapped, 5, nodes=len(iris), edges=len(pairs), across=across)


def _walked(pairs: Pairs, start: str, *, forth: bool) -> set[str]:
    steps: dict[str, set[str]] = {}
    for later, earlier in pairs:
        one, other = (later, earlier) if forth else (earlier, later)
        steps.setdefault(one, set()).add(other)
    found: set[str] = set()
    todo = [start]
    while todo:
        for node in steps.get(todo.pop(), set()) - found:
            found.add(node)
            todo.append(node)
    return found


def _pairs(seed: int) -> Pairs:
    """Every kind: trees, meshes, circles, loops, and islands."""
    chance = random.Random(seed)
    size = chance.randint(2, 60)
    pairs = set()
    for _ in range(chance.randint(1, 3 * size)):
        one, other = chance.randrange(size), chance.randrange(size)
        if seed % 3 == 0:  # without circles
            one, other = max(one, other) + 1, min(one, other)
        pairs.add((f"urn:n{one}", f"urn:n{other}"))
    return pairs


@pytest.mark.parametrize("seed", range(60))
def test_the_nodes_that_walking_gives(seed: int, tmp_path: Path) -> None:
    pairs = _pairs(seed)
    found = _opened(pairs, tmp_path / "arrays")
    assert found.find(b"urn:n") is None and found.find(b"urn:zzz") is None
    for iri in sorted({iri for pair in pairs for iri in pair}):
        node = found.find(iri.encode())
        assert node is not None and found.iri(node) == iri.encode()
        assert found.drawn[node] == sum(earlier == iri for _, earlier in pairs)
        for forth in (True, False):
            expected = _walked(pairs, iri, forth=forth)
            for itself in (True, False):
                wanted = expected | {iri} if itself else expected
                runs = found.runs(node, forth=forth, itself=itself, most=None)
                assert runs is not None
                names = b"".join(found.texts(runs)).decode().splitlines()
                # Each once, and none of the runs empty.
                assert sorted(names) == sorted(wanted)
                assert all(first < end for first, end in runs)
                most = len(expected | {iri})
                assert found.runs(node, forth=forth, itself=itself, most=most) == runs
                if len(wanted) > 2:
                    assert found.runs(node, forth=forth, itself=itself, most=1) is None


def test_names_come_in_pieces_of_a_bounded_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = _opened({(f"urn:n{n + 1}", f"urn:n{n // 2}") for n in range(300)}, tmp_path / "arrays")
    root = found.find(b"urn:n0")
    assert root is not None
    runs = found.runs(root, forth=False, itself=True, most=None)
    assert runs == [(0, 301)]
    whole = b"".join(found.texts(runs))
    monkeypatch.setattr(reach, "PIECE", 100)
    pieces = list(found.texts(runs))
    assert b"".join(pieces) == whole and max(map(len, pieces)) == 100


def test_a_long_way_is_no_recursion() -> None:
    iris, arrays = arranged((f"urn:{n + 1:06}", f"urn:{n:06}") for n in range(20_000))
    assert iris == sorted(iris) and set(arrays["end"]) == {20_001, 0} and not arrays["cross_to"]


def test_few_nodes_of_very_many_edges_are_much_work(tmp_path: Path) -> None:
    pairs = {(f"urn:{n:02}", f"urn:{m:02}") for n in range(80) for m in range(n)}
    pairs |= {(f"urn:{n:02}", f"urn:x{m}") for n in range(80) for m in range(60)}
    found = _opened(pairs, tmp_path / "arrays")
    for iri, forth, much in ((b"urn:79", True, True), (b"urn:x7", False, False)):
        node = found.find(iri)
        assert node is not None
        for most, little in ((100, not much), (10_000, True)):
            assert (found.runs(node, forth=forth, itself=False, most=most) is not None) == little
