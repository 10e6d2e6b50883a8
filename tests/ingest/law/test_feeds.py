"""Atom feeds: effects at any depth, lists, the publication log; paging by rel="next" only."""

import pytest
from law_support import FIXTURES, ID, SAMPLES, needs_samples

from reformgraph.errors import InputError
from reformgraph.ingest.law import effect_types, ranges
from reformgraph.ingest.law.readers import pick
from reformgraph.ingest.law.readers.atom import next_page

ACT = f"{ID}ukpga/2099/901"
FEED = b'<feed xmlns="http://www.w3.org/2005/Atom">%s</feed>'


def test_hazard_107_effects_are_found_at_any_depth_with_all_their_dates() -> None:
    reading = pick.read((FIXTURES / "changes-2099.feed").read_bytes(), "changes")
    first, second = reading.effects
    assert [(day.day, day.prospective) for day in first.in_force] == [
        ("2100-01-01", False),
        ("2100-04-01", False),
        ("", True),
    ]
    found = ranges.provisions(first.affected, first.affected_text, first.affected_law)
    assert found.iris == tuple(f"{ACT}/section/{n}" for n in (10, 11, 12))
    whole = ranges.provisions(second.affected, second.affected_text, second.affected_law)
    assert whole.iris == (ACT,)
    assert not effect_types.mapped(second.type).known
    assert reading.met["effect type: blessed"] == 1
    assert (reading.total, reading.next[-6:]) == (3, "page=2")
    assert reading.met["ukm:Effect"] == 2
    assert reading.met["atom:entry"] == 2


def test_a_list_gives_documents_and_no_next_page_that_it_does_not_name() -> None:
    reading = pick.read((FIXTURES / "list-2099.feed").read_bytes(), "list")
    act, order = reading.documents
    assert (act.iri, act.form, act.version) == (ACT, "entry", "2101-04-01")
    assert (act.title, act.repealed, act.enacted) == (
        "Lantern Keepers Act 2099",
        True,
        "2099-07-31",
    )
    assert (order.made, order.enacted, order.year, order.number) == ("2099-08-01", "", 2099, "12")
    assert order.title == "The Lamps (Wales) Order 2099"
    assert order.alternative_titles == ("Gorchymyn Lampau (Cymru) 2099",)
    assert (reading.next, reading.total) == ("", None)


def test_a_next_link_that_leads_off_the_site_is_not_followed() -> None:
    base = "http://www.legislation.gov.uk/update/data.feed"
    assert next_page("?page=2", base) == f"{base}?page=2"
    assert next_page("http://127.0.0.1/x", base) == ""
    assert next_page("file:///etc/hosts", base) == ""
    assert next_page("http://[", base) == ""
    assert next_page("", base) == ""


def test_an_empty_feed_is_no_error() -> None:
    reading = pick.read(FEED % b"", "empty")
    assert (reading.documents, reading.effects, reading.next) == ([], [], "")


def test_a_feed_about_something_else_is_refused() -> None:
    with pytest.raises(InputError, match="blog: a feed, but none of its 1 entries"):
        pick.read(FEED % b"<entry><id>https://example.org/1</id></entry>", "blog")


def test_an_effect_without_laws_is_refused_with_its_line() -> None:
    effect = (
        b'\n<entry><e:Effect xmlns:e="http://www.legislation.gov.uk/namespaces/metadata"/></entry>'
    )
    with pytest.raises(InputError, match="feed, line 2: an effect that names neither"):
        pick.read(FEED % effect, "feed")


@needs_samples
@pytest.mark.parametrize(
    ("name", "documents", "effects", "total", "more"),
    [
        ("changes-affected-ukpga-2018-12.feed.gz", 0, 50, 2270, True),
        ("changes-affecting-ukpga-2002-38.feed.gz", 0, 336, 336, False),
        ("changes-effects-lgu2.feed.gz", 0, 20, 1_490_409, True),
        ("changes-empty.feed", 0, 0, 0, False),
        ("search-list-2016-page1000.feed", 20, 0, None, True),
        ("search-ukpga-2018.feed", 20, 0, 34, True),
        ("search-ukpga-page1.feed", 20, 0, None, True),
        ("search-ukpga.feed", 20, 0, None, True),
        ("search-zero-hits.feed", 0, 0, 0, False),
        ("update-2026-09-24-legislation-new.feed", 6, 0, 7, False),
    ],
)
def test_the_feeds_of_the_samples(
    name: str, documents: int, effects: int, total: int | None, more: bool
) -> None:
    reading = pick.read((SAMPLES / "atom" / name).read_bytes(), name)
    assert (len(reading.documents), len(reading.effects)) == (documents, effects)
    assert (reading.total, bool(reading.next)) == (total, more)
