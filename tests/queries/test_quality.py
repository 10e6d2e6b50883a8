"""The figures on the tiny graph and on the story, counted a second way."""

from contextlib import closing
from pathlib import Path

import pytest

from reformgraph.queries import quality as figures
from reformgraph.queries import tallies
from reformgraph.store import EmbeddedStore
from reformgraph.store.dumps import Dumps

PREFIX = "PREFIX rg: <https://w3id.org/reformgraph/ontology#>\n"
RGS = "https://w3id.org/reformgraph/scheme#"


def _count(store: EmbeddedStore, where: str) -> int:
    [(n,)] = store.select(f"{PREFIX}SELECT (COUNT(DISTINCT ?x) AS ?n) {{ {where} }}")
    assert n is not None
    return int(n.value)


def test_figures_are_those_of_plain_counts(story_store: EmbeddedStore) -> None:
    found = figures.quality(story_store)
    assert found.whole.readings == _count(story_store, "?x a rg:Evidence")
    assert found.whole.verified == _count(story_store, f"?x rg:status <{RGS}status-verified>")
    assert found.whole.located == _count(story_store, "?x rg:locator ?l")
    assert found.claims == _count(story_store, "?x a rg:Claim")
    conflicts = _count(story_store, "?x rg:rivals ?y")
    assert sum(len(each.versions) for each in found.conflicts) == conflicts
    assert len(found.unlinked) < found.items
    used = {tally.iri for tally in found.sources}
    assert len(used) == _count(story_store, "?e rg:source ?x")


def test_thin_lineage_is_what_it_says(story_store: EmbeddedStore) -> None:
    thin = figures.quality(story_store).thin
    for claim in thin.one_source[:20]:
        assert _count(story_store, f"<{claim}> rg:hasEvidence/rg:source ?x") == 1
    for claim in thin.inferred:
        assert story_store.ask(f"{PREFIX}ASK {{ <{claim}> rg:basis <{RGS}basis-inferred> }}")
    for claim in thin.unverified:
        verified = f"{PREFIX}ASK {{ <{claim}> rg:hasEvidence/rg:status <{RGS}status-verified> }}"
        assert not story_store.ask(verified)


def test_the_tables_hold_every_class_once(story_store: EmbeddedStore) -> None:
    found = figures.quality(story_store)
    assert sum(each.things for each in found.tables) == sum(each.things for each in found.classes)
    changes = next(each for each in found.tables if each.name == "institution_changes")
    assert changes.things == _count(story_store, "?x a <http://www.w3.org/ns/org#ChangeEvent>")


def test_the_figures_are_worked_out_once_for_a_generation(
    story_store: EmbeddedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Dumps(tmp_path)) as files:
        found = figures.kept(story_store, files)
        assert found == figures.quality(story_store)
        monkeypatch.setattr(figures, "quality", None)
        assert figures.kept(story_store, files) == found


def test_the_headline_has_a_line_for_each_figure(story_store: EmbeddedStore) -> None:
    found = figures.quality(story_store)
    lines = dict(figures.headline(found))
    assert lines["statements"] == story_store.generation.quads
    assert lines["warnings of the gate"] == len(found.findings) > 0
    for row in figures.as_rows(found):
        assert len(row) == len(figures.COLUMNS)


def test_a_share_is_rounded_down() -> None:
    assert [tallies.percent(*each) for each in ((0, 0), (1, 3), (199, 200))] == [0, 33, 99]
