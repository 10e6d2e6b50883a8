"""Dates, labels and predicates in words; negotiation; parameters."""

import time

import pytest

from reformgraph.errors import NotAcceptable
from reformgraph.ontology.terms import LINEAGE, compact
from reformgraph.server import dates, negotiate, words
from reformgraph.server.links import Links, outward
from reformgraph.server.reading.overview import class_iri
from reformgraph.server.reading.refs import shown
from reformgraph.server.words import CLASSES, EDGES, SECTIONS, edge, order, spaced


@pytest.mark.parametrize(
    ("edtf", "words"),
    [
        ("2007-12-11", "11 December 2007"),
        ("2007-06", "June 2007"),
        ("2007", "2007"),
        ("2005~", "about 2005"),
        ("2018-01?", "January 2018 (uncertain)"),
        ("2018-01%", "about January 2018 (uncertain)"),
        ("200X", "the 2000s"),
        ("19XX", "the 1900s"),
        ("2001-23", "autumn 2001"),
        ("2001/2003", "2001 to 2003"),
        ("2001/..", "since 2001; still standing when last checked"),
        ("2003-13", "2003-13"),
        ("nonsense", "nonsense"),
        ("", ""),
    ],
)
def test_dates_keep_their_precision(edtf: str, words: str) -> None:
    assert dates.in_words(edtf) == words


def test_periods() -> None:
    assert dates.period("2001", "2007") == "2001 to 2007"
    assert dates.period("2001", "") == "from 2001; end not known"
    assert dates.period("", "2007") == "until 2007; start not known"
    assert dates.period("", "") == ""
    assert dates.brief("2001-06", "2007") == "2001–2007"
    assert dates.brief("2001", "", ongoing=True) == "since 2001"
    assert dates.brief("2001", "") == "2001–?"
    assert dates.brief("1971-03~", "2001?") == "about 1971–2001 (uncertain)"
    assert dates.brief("", "199X") == "?–the 1990s"


def test_every_lineage_predicate_and_class_has_words() -> None:
    for each in LINEAGE:
        found = EDGES[compact(each.predicate)]
        assert {found.section, found.back_section} == {"draws", "drawn"}
        assert (found.section == "draws") == (each.antecedent.value == "object")
    for name in CLASSES:
        assert class_iri(name)
        assert sorted(order(name)) == sorted(SECTIONS)
    for found in EDGES.values():
        assert {found.section, found.back_section} <= {*SECTIONS, "", "hidden", "elsewhere"}
    assert edge("http://example.org/isOddThing").words == "is odd thing"
    assert spaced("rg:isAnnouncedBy") == "is announced by"


def test_addresses() -> None:
    links = Links("https://w3id.org/reformgraph/", "/at")
    assert links.page("https://w3id.org/reformgraph/id/dcsf") == "/at/page/dcsf"
    assert links.page("https://w3id.org/reformgraph/claim/a.b.c") == "/at/page/claim/a.b.c"
    assert links.page("http://www.legislation.gov.uk/id/ukpga/2004/31", "ca") == "/at/page/ca"
    assert links.page("http://example.org/?a=b#c") == (
        "/at/about?iri=http%3A%2F%2Fexample.org%2F%3Fa%3Db%23c"
    )
    assert links.page("javascript:alert(1)").startswith("/at/about?iri=javascript%3A")
    assert links.page("https://w3id.org/reformgraph/id/a/../b").startswith("/at/about?")


@pytest.mark.parametrize("iri", ["javascript:alert(1)", "data:x", "http://", "//x", "http://[", ""])
def test_only_web_addresses_are_followed(iri: str) -> None:
    assert outward(iri) == ""
    assert outward("https://example.org/x") == "https://example.org/x"


def test_labels_are_cut_and_never_empty() -> None:
    assert shown("  ", "slug", "http://e/x") == "slug"
    assert shown("\u200d", "", "http://e/x") == "x"
    assert len(shown("x" * 1_000_000, "", "http://e/x")) == 300
    assert shown("👩‍👧", "", "") == "👩‍👧"
    assert shown("a\u202eb\u0007", "", "") == "a b"


OFFERS = ["text/html", "text/turtle", "application/json"]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, "text/html"),
        ("", "text/html"),
        ("*/*", "text/html"),
        ("*", "text/html"),
        ("text/turtle", "text/turtle"),
        ("TEXT/TURTLE", "text/turtle"),
        ("text/turtle, */*", "text/turtle"),
        ("text/turtle;q=0.5, application/json", "application/json"),
        ("text/*;q=0.5, application/json;q=0.4", "text/html"),
        ("text/html;q=0, */*", "text/turtle"),
        ("text/turtle;charset=utf-8", "text/turtle"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("garbage", "text/html"),
        (";;;,,,", "text/html"),
    ],
)
def test_negotiation(accept: str | None, expected: str) -> None:
    assert negotiate.choose(accept, OFFERS) == expected


def test_negotiation_with_a_default_and_a_mismatch() -> None:
    assert negotiate.choose("*/*", OFFERS, default="application/json") == "application/json"
    with pytest.raises(NotAcceptable) as caught:
        negotiate.choose("image/png", OFFERS)
    assert "text/turtle" in caught.value.detail


def test_a_monstrous_accept_header_costs_little() -> None:
    monster = ", ".join(f"x/y{n};q=0.{n % 10}" for n in range(5_000)) + ", text/html"
    begun = time.process_time()  # not the clock: other processes run beside this one
    with pytest.raises(NotAcceptable):
        negotiate.choose(monster, OFFERS)
    assert time.process_time() - begun < 0.1


def test_a_section_is_headed_and_placed_as_the_page_is_about() -> None:
    assert words.heading("changes", "Institution") != words.heading("changes", "Merger")
    assert words.heading("posts", "Person") == "Posts held"
    assert words.order("Merger")[0] == "changes" and words.order("Tenure")[0] == "posts"
    assert all(set(words.order(name)) == set(words.SECTIONS) for name in words.CLASSES)
