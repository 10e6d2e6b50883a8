"""The second timeline: another folder in the same form, which shares bodies with the first."""

from pathlib import Path

import pytest

from reformgraph.ingest.build import bundled_timelines, chosen
from reformgraph.ingest.faults import InvalidInput
from reformgraph.ingest.readers.timeline import read_timelines
from reformgraph.ingest.rows import Sourced
from reformgraph.ingest.timeline import Timeline
from reformgraph.ontology import gate
from reformgraph.ontology.terms import PREFIXES
from reformgraph.queries.lineage import lineage
from reformgraph.store import EmbeddedStore, Store

BASE = "https://w3id.org/reformgraph/"
PREFIX = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())


def ask(store: Store, query: str) -> list[tuple[str, ...]]:
    return [
        tuple(str(getattr(v, "value", "")) for v in row) for row in store.select(PREFIX + query)
    ]


@pytest.fixture(scope="module")
def timelines() -> dict[str, Timeline]:
    found = read_timelines(chosen(["childrens-plan", "health-social-care"]))
    return {timeline.manifest.id: timeline for timeline in found}


@pytest.fixture(scope="module")
def second(timelines: dict[str, Timeline]) -> Timeline:
    return timelines["health-social-care"]


def test_it_has_sourced_rows_and_most_are_verified(second: Timeline) -> None:
    rows = [row for row in second.rows() if isinstance(row, Sourced)]
    verified = [row for row in rows if row.status == "verified"]
    assert len(rows) >= 60
    assert len(verified) / len(rows) > 0.9


def test_general_knowledge_is_never_verified(second: Timeline) -> None:
    for row in second.rows():
        if isinstance(row, Sourced) and row.source == ("hsc-general-knowledge",):
            assert row.status == "unverified", row.id
        elif isinstance(row, Sourced):
            assert "hsc-general-knowledge" not in row.source, row.id


def test_each_of_its_sources_is_cited(second: Timeline) -> None:
    rows = (*second.rows(), *second.links)
    cited = {name for row in rows if isinstance(row, Sourced) for name in row.source}
    assert {row.id for row in second.sources} <= cited


def test_it_says_nothing_again_that_the_first_has(timelines: dict[str, Timeline]) -> None:
    first, second = timelines.values()
    assert not first.places.keys() & second.places.keys()


def test_it_cannot_be_read_without_the_first() -> None:
    [folder] = chosen(["health-social-care"])
    with pytest.raises(InvalidInput, match="'childrens-plan': expected a timeline that is built"):
        read_timelines([folder])


def test_both_are_bundled_and_the_first_is_what_is_built_by_default() -> None:
    from reformgraph.settings import Settings

    assert [path.name for path in bundled_timelines()] == ["childrens-plan", "health-social-care"]
    assert [path.name for path in chosen(Settings().timelines.split())] == ["childrens-plan"]


def test_a_shared_body_is_one_thing_with_the_claims_of_both(both_store: EmbeddedStore) -> None:
    name = both_store.resolve("department-of-health")
    said = ask(
        both_store,
        f"SELECT ?g (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?c rg:claimObject <{name}> }} }} GROUP BY ?g",
    )
    counts = {graph.removeprefix(f"{BASE}graph/"): int(number) for graph, number in said}
    assert counts["childrens-plan"] > 5
    assert counts["health-social-care"] > 5
    labels = ask(both_store, f"SELECT ?l {{ <{name}> rdfs:label ?l }}")
    assert labels == [("Department of Health",)]
    owners = ask(both_store, f"SELECT ?t {{ <{name}> rg:inTimeline/rg:slug ?t }}")
    assert owners == [("childrens-plan",)]


def test_many_bodies_are_shared(both_store: EmbeddedStore) -> None:
    shared = ask(
        both_store,
        f"""SELECT DISTINCT ?x {{ ?x a rg:Institution ; rg:inTimeline <{BASE}id/childrens-plan> .
            GRAPH <{BASE}graph/health-social-care> {{ ?s ?p ?x }} }}""",
    )
    assert len(shared) >= 8


def test_lineage_crosses_the_timelines(both_store: EmbeddedStore) -> None:
    crossing = ask(
        both_store,
        """SELECT DISTINCT ?s ?o { ?c rg:claimSubject ?s ; rg:claimObject ?o ;
           rg:claimPredicate ?p . ?p rdfs:subPropertyOf* ?any .
           FILTER(?any IN (rg:drawsOn, rg:announces, rg:establishes, rg:funds, rg:consultsOn))
           ?s rg:inTimeline ?a . ?o rg:inTimeline ?b FILTER(?a != ?b) }""",
    )
    assert len(crossing) >= 5


def test_antecedents_reach_from_the_second_into_the_first(both_store: EmbeddedStore) -> None:
    traced = lineage(both_store, both_store.resolve("health-and-care-act-2022"))
    slugs = {node.slug for node in traced.nodes.values()}
    assert {"integration-and-innovation-2021", "five-year-forward-view-2014"} <= slugs
    assert {"health-act-1999", "partnership-in-action-1998", "ha1999-s31"} <= slugs


def test_descendants_reach_from_the_first_into_the_second(both_store: EmbeddedStore) -> None:
    start = both_store.resolve("ha1999-s31")
    traced = lineage(both_store, start, direction="descendants")
    slugs = {node.slug for node in traced.nodes.values()}
    assert {"childrens-trust-pathfinders", "nsf-older-people-2001"} <= slugs
    assert "health-and-care-act-2022" in slugs


def test_the_first_story_is_what_it_was(
    story_store: EmbeddedStore, both_store: EmbeddedStore
) -> None:
    """What the first timeline says does not change in company; only others speak too."""
    query = f"SELECT ?s ?p ?o {{ GRAPH <{BASE}graph/childrens-plan> {{ ?s ?p ?o }} }}"
    assert sorted(ask(story_store, query)) == sorted(ask(both_store, query))


def test_what_the_gate_warns_of_is_on_record(both_store: EmbeddedStore) -> None:
    noted = gate.noted(both_store.attached(gate.FINDINGS))
    assert [(n.file, n.severity) for n in noted if n.file.startswith("health-social-care/")] == [
        # The fund was announced in 2013 and given its ground in law in 2014.
        ("health-social-care/initiatives.csv", "warning"),
    ]


def test_the_notes_on_weakness_are_there() -> None:
    [folder] = chosen(["health-social-care"])
    assert (Path(folder) / "NOTES.md").read_text(encoding="utf-8").startswith("# What is weak")


def test_the_documented_counts_are_those_of_the_files(second: Timeline) -> None:
    rows = [row for row in second.rows() if isinstance(row, Sourced)]
    unverified = sum(row.status == "unverified" for row in rows)
    text = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    words = ("none", "one", "two", "three", "four", "five", "six", "seven")
    said = f"It has {len(rows)} rows beside its {len(second.sources)} sources, {words[unverified]}"
    assert said in text


def test_a_place_is_named_for_each_source_or_for_all(second: Timeline) -> None:
    """A locator in parts has one for each source, so that no page is cited for another's section."""
    for row in second.rows():
        if isinstance(row, Sourced) and ";" in row.locator:
            assert len(row.locator.split(";")) == len(row.source), row.id
