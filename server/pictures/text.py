"""Text inside a picture: made safe for XML, measured without a font, broken into lines."""

import re
import unicodedata
from functools import lru_cache
from html import escape

ELLIPSIS = "…"

# Widths in em, each the wider of DejaVu Sans and Arial and rounded up: whichever font of the stack
# the reader has, a label is never wider than the room that was kept for it.
_TABLE = {
    char: width
    for width, chars in (
        (0.28, "'ijl"),
        (0.30, "I"),
        (0.32, " ,.‘’·"),
        (0.34, "/:;\\|"),
        (0.36, "f"),
        (0.38, "-"),
        (0.40, "()[]t"),
        (0.42, "!r"),
        (0.46, '"'),
        (0.50, "*J`–"),
        (0.54, "sz“”"),
        (0.56, "?L_c"),
        (0.58, "k"),
        (0.60, "vxy"),
        (0.62, "FTaeo"),
        (0.64, "$0123456789bdghnpqu{}£"),
        (0.68, "EKPSY"),
        (0.70, "ABVXZ"),
        (0.74, "CRU"),
        (0.76, "HN"),
        (0.78, "&DG"),
        (0.80, "OQ"),
        (0.82, "w"),
        (0.84, "#+<=>^~"),
        (0.88, "M"),
        (0.96, "%"),
        (0.98, "m"),
        (1.00, "W—…½"),
        (1.02, "@"),
    )
    for char in chars
}
_BOLD = 1.16
# Latin letters and the usual punctuation: nothing in it needs a closer look.
_PLAIN = re.compile(r"[ -~\u00a1-\u02ff\u2010-\u2027\u2030-\u205e]*")
_BIDI = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
_STACKED = 2  # combining marks in a row; more of them climb out of the line over other labels


@lru_cache(maxsize=4096)
def _em(char: str) -> float:
    """Return the width of a character outside the table, rather too wide than too narrow."""
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0.0
    base = unicodedata.normalize("NFD", char)[0]
    if base in _TABLE:
        return _TABLE[base]
    # Emoji and East Asian characters come from another font, some of them wider than an em.
    return 1.4 if unicodedata.east_asian_width(char) in "WF" else 1.1


class _Widths(dict[str, float]):
    """The table, which works out what it lacks."""

    def __missing__(self, char: str) -> float:
        return _em(char)


_WIDTHS = _Widths(_TABLE)


def clean(text: str) -> str:
    """Return `text` on one line, without what XML forbids or what turns the reading order.

    Control characters, lone surrogates, non-characters and bidirectional controls go; any white
    space becomes one blank; combining marks beyond two in a row go.
    """
    if _PLAIN.fullmatch(text):
        return " ".join(text.split())
    kept: list[str] = []
    stacked = 0
    for char in " ".join(text.split()):
        category = unicodedata.category(char)
        if category in ("Cc", "Cs", "Co", "Cn") or unicodedata.bidirectional(char) in _BIDI:
            continue
        stacked = stacked + 1 if category in ("Mn", "Me") else 0
        if stacked <= _STACKED:
            kept.append(char)
    return " ".join("".join(kept).split())


def xml(text: str) -> str:
    """Return `text` cleaned and escaped for element content and quoted attributes alike."""
    return escape(clean(text), quote=True)


def cut(text: str, most: int = 300) -> str:
    """Return `text` cleaned and, when it is no name any more, cut with an ellipsis."""
    text = clean(text[: 4 * most])
    return text if len(text) <= most else text[: most - 1].rstrip() + ELLIPSIS


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return an upper bound of how wide `text` is at `size` pixels."""
    return sum(map(_WIDTHS.__getitem__, text)) * size * (_BOLD if bold else 1.0)


def shorten(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return `text` if it fits into `room` pixels, else its beginning with an ellipsis."""
    text = text[:400]  # nothing that fits into a picture is longer; keeps hostile labels cheap
    if width(text, size, bold=bold) <= room:
        return text
    room -= width(ELLIPSIS, size, bold=bold)
    used = 0.0
    end = 0
    for end, char in enumerate(text):  # noqa: B007 - the place where it stopped is the answer
        used += width(char, size, bold=bold)
        if used > room:
            break
    else:
        end = len(text)
    # No half of a joined emoji and no mark without its letter at the cut.
    while end and (text[end - 1] == "\u200d" or (end < len(text) and _joins(text[end]))):
        end -= 1
    cut = text[:end]
    blank = cut.rfind(" ")
    if blank > 0.6 * len(cut):
        cut = cut[:blank]
    return cut.rstrip(" ,;:-–—(&") + ELLIPSIS


def _joins(char: str) -> bool:
    return char == "\u200d" or unicodedata.category(char) in ("Mn", "Me")


def wrap(text: str, room: float, size: float, lines: int, *, bold: bool = False) -> tuple[str, ...]:
    """Break `text` into at most `lines` lines no wider than `room`; the last may end in `…`.

    Two lines are balanced, so that neither is left with one word.
    """
    text = clean(text)
    if width(text[:400], size, bold=bold) <= room and len(text) <= 400:
        return (text,)
    broken = _fill(text[:400].split(" "), room, size, lines, bold)
    if len(broken) == lines == 2 and width(text, size, bold=bold) <= 1.9 * room:
        # The narrowest room that still needs two lines gives the most even pair.
        for part in (0.55, 0.65, 0.75, 0.85):
            even = _fill(text.split(" "), part * room, size, lines, bold)
            if not even[-1].endswith(ELLIPSIS) and len(even) == 2:
                return even
    return broken


def _fill(words: list[str], room: float, size: float, lines: int, bold: bool) -> tuple[str, ...]:
    done: list[str] = []
    at = 0
    while at < len(words):
        if len(done) == lines - 1:
            done.append(shorten(" ".join(words[at:]), room, size, bold=bold))
            break
        line = words[at]
        at += 1
        while at < len(words) and width(f"{line} {words[at]}", size, bold=bold) <= room:
            line = f"{line} {words[at]}"
            at += 1
        if width(line, size, bold=bold) > room:  # one endless word
            done.append(shorten(line, room, size, bold=bold))
            break
        done.append(line)
    return tuple(done)
