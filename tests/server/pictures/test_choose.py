from collections.abc import Callable, Iterable

import pytest

from reformgraph.queries.lineage import Edge, Lineage, Node
from reformgraph.server.pictures.choose import choose

Make = Callable[..., Lineage]


def small(*links: tuple[str, str], focus: str = "f", depths: str = "") -> Lineage:
    """Make a lineage whose links are (later, earlier): the later builds on the earlier."""
    names = sorted({focus, *(end for link in links for end in link), *depths})
    nodes = {
        name: Node(name, name, name, "Policy", "", "", None, None, int(name != focus))
        for name in names
    }
    edges = tuple(
        Edge(late, "buildsOn", early, f"{late}-{early}", "", "stated", True, (), "")
        for late, early in links
    )
    return Lineage(focus, "antecedents", nodes, edges, 0)


def shown(lineage: Lineage) -> set[str]:
    return {link.edge.claim for link in choose(lineage, 9999, reduced=True).links}


def test_announcing_runs_from_the_one_that_announces_and_building_the_other_way() -> None:
    announces = Edge("a", "announces", "b", "", "", "", True, (), "")
    assert (announces.earlier, announces.later) == ("a", "b")
    builds_on = Edge("a", "buildsOn", "b", "", "", "", True, (), "")
    assert (builds_on.earlier, builds_on.later) == ("b", "a")


def test_an_edge_that_a_longer_way_tells_is_left_out_and_counted() -> None:
    lineage = small(("f", "c"), ("c", "b"), ("b", "a"), ("c", "a"))
    assert shown(lineage) == {"f-c", "c-b", "b-a"}
    assert choose(lineage, 99, reduced=True).hidden == 1
    assert choose(lineage, 99, reduced=False).hidden == 0


def test_edges_of_the_focal_item_are_always_kept() -> None:
    assert shown(small(("f", "b"), ("b", "a"), ("f", "a"))) == {"f-b", "b-a", "f-a"}


def test_edges_inside_a_circle_are_kept() -> None:
    circle = small(("f", "c"), ("a", "b"), ("b", "c"), ("c", "a"))
    assert shown(circle) == {"f-c", "a-b", "b-c", "c-a"}


def test_a_long_chain_does_not_exhaust_the_stack() -> None:
    links = [(f"n{at + 1:05}", f"n{at:05}") for at in range(3000)]
    assert len(shown(small(*links, focus="n03000"))) == 3000


@pytest.mark.parametrize("seed", range(20))
def test_reducing_never_changes_what_reaches_what(make: Make, seed: int) -> None:
    lineage = make(seed, nodes=25, edges=60)

    def reach(pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        known = set(pairs)
        while more := {(a, d) for a, b in known for c, d in known if b == c} - known:
            known |= more
        return known

    reduced = choose(lineage, 99, reduced=True)
    whole = choose(lineage, 99, reduced=False)
    assert len(reduced.links) + reduced.hidden == len(whole.links)
    assert reach((link.earlier, link.later) for link in reduced.links) == reach(
        (link.earlier, link.later) for link in whole.links
    )


def test_the_nearest_are_kept_then_the_most_connected(make: Make) -> None:
    lineage = make(3, beyond=7)
    choice = choose(lineage, 20, reduced=True)
    assert len(choice.nodes) == 20
    assert choice.more == 40 + 7
    assert lineage.focus in choice.nodes
    farthest = max(node.depth for node in choice.nodes.values())
    left_out = [node for iri, node in lineage.nodes.items() if iri not in choice.nodes]
    assert min(node.depth for node in left_out) >= farthest


def test_edges_to_unknown_items_and_to_oneself_are_dropped() -> None:
    lineage = small(("f", "a"), ("a", "a"))
    ghost = Edge("f", "buildsOn", "ghost", "f-ghost", "", "stated", True, (), "")
    lineage = Lineage("f", "antecedents", lineage.nodes, (*lineage.edges, ghost), 0)
    assert shown(lineage) == {"f-a"}
