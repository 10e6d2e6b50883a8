"""The figures on the tiny graph and on the story, counted a second way."""

from reformgraph.queries import quality as figures
from reformgraph.store import EmbeddedStore

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


def test_the_headline_has_a_line_for_each_figure(story_store: EmbeddedStore) -> None:
    found = figures.quality(story_store)
    lines = dict(figures.headline(found))
    assert lines["statements"] == story_store.generation.quads
    assert lines["warnings of the gate"] == len(found.findings) > 0
    for row in figures.as_rows(found):
        assert len(row) == len(figures.COLUMNS)


def test_a_share_is_rounded_down() -> None:
    assert (figures.percent(0, 0), figures.percent(1, 3), figures.percent(199, 200)) == (0, 33, 99)
