"""A lineage told in sentences: order, words, footnotes, and how far it can be trusted."""

import datetime

import pytest
from flask.testing import FlaskClient
from server_support import faults, read

from reformgraph.queries.lineage import Edge, Lineage, Node
from reformgraph.server.reading.telling import opened, tell, told_of, turning_points
from reformgraph.server.reading.told import Own, RivalDate, Telling

HTML = {"Accept": "text/html"}


def node(iri: str, date: str, type_: str = "Policy", kind: str = "plan", depth: int = 1) -> Node:
    first = datetime.date.fromisoformat(f"{date}-01-01"[:10]) if date else None
    last = datetime.date.fromisoformat(f"{date}-12-31"[:10]) if date else None
    return Node(iri, iri, iri.capitalize(), type_, kind, date, first, last, depth)


def edge(subject: str, predicate: str, object_: str, comment: str = "", basis: str = "stated", *,
         verified: bool = True) -> Edge:  # fmt: skip
    claim = f"{subject}.{predicate}.{object_}"
    return Edge(subject, predicate, object_, claim, comment, basis, verified, ("A book",), "p 1")


def story(nodes: list[Node], edges: list[Edge], rivals: dict[str, list[RivalDate]]) -> Telling:
    focus = nodes[-1].iri
    before = Lineage(focus, "antecedents", {n.iri: n for n in nodes}, tuple(edges), 0)
    after = Lineage(focus, "descendants", {focus: nodes[-1]}, (), 0)
    own = {n.iri: Own(True, ("A register",), "", f"/{n.iri}") for n in nodes}
    return tell(before, after, lambda iri, slug: f"/page/{slug or iri}", own, rivals)


def text(telling: Telling) -> list[str]:
    passages = [p for period in telling.before for p in period.passages] + [telling.focus]
    return [" ".join("".join(r.text for r in s) for s in p.sentences) for p in passages]


def test_items_come_in_order_of_time_with_what_the_claims_say() -> None:
    told = story(
        [
            node("act", "2004-11-15", "Legislation", "Act"),
            node("trusts", "2003", "Initiative", "pilot"),
            node("old", "", "Policy", "review"),
            node("plan", "2007", depth=0),
        ],
        [
            edge("act", "establishes", "trusts", "Section 10."),
            edge("plan", "buildsOn", "act", "The Plan rests on it."),
            edge("plan", "buildsOn", "old", verified=False),
            edge("plan", "buildsOn", "trusts", "Ministers say so.", "inferred"),
        ],
        {"act": [RivalDate("date", "2004-12", "Another says so.", "c", Own(True, (), "", ""))]},
    )
    assert text(told) == [
        "In 2003 the pilot Trusts began.",
        (
            "On 15 November 2004 the Act was enacted. Sources disagree: another dates it December 2004"
            " (Another says so). It established Trusts (section 10)."
        ),
        "The review Old was published, on a date that is not recorded here.",
        (
            "In 2007 Plan was published. It built on Trusts (Ministers say so), the Act (the Plan rests"
            " on it), and Old."
        ),
    ]
    assert [note.number for note in told.notes] == list(range(1, len(told.notes) + 1))
    assert told.undated == ("Old",) and told.rivals == 1
    thin = [note.claim for note in told.notes if note.basis and note.thin]
    assert thin == ["plan.buildsOn.trusts", "plan.buildsOn.old"]
    # The trusts are older than the Act that gave them their form.
    assert [n.claim for n in told.notes if n.against_time] == ["act.establishes.trusts"]


def test_a_claim_is_told_of_its_later_end() -> None:
    nodes = {n.iri: n for n in (node("a", "2001"), node("b", "2003"), node("c", ""))}
    assert told_of(edge("b", "buildsOn", "a"), nodes) == "b"
    assert told_of(edge("a", "announces", "b"), nodes) == "b"
    assert told_of(edge("a", "buildsOn", "b"), nodes) == "b"
    assert told_of(edge("c", "buildsOn", "b"), nodes) == "c"
    assert told_of(edge("c", "announces", "b"), nodes) == "b"


