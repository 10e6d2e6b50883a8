"""The tree of classes as a picture: one row each, a line from each class to the one above it."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from reformgraph.server.pictures.shapes import INK, QUIET, RULE
from reformgraph.server.reading.terms import ClassNode

_ROW, _STEP, _WIDTH, _EDGE = 26, 44, 640, 12


def render(nodes: Sequence[ClassNode], *, title: str) -> Markup:
    """Return one ``<svg>`` element; each class of ours leads to its place on the page.

    In: the classes in order of reading, each deeper by one at most than the one before it.
    """
    height = _ROW * len(nodes) + 2 * _EDGE
    lines, rows = [], []
    last: dict[int, int] = {}
    for at, node in enumerate(nodes):
        x, y = _EDGE + _STEP * node.depth, _EDGE + _ROW * at + _ROW // 2
        if node.depth:
            left = x - _STEP + 10
            lines.append(
                f'<path class="line" fill="none" stroke="{RULE}" '
                f'd="M{left} {last[node.depth - 1] + 9}V{y}H{x - 5}"/>'
            )
        last[node.depth] = y
        rows.append(_row(node, x, y))
    tops = sum(not node.depth for node in nodes)
    words = f"A tree of {len(nodes)} classes, {tops} at the top, each below the one that it is a kind of."
    if used := [node for node in nodes if node.number]:
        most = max(used, key=lambda node: node.number)
        words += f" Most things of this graph are of {most.name}: {most.number:,}."
    return Markup(  # noqa: S704  # every text in it is escaped in _row
        f'<svg class="picture" xmlns="http://www.w3.org/2000/svg" role="group" '
        f'aria-labelledby="classes-title" aria-describedby="classes-desc" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" font-size="14">'
        f'<title id="classes-title">{escape(title)}</title><desc id="classes-desc">{escape(words)}</desc>'
        f"{''.join(lines)}{''.join(rows)}</svg>"
    )


def _row(node: ClassNode, x: int, y: int) -> str:
    small = [str(node.number)] if node.number else []
    if node.also:
        small.append(f"also {node.also}")
    rest = f'<tspan class="quiet" fill="{QUIET}" dx="8">{escape(", ".join(small))}</tspan>'
    name = f'<tspan class="name">{escape(node.name)}</tspan>'
    text = f'<text x="{x}" y="{y + 5}" fill="{INK}">{name}{rest if small else ""}</text>'
    # Only places on the page: a picture does not lead away from this server.
    if not node.href.startswith("#"):
        return text
    return f'<a class="node" href="{escape(node.href)}">{text}</a>'
