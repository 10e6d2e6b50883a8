"""The key of a lineage picture: only what the picture really uses, set in lines of samples."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reformgraph.server.pictures.clusters import Bundle, Crowd
from reformgraph.server.pictures.layout import PAD, SIZE, Layout
from reformgraph.server.pictures.marks import (
    FAMILIES,
    INDIRECT_SHARE,
    LANES,
    OTHER,
    WEIGHTS,
    family_of,
    lane_of,
    weight_of,
)
from reformgraph.server.pictures.routes import n
from reformgraph.server.pictures.shapes import INDIRECT, QUIET, RULE, head, mark, range_bar
from reformgraph.server.pictures.text import width, xml

_SAMPLE = 40.0
_HEADING = 88.0  # of the column with the names of the groups
_SPACE = 20.0
_LINE = 20.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One sample, drawn around (20, 0) in a box 40 wide, and what it means."""

    sample: str
    meaning: str


def legend(layout: Layout, top: float) -> tuple[str, float]:
    """Return the key below `top` as SVG and the height that it takes."""
    parts = [f'<path class="rule" d="M{n(PAD)} {n(top)}H{n(layout.width - PAD)}" stroke="{RULE}"/>']
    y = top + 20
    for heading, entries in _groups(layout):
        if not entries:
            continue
        parts.append(
            f'<text class="quiet" x="{n(PAD)}" y="{n(y + 4)}" fill="{QUIET}">{xml(heading)}</text>'
        )
        x = PAD + _HEADING
        for entry in entries:
            room = _SAMPLE + 6 + width(entry.meaning, SIZE)
            if x + room > layout.width - PAD and x > PAD + _HEADING:
                x = PAD + _HEADING
                y += _LINE
            parts.append(
                f'<g transform="translate({n(x)} {n(y)})">{entry.sample}'
                f'<text x="{n(_SAMPLE + 6)}" y="4">{xml(entry.meaning)}</text></g>'
            )
            x += room + _SPACE
        y += _LINE + 2
    return f'<g class="legend" aria-hidden="true">{"".join(parts)}</g>', y - top


def _groups(layout: Layout) -> Iterator[tuple[str, Sequence[Entry]]]:
    links = layout.choice.links
    if links:
        strongest = WEIGHTS[0].thick
        lines = []
        if any(link.direct for link in links):
            lines.append(Entry(_line("", strongest, "direct"), "to or from the item in focus"))
        if not all(link.direct for link in links):
            sample = _line("", strongest * INDIRECT_SHARE, "indirect")
            lines.append(Entry(sample, "between others"))
        if any(isinstance(link.edge, Bundle) for link in links):
            lines.append(Entry(_line("", 4.0, "bundle"), "several claims at once"))
        if not all(link.edge.verified for link in links):
            hollow = head(38, 0, 9, hollow=True)
            sample = f'<g class="unverified">{_line("", 1.6, "plain", to=30)}{hollow}</g>'
            lines.append(Entry(sample, "not yet verified"))
        lines.append(Entry(head(24, 0, 9), "points from what came first to what draws on it"))
        yield "Lines", lines
        claims = [link.edge for link in links if not isinstance(link.edge, Bundle)]
        used = {family_of(edge).key for edge in claims}
        yield (
            "Relation",
            [
                Entry(_line(family.dash, 1.6, "plain"), family.meaning)
                for family in (*FAMILIES, OTHER)
                if family.key in used
            ],
        )
        grounds = {weight_of(edge).key for edge in claims}
        yield (
            "Ground",
            [
                Entry(_line("", weight.thick, "plain"), weight.meaning)
                for weight in WEIGHTS
                if weight.key in grounds
            ],
        )
    alone = [node for node in layout.choice.nodes.values() if not isinstance(node, Crowd)]
    kinds = {lane_of(node).key for node in alone}
    items = [Entry(mark(kind.shape, 20, 0, 4.5), kind.one) for kind in LANES if kind.key in kinds]
    if any(spot.ranged for spot in layout.spots.values()):
        sample = (
            f'<g class="ranged">{range_bar(4, 36, 0)}{mark("disc", 20, 0, 4.5, hollow=True)}</g>'
        )
        items.append(Entry(sample, "some day between the two ends"))
    if any(isinstance(node, Crowd) for node in layout.choice.nodes.values()):
        items.append(Entry(mark("stack", 20, 0, 4.5), "so many of one year; opens"))
    yield "Items", items


def _line(dash: str, thick: float, classes: str, *, to: float = 40) -> str:
    colour = "#a6301f" if "direct" in classes.split() else INDIRECT
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<g class="{classes}"><path class="line" d="M0 0H{n(to)}" fill="none" stroke="{colour}" '
        f'stroke-width="{n(thick)}"{dashes}/></g>'
    )
