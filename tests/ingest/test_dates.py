"""Dates: bounds by hand and, where they agree, by the edtf library; and what is refused."""

from __future__ import annotations

import warnings
from datetime import date

import pytest

from reformgraph.ingest.dates import OPEN, DateError, parse

BOUNDS = [
    ("2003", "2003-01-01", "2003-12-31"),
    ("2003-09", "2003-09-01", "2003-09-30"),
    ("2004-02", "2004-02-01", "2004-02-29"),
    ("2003-09-08", "2003-09-08", "2003-09-08"),
    ("2004-02-29", "2004-02-29", "2004-02-29"),
    ("200X", "2000-01-01", "2009-12-31"),
    ("19XX", "1900-01-01", "1999-12-31"),
    ("2003-XX", "2003-01-01", "2003-12-31"),
    ("2003-09-XX", "2003-09-01", "2003-09-30"),
    ("2003-21", "2003-03-01", "2003-05-31"),
    ("2003-23", "2003-09-01", "2003-11-30"),
    ("2003/2005", "2003-01-01", "2005-12-31"),
    ("2003-12/2004-02", "2003-12-01", "2004-02-29"),
]
# One unit of the literal's own precision on either side; the library adds its paddings up.
WIDENED = [
    ("2003~", "2002-01-01", "2004-12-31"),
    ("2003?", "2002-01-01", "2004-12-31"),
    ("2003%", "2002-01-01", "2004-12-31"),
    ("2018-01?", "2017-12-01", "2018-02-28"),
    ("2003-12~", "2003-11-01", "2004-01-31"),
    ("2008-04-01~", "2008-03-31", "2008-04-02"),
    ("2003-09-XX~", "2003-08-01", "2003-10-31"),
    ("200X~", "1990-01-01", "2019-12-31"),
    ("2003~/2005", "2002-01-01", "2005-12-31"),
]
REFUSED = [
    ("2003-13", "months run from 01 to 12"),
    ("2003-00", "months run from 01 to 12"),
    ("2007-02-30", "February 2007 has 28 days"),
    ("2003-02-29", "February 2003 has 28 days"),
    ("2003-09-00", "September 2003 has 30 days"),
    ("20O3", "some characters only look like digits or hyphens: 2003?"),
    ("2003–05", "some characters only look like digits or hyphens: 2003-05?"),
    ("08/09/2003", "day and month cannot be told apart: write 2003-09-08 or 2003-08-09"),
    ("25/12/2003", "write 2003-12-25"),
    ("39699", "this looks like a spreadsheet's serial number of 2008-09-08"),
    ("2003-5-7", "month and day have two digits: 2003-05-07?"),
    ("c. 2003", "write about as a tilde after the date: 2003~"),
    ("2003-09-08T10:00:00", "leave the time of day out"),
    ("2005/2003", "the interval runs backwards: 2003/2005?"),
    ("../2003", "an interval needs two dates"),
    ("2003/..", "an interval needs two dates"),
    ("2003-24", "a winter falls in two years: write 2003-12/2004-02"),
    ("2003-XX-08", "X stands only for the last digits"),
    ("200X-05", "X stands only for the last digits"),
    ("9999~", "years run from 0001 to 9999"),
    ("0000", "years run from 0001 to 9999"),
    ("", ""),
    ("soon", ""),
    ("１９９９", ""),
    ("-0044", ""),
    ("2003 ", ""),
]


@pytest.mark.parametrize(("text", "earliest", "latest"), BOUNDS + WIDENED)
def test_hazard_103_bounds(text: str, earliest: str, latest: str) -> None:
    found = parse(text)
    assert (found.text, found.earliest, found.latest) == (
        text,
        date.fromisoformat(earliest),
        date.fromisoformat(latest),
    )
    assert not found.is_open


@pytest.mark.parametrize("text", [text for text, _, _ in BOUNDS])
def test_unqualified_dates_have_the_bounds_of_the_edtf_library(text: str) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=r"warn_\w+: setting results name")
        from edtf import parse_edtf
    theirs = parse_edtf(text)
    ours = parse(text)
    assert ours.earliest.timetuple()[:3] == tuple(theirs.lower_strict()[:3])
    assert ours.latest.timetuple()[:3] == tuple(theirs.upper_strict()[:3])


@pytest.mark.parametrize(("text", "hint"), REFUSED)
def test_hazards_54_and_103_refused(text: str, hint: str) -> None:
    with pytest.raises(DateError) as caught:
        parse(text)
    assert caught.value.expected.startswith("a date such as 2003-09-08")
    assert caught.value.hint.startswith(hint)
    assert bool(caught.value.hint) == bool(hint)


def test_hazard_103_open() -> None:
    assert parse("..") is OPEN
    assert OPEN.is_open
