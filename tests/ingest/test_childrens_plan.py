"""The first timeline: whole, sound, and the same as the facts but for the changes on record."""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from reformgraph.ingest.mapping import map_timeline
from reformgraph.ingest.readers.cycles import cycles
from reformgraph.ingest.readers.timeline import read_timeline
from reformgraph.ingest.rows import TABLES, Sourced, columns
from reformgraph.ingest.timeline import Timeline
from reformgraph.ontology.terms import LINEAGE, PREFIXES, RDF, RG, Antecedent, compact

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "ingest" / "timelines" / "childrens-plan"
FACTS = Path(os.environ.get("REFORMGRAPH_SHARED", ROOT.parent / "shared")) / "facts"
CHANGES = Path(__file__).with_name("changes.csv")
DOCS = ROOT / "docs" / "data.md"
BASE = "https://w3id.org/reformgraph/"

Table = list[dict[str, str]]


@pytest.fixture(scope="module")
def timeline() -> Timeline:
    return read_timeline(FOLDER)


@pytest.fixture(scope="module")
def quads(timeline: Timeline) -> list[Quad]:
    return list(map_timeline(timeline, BASE))


@pytest.fixture(scope="module")
def store(quads: list[Quad]) -> Store:
    found = Store()
    found.bulk_extend(quads)
    return found


def ask(store: Store, query: str) -> list[tuple[str, ...]]:
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    solutions = store.query(prefixes + query, use_default_graph_as_union=True)
    return [tuple(term.value if term else "" for term in row) for row in solutions]  # type: ignore[union-attr]


def read(path: Path) -> Table:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def documented(heading: str) -> Iterator[list[str]]:
    """The body rows of the table under a heading of docs/data.md, cells without backticks."""
    section = DOCS.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    for line in lines[2:]:
        yield [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]


def test_every_row_is_exactly_one_entity(timeline: Timeline, store: Store) -> None:
    found = ask(store, "SELECT ?slug ?x { ?x rg:slug ?slug }")
    slugs = Counter(slug for slug, _ in found)
    entities = [row.id for row in timeline.rows() if row.table not in ("relations", "rivals")]
    assert len(set(entities)) == len(entities)
    expected = [*entities, *timeline.persons, "childrens-plan", "childrens-plan-concepts"]
    assert slugs == Counter(expected)
    assert len({node for _, node in found}) == len(found)


def test_every_relation_and_rival_is_exactly_one_claim(timeline: Timeline, store: Store) -> None:
    claims = Counter(
        claim.removeprefix(BASE + "claim/")
        for (claim,) in ask(store, "SELECT ?c { ?c a rg:Claim }")
    )
    assert set(claims.values()) == {1}
    for row in (*timeline.relations, *timeline.rivals):
        assert claims[row.id] == 1


def test_every_edge_has_a_claim_and_every_claim_evidence(store: Store) -> None:
    assert not ask(store, "SELECT ?c { ?c a rg:Claim FILTER NOT EXISTS { ?c rg:hasEvidence ?e } }")
    assert not ask(
        store,
        "SELECT ?e { ?x rg:hasEvidence ?e FILTER NOT EXISTS { ?e rg:source ?s ; rg:status ?t } }",
    )
    # An edge joins two entities; what only places, names or evidences them is none.
    plain = "rdf:type, rg:inTimeline, rg:kind, rg:hasFrame, skos:inScheme, rg:focalItem"
    edges = ask(
        store,
        f"""SELECT ?s ?p ?o {{ ?s ?p ?o ; rg:slug ?a . ?o rg:slug ?b .
            FILTER(?p NOT IN ({plain})) }}""",
    )
    claimed = ask(
        store,
        """SELECT ?s ?p ?o { ?c rg:claimSubject ?s ; rg:claimPredicate ?p ; rg:claimObject ?o
           . ?o rg:slug ?b FILTER NOT EXISTS { ?c rg:rivals ?r } }""",
    )
    assert set(edges) == set(claimed)
    assert len(edges) == len(claimed), "an edge is claimed twice"


def test_every_entity_rests_on_evidence(timeline: Timeline, store: Store) -> None:
    bare = {slug for (slug,) in ask(
        store, "SELECT ?s { ?x rg:slug ?s FILTER NOT EXISTS { ?x rg:hasEvidence ?e } }"
    )}  # fmt: skip
    allowed = {row.id for row in timeline.sources} | {"childrens-plan", "childrens-plan-concepts"}
    assert bare == allowed