def test_periods_turn_at_what_most_draw_upon_and_are_never_almost_empty() -> None:
    order = list("abcdefghijkl")
    assert turning_points(order, {"b": 9, "f": 5, "g": 4}) == [5]
    assert turning_points(order, {"f": 2}) == []
    assert turning_points([], {}) == []


@pytest.mark.parametrize(
    ("words", "opening"),
    [
        ("11 December 2007", "On 11 December 2007"),
        ("June 2007", "In June 2007"),
        ("about 2004", "About 2004"),
        ("2001 to 2003", "From 2001 to 2003"),
        ("since 2001; still standing when last checked", "Since 2001"),
        ("", ""),
    ],
)
def test_openings(words: str, opening: str) -> None:
    assert opened(words) == opening


def test_the_story_of_the_childrens_plan(client: FlaskClient) -> None:
    response = client.get("/story/childrens-plan-2007", headers=HTML)
    assert response.status_code == 200 and not faults(response.text), faults(response.text)
    page = read(response.text)
    for sentence in (
        "On 8 September 2003 the green paper Every Child Matters was published.",
        "On 15 November 2004 the Children Act 2004 was enacted.",
        "It gave effect to Every Child Matters",
        "Where the evidence is thin",
        "are unverified: nobody has read them in their source yet",
        "Sources disagree: another dates it",
    ):
        assert sentence in page.text.replace(" .", "."), sentence
    assert page.text.index("the Children Act 1989 was enacted") < page.text.index(
        "Every Child Matters was published"
    )
    # Every footnote has its note, every mention its passage.
    inner = {href[1:] for href in page.hrefs if href.startswith("#")}
    assert inner <= set(page.ids)


def test_every_claim_of_the_lineage_is_told_once(client: FlaskClient) -> None:
    told = client.get("/story/childrens-plan-2007.json").get_json()
    claims = [note["claim"] for note in told["notes"] if note["basis"]]
    traced: set[str] = set()
    for direction in ("antecedents", "descendants"):
        found = client.get(f"/lineage/childrens-plan-2007.json?direction={direction}").get_json()
        traced |= {each["claim"] for each in found["edges"]}
    assert sorted(claims) == sorted(traced) and told["claims"] == len(traced)
    numbers = [
        number
        for period in (*told["before"], {"passages": [told["focus"]]}, *told["after"])
        for passage in period["passages"]
        for sentence in passage["sentences"]
        for number in sentence["notes"]
    ]
    assert numbers == [note["number"] for note in told["notes"]]


def test_a_long_row_of_claims_is_told_by_the_years_of_what_it_drew_on(client: FlaskClient) -> None:
    told = client.get("/story/childrens-plan-2007.json").get_json()
    texts = [sentence["text"] for sentence in told["focus"]["sentences"]]
    years = [text.removeprefix("Of what dates from ")[:4] for text in texts if "Of what" in text]
    assert len(years) > 5 and years == sorted(years)


def test_the_story_as_markdown_and_text(client: FlaskClient) -> None:
    written = client.get("/story/childrens-plan-2007.md")
    assert written.mimetype == "text/markdown"
    assert written.text.startswith("# How The Children's Plan")
    assert "[^1]" in written.text and "\n[^1]: " in written.text
    plain = client.get("/story/childrens-plan-2007", headers={"Accept": "text/plain"})
    assert plain.mimetype == "text/plain" and "[1]" in plain.text
    assert max(map(len, plain.text.splitlines())) < 120


def test_stories_that_are_short_or_not_there(client: FlaskClient, hub: FlaskClient) -> None:
    response = client.get("/story/childrens-plan-207", headers=HTML)
    assert response.status_code == 404 and "childrens-plan-2007" in response.text
    assert client.get("/story").headers["Location"] == "/story/childrens-plan-2007"
    lone = hub.get("/story/lone", headers=HTML)
    assert lone.status_code == 200 and not faults(lone.text)
    assert "names nothing that it drew on" in lone.text
    assert hub.get("/story/hub", headers=HTML).status_code == 200
    assert client.get("/story/childrens-plan-2007?format=pdf").status_code == 400


def test_a_hostile_name_is_no_markup_in_markdown(hostile: FlaskClient) -> None:
    text = hostile.get("/story/script.md").text
    assert "<script>" not in text.replace("\\<script", "")
