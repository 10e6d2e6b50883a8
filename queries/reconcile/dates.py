"""Days, months and years as strangers write them, against the bounds that the graph holds."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

_DATE = re.compile(r"^\s*(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T.*)?)?)?\s*~?\s*$")
_BRITISH = re.compile(r"^\s*(\d{1,2})/(\d{1,2})/(\d{4})\s*$")
NEAR = timedelta(days=366)


def bounds(text: str) -> tuple[date, date] | None:
    """Return the first and last day of ``2007``, ``2007-06``, ``2007-06-28`` or ``28/06/2007``.

    None for what is no date.
    """
    if hit := _BRITISH.match(text):
        text = f"{hit[3]}-{int(hit[2]):02}-{int(hit[1]):02}"
    if not (hit := _DATE.match(text)):
        return None
    try:
        year = int(hit[1])
        if not hit[2]:
            return date(year, 1, 1), date(year, 12, 31)
        month = int(hit[2])
        if not hit[3]:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        day = date(year, month, int(hit[3]))
        return day, day
    except ValueError:
        return None


def agreement(wanted: tuple[date, date], earliest: str, latest: str) -> float | None:
    """Return how well a date agrees: 1 when they overlap, 0.5 within a year, 0 beyond, None unknown."""
    first, last = _day(earliest), _day(latest)
    if first is None or last is None:
        return None
    if wanted[0] <= last and wanted[1] >= first:
        return 1.0
    gap = wanted[0] - last if wanted[0] > last else first - wanted[1]
    return 0.5 if gap <= NEAR else 0.0


def stood(wanted: tuple[date, date], facts: dict[str, str]) -> float | None:
    """Return whether a thing stood at a time: 1 yes, 0.75 possibly, 0 no, None without dates.

    ``facts`` holds startEarliest, startLatest, endEarliest, endLatest and isOngoing as far as they
    are known; the rule is *stood on* of docs/architecture.md, over a span of days.
    """
    start_first, start_last = _day(facts.get("startEarliest")), _day(facts.get("startLatest"))
    end_first, end_last = _day(facts.get("endEarliest")), _day(facts.get("endLatest"))
    ongoing = facts.get("isOngoing") == "true"
    if start_first is None and end_last is None and not ongoing:
        return None
    if (start_first and wanted[1] < start_first) or (end_last and wanted[0] > end_last):
        return 0.0
    if (
        start_last
        and start_last <= wanted[1]
        and (ongoing or (end_first and wanted[0] < end_first))
    ):
        return 1.0
    return 0.75


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
