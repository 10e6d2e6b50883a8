"""Addresses of legislation.gov.uk: taken apart, joined, ranges expanded."""

import pytest

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.addresses import Address, expand, split

SITE = addresses.SITE


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("id/ukpga/2004/31", Address("ukpga", "2004", "31")),
        ("id/ukpga/2004/31/section/10", Address("ukpga", "2004", "31", "section/10")),
        (
            "ukpga/2004/31/section/10/2005-04-01",
            Address("ukpga", "2004", "31", "section/10", version="2005-04-01"),
        ),
        (
            "ukpga/1985/67/section/6/england+wales/2007-09-01",
            Address("ukpga", "1985", "67", "section/6", "england+wales", "2007-09-01"),
        ),
        (
            "anaw/2013/1/part/2/enacted/welsh/data.xml",
            Address("anaw", "2013", "1", "part/2", "", "enacted", "cy", "xml"),
        ),
        ("id/aep/Ann/6/11/section/II", Address("aep", "Ann/6", "11", "section/II")),
        ("id/ukpga/Geo6/12-13-14/76", Address("ukpga", "Geo6/12-13-14", "76")),
        ("id/ukdsi/2012/9780111529935", Address("ukdsi", "2012", "9780111529935")),
        ("european/directive/2000/0053", Address("eudr", "2000", "53")),
        ("id/ukla/1994/xv/section/73", Address("ukla", "1994", "xv", "section/73")),
        ("wsi/2002/w89", Address("wsi", "2002", "w89")),
        ("id/eut/teu/article/50", Address("eut", "", "teu", "article/50")),
    ],
)
def test_an_address_is_taken_apart(uri: str, address: Address) -> None:
    assert split(SITE + uri) == address
    assert split(SITE.replace("http", "https") + uri) == address
    assert split("/" + uri + "/") == address


@pytest.mark.parametrize(
    "uri", ["", "https://example.org/ukpga/2004/31", SITE + "ukpga/2004", SITE + "id/effect/x-1"]
)
def test_what_is_no_address_of_a_law_is_none(uri: str) -> None:
    assert split(uri) is None
    assert addresses.key(uri) == ""


def test_identifiers_and_uris_are_joined() -> None:
    assert addresses.iri("ukpga/2004/31", "section/10") == f"{SITE}id/ukpga/2004/31/section/10"
    assert addresses.uri("anaw/2013/1", "", "enacted", "cy") == f"{SITE}anaw/2013/1/enacted/welsh"
    assert addresses.uri("ukpga/2004/31", "part/1", "current") == f"{SITE}ukpga/2004/31/part/1"
    assert addresses.canonical(f"{SITE}ukpga/2004/31/section/10/2005-04-01") == (
        f"{SITE}id/ukpga/2004/31/section/10"
    )


@pytest.mark.parametrize(
    ("citation", "law"),
    [
        (("UnitedKingdomPublicGeneralAct", "1988", "0040"), "ukpga/1988/40"),
        (("EnglandAct", "1706", "11", "6_Ann"), "aep/Ann/6/11"),
        (("UnitedKingdomPublicGeneralAct", "1953", "20", "1_and_2_Eliz_2"), "ukpga/Eliz2/1-2/20"),
        (
            ("UnitedKingdomPublicGeneralAct", "1949", "76", "Geo6/12-13-14"),
            "ukpga/Geo6/12-13-14/76",
        ),
        (("NorthernIrelandOrderInCouncil", "1996", "1919", "N.I 16"), "nisi/1996/1919"),
        (("ScottishOldAct", "1661", "1"), "aosp/1661/1"),
        (("NoSuchClass", "1661", "1"), ""),
        (("ScottishAct", "2001", ""), ""),
        (("EnglandAct", "1" * 5000, "7"), f"aep/{'1' * 5000}/7"),
    ],
)
def test_a_citation_without_a_uri_gives_its_law(citation: tuple[str, ...], law: str) -> None:
    assert addresses.law_of(*citation) == law


@pytest.mark.parametrize(
    ("ref", "path"),
    [
        ("section-31A-4A", "section/31A/4A"),
        ("part-1-crossheading-the-plan", "part/1/crossheading/the-plan"),
        ("schedule-2-paragraph-3", "schedule/2/paragraph/3"),
        ("", ""),
    ],
)
def test_an_element_id_gives_a_path(ref: str, path: str) -> None:
    assert addresses.path_of_ref(ref) == path


@pytest.mark.parametrize(
    ("first", "last", "between"),
    [
        ("section/10", "section/13", ["10", "11", "12", "13"]),
        ("section/10E", "section/10G", ["10E", "10F", "10G"]),
        ("section/10", "section/10B", ["10", "10A", "10B"]),
        ("section/12", "section/14B", ["12", "13", "14", "14A", "14B"]),
        ("section/9A", "section/11", ["9A", "10", "11"]),
        ("section/a", "section/c", ["a", "b", "c"]),
        ("section/ii", "section/iv", ["ii", "iii", "iv"]),
        ("section/X", "section/XII", ["X", "XI", "XII"]),
        ("section/i", "section/v", ["i", "ii", "iii", "iv", "v"]),
        ("section/4", "section/4", ["4"]),
        ("section/4", "", ["4"]),
        ("section/13", "section/10", ["13", "10"]),
        ("section/1", "section/100000", ["1", "100000"]),
        ("section/A1", "section/5", ["A1", "5"]),
    ],
)
def test_a_range_is_expanded(first: str, last: str, between: list[str]) -> None:
    assert expand(first, last) == tuple(f"section/{number}" for number in between)


def test_a_range_over_two_levels_keeps_its_ends() -> None:
    assert expand("section/1", "schedule/2") == ("section/1", "schedule/2")


def test_a_range_takes_what_the_law_has_when_it_is_known() -> None:
    known = ("section/1", "section/1A", "section/1/2", "section/2", "schedule/1/paragraph/2")
    assert expand("section/1", "section/2", known) == ("section/1", "section/1A", "section/2")


def test_what_was_fetched_over_https_keeps_its_http_uri() -> None:
    assert addresses.http("https://www.legislation.gov.uk/ukpga/2004/31") == f"{SITE}ukpga/2004/31"
    assert addresses.http("https://example.org/x") == "https://example.org/x"


@pytest.mark.parametrize(
    "path",
    [
        *("/section/1", "/section/1/2005-04-01", "/section/1/england", "/part/3/enacted", "/welsh"),
        *("", "0/section/1", "//section/1", "/section/1/", "/section/1/data.xml", "/ni", "/a-b"),
    ],
)
def test_a_provision_of_a_known_law_has_the_identifier_that_it_has_without(path: str) -> None:
    for law in (
        f"{SITE}id/ukpga/2099/901",
        f"{SITE}id/ukpga/2099",
        "http://www.legislation.gov.uk/ukpga/2099",
        "",
    ):
        address = f"{law or SITE}{path}"
        assert addresses.provision(address, law) == addresses.canonical(address)
