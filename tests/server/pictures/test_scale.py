from datetime import date
from itertools import pairwise

import pytest

from reformgraph.server.pictures.scale import make_scale


def test_later_days_lie_farther_right_and_years_begin_at_their_tick() -> None:
    days = [date(2001, 3, 1), date(2004, 1, 1), date(2004, 12, 31), date(2005, 1, 1)]
    scale = make_scale([(day, day) for day in days], 10, 500)
    assert scale is not None
    assert all(one < two for one, two in pairwise(map(scale.x, days)))
    ticks = {tick.year: tick.x for tick in scale.ticks(12)}
    assert ticks[2004] == pytest.approx(scale.x(date(2004, 1, 1)))
    assert (ticks[2001], ticks[2006]) == (10, pytest.approx(500))


def test_crowded_years_are_wider_and_the_scale_says_so() -> None:
    crowd = [(date(2004, month, 1), date(2004, month, 1)) for month in range(1, 13)]
    scale = make_scale([(date(1999, 1, 1), date(1999, 1, 1)), *crowd], 0, 700)
    assert scale is not None and not scale.even
    assert scale.x(date(2005, 1, 1)) - scale.x(date(2004, 1, 1)) > 2 * (
        scale.x(date(2001, 1, 1)) - scale.x(date(2000, 1, 1))
    )


@pytest.mark.parametrize(
    "span",
    [
        (date.min, date.max),
        (date.min, date.min),
        (date.max, date.max),
        (date(1601, 1, 1), date(2014, 5, 1)),
        (date(2004, 5, 1), date(2001, 1, 1)),
    ],
)
def test_any_span_has_a_scale_of_few_ticks_whose_labels_stand_apart(
    span: tuple[date, date],
) -> None:
    scale = make_scale([span], 0, 900)
    assert scale is not None
    ticks = scale.ticks(12)
    assert 2 <= len(ticks) <= 50
    labelled = [tick.x for tick in ticks if tick.labelled]
    assert all(two - one > 30 for one, two in pairwise(labelled))
    assert 0 <= scale.x(span[0]) <= 900 and 0 <= scale.x(span[1]) <= 900


def test_nothing_dated_has_no_scale() -> None:
    assert make_scale([], 0, 100) is None
