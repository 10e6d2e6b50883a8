"""Circles in graphs."""

import random

from reformgraph.ontology.cycles import find


def test_a_tree_has_none() -> None:
    assert find([("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]) == []


def test_each_group_gives_one_circle_from_its_smallest_node() -> None:
    edges = [("b", "c"), ("c", "a"), ("a", "b"), ("x", "y"), ("y", "x"), ("c", "x"), ("z", "z")]
    assert find(edges) == [("a", "b", "c"), ("x", "y")]


def test_the_shortest_way_back_is_told() -> None:
    assert find([("a", "b"), ("b", "c"), ("c", "d"), ("d", "a"), ("b", "a")]) == [("a", "b")]


def test_order_of_edges_does_not_matter() -> None:
    chooser = random.Random(7)
    edges = [(f"{chooser.randrange(60):02}", f"{chooser.randrange(60):02}") for _ in range(90)]
    expected = find(edges)
    assert expected
    for _ in range(5):
        chooser.shuffle(edges)
        assert find(edges) == expected


def test_a_long_chain_needs_no_recursion() -> None:
    chain = [(f"{n:06}", f"{n + 1:06}") for n in range(50_000)]
    assert find(chain) == []
    assert len(find([*chain, ("050000", "000000")])[0]) == 50_001
