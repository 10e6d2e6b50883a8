"""Dates in words.

EDTF literals (Library of Congress, EDTF 2019, levels 0 and 1) keep the precision of their source;
people read "about 2005" more easily than ``2005~``. Nothing here makes a date more precise.
"""

from __future__ import annotations

import re

MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
SEASONS = {"21": "spring", "22": "summer", "23": "autumn", "24": "winter"}
STILL = "still standing when last checked"

_DATE = re.compile(
    r"(?P<year>-?\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?(?P<mark>[?~%]?)", re.ASCII
)
_DECADE = re.compile(r"(?P<decade>\d{3})X(?P<mark>[?~%]?)", re.ASCII)
_CENTURY = re.compile(r"(?P<century>\d{2})XX(?P<mark>[?~%]?)", re.ASCII)


def in_words(edtf: str) -> str:
    """Say one EDTF date or interval in words; text that is no such date comes back unchanged."""
    if "/" in edtf:
        first, _, last = edtf.partition("/")
        return period(first.strip("."), last.strip("."), ongoing=last == "..")
    if found := _DECADE.fullmatch(edtf):
        return _marked(f"the {found['decade']}0s", found["mark"])
    if found := _CENTURY.fullmatch(edtf):
        return _marked(f"the {found['century']}00s", found["mark"])
    found = _DATE.fullmatch(edtf)
    if not found:
        return edtf
    year, month, day = found["year"], found["month"], found["day"]
    if month in SEASONS and day is None:
        return _marked(f"{SEASONS[month]} {year}", found["mark"])
    if month is None:
        return _marked(year, found["mark"])
    if not 1 <= int(month) <= 12:
        return edtf
    words = f"{MONTHS[int(month) - 1]} {year}"
    return _marked(f"{int(day)} {words}" if day else words, found["mark"])


def period(start: str, end: str, *, ongoing: bool = False) -> str:
    """Say when a thing stood, from the EDTF texts of its start and end ("" when unknown).

    An unknown end is said to be unknown: it is not the same as a thing that still stands.
    """
    first, last = in_words(start) if start else "", in_words(end) if end else ""
    if ongoing:
        return f"since {first}; {STILL}" if first else f"start not known; {STILL}"
    if first and last:
        return first if first == last else f"{first} to {last}"
    if first:
        return f"from {first}; end not known"
    if last:
        return f"until {last}; start not known"
    return ""


def brief(start: str, end: str, *, ongoing: bool = False) -> str:
    """Say a period in few characters, for lists: ``2001–2007``, ``since 2007``, ``2007–?``."""
    first, last = _year(start), _year(end)
    if ongoing:
        return f"since {first}" if first else "still standing"
    if not (first or last):
        return ""
    return first if first == last else f"{first or '?'}–{last or '?'}"


def _year(edtf: str) -> str:
    """Return the year of a date with its doubts: "about 1971", "2018 (uncertain)"."""
    if found := _DATE.fullmatch(edtf):
        return _marked(found["year"], found["mark"])
    return in_words(edtf)


def _marked(words: str, mark: str) -> str:
    about = f"about {words}" if mark in ("~", "%") else words
    return f"{about} (uncertain)" if mark in ("?", "%") else about
