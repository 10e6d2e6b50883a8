"""Where everything in a lineage picture lies: lanes, rows, marks, labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from reformgraph.queries.lineage import Node
from reformgraph.server import dates
from reformgraph.server.pictures.choose import Choice
from reformgraph.server.pictures.clusters import Crowd
from reformgraph.server.pictures.marks import LANES, Kind, lane_of
from reformgraph.server.pictures.rows import Row, arrange, pack
from reformgraph.server.pictures.scale import Scale, make_scale
from reformgraph.server.pictures.text import clean, shorten, width, wrap

PAD = 14.0
SIZE = 12.0  # of labels; nothing in the picture is smaller than 11
FOCUS_SIZE = 15.0
LINE = 14.0
FOCUS_LINE = 18.0
ROOM = 170.0  # of a label
FOCUS_ROOM = 168.0
MARK = 4.5  # half a mark's width
FOCUS_MARK = 7.0
PORT = 1.7  # half the height of the focal mark for each of its edges, so that each has a place
TALLEST = 64.0
GAP = 9.0  # between mark and label; an arrowhead must fit in
TAIL = 22.0  # of a range that is open at one end
HEADING = 22.0  # of a lane
AXIS = 24.0
UNDATED = ROOM + 52.0

Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Spot:
    """One node in the picture. `row` and `side` come from packing, `y` from arranging."""

    node: Node
    x: float
    reach: tuple[float, float]  # from the earliest to the latest day, at least the mark
    lines: tuple[str, ...]
    dated: bool
    focus: bool = False
    ranged: bool = False
    open_start: bool = False
    open_end: bool = False
    tall: float = MARK  # half the height of the mark
    side: int = 1  # the label is on the right (1) or on the left (-1) of the mark
    text_x: float = 0.0  # where the label begins (right) or ends (left)
    y: float = 0.0
    when: str = ""  # the date, which only the focal item's label tells
    label_width: float = field(init=False)  # an upper bound

    def __post_init__(self) -> None:
        size = FOCUS_SIZE if self.focus else SIZE
        widths = [width(line, size, bold=self.focus) for line in self.lines]
        self.label_width = max(*widths, width(self.when, SIZE))

    @property
    def height(self) -> float:
        """Return the height that a row needs to hold this node."""
        if self.focus:
            return max(FOCUS_LINE * (len(self.lines) + 1), 2 * self.tall) + 14
        return LINE * len(self.lines) + 6

    @property
    def mark(self) -> float:
        """Return half the width of the mark."""
        return FOCUS_MARK if self.focus else MARK

    def span(self, side: int) -> tuple[float, float, float]:
        """Return where the label begins or ends on `side`, then the room it takes with its mark."""
        if side > 0:
            text = self.reach[1] + GAP
            return text, self.reach[0], text + self.label_width
        text = self.reach[0] - GAP
        return text, text - self.label_width, self.reach[1]

    @property
    def label_box(self) -> Box:
        """Return the box of the label: left, top, right, bottom."""
        left = self.text_x if self.side > 0 else self.text_x - self.label_width
        lines = FOCUS_LINE * (len(self.lines) + 1) if self.focus else LINE * len(self.lines)
        half = lines / 2 + 1
        return left, self.y - half, left + self.label_width, self.y + half


@dataclass(frozen=True, slots=True)
class Lane:
    """One band of the picture with the rows of one kind."""

    kind: Kind
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The measured picture, without its heading and legend."""

    choice: Choice
    width: float
    top: float
    bottom: float
    lanes: tuple[Lane, ...]
    spots: Mapping[str, Spot]
    scale: Scale | None
    undated: tuple[float, float] | None  # the margin of the undated, from left to right


@dataclass(slots=True)
class _Frame:
    left: float
    right: float
    undated: tuple[float, float] | None
    side: int
    scale: Scale | None = field(default=None)


def picture_width(nodes: float) -> float:
    """Return the width of a picture of so many nodes, in steps that `picture.css` knows."""
    return next(
        (float(w) for w, most in ((720, 1), (1200, 90), (2400, 400)) if nodes <= most), 4800.0
    )


