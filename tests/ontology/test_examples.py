"""The worked examples of docs/examples: each statement stands in the story graph."""

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from reformgraph.store import EmbeddedStore

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "docs" / "examples").glob("*.ttl"))


def test_there_are_some() -> None:
    assert {each.stem for each in EXAMPLES} >= {"amendment", "articulation", "renaming"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_worked_example_is_out_of_the_story(path: Path, story_store: EmbeddedStore) -> None:
    quads = list(parse(path=path, format=RdfFormat.TURTLE))
    assert len(quads) > 5
    for quad in quads:
        assert story_store.ask(f"ASK {{ {quad.subject} {quad.predicate} {quad.object} }}"), quad
