from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest

from reformgraph.queries.lineage import Lineage
from reformgraph.server.pictures.choose import choose
from reformgraph.server.pictures.layout import Layout, Spot, lay_out, picture_width

Make = Callable[..., Lineage]


def laid_out(lineage: Lineage, limit: int = 60) -> Layout:
    return lay_out(choose(lineage, limit, reduced=True), lineage.direction, 54)


def overlap(one: Spot, two: Spot) -> bool:
    a, b = one.label_box, two.label_box
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("seed", range(40))
def test_labels_never_overlap_one_another_or_a_foreign_mark(make: Make, seed: int) -> None:
    layout = laid_out(make(seed))
    spots = list(layout.spots.values())
    assert len(spots) == 60
    assert not [(a.node.iri, b.node.iri) for a, b in combinations(spots, 2) if overlap(a, b)]
    for label in spots:
        left, top, right, bottom = label.label_box
        for other in spots:
            if other is not label:
                inside = left < other.x + other.mark and other.x - other.mark < right
                assert not (inside and top < other.y < bottom), (label.node, other.node)


@pytest.mark.parametrize("seed", range(10))
def test_everything_lies_inside_the_picture_and_its_lane(make: Make, seed: int) -> None:
    layout = laid_out(make(seed))
    for spot in layout.spots.values():
        left, top, right, bottom = spot.label_box
        assert left >= 0 and right <= layout.width
        assert any(lane.top <= top and bottom <= lane.bottom for lane in layout.lanes)


def test_a_crowd_on_one_day_does_not_overlap(make: Make) -> None:
    lineage = make(5)
    day = date(2007, 12, 11)
    nodes = {iri: replace(node, earliest=day, latest=day) for iri, node in lineage.nodes.items()}
    spots = list(laid_out(replace(lineage, nodes=nodes)).spots.values())
    assert not [1 for a, b in combinations(spots, 2) if overlap(a, b)]


def test_many_nodes_do_not_overlap(make: Make) -> None:
    spots = sorted(laid_out(make(1, 600, 900), 600).spots.values(), key=lambda s: s.y)
    assert len(spots) == 600
    assert not [1 for a, b in combinations(spots, 2) if overlap(a, b)]


def test_a_partial_date_is_a_range_and_a_day_is_not(make: Make) -> None:
    lineage = make(2, nodes=4, edges=3)
    days = [
        (date(2000, 1, 1), date(2000, 1, 1)),
        (date(2003, 1, 1), date(2003, 12, 31)),
        (None, date(2005, 1, 1)),
        (date(2006, 1, 1), None),
    ]
    nodes = {
        iri: replace(node, earliest=first, latest=last)
        for (iri, node), (first, last) in zip(lineage.nodes.items(), days, strict=True)
    }
    layout = laid_out(replace(lineage, nodes=nodes))
    exact, year, before, after = (layout.spots[iri] for iri in nodes)
    assert layout.scale is not None
    assert not exact.ranged
    assert year.ranged and not (year.open_start or year.open_end)
    assert year.reach[0] == pytest.approx(layout.scale.x(date(2003, 1, 1)))
    assert year.reach[1] == pytest.approx(layout.scale.x(date(2003, 12, 31)))
    assert before.open_start and before.reach[0] < before.x < before.reach[1] + 1
    assert after.open_end and after.reach[1] > after.x


def test_the_undated_stand_in_a_margin_of_their_own(make: Make) -> None:
    layout = laid_out(make(4))
    assert layout.undated is not None and layout.scale is not None
    undated = [spot for spot in layout.spots.values() if not spot.dated]
    assert undated
    for spot in undated:
        assert layout.undated[0] <= spot.x
        assert spot.label_box[2] <= layout.undated[1]
    assert all(spot.reach[0] > layout.undated[1] for spot in layout.spots.values() if spot.dated)


def test_no_dates_at_all_need_no_axis(make: Make) -> None:
    lineage = make(6, nodes=12, edges=9)
    nodes = {iri: replace(node, earliest=None, latest=None) for iri, node in lineage.nodes.items()}
    layout = laid_out(replace(lineage, nodes=nodes))
    assert layout.scale is None
    assert not [1 for a, b in combinations(layout.spots.values(), 2) if overlap(a, b)]


def test_the_steps_of_width_are_those_of_the_style_sheet() -> None:
    assert [picture_width(n) for n in (1, 2, 90, 91, 400, 401)] == [
        720, 1200, 1200, 2400, 2400, 4800,
    ]  # fmt: skip
