"""The curves of edges: from the mark of the earlier item to the mark of the later one."""

from collections.abc import Mapping
from dataclasses import dataclass

from reformgraph.server.pictures.choose import Choice, Link
from reformgraph.server.pictures.layout import Spot

_NEAR = 26.0  # closer than this there is no room for a plain curve
_BOW = 16.0  # how far an edge along a row leaves it, so as not to strike its labels through


@dataclass(frozen=True, slots=True)
class Route:
    """One edge as path data: the line, and the head that shows which way it runs."""

    link: Link
    line: str
    head: str


def route(choice: Choice, spots: Mapping[str, Spot]) -> tuple[Route, ...]:
    """Return the routes of all edges, indirect ones first, so that direct ones lie on top."""
    leave = _ports(choice, spots, leaving=True)
    arrive = _ports(choice, spots, leaving=False)
    routes = []
    for at, link in enumerate(choice.links):
        start, end = spots[link.earlier], spots[link.later]
        size = 8.5 if link.direct else 6.0
        x1, y1 = start.x + start.mark, start.y + leave[at]
        x2, y2 = end.x - end.mark - 1, end.y + arrive[at]
        head = f"M{n(x2)} {n(y2)}l{n(-size)} {n(-size * 0.38)}v{n(size * 0.76)}z"
        routes.append(Route(link, _curve(x1, y1, x2 - size * 0.8, y2), head))
    return tuple(sorted(routes, key=lambda one: one.link.direct))


def _curve(x1: float, y1: float, x2: float, y2: float) -> str:
    """Return a curve that leaves to the right and arrives from the left, whichever way it goes."""
    dx, dy = x2 - x1, abs(y2 - y1)
    if dx >= _NEAR:
        pull = max(dx * 0.5, min(dy * 0.3, 60.0))
    else:  # the later item stands left of the earlier one, or above or below it
        pull = 30.0 + min(abs(dx) * 0.4 + dy * 0.1, 70.0)
    bow = _BOW if dy < 6 and dx > 60 else 0.0
    return (
        f"M{n(x1)} {n(y1)}C{n(x1 + pull)} {n(y1 - bow)} {n(x2 - pull)} {n(y2 - bow)} "
        f"{n(x2)} {n(y2)}"
    )


def _ports(choice: Choice, spots: Mapping[str, Spot], *, leaving: bool) -> dict[int, float]:
    """Return how far from the middle of its mark each edge is fixed, so that few of them cross."""
    at_node: dict[str, list[int]] = {}
    for at, link in enumerate(choice.links):
        at_node.setdefault(link.earlier if leaving else link.later, []).append(at)

    def far_y(at: int) -> float:
        link = choice.links[at]
        return spots[link.later if leaving else link.earlier].y

    offsets = {}
    for iri, edges in at_node.items():
        spot = spots[iri]
        room = spot.tall - 4 if spot.focus else 0.8 * spot.tall
        half = min(room, 1.7 * (len(edges) - 1))
        for place, at in enumerate(sorted(edges, key=lambda at: (far_y(at), at))):
            part = place / (len(edges) - 1) if len(edges) > 1 else 0.5
            offsets[at] = half * (2 * part - 1)
    return offsets


def n(value: float) -> str:
    """Return a number as SVG writes it, to a tenth of a pixel."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"