def test_types(timeline: Timeline, store: Store) -> None:
    found = {
        compact(type_): int(count)
        for type_, count in ask(store, "SELECT ?t (COUNT(?x) AS ?n) { ?x a ?t } GROUP BY ?t")
    }
    rows = {name: int(count) for name, count in documented_entities()}
    assert {name: found[name] for name in rows} == rows
    assert found["rg:Source"] == len(timeline.sources)
    assert found["foaf:Person"] == len(timeline.persons)


def documented_entities() -> Iterator[tuple[str, str]]:
    for cells in documented("What came in and what it became"):
        for part in cells[2].split(", "):
            name, count = part.rsplit(" ", 1)
            yield name, count.replace(",", "")


def test_the_documented_counts_are_those_of_the_files(timeline: Timeline) -> None:
    rows = {cells[0]: int(cells[1].replace(",", "")) for cells in documented(
        "What came in and what it became"
    )}  # fmt: skip
    assert rows == {model.table: len(timeline.table(model.table)) for model in TABLES}


def test_the_documented_columns_are_those_of_the_models() -> None:
    text = DOCS.read_text(encoding="utf-8")
    for model in TABLES:
        section = text.split(f"\n### `{model.table}.csv`\n")[1].split("\n#")[0]
        named = re.findall(r"^\| `([a-z_]+)` \|", section, re.MULTILINE)
        shared = ("source", "locator", "status", "note")
        assert named == [name for name in columns(model) if name not in shared], model.table
        header = (FOLDER / f"{model.table}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert header.split(",") == columns(model), model.table


def test_lineage_has_one_circle_and_it_is_true(timeline: Timeline) -> None:
    backward = {each.predicate for each in LINEAGE if each.antecedent is Antecedent.SUBJECT}
    edges: dict[str, list[str]] = {}
    for row in timeline.relations:
        ends = (row.subject, row.object)
        later, earlier = reversed(ends) if RG[row.predicate] in backward else ends
        edges.setdefault(later, []).append(earlier)
    # The review builds on the Fund, by way of the cross-cutting review, and pays for it.
    assert [sorted(set(each)) for each in cycles(edges)] == [
        [
            "children-at-risk-cross-cutting-review-2002",
            "childrens-fund",
            "spending-review-2002",
        ]
    ]


def test_rivals_on_record(timeline: Timeline, store: Store) -> None:
    pairs = ask(
        store,
        """SELECT ?a ?b { ?a rg:rivals ?b ; rg:claimSubject ?s . ?b rg:rivals ?a ;
           rg:claimSubject ?s . FILTER(STR(?a) < STR(?b)) }""",
    )
    assert len(pairs) == len(timeline.rivals) == 50
    for row in timeline.rivals:
        claim = NamedNode(f"{BASE}claim/{row.id}")
        parts = {quad.predicate: quad.object for quad in store.quads_for_pattern(claim, None, None)}
        subject, predicate = parts[RG.claimSubject], parts[RG.claimPredicate]
        value = parts.get(RG.claimValue, parts.get(RG.claimObject))
        assert isinstance(subject, NamedNode)
        assert isinstance(predicate, NamedNode)
        assert value is not None
        assert not list(store.quads_for_pattern(subject, predicate, value)), row.id


def test_addresses_of_law(store: Store) -> None:
    law = "http://www.legislation.gov.uk/id/"
    for slug, iri in {
        "children-act-2004": law + "ukpga/2004/31",
        "ca2004-s10": law + "ukpga/2004/31/section/10",
        "ca2004-s12a": BASE + "id/ca2004-s12a",
        "ca1989-sch2-para1a": law + "ukpga/1989/41/schedule/2/paragraph/1A",
        "ca1989-sch2-para4": law + "ukpga/1989/41/schedule/2/paragraph/10",
        "ea2005-p3": law + "ukpga/2005/18/part/3",
    }.items():
        assert ask(store, f'SELECT ?x {{ ?x rg:slug "{slug}" }}') == [(iri,)]


def test_it_is_the_same_each_time(quads: list[Quad]) -> None:
    again = list(map_timeline(read_timeline(FOLDER), BASE))
    assert again == quads


def test_dates_in_the_graph_have_bounds_in_order(store: Store) -> None:
    for name in ("date", "start", "end"):
        assert not ask(
            store,
            f"""SELECT ?x {{ ?x rg:{name} ?d . OPTIONAL {{ ?x rg:{name}Earliest ?e ;
                rg:{name}Latest ?l }} FILTER(!BOUND(?e) || !BOUND(?l) || ?e > ?l) }}""",
        )


# -- against the facts ---------------------------------------------------------------------------

needs_facts = pytest.mark.skipif(
    not FACTS.is_dir(), reason=f"the facts that the tables were made of are not at {FACTS}"
)


def facts() -> dict[str, Table]:
    found = {path.stem: read(path) for path in sorted(FACTS.glob("*.csv"))}
    found["sources"] = [*found["sources"], *found.pop("sources_2"), *found.pop("sources_3")]
    return found


@needs_facts
def test_the_tables_are_the_facts_with_the_changes_on_record() -> None:
    expected = facts()
    by_id = {row["id"]: row for table in expected.values() for row in table}
    added: dict[str, set[str]] = {}
    for change in read(CHANGES):
        assert change["why"]
        if not change["column"]:
            added.setdefault(change["table"], set()).add(change["id"])
            continue
        row = by_id[change["id"]]
        # A column that the facts do not have was empty there.
        assert row.get(change["column"], "") == change["was"]
        row[change["column"]] = change["now"]
    for name, table in expected.items():
        ours = read(FOLDER / f"{name}.csv")
        kept = [row for row in ours if row["id"] not in added.get(name, ())]
        assert kept == [dict.fromkeys(ours[0], "") | row for row in table]
        assert {row["id"] for row in ours} - {row["id"] for row in kept} == added.get(name, set())
    assert {path.stem for path in FOLDER.glob("*.csv")} == {*expected, "rivals"}


def test_no_change_drops_a_source_a_place_or_a_note() -> None:
    for change in read(CHANGES):
        assert change["column"] not in ("locator", "status")
        if change["column"] == "source":
            assert not change["was"]
        if change["column"] == "note":
            assert change["now"].startswith(change["was"].rstrip("."))


@needs_facts
def test_every_source_place_status_and_note_of_the_facts_is_in_the_graph(store: Store) -> None:
    """The facts' own words, cell by cell, looked up in the quads."""
    ids = {change["id"]: change["now"] for change in read(CHANGES) if change["column"] == "id"}
    evidence: dict[str, set[tuple[str, str, str]]] = {}
    for node, source, locator, status in ask(
        store,
        """SELECT ?e ?slug ?l ?s { ?e a rg:Evidence ; rg:source/rg:slug ?slug ; rg:status ?s
           OPTIONAL { ?e rg:locator ?l } }""",
    ):
        row = node.removeprefix(BASE + "evidence/").rpartition(".")[0]
        kind = status.rpartition("#status-")[2]
        evidence.setdefault(row, set()).add((source, locator, kind))
    notes: dict[str, str] = {}
    for quad in store.quads_for_pattern(None, NamedNode(PREFIXES["skos"] + "editorialNote"), None):
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, Literal)
        notes[quad.subject.value] = quad.object.value
    nodes = dict(ask(store, "SELECT ?s ?x { ?x rg:slug ?s }"))
    for name, table in facts().items():
        for row in table:
            slug = ids.get(row["id"], row["id"])
            node = nodes.get(slug, f"{BASE}claim/{slug}")
            if row["note"]:
                assert notes[node].startswith(row["note"].rstrip(".")), row["id"]
            if name == "sources":
                continue
            found = evidence[slug]
            sources = row["source"].split(";") if row["source"] else ["src-general-knowledge"]
            assert {source for source, _, _ in found} == set(sources), row["id"]
            assert {status for _, _, status in found} == {row["status"]}, row["id"]
            parts = [part.strip() for part in row["locator"].split(";")]
            whole = parts if len(parts) == len(sources) else [row["locator"]]
            assert {locator for _, locator, _ in found} == set(whole), row["id"]


def test_sources_are_sourced_rows_targets(timeline: Timeline, store: Store) -> None:
    rows = (*timeline.rows(), *timeline.links)
    cited = {source for row in rows if isinstance(row, Sourced) for source in row.source}
    in_graph = {slug for (slug,) in ask(store, "SELECT DISTINCT ?s { ?e rg:source/rg:slug ?s }")}
    assert in_graph == cited
    assert not list(store.quads_for_pattern(None, RDF.type, RG.Item))
