"""Each fault of a row, alone or against others, with place, expectation and hint."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reformgraph.ingest.faults import Fault

Spoil = Callable[..., list[Fault]]


def told(faults: list[Fault]) -> list[str]:
    return [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"posts": ("minister,Minister", "plan-2007,Minister")},
            "posts.csv:2:id: 'plan-2007': expected an id that no other row of any table has "
            "(policies.csv row 3 has it)",
            id="id in two tables",
        ),
        pytest.param(
            {"policies": ("plan-2007", "paper-2003")},
            "policies.csv:3:id: 'paper-2003': expected an id that no other row of any table has "
            "(policies.csv row 2 has it)",
            id="id twice in a table",
        ),
        pytest.param(
            {"policies": ("A Plan,plan", "A Plan,plna")},
            "policies.csv:3:kind: 'plna': expected one of green paper, white paper, strategy, "
            "plan, guidance, statutory guidance, review, inquiry report, inspection report, "
            "evaluation, consultation, framework, spending review, speech (did you mean 'plan'?)",
            id="unknown kind",
        ),
        pytest.param(
            {"relations": ("buildsOn", "buildOn")},
            "relations.csv:2:predicate: 'buildOn': expected one of buildsOn, respondsTo, "
            "implements, givesEffectTo, supersedes, amends, repeals, evaluates, reviews, pilots, "
            "announces, establishes, funds, consultsOn (did you mean 'buildsOn'?)",
            id="unknown predicate",
        ),
        pytest.param(
            {"articulations": ("means in place", "Means in place")},
            "articulations.csv:2:frame: 'Means in place': expected one of remedy for wicked "
            "problems, instrument for outcomes, statutory duty, efficiency, safeguarding, early "
            "intervention, professional practice, leadership task, cultural change, user-centred, "
            "means in place, partnership as governance, end in itself, undefined (did you mean "
            "'means in place'?)",
            id="unknown frame",
        ),
        pytest.param(
            {"tenures": ("src-paper,,unverified", "src-paper,,maybe")},
            "tenures.csv:3:status: 'maybe': expected one of verified, unverified",
            id="unknown status",
        ),
        pytest.param(
            {"policies": ("2003-09,", "2003-13,")},
            "policies.csv:2:published: '2003-13': expected a date such as 2003-09-08, 2003-09, "
            "2003 or, when about, 2003~ (months run from 01 to 12)",
            id="bad date",
        ),
        pytest.param(
            {"policies": ("2003-09,", "..,")},
            "policies.csv:2:published: '..': expected a date such as 2003-09-08, 2003-09, 2003 "
            "or, when about, 2003~ (only an end can be open (..))",
            id="open start",
        ),
        pytest.param(
            {"institutions": ("2001-06-08,2007-06-28", "2007-06-28,2001-06-08")},
            "institutions.csv:2:end: '2001-06-08': expected a date not before start "
            "(start is 2007-06-28)",
            id="end before start",
        ),
        pytest.param(
            {"legislation": ("2005-03-01", "2004-01")},
            "legislation.csv:2:in_force: '2004-01': expected a date not before made "
            "(made is 2004-11-15)",
            id="law in force before it was made",
        ),
        pytest.param(
            {"provisions": ("2005-04-01", "2003")},
            "provisions.csv:2:in_force: '2003': expected a date not before the law was made "
            "(it was made 2004-11-15)",
            id="provision before its law",
        ),
        pytest.param(
            {"relations": ("plan-2007,buildsOn,paper-2003", "paper-2003,buildsOn,plan-2007")},
            "relations.csv:2:predicate: 'buildsOn': expected a cause that is not after its effect "
            "(paper-2003 was over by 2003-09, plan-2007 began 2007-12-11)",
            id="effect before cause",
        ),
        pytest.param(
            {"relations": ("paper-2003,announces,act-2004", "plan-2007,announces,act-2004")},
            "relations.csv:3:predicate: 'announces': expected a cause that is not after its "
            "effect (act-2004 was over by 2005-03-01, plan-2007 began 2007-12-11)",
            id="effect before cause, the other way",
        ),
        pytest.param(
            {"policies": ("dept-new,The", "dept-neu,The")},
            "policies.csv:3:publisher: 'dept-neu': expected an id of institutions "
            "(did you mean 'dept-new'?)",
            id="dangling",
        ),
        pytest.param(
            {"policies": ("dept-new,The", "whoever,The")},
            "policies.csv:3:publisher: 'whoever': expected an id of institutions",
            id="dangling, nothing near",
        ),
        pytest.param(
            {"tenures": ("minister,2003-06", "paper-2003,2003-06")},
            "tenures.csv:2:post: 'paper-2003': expected an id of posts (policies.csv row 2 has "
            "it, so it names one of policies)",
            id="wrong kind",
        ),
        pytest.param(
            {"toml": ("plan-2007", "plan-2008")},
            "timeline.toml:focal_item: 'plan-2008': expected an id of one of policies, "
            "legislation, provisions, initiatives (did you mean 'plan-2007'?)",
            id="dangling focal item",
        ),
        pytest.param(
            {"concepts": ("concept-whole,Working together,joint working,",
                          "concept-whole,Working together,joint working,concept-part")},
            "concepts.csv:2:broader: 'concept-part': expected no cycle of broader "
            "(concept-part → concept-whole → concept-part)",
            id="cyclic broader",
        ),
        pytest.param(
            {"concepts": ("Trust,,", "Trust,,concept-other")},
            "concepts.csv:4:broader: 'concept-other': expected no cycle of broader "
            "(concept-other → concept-other)",
            id="broader than itself",
        ),
        pytest.param(
            {"concepts": ("joint working,,", "joint working,,concept-part")},
            "concepts.csv:2:related: 'concept-part': expected a concept that is neither broader "
            "nor narrower (SKOS S27) (concept-whole is broader than concept-part; leave it out "
            "here)",
            id="related and broader",
        ),
        pytest.param(
            {"institutions": ("2001-06-08,2007-06-28,", "2001-06-08,2007-06-28,unit")},
            "institutions.csv:4:part_of: 'dept-old': expected no cycle of part_of "
            "(dept-old → unit → dept-old)",
            id="cyclic part of",
        ),
        pytest.param(
            {"relations": ("rel-two,paper-2003,announces,act-2004",
                           "rel-two,pilots,buildsOn,pilots")},
            "relations.csv:3:object: 'pilots': expected another item than the subject",
            id="lineage of itself",
        ),
        pytest.param(
            {"tenures": ("tenure-one,Zoë O'Name", "tenure-one,A Unit"),
             "institutions": ("unit,A Unit", "a-unit,A Unit"),
             "institution_changes": ("transfer of functions,unit", "transfer of functions,a-unit")},
            "tenures.csv:2:person: 'A Unit': expected a name whose slug 'a-unit' is free "
            "(institutions.csv row 4 has that id)",
            id="person collides with an id",
        ),
        pytest.param(
            {"tenures": ("tenure-one,Zoë O'Name", "tenure-one,Zoe OName")},
            "tenures.csv:3:person: \"Zoë O'Name\": expected one spelling of each name "
            "('Zoe OName' makes the same slug)",
            id="two spellings of a person",
        ),
        pytest.param(
            {"tenures": ("tenure-one,Zoë O'Name", "tenure-one,李")},
            "tenures.csv:2:person: '李': expected a name that makes a slug",
            id="no slug for a person",
        ),
        pytest.param(
            {"policies": ("plan-2007,A Plan", "Plan 2007,A Plan"),
             "toml": ("plan-2007", "paper-2003"),
             "relations": ("plan-2007,buildsOn,paper-2003", "pilots,buildsOn,paper-2003"),
             "articulations": ("plan-2007", "paper-2003"),
             "rivals": ("plan-2007,date", "paper-2003,date")},
            "policies.csv:3:id: 'Plan 2007': expected lower-case words and numbers joined by "
            "hyphens (plan-2007?)",
            id="bad slug",
        ),
        pytest.param(
            {"policies": ("Ten years.,src-paper;src-page", "Ten years.,src-paper;;src-page")},
            "policies.csv:3:source: 'src-paper;;src-page': expected items separated by single "
            "semicolons (one of them is empty)",
            id="empty list item",
        ),
        pytest.param(
            {"policies": ("Ten years.,src-paper;src-page", "Ten years.,src-paper;src-paper")},
            "policies.csv:3:source: 'src-paper;src-paper': expected each item once "
            "('src-paper' is there twice)",
            id="list item twice",
        ),
        pytest.param(
            {"tenures": ("src-paper,,unverified", ",,unverified")},
            "tenures.csv:3:source: expected a value",
            id="no source",
        ),
        pytest.param(
            {"sources": ("https://example.org/a", "https://example.org/{a}")},
            "sources.csv:2:url: 'https://example.org/{a}': expected a web address without spaces "
            "or braces (Invalid IRI code point '{')",
            id="bad address",
        ),
        pytest.param(
            {"sources": ("https://example.org/a", "file:///etc/passwd")},
            "sources.csv:2:url: 'file:///etc/passwd': expected a web address that starts with "
            "http:// or https://",
            id="file address",
        ),
        pytest.param(
            {"institutions": ("Q123", "q123")},
            "institutions.csv:3:wikidata: 'q123': expected a Wikidata item such as Q42 "
            "(did you mean 'Q123'?)",
            id="bad Wikidata item",
        ),
        pytest.param(
            {"legislation": (",2004,c. 31", ",04,c. 31")},
            "legislation.csv:2:year: '04': expected a year of four digits",
            id="bad year",
        ),
        pytest.param(
            {"provisions": ("ss 12A-12D", "s 10")},
            "provisions.csv:3:provision: 's 10': expected each provision of a law once "
            "(act-s10 is the same)",
            id="provision twice",
        ),
        pytest.param(
            {"rivals": ("date,2007-09", "date,2007-12-11")},
            "rivals.csv:2:value: '2007-12-11': expected a value other than the asserted one "
            "(published of plan-2007 is 2007-12-11)",
            id="rival that agrees",
        ),
        pytest.param(
            {"rivals": ("date,2007-09", "date,September")},
            "rivals.csv:2:value: 'September': expected a date such as 2003-09-08, 2003-09, 2003 "
            "or, when about, 2003~",
            id="rival without date",
        ),
        pytest.param(
            {"rivals": ("date,2007-09", "end,2007-09")},
            "rivals.csv:2:property: 'end': expected a property that policies have: one of date, "
            "kind, title, description",
            id="rival of what is not there",
        ),
        pytest.param(
            {"rivals": ("kind,merger", "kind,marriage")},
            "rivals.csv:5:value: 'marriage': expected one of creation, merger, split, rename, "
            "transfer of functions, abolition",
            id="rival of no kind",
        ),
        pytest.param(
            {"toml": ('id = "small"', 'id = "minister"')},
            "posts.csv:2:id: 'minister': expected another id (the timeline itself or its concept "
            "scheme has it)",
            id="id of the timeline",
        ),
    ],
)  # fmt: skip
def test_hazards_54_and_101_each_fault_is_told_with_place_and_hint(
    spoil: Spoil, changes: dict[str, tuple[str, str]], message: str
) -> None:
    faults = spoil(**changes)
    assert message in told(faults), "\n".join(told(faults))
