"""Dates as the sources give them: a subset of EDTF levels 0 and 1, with day bounds.

Specification: Extended Date/Time Format, Library of Congress 2019 (ISO 8601-2:2019).
"""

from __future__ import annotations

import calendar
import re
import warnings
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

EXPECTED: Final = "a date such as 2003-09-08, 2003-09, 2003 or, when about, 2003~"

_POINT: Final = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d\dXX)(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?(?P<mark>[~?%])?"
)
_SERIAL: Final = range(20_000, 60_000)
_SERIAL_EPOCH: Final = date(1899, 12, 30)
_SLASHED: Final = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})")
_LOOK_ALIKES: Final = str.maketrans("OoQIl|SB–—", "00011158--")
_SPRING, _WINTER = 21, 24


@dataclass(frozen=True, slots=True)
class Edtf:
    """One date of a source.

    ``text`` is the literal as written; ``earliest`` and ``latest`` are the first and the last day
    that it can mean, both inclusive. For ``..`` (still open) they are the whole calendar.
    """

    text: str
    earliest: date
    latest: date

    @property
    def is_open(self) -> bool:
        """Whether this is ``..``: no end yet."""
        return self.text == ".."


class DateError(ValueError):
    """A text is no date of the subset; ``expected`` and ``hint`` say how to mend it."""

    def __init__(self, text: str, expected: str = EXPECTED, hint: str = "") -> None:
        super().__init__(f"{text!r}: expected {expected}" + (f"; {hint}" if hint else ""))
        self.text = text
        self.expected = expected
        self.hint = hint


OPEN: Final = Edtf("..", date.min, date.max)


@lru_cache(maxsize=65_536)
def parse(text: str) -> Edtf:
    """Read one date.

    In: a year, month or day (``2003``, ``2003-09``, ``2003-09-08``), with unspecified digits
    (``200X``, ``2003-XX``), a spring, summer or autumn (``2003-21`` … ``2003-23``), each but the
    season with ``~`` (about), ``?`` (uncertain) or ``%`` (both) after it; an interval of two of
    them (``2003/2005``); or ``..`` alone. Out: the text with its bounds in days.

    A ``~``, ``?`` or ``%`` widens the bounds by one unit of the literal's own precision on either
    side: a day for a day, a month for a month, a year for a year, ten for a decade. (The edtf
    library adds up its paddings: for ``2008-04-01~`` it gives a year, a month and a day.)

    Raises ``DateError``, naming what was expected. EDTF sections: level 0 *Date* and *Time
    Interval*; level 1 *Seasons*, *Qualification of a date*, *Unspecified digit(s) from the right*.
    """
    if text == "..":
        return OPEN
    if "/" in text and not _SLASHED.fullmatch(text):
        return _interval(text)
    match = _POINT.fullmatch(text) if text.isascii() else None
    if match is None:
        raise DateError(text, hint=_hint(text))
    month, day = match["month"] or "", match["day"] or ""
    if month.isdecimal() and not 1 <= int(month) <= 12:
        return _season(text, int(match["year"]), int(month), day, match["mark"])
    if int(match["year"].replace("X", "0")) < 1:
        raise DateError(text, hint="years run from 0001 to 9999")
    if (month and "X" in match["year"]) or (month == "XX" and day.isdecimal()):
        raise DateError(text, hint="X stands only for the last digits: 200X, 2003-XX, 2003-09-XX")
    _check_day(text, match["year"], month, day)
    earliest, latest = _strict(text, match)
    if match["mark"]:
        return _widened(text, match, earliest, latest)
    return Edtf(text, earliest, latest)


def _strict(text: str, match: re.Match[str]) -> tuple[date, date]:
    year, month, day = match["year"], match["month"] or "", match["day"] or ""
    if "X" in text:
        return _by_library(text, text.rstrip("~?%"))
    # Nearly all dates are whole numbers; the library takes 4 ms for each, the calendar 2 µs.
    if not month:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    first = date(int(year), int(month), int(day or 1))
    if day:
        return first, first
    return first, first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _by_library(text: str, point: str) -> tuple[date, date]:
    with warnings.catch_warnings():
        # edtf 5.0 builds its grammar in a way that pyparsing remarks on when it is imported.
        warnings.filterwarnings("ignore", message=r"warn_\w+: setting results name")
        from edtf import EDTFParseException, parse_edtf
    try:
        parsed = parse_edtf(point)
        lower, upper = parsed.lower_strict(), parsed.upper_strict()
        return date(*lower[:3]), date(*upper[:3])
    except (EDTFParseException, ValueError, TypeError) as error:
        raise DateError(text, hint=_hint(text)) from error


