"""A floor under the quality of reconciliation, on the labelled list of the benchmark."""

from benchmarks.reconcile import labelled, ours, quality

from reformgraph.queries.reconcile.entities import read
from reformgraph.queries.reconcile.properties import Facts
from reformgraph.store import Store


def test_the_labelled_names_are_found_and_matches_are_right(story_store: Store) -> None:
    pairs = labelled()
    assert len(pairs) >= 150
    entities = read(story_store)
    assert {slug for _, slug in pairs if slug} <= set(entities.by_slug)
    found = quality(ours(entities, Facts(story_store)), pairs)
    assert found.recall_1 >= 0.94 and found.recall_5 >= 0.95, found.wrong
    assert found.precision_1 >= 0.94 and found.precision_5 >= 0.95, found.wrong
    assert found.matched_right >= 0.98, found.wrong
