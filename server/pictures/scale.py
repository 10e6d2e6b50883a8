"""A time axis on which crowded years are given more room than empty ones."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reformgraph.server.pictures.text import width

_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_MOST_BINS = 45
_STRETCH = 6.0  # the fullest year is at most this much wider than an empty one, plus one


@dataclass(frozen=True, slots=True)
class Tick:
    """One boundary of the axis: where it is and the year that begins there."""

    x: float
    year: int
    labelled: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """Days to pixels: straight lines between boundaries that lie `step` years apart."""

    years: tuple[int, ...]
    days: tuple[int, ...]
    xs: tuple[float, ...]
    step: int
    even: bool  # every year has the same width

    def x(self, day: date) -> float:
        """Return the horizontal place of `day`; days outside the axis lie on its ends."""
        ordinal = min(max(day.toordinal(), self.days[0]), self.days[-1])
        at = min(bisect_right(self.days, ordinal), len(self.days) - 1) - 1
        part = (ordinal - self.days[at]) / (self.days[at + 1] - self.days[at])
        return self.xs[at] + part * (self.xs[at + 1] - self.xs[at])

    def ticks(self, size: float) -> tuple[Tick, ...]:
        """Return every boundary, unlabelled where labels at `size` pixels would collide."""
        ticks: list[Tick] = []
        free = float("-inf")
        for year, x in zip(self.years, self.xs, strict=True):
            half = width(str(year), size) / 2 + 3
            fits = x - half >= free
            if fits:
                free = x + half
            ticks.append(Tick(x, year, fits))
        return tuple(ticks)


def make_scale(spans: Iterable[tuple[date, date]], left: float, right: float) -> Scale | None:
    """Return the scale from `left` to `right` pixels that holds all `spans`, None without any.

    Each span is the earliest and latest day of one item; the middle says which year it crowds.
    """
    known = [(min(span), max(span)) for span in spans]
    if not known:
        return None
    first = min(low.year for low, _ in known)
    last = max(high.year for _, high in known)
    step = step_of(first, last)
    start = first - first % step
    years = tuple(range(start, last + step + 1, step))
    days = tuple(_january(year) for year in years)
    counts = [0] * (len(years) - 1)
    for low, high in known:
        middle = (low.toordinal() + high.toordinal()) // 2
        counts[min(bisect_right(days, middle), len(counts)) - 1] += 1
    most = max(counts)
    weights = [1 + _STRETCH * (count / most) ** 0.7 for count in counts]
    # An axis of which only one or two years hold anything gains nothing from being uneven.
    even = len(set(counts)) == 1
    unit = (right - left) / sum(weights)
    xs = [left]
    for weight in weights:
        xs.append(xs[-1] + weight * unit)
    return Scale(years, days, tuple(xs), step, even)


def step_of(first: int, last: int) -> int:
    """Return how many years lie between two boundaries of an axis from ``first`` to ``last``."""
    return next((s for s in _STEPS if (last - first) / s <= _MOST_BINS), _STEPS[-1])


def _january(year: int) -> int:
    """Return the ordinal of 1 January, also of the years 0 and 10000 and on, which `date` lacks."""
    if 1 <= year <= 9999:
        return date(year, 1, 1).toordinal()
    if year < 1:
        return date.min.toordinal() - 366 * (1 - year)
    return date.max.toordinal() + 1 + 365 * (year - 10000)
