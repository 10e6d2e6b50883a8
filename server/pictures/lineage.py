"""The picture of a lineage on a time axis: SVG with a real link behind every mark and line."""

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from itertools import pairwise
from math import log2
from zlib import crc32

from reformgraph.queries.lineage import Lineage, Node
from reformgraph.server.pictures.choose import Choice, choose
from reformgraph.server.pictures.clusters import Bundle, Crowd, Gathered
from reformgraph.server.pictures.describe import describe, link_title, node_title, nothing
from reformgraph.server.pictures.layout import (
    FOCUS_LINE,
    FOCUS_SIZE,
    HEADING,
    LINE,
    PAD,
    SIZE,
    Layout,
    Spot,
    lay_out,
)
from reformgraph.server.pictures.legend import legend
from reformgraph.server.pictures.marks import (
    INDIRECT_SHARE,
    family_of,
    lane_of,
    weight_of,
)
from reformgraph.server.pictures.routes import Route, n, route
from reformgraph.server.pictures.shapes import (
    ACCENT,
    FAINT,
    INDIRECT,
    INK,
    PAPER,
    QUIET,
    RULE,
    mark,
    range_bar,
)
from reformgraph.server.pictures.text import clean, shorten, width, xml

_FONTS = "system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def render(
    traced: Lineage | Gathered,
    link: Callable[[str], str],
    *,
    title: str,
    limit: int = 60,
    stylesheet: str | None = None,
    standalone: bool = False,
    more_href: str | None = None,
    reduced: bool = True,
    opening: Callable[[str], str] | None = None,
) -> str:
    """Return `traced` as one `<svg>` element, well-formed XML and fit to stand inside HTML.

    `link` gives the address of the page of a node's IRI or a claim's IRI; it must be a safe one.
    At most `limit` nodes are shown, the nearest first; what is left out is counted in the picture
    and linked to `more_href`, the table. Of a lineage that was gathered all is shown, and `opening`
    gives the address that shows the items of a crowd. `reduced` leaves out edges that a longer way
    tells.
    Inline in a page the look comes from `picture.css`; `standalone` writes the heading into the
    picture and embeds `stylesheet` (by default that same file) in a `<style>`.
    """
    gathered = traced if isinstance(traced, Gathered) else Gathered(traced)
    lineage = gathered.lineage
    limit = len(lineage.nodes) if gathered.crowds else limit
    choice = choose(lineage, limit, reduced=reduced)
    lone = len(choice.nodes) == 1
    heading = 54.0 if standalone else 6.0
    layout = lay_out(choice, lineage.direction, heading)
    routes = route(choice, layout.spots)
    summary = describe(lineage, choice)
    notes, below = _notes(gathered, layout, more_href)
    key, key_height = ("", 0.0) if lone else legend(layout, below + 8)
    height = below + 8 + key_height
    name = f"lineage-{crc32(f'{lineage.direction} {lineage.focus}'.encode()):08x}"
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="picture w-{n(layout.width)}" '
            f'width="{n(layout.width)}" height="{n(height)}" '
            f'viewBox="0 0 {n(layout.width)} {n(height)}" role="group" '
            f'aria-labelledby="{name}-title" aria-describedby="{name}-desc" '
            f'font-family="{_FONTS}" font-size="{n(SIZE)}" fill="{INK}">'
            f'<title id="{name}-title">{xml(title)}</title>'
            f'<desc id="{name}-desc">{xml(summary)}</desc>'
        )
    ]
    if standalone:
        parts.append(f"<style>{escape(_lines(stylesheet), quote=False)}</style>")
    parts.append(
        f'<rect class="paper" width="{n(layout.width)}" height="{n(height)}" fill="{PAPER}"/>'
    )
    if standalone:
        parts.append(_heading(title, "" if lone else summary, layout.width))
    parts += [
        _margin(layout),
        _axis(layout),
        _edges(routes, choice, link),
        _nodes(layout, lambda node: _address(node, link, opening)),
        notes,
        key,
        "</svg>\n",
    ]
    return "".join(parts)


def _address(node: Node, link: Callable[[str], str], opening: Callable[[str], str] | None) -> str:
    return opening(node.key) if opening and isinstance(node, Crowd) else link(node.iri)


@cache
def css() -> str:
    """Return the text of `picture.css`, as a standalone picture embeds it."""
    return files("reformgraph.server").joinpath("static", "picture.css").read_text("utf-8")


