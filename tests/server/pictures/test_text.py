import xml.etree.ElementTree as ET

import pytest

from reformgraph.server.pictures.text import clean, shorten, width, wrap, xml

HOSTILE = [
    "<script>alert('x')</script>",
    '"><svg onload="alert(1)">',
    "a\x00b\x08c\x1bd\x7f",
    "\ud800 lone",
    "\ufffe\uffff",
    "\u202egnp.exe\u2066",
    "👩‍👩‍👧‍👦" * 50,
    "Z" + "\u0335\u0360" * 500,
    "漢字" * 300,
    "x" * 10_000,
    "line\nbreak\ttab\u2028end",
    "]]>&amp;<!--",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_cleaned_text_is_legal_in_xml_and_reads_left_to_right(text: str) -> None:
    assert ET.fromstring(f'<a b="{xml(text)}">{xml(text)}</a>').get("b") == clean(text)
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068") & set(clean(text))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("room", [20.0, 90.0, 170.0])
def test_wrapped_lines_fit_into_their_room(text: str, room: float) -> None:
    lines = wrap(text, room, 12, 2)
    assert 1 <= len(lines) <= 2
    assert all(width(line, 12) <= room for line in lines)


def test_a_label_that_fits_stays_whole_and_one_that_does_not_ends_in_an_ellipsis() -> None:
    assert wrap("Children Act 2004", 170, 12, 2) == ("Children Act 2004",)
    assert " ".join(wrap("Education and Inspections Act 2006", 170, 12, 2)) == (
        "Education and Inspections Act 2006"
    )
    assert wrap("National Service Framework " * 6, 170, 12, 2)[-1].endswith("…")


def test_shortening_leaves_no_joiner_and_no_orphaned_mark_at_the_cut() -> None:
    for room in range(20, 120):
        cut = shorten("👩‍👩‍👧‍👦e\u0301" * 9, room, 12).rstrip("…")
        assert not cut.endswith("\u200d")


def test_two_marks_stay_and_more_are_dropped() -> None:
    assert clean("Z\u0335\u0360\u0361\u0335algo") == "Z\u0335\u0360algo"
    assert clean("Climbié") == "Climbié"
