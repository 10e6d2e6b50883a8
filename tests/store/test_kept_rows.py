"""What the search file keeps of entities and large laws is what the graph says."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from reformgraph.ontology.terms import ORG, RG
from reformgraph.server.links import Links
from reformgraph.server.reading import browse, graph, refs
from reformgraph.store import EmbeddedStore, generations, law_effects, law_outline, law_records
from reformgraph.store.search import SearchIndex

LAW = "http://www.legislation.gov.uk/id/ukpga/1989/41"


@pytest.fixture
def links(story_store: EmbeddedStore) -> Links:
    return Links(story_store.generation.base, "")


@pytest.fixture
def bare(story_store: EmbeddedStore, tmp_path: Path) -> Iterator[SearchIndex]:
    """The search file of the story as a version of before these tables wrote it."""
    path = tmp_path / "search"
    shutil.copy(story_store.generation.folder / generations.SEARCH, path)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("DROP TABLE brief; DROP TABLE place; DROP TABLE record;")
    index = SearchIndex(path)
    yield index
    index.close()


def test_entities_are_named_alike_from_the_file_and_from_the_graph(
    story_store: EmbeddedStore, links: Links
) -> None:
    iris = [each.iri for each in story_store.named()][::7]
    kept = {iri: refs._of(brief, links) for iri, brief in story_store.briefs(iris).items()}
    assert kept == refs._asked(story_store, links, iris) and len(kept) == len(iris)


def test_claims_and_strangers_are_asked_of_the_graph(
    story_store: EmbeddedStore, links: Links
) -> None:
    (claim,) = graph.rows(story_store, "SELECT ?c { ?c a rg:Claim } ORDER BY ?c LIMIT 1")[0]
    wanted = [graph.text(claim), f"{story_store.generation.base}id/nothing", "\udcff"]
    assert not story_store.briefs(wanted)
    assert refs.refs(story_store, links, wanted[:1])[wanted[0]].type == "Claim"


@pytest.mark.parametrize("by", ["time", "name"])
@pytest.mark.parametrize("of", [RG.Institution, ORG.Post, RG.Source])
def test_a_class_is_listed_in_the_order_of_the_graph(
    story_store: EmbeddedStore,
    links: Links,
    bare: SearchIndex,
    monkeypatch: pytest.MonkeyPatch,
    of: object,
    by: str,
) -> None:
    class_iri = str(of)[1:-1]
    total = story_store.generation.counts[class_iri]
    page = {"by": by, "total": total, "limit": 20, "offset": 10}
    quick = browse.entities(story_store, links, class_iri, **page)  # type: ignore[arg-type]
    monkeypatch.setattr(story_store, "_index", bare)
    slow = browse.entities(story_store, links, class_iri, **page)  # type: ignore[arg-type]
    assert quick == slow and len(quick) == min(20, total - 10)


def test_a_file_of_an_earlier_version_knows_nothing(bare: SearchIndex) -> None:
    assert not bare.briefs([LAW]) and bare.record(LAW, "on") is None
    assert not bare.listed(RG.Policy.value, by="time", limit=5, offset=0)
    assert bare.search("collaboration").total


def test_records_of_a_large_law_are_what_the_graph_says(
    law_store: EmbeddedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(law_records, "LARGE", 1)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(law_records.SCHEMA)
        law_records.write(connection, law_store.graph)
        kept = {part: law_records.read(connection, LAW, part) for part in law_records.PARTS}
        assert law_records.read(connection, LAW + "/section/1", "on") is None
    select = partial(graph.rows, law_store)
    outline = law_outline.read(select, LAW, whole=True)
    assert law_outline.of_json(kept["contents"]) == outline and outline.lines
    effects = law_effects.read(select, LAW, whole=True, way="on")
    assert law_effects.of_json(kept["on"]) == effects and effects.laws
    assert effects.due_by("1900-01-01") == 0 <= effects.due_by("2100-01-01") <= effects.open