def style_source(stylesheet: str | None = None) -> str:
    """Return the source expression that lets a `style-src` admit a standalone picture's style."""
    digest = sha256(_lines(stylesheet).encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"


def _lines(stylesheet: str | None) -> str:
    """Return the style sheet as an XML parser hands it on: the hash is of that text."""
    text = css() if stylesheet is None else stylesheet
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _heading(title: str, summary: str, room: float) -> str:
    first = summary.split(". ")[0].rstrip(".") + "." if summary else ""
    return (
        f'<text x="{n(PAD)}" y="28" font-size="18" font-weight="700">'
        f"{xml(shorten(clean(title), room - 2 * PAD, 18, bold=True))}</text>"
        f'<text class="quiet" x="{n(PAD)}" y="48" fill="{QUIET}">'
        f"{xml(shorten(first, room - 2 * PAD, SIZE))}</text>"
    )


def _margin(layout: Layout) -> str:
    if layout.undated is None:
        return ""
    left, right = layout.undated
    return (
        f'<g class="undated"><rect class="stripe" x="{n(left)}" y="{n(layout.top)}" '
        f'width="{n(right - left - 8)}" height="{n(layout.bottom - layout.top)}" fill="{FAINT}"/>'
        f'<text class="quiet" x="{n(left + 24)}" y="{n(layout.top - 7)}" fill="{QUIET}" '
        'font-style="italic">undated</text></g>'
    )


def _axis(layout: Layout) -> str:
    top, bottom, scale = layout.lanes[0].top, layout.lanes[-1].bottom, layout.scale
    parts = []
    if scale:
        ticks = scale.ticks(SIZE)
        # Every other year is tinted: years of unequal width stay readable as years.
        parts += [
            f'<rect class="stripe" x="{n(one.x)}" y="{n(top)}" width="{n(two.x - one.x)}" '
            f'height="{n(bottom - top)}" fill="{FAINT}"/>'
            for at, (one, two) in enumerate(pairwise(ticks))
            if at % 2 == 0
        ]
        for tick in ticks:
            if tick.labelled:
                parts += [
                    f'<text class="quiet" x="{n(tick.x)}" y="{n(y)}" fill="{QUIET}" '
                    f'text-anchor="middle">{tick.year}</text>'
                    for y in (top - 7, bottom + 17)
                ]
        lines = "".join(f"M{n(tick.x)} {n(top)}V{n(bottom + 4)}" for tick in ticks)
        parts.append(f'<path class="rule" d="{lines}" stroke="{RULE}"/>')
    edges = [layout.lanes[0].top, *(lane.bottom for lane in layout.lanes)]
    rules = "".join(f"M{n(PAD)} {n(y)}H{n(layout.width - PAD)}" for y in edges)
    parts.append(f'<path class="rule" d="{rules}" stroke="{RULE}"/>')
    parts += [
        f'<text class="quiet halo" x="{n(PAD)}" y="{n(lane.top + 16)}" fill="{QUIET}" '
        f'font-weight="700">{lane.kind.heading}</text>'
        for lane in layout.lanes
    ]
    focus = layout.spots[layout.choice.focus]
    if focus.dated and layout.choice.links:
        parts.append(
            f'<path class="today" d="M{n(focus.x)} {n(top)}V{n(bottom)}" stroke="{ACCENT}" '
            'stroke-opacity="0.35"/>'
        )
    return f'<g class="axis">{"".join(parts)}</g>'


def _edges(routes: tuple[Route, ...], choice: Choice, link: Callable[[str], str]) -> str:
    number = {iri: at for at, iri in enumerate(choice.nodes)}
    groups = []
    for direct in (False, True):
        marks = "".join(
            _edge(one, choice, link, number) for one in routes if one.link.direct is direct
        )
        if marks:
            groups.append(f'<g class="{"direct" if direct else "indirect"}">{marks}</g>')
    return f'<g class="edges" fill="none">{"".join(groups)}</g>' if groups else ""


def _edge(one: Route, choice: Choice, link: Callable[[str], str], number: dict[str, int]) -> str:
    edge, direct = one.link.edge, one.link.direct
    colour = ACCENT if direct else INDIRECT
    ends = f'data-from="{number[one.link.earlier]}" data-to="{number[one.link.later]}"'
    title = f"<title>{xml(link_title(one.link, choice))}</title>"
    head = (
        f'<path class="head" d="{one.head}" fill="{colour if edge.verified else PAPER}" '
        f'stroke="{colour}" stroke-width="0.8"/>'
    )
    if isinstance(edge, Bundle):
        # Of many claims no one can be opened: the crowd at its end can.
        thick = min(0.8 + 0.6 * log2(edge.count), 5.0)
        line = f'<path class="line" d="{one.line}" stroke="{colour}" stroke-width="{n(thick)}"/>'
        return f'<g class="edge bundle" {ends}>{title}{line}{head}</g>'
    thick = weight_of(edge).thick * (1 if direct else INDIRECT_SHARE)
    dash = family_of(edge).dash
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    # Indirect edges are not on the tab path: their claims are linked from the table as well, and
    # a hundred more stops would bury the nodes.
    tab = "" if direct else ' tabindex="-1"'
    return (
        f'<a class="edge{"" if edge.verified else " unverified"}" href="{xml(link(edge.claim))}"'
        f"{tab} {ends}>{title}"
        f'<path class="hit" d="{one.line}" stroke="#fff" stroke-opacity="0" stroke-width="12"/>'
        f'<path class="line" d="{one.line}" stroke="{colour}" stroke-width="{n(thick)}"'
        f"{dashes}/>{head}</a>"
    )


def _nodes(layout: Layout, address: Callable[[Node], str]) -> str:
    marks = "".join(
        _node(spot, address(spot.node), at)
        for at, spot in enumerate(layout.spots[iri] for iri in layout.choice.nodes)
    )
    return f'<g class="nodes">{marks}</g>'


def _node(spot: Spot, href: str, number: int) -> str:
    node = spot.node
    crowd = isinstance(node, Crowd)
    place = "focus" if spot.focus else "near" if node.depth == 1 else "far"
    colour = ACCENT if spot.focus else INK if node.depth == 1 else QUIET
    left, top, right, bottom = spot.label_box
    left, right = min(left, spot.x - spot.mark) - 3, max(right, spot.x + spot.mark) + 3
    top, bottom = min(top, spot.y - spot.tall - 2), max(bottom, spot.y + spot.tall + 2)
    bar = ""
    if spot.ranged:
        bar = range_bar(
            *spot.reach,
            spot.y,
            open_start=spot.open_start,
            open_end=spot.open_end,
            colour=colour,
        )
    shape = mark(
        "bar" if spot.focus else "stack" if crowd else lane_of(node).shape,
        spot.x,
        spot.y,
        spot.mark,
        tall=spot.tall,
        hollow=spot.ranged,
        colour=colour,
    )
    return (
        f'<a class="node {place}{" ranged" if spot.ranged else ""}{" crowd" if crowd else ""}" '
        f'href="{xml(href)}" '
        f'data-node="{number}"><title>{xml(node_title(node))}</title>'
        f'<rect class="box" x="{n(left)}" y="{n(top)}" width="{n(right - left)}" '
        f'height="{n(bottom - top)}" rx="3" fill="none"/>'
        f"{bar}{shape}{_label(spot, colour)}</a>"
    )


def _label(spot: Spot, colour: str) -> str:
    lines = [(line, spot.focus) for line in spot.lines]
    step = FOCUS_LINE if spot.focus else LINE
    if spot.focus:
        lines.append((spot.when, False))
    y = spot.y - step * (len(lines) - 1) / 2 + 4
    anchor = ' text-anchor="end"' if spot.side < 0 else ""
    parts = []
    for at, (line, strong) in enumerate(lines):
        look = f' class="name" font-weight="700" font-size="{n(FOCUS_SIZE)}"' if strong else ""
        parts.append(
            f'<tspan x="{n(spot.text_x)}" y="{n(y + at * step)}"{look}>{xml(line)}</tspan>'
        )
    return (
        f'<text class="halo" fill="{colour}" stroke="{PAPER}" stroke-width="4" '
        f'stroke-linejoin="round" paint-order="stroke"{anchor}>{"".join(parts)}</text>'
    )


def _notes(gathered: Gathered, layout: Layout, more_href: str | None) -> tuple[str, float]:
    """Return what the picture leaves out, in words, and where the space below them begins."""
    choice = layout.choice
    y = layout.bottom + (HEADING + 18 if layout.scale else 18)
    parts = []
    if choice.more:
        many = "item" if choice.more == 1 else "items"
        text = f"… and {choice.more} more {many}, farther off or less connected"
        if more_href is not None:
            text += ": see the table"
        body = f'<text x="{n(PAD)}" y="{n(y)}" font-weight="700">{xml(text)}</text>'
        if more_href is not None:
            wide = width(text, SIZE, bold=True)
            body = (
                f'<a class="more" href="{xml(more_href)}"><rect class="box" x="{n(PAD - 4)}" '
                f'y="{n(y - 15)}" width="{n(wide + 8)}" height="22" fill="none"/>{body}</a>'
            )
        parts.append(body)
        y += 20
    lines = []
    if len(choice.nodes) == 1 and not choice.more:
        lines.append(nothing(gathered.lineage, choice))
    if choice.hidden:
        lines.append(
            f"{choice.hidden} {'edge' if choice.hidden == 1 else 'edges'} not drawn: a longer way "
            "between the same items is. The table has them all."
        )
    if gathered.crowds:
        held = sum(crowd.count for crowd in gathered.crowds)
        lines.append(
            f"{held:,} items stand together by year, in {len(gathered.crowds)} groups that open; "
            f"{gathered.inside:,} claims run inside a group."
        )
    if layout.scale and not layout.scale.even:
        lines.append("Years in which more happened are drawn wider.")
    for line in lines:
        text = shorten(line, layout.width - 2 * PAD, SIZE)
        parts.append(
            f'<text class="quiet" x="{n(PAD)}" y="{n(y)}" fill="{QUIET}">{xml(text)}</text>'
        )
        y += 17
    if lines:
        y += 3
    return f'<g class="notes">{"".join(parts)}</g>', y - 8
