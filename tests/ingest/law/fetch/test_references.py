"""What people name, as paths of the site."""

import pytest

from reformgraph.errors import UsageError
from reformgraph.ingest.law.fetch.links import of
from reformgraph.ingest.law.fetch.references import (
    Search,
    following,
    later_page,
    law_of,
    page_of,
    path_of,
)


@pytest.mark.parametrize(
    ("text", "path", "law"),
    [
        ("ukpga/2004/31", "ukpga/2004/31", "ukpga/2004/31"),
        (" /ukpga/2004/31/ ", "ukpga/2004/31", "ukpga/2004/31"),
        ("ukpga/2004/31/section/10", "ukpga/2004/31/section/10", "ukpga/2004/31"),
        ("ukpga/2004/31/enacted", "ukpga/2004/31/enacted", "ukpga/2004/31"),
        ("aep/Ann/6/11", "aep/Ann/6/11", "aep/Ann/6/11"),
        ("ukpga/Geo6/12-13-14/76/section/1", "ukpga/Geo6/12-13-14/76/section/1", "ukpga/Geo6/12-13-14/76"),
        ("ukdsi/2012/9780111529935", "ukdsi/2012/9780111529935", "ukdsi/2012/9780111529935"),
        ("wsi/2002/w89", "wsi/2002/w89", "wsi/2002/w89"),
        ("http://www.legislation.gov.uk/id/ukpga/2004/31", "ukpga/2004/31", "ukpga/2004/31"),
        ("https://www.legislation.gov.uk/asp/2025/11/data.xml", "asp/2025/11", "asp/2025/11"),
        ("https://legislation.gov.uk/anaw/2013/1/part/2/enacted/welsh",
         "anaw/2013/1/part/2/enacted/welsh", "anaw/2013/1"),
        ("ukpga/1985/67/section/6/=england+wales", "ukpga/1985/67/section/6/=england+wales", "ukpga/1985/67"),
    ],
)  # fmt: skip
def test_a_reference_becomes_a_path(text: str, path: str, law: str) -> None:
    assert path_of(text) == path
    assert law_of(path) == law


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "id", "ukpga", "ukpga/2004", "ukpga/04/31", "nonsense/2004/31", "file:///etc/passwd",
        "ftp://www.legislation.gov.uk/ukpga/2004/31", "https://www.legislation.gov.uk.evil/ukpga/2004/31",
        "https://www.legislation.gov.uk/ukpga?title=x", "ukpga/2004/31/..", "ukpga/2004/31?x=1",
        "ukpga/2004/31\r\nX: y", "ukpga/2004/31/säction", "ukpga/2004/31%00",
    ],
)  # fmt: skip
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        path_of(text)


def test_other_sites_have_no_law_here() -> None:
    assert law_of("https://example.org/id/ukpga/2004/31") == ""
    assert law_of("http://www.legislation.gov.uk/browse/uk") == ""


def test_a_search_says_its_sort_and_years() -> None:
    text = '"every child" OR #1 & more'
    assert Search(text, "ukpga+uksi", 2004, 2004).address() == (
        "ukpga+uksi/2004/data.feed?title=%22every+child%22+OR+%231+%26+more&sort=published"
    )
    assert Search("x", first=1989).address() == "all/1989-2100/data.feed?title=x&sort=published"
    assert Search("x", full_text=True).address() == "all/data.feed?text=x&sort=published"


def test_pages_are_counted_on() -> None:
    first = "changes/affected/ukpga/2004/31/data.feed?results-count=500"
    assert page_of(first) == 1
    second = following(f"http://www.legislation.gov.uk/{first}&page=2", first)
    assert second == f"{first}&page=2"
    assert (page_of(second), later_page(second, 3)) == (2, f"{first}&page=3")
    assert later_page(first, 2) == second
    assert following("?page=2", "ukpga/data.feed?a=b") == "ukpga/data.feed?page=2"


def test_an_amended_law_is_met_once_in_the_links() -> None:
    text = b"""<feed xmlns="http://www.w3.org/2005/Atom" xmlns:u="urn:u">
      <id>http://www.legislation.gov.uk/ukpga/2004/31/data.feed</id><link rel="next" href="n"/>
      <entry><id>http://www.legislation.gov.uk/id/ukpga/2004/31</id><link rel="next" href="x"/>
        <u:Effect AffectingURI="http://www.legislation.gov.uk/id/uksi/2005/1/article/2"/>
        <u:Effect AffectingURI="http://www.legislation.gov.uk/id/uksi/2005/1"/></entry></feed>"""
    links = of(text)
    assert (links.next, links.listed) == ("n", ["ukpga/2004/31"])
    assert links.changing == ["uksi/2005/1"]