def lay_out(choice: Choice, direction: str, top: float) -> Layout:
    """Return the layout of `choice` below `top`; the focal item's label has room at its own end.

    `direction` is "antecedents" (the focal item comes last) or "descendants" (it comes first).
    """
    # A crowd's label is a number, which takes a fifth of the room that an item's takes.
    crowds = sum(isinstance(node, Crowd) for node in choice.nodes.values())
    whole = picture_width(len(choice.nodes) - 0.8 * crowds)
    dated = {iri: days for iri, node in choice.nodes.items() if (days := _days(node))}
    left = PAD
    undated = None
    if len(dated) < len(choice.nodes):
        undated = (PAD, PAD + UNDATED)
        left += UNDATED
    back = direction == "antecedents"
    focus_room = FOCUS_ROOM + FOCUS_MARK + GAP + 6
    frame = _Frame(left + 4, whole - PAD - 4, undated, 1 if back else -1)
    frame.scale = make_scale(
        dated.values(),
        left + (16 if back else focus_room),
        whole - PAD - (focus_room if back else 16),
    )
    spots = {
        iri: _spot(node, dated.get(iri), frame, iri == choice.focus)
        for iri, node in sorted(choice.nodes.items())
    }
    ports = sum(link.direct for link in choice.links)
    spots[choice.focus].tall = min(max(FOCUS_MARK, PORT * ports), TALLEST)
    packed: list[tuple[Kind, list[Row]]] = []
    for kind in LANES:
        mine = [spot for spot in spots.values() if lane_of(spot.node) is kind]
        if mine:
            packed.append((kind, pack(mine, frame.left, frame.right, -frame.side)))
    lanes, bottom = _stack(choice, packed, spots, top + AXIS)
    return Layout(choice, whole, top + AXIS, bottom, lanes, spots, frame.scale, undated)


def _stack(
    choice: Choice, packed: list[tuple[Kind, list[Row]]], spots: Mapping[str, Spot], top: float
) -> tuple[tuple[Lane, ...], float]:
    """Order the rows inside their lanes, give every spot its height, and return the lanes."""
    arrange(
        [rows for _, rows in packed],
        [(link.earlier, link.later) for link in choice.links],
        choice.focus,
        HEADING,
    )
    lanes = []
    y = top
    for kind, rows in packed:
        start = y
        y += HEADING
        for row in rows:
            for spot in row.spots:
                spot.y = y + row.height / 2
            y += row.height
        y += 8
        lanes.append(Lane(kind, start, y))
    return tuple(lanes), y


def _days(node: Node) -> tuple[date, date] | None:
    """Return the first and last day that the date of `node` may mean; one may stand for both."""
    first, last = node.earliest or node.latest, node.latest or node.earliest
    if first is None or last is None:
        return None
    return min(first, last), max(first, last)


def _spot(node: Node, days: tuple[date, date] | None, frame: _Frame, focus: bool) -> Spot:
    if focus:
        lines = wrap(node.label or node.slug, FOCUS_ROOM, FOCUS_SIZE, 4, bold=True)
        when = shorten(dates.in_words(clean(node.date)) or "undated", FOCUS_ROOM, SIZE)
    elif isinstance(node, Crowd):
        lines, when = (f"{node.count:,}",), ""
    else:
        lines, when = wrap(node.label or node.slug, ROOM, SIZE, 2), ""
    mark = FOCUS_MARK if focus else MARK
    if days is None or frame.scale is None:
        x = (frame.undated or (PAD, 0.0))[0] + 24 + mark
        return Spot(node, x, (x - mark, x + mark), lines, False, focus, when=when)
    start, end = frame.scale.x(days[0]), frame.scale.x(days[1])
    open_start, open_end = node.earliest is None, node.latest is None
    ranged = open_start or open_end or end - start > 2 * mark + 2
    x = (start + end) / 2
    reach = (
        min(start - (TAIL if open_start else 0), x - mark),
        max(end + (TAIL if open_end else 0), x + mark),
    )
    return Spot(
        node, x, reach, lines, True, focus, ranged, open_start, open_end, side=frame.side, when=when
    )