def _check_day(text: str, year: str, month: str, day: str) -> None:
    """Refuse days that no month has; the edtf library lets 2003-02-29 pass."""
    if not day.isdecimal():
        return
    last = calendar.monthrange(int(year), int(month))[1]
    if not 1 <= int(day) <= last:
        name = f"{calendar.month_name[int(month)]} {year}"
        raise DateError(text, hint=f"{name} has {last} days")


def _season(text: str, year: int, code: int, day: str, mark: str | None) -> Edtf:
    if not _SPRING <= code <= _WINTER or day or mark:
        raise DateError(text, hint="months run from 01 to 12")
    if code == _WINTER:
        raise DateError(
            text, hint=f"a winter falls in two years: write {year}-12/{year + 1}-02 or the like"
        )
    return Edtf(text, *_by_library(text, text))


def _interval(text: str) -> Edtf:
    first, _, last = text.partition("/")
    if not first or not last or ".." in (first, last) or "/" in last:
        raise DateError(text, hint="an interval needs two dates: 2003/2005")
    begin, end = parse(first), parse(last)
    if begin.earliest > end.latest or begin.latest > end.latest:
        raise DateError(text, hint=f"the interval runs backwards: {last}/{first}?")
    return Edtf(text, begin.earliest, end.latest)


def _widened(text: str, match: re.Match[str], earliest: date, latest: date) -> Edtf:
    month, day = match["month"] or "", match["day"] or ""
    try:
        if day.isdecimal():
            step = timedelta(days=1)
            return Edtf(text, earliest - step, latest + step)
        if month.isdecimal():
            before = (earliest - timedelta(days=1)).replace(day=1)
            after = latest + timedelta(days=1)
            last = calendar.monthrange(after.year, after.month)[1]
            return Edtf(text, before, after.replace(day=last))
        years = 10 ** match["year"].count("X")
        return Edtf(
            text,
            earliest.replace(year=earliest.year - years),
            latest.replace(year=latest.year + years),
        )
    except (OverflowError, ValueError) as error:
        raise DateError(text, hint="years run from 0001 to 9999") from error


def _hint(text: str) -> str:
    """Guess what went wrong: a spreadsheet's doing, a look-alike letter, a missing zero."""
    if text.isdecimal() and text.isascii() and int(text) in _SERIAL:
        meant = (_SERIAL_EPOCH + timedelta(days=int(text))).isoformat()
        return (
            f"this looks like a spreadsheet's serial number of {meant}: format the column as text"
        )
    if slashed := _SLASHED.fullmatch(text):
        return _unslashed(*slashed.groups())
    meant = text.translate(_LOOK_ALIKES)
    if meant != text and _POINT.fullmatch(meant):
        return f"some characters only look like digits or hyphens: {meant}?"
    if padded := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?", text):
        parts = [padded[1], *(part.zfill(2) for part in padded.groups()[1:] if part)]
        return f"month and day have two digits: {'-'.join(parts)}?"
    if re.match(r"(?i)c(irca|\.)? ?\d{4}|about|around", text):
        return "write about as a tilde after the date: 2003~"
    if re.match(r"\d{4}-\d\d-\d\dT", text):
        return "leave the time of day out"
    return ""


def _unslashed(first: str, second: str, year: str) -> str:
    """Word the days that ``first/second/year`` may mean."""
    meant = []
    for month, day in ((second, first), (first, second)):
        try:
            meant.append(date(int(year), int(month), int(day)).isoformat())
        except ValueError:
            continue
    days = list(dict.fromkeys(meant))
    if len(days) == 2:
        return f"day and month cannot be told apart: write {days[0]} or {days[1]}"
    return f"write {days[0]}" if days else ""
