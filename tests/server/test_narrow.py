"""A part of a lineage, and lineages for other programs."""

import datetime
import io

import networkx
import pytest
from flask.testing import FlaskClient
from server_support import BASE, faults

from reformgraph.queries.lineage import Edge, Lineage, Node
from reformgraph.server.reading import exchange
from reformgraph.server.reading.narrow import Narrowing, narrow

HTML = {"Accept": "text/html"}


def node(name: str, type_: str, year: int | None, depth: int) -> Node:
    first = datetime.date(year, 1, 1) if year else None
    last = datetime.date(year, 12, 31) if year else None
    return Node(name, name, f"The {name}", type_, "", str(year or ""), first, last, depth)


def edge(
    later: str, earlier: str, predicate: str = "buildsOn", basis: str = "stated", ok: bool = True
) -> Edge:
    return Edge(
        later,
        predicate,
        earlier,
        f"{later}-{earlier}",
        f"{later} on {earlier}",
        basis,
        ok,
        ("S",),
        "p 1",
    )


# plan → act → inquiry; plan → paper → inquiry; paper → fund; plan ⇢ fund (unverified, inferred)
WHOLE = Lineage(
    "plan",
    "antecedents",
    {
        each.iri: each
        for each in (
            node("plan", "Policy", 2007, 0),
            node("act", "Legislation", 2004, 1),
            node("paper", "Policy", 2003, 1),
            node("fund", "Initiative", None, 1),
            node("inquiry", "Policy", 2003, 2),
        )
    },
    (
        edge("plan", "act", basis="legal"),
        edge("plan", "paper"),
        edge("act", "inquiry", "respondsTo"),
        edge("paper", "inquiry", "respondsTo"),
        edge("paper", "fund"),
        edge("plan", "fund", basis="inferred", ok=False),
    ),
    0,
)
KNOWN = frozenset(("Policy", "Legislation", "Initiative"))


def names(by: Narrowing) -> dict[str, int]:
    return {iri: each.depth for iri, each in narrow(WHOLE, by).nodes.items()}


def test_nothing_asked_keeps_everything() -> None:
    assert Narrowing().empty and narrow(WHOLE, Narrowing()).edges == WHOLE.edges


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        # Without its unverified edge the fund is two steps away.
        (Narrowing(verified=True), {"plan": 0, "act": 1, "paper": 1, "fund": 2, "inquiry": 2}),
        (
            Narrowing(predicates=frozenset(("buildsOn",))),
            {"plan": 0, "act": 1, "paper": 1, "fund": 1},
        ),
        (Narrowing(bases=frozenset(("legal",))), {"plan": 0, "act": 1}),
        (Narrowing(to="act"), {"plan": 0, "act": 1}),
        (Narrowing(to="inquiry"), {"plan": 0, "act": 1, "paper": 1, "inquiry": 2}),
        (Narrowing(to="nowhere"), {"plan": 0}),
        (Narrowing(types=frozenset(("Legislation",)), known=KNOWN), {"plan": 0, "act": 1}),
        (Narrowing(others=True, known=KNOWN), {"plan": 0}),
        # What has no date may have come at any time.
        (Narrowing(first=datetime.date(2004, 1, 1)), {"plan": 0, "act": 1, "fund": 1}),
        (
            Narrowing(last=datetime.date(2003, 6, 1)),
            {"plan": 0, "paper": 1, "fund": 1, "inquiry": 2},
        ),
        (Narrowing(items=frozenset(("inquiry",))), {"plan": 0, "inquiry": 2}),
    ],
)
def test_each_way_to_narrow_keeps_what_it_says(by: Narrowing, expected: dict[str, int]) -> None:
    assert names(by) == expected
    left = narrow(WHOLE, by)
    assert all(e.subject in left.nodes and e.object in left.nodes for e in left.edges)


def test_graphml_and_dot_carry_every_item_and_claim() -> None:
    graph = networkx.read_graphml(io.BytesIO(exchange.graphml(WHOLE)))
    assert set(graph) == set(WHOLE.nodes) and graph.number_of_edges() == 6
    assert {d["status"] for _, _, d in graph.edges(data=True)} == {"verified", "unverified"}
    text = exchange.dot(WHOLE, 'A "title"\\n')
    assert text.count("->") == 6 and text.count("style=dotted") == 1 and '\\"title\\"' in text


def test_hostile_labels_do_not_break_the_exports() -> None:
    bad = Node("x", "x", 'a"] ; evil [\x00label=<b>', "Policy", "", "", None, None, 0)
    made = Lineage("x", "antecedents", {"x": bad}, (), 0)
    assert networkx.read_graphml(io.BytesIO(exchange.graphml(made))).nodes["x"]["label"]
    assert '\\"' in exchange.dot(made, "t")


def test_the_address_narrows_page_picture_and_table_alike(client: FlaskClient) -> None:
    query = "to=children-act-1989&verified=1"
    whole = client.get("/lineage/childrens-plan-2007.json").json
    part = client.get(f"/lineage/childrens-plan-2007.json?{query}").json
    assert 0 < len(part["nodes"]) < len(whole["nodes"])
    page = client.get(f"/lineage/childrens-plan-2007?{query}", headers=HTML)
    assert not faults(page.text) and "Only a part is shown" in page.text
    topic = client.get("/lineage/childrens-plan-2007.json?concept=childrens-trust").status_code
    assert topic in (200, 404)
    assert client.get("/lineage/childrens-plan-2007.graphml").mimetype == "application/graphml+xml"
    assert "digraph" in client.get("/lineage/childrens-plan-2007.dot").text


@pytest.mark.parametrize(
    "query",
    [
        "show=boats",
        "relation=likes",
        "basis=gossip",
        "from=2007",
        "until=x",
        "to=nobody-knows",
        "concept=nix",
    ],
)
def test_hazard_110_nonsense_filters_are_refused(client: FlaskClient, query: str) -> None:
    response = client.get(f"/lineage/childrens-plan-2007.json?{query}")
    assert response.status_code in (400, 404) and response.json["detail"]


def test_the_graph_names_what_is_about_a_concept(client: FlaskClient) -> None:
    found = client.get("/lineage/childrens-plan-2007.json?concept=concept-collaboration")
    assert found.status_code == 200
    assert any(n["iri"] == f"{BASE}id/childrens-plan-2007" for n in found.json["nodes"])
