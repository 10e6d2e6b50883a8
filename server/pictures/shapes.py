"""Pieces of SVG that picture and key share, with colours for want of a style sheet."""

from reformgraph.server.pictures.routes import n

PAPER = "#ffffff"
INK = "#1b1f24"
QUIET = "#535d67"
RULE = "#dfe3e8"
FAINT = "#f5f6f8"
ACCENT = "#a6301f"
INDIRECT = "#6f7a86"


def mark(
    shape: str,
    x: float,
    y: float,
    half: float,
    *,
    tall: float = 0.0,
    hollow: bool = False,
    colour: str = QUIET,
) -> str:
    """Return the mark of a node: a disc, square, diamond, triangle, stack or bar, `half` wide each way.

    The bar is the focal item's; it alone heeds `tall`, half its height.
    """
    look = f'class="mark" fill="{PAPER if hollow else colour}" stroke="{colour}" stroke-width="1.5"'
    if shape == "disc":
        return f'<circle {look} cx="{n(x)}" cy="{n(y)}" r="{n(half)}"/>'
    if shape == "bar":
        return (
            f'<rect {look} x="{n(x - half)}" y="{n(y - tall)}" width="{n(2 * half)}" '
            f'height="{n(2 * tall)}" rx="{n(half)}"/>'
        )
    if shape == "square":
        side = half * 0.9
        return (
            f'<rect {look} x="{n(x - side)}" y="{n(y - side)}" '
            f'width="{n(2 * side)}" height="{n(2 * side)}"/>'
        )
    if shape == "stack":
        return "".join(
            f'<rect {look} x="{n(x + at - half)}" y="{n(y - at - half)}" width="{n(2 * half)}" '
            f'height="{n(2 * half)}" rx="1.5"/>'
            for at in (3.0, 0.0)
        )
    if shape == "diamond":
        reach = half * 1.2
        path = f"M{n(x - reach)} {n(y)}l{n(reach)} {n(-reach)}l{n(reach)} {n(reach)}"
        return f'<path {look} d="{path}l{n(-reach)} {n(reach)}z"/>'
    path = f"M{n(x - half)} {n(y + half * 0.8)}h{n(2 * half)}L{n(x)} {n(y - half)}z"
    return f'<path {look} d="{path}"/>'


def range_bar(
    start: float,
    end: float,
    y: float,
    *,
    open_start: bool = False,
    open_end: bool = False,
    colour: str = QUIET,
) -> str:
    """Return a thin bar with a stop at each end that is known, dashed towards one that is not."""
    stops = "".join(
        f"M{n(x)} {n(y - 4)}v8" for x, is_open in ((start, open_start), (end, open_end))
        if not is_open
    )  # fmt: skip
    dash = ' stroke-dasharray="3 3"' if open_start or open_end else ""
    return (
        f'<path class="range" d="M{n(start)} {n(y)}H{n(end)}{stops}" fill="none" '
        f'stroke="{colour}" stroke-width="1.3"{dash}/>'
    )


def head(x: float, y: float, size: float, *, hollow: bool = False) -> str:
    """Return an arrowhead whose tip lies at (x, y), pointing right."""
    path = f"M{n(x)} {n(y)}l{n(-size)} {n(-size * 0.38)}v{n(size * 0.76)}z"
    fill = PAPER if hollow else INDIRECT
    return f'<path class="head" d="{path}" fill="{fill}" stroke="{INDIRECT}" stroke-width="0.8"/>'
