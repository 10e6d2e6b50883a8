"""Content negotiation: which media type answers a request (RFC 9110 §12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from reformgraph.errors import NotAcceptable

# A longer header is cut: no client lists so many types, and each costs time.
MAX_HEADER = 4_000


def choose(accept: str | None, offers: Sequence[str], *, default: str | None = None) -> str:
    """Pick the media type of ``offers`` that the ``Accept`` header ``accept`` likes best.

    The highest quality wins, then the most exactly named type, then the order of ``offers``;
    ``default`` (else the first offer) stands before all offers when the header leaves it open.
    An absent or unreadable header gives the default. Parameters of media types are ignored.
    Raises NotAcceptable, naming what there is, when nothing fits.
    """
    standard = default or offers[0]
    ranges = _ranges(accept)
    if not ranges:
        return standard
    best: tuple[float, int] = (0.0, -1)
    chosen = ""
    for offer in (standard, *offers):
        rank = _rank(offer, ranges)
        if rank[0] > 0 and rank > best:
            best, chosen = rank, offer
    if not chosen:
        raise NotAcceptable(
            "None of the media types in your Accept header can be made here. There is: "
            + ", ".join(dict.fromkeys(offers)),
            hints=tuple(dict.fromkeys(offers)),
            headers={"Vary": "Accept"},
        )
    return chosen


def _ranges(accept: str | None) -> dict[str, float]:
    """Read the header into media range → quality; what is no media range is left out."""
    if not accept:
        return {}
    if len(accept) > MAX_HEADER:
        accept = accept[:MAX_HEADER].rpartition(",")[0]
    found: dict[str, float] = {}
    for item, quality in parse_accept_header(accept, MIMEAccept):
        name = item.partition(";")[0].strip().lower()
        kind, slash, subtype = name.partition("/")
        # "*" alone is what some old Java clients send for "*/*".
        if name == "*":
            name = "*/*"
        elif not (slash and kind and subtype) or (kind == "*" and subtype != "*"):
            continue
        found[name] = max(quality, found.get(name, 0.0))
    return found


def _rank(offer: str, ranges: dict[str, float]) -> tuple[float, int]:
    """Return quality and exactness of the most exact range that covers ``offer``."""
    name = offer.partition(";")[0].lower()
    for exactness, candidate in ((2, name), (1, name.partition("/")[0] + "/*"), (0, "*/*")):
        if candidate in ranges:
            return ranges[candidate], exactness
    return 0.0, -1
