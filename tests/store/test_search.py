"""Search: ranking, reasons, nonsense (hazards 78, 80 and 112)."""

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from reformgraph.errors import StoreError
from reformgraph.store import EmbeddedStore
from reformgraph.store.search import SearchIndex
from reformgraph.store.search_index import fold


def _slugs(store: EmbeddedStore, text: str, kind: str = "") -> list[str]:
    return [hit.slug for hit in store.search(text, kind=kind).hits]


@pytest.mark.parametrize(
    ("text", "slug", "matched"),
    [
        ("every child", "every-child-matters", "name"),
        ("EVERY CHIL", "every-child-matters", "name"),
        ("chaque enfant compte", "every-child-matters", "other name"),
        ("climbie", "every-child-matters", "text"),
        ("green paper", "every-child-matters", "kind"),
        ("ukpga 31", "children-act-2004", "other name"),
        ("children’s plan", "plan", "name"),
    ],
)
def test_hits_say_why(store: EmbeddedStore, text: str, slug: str, matched: str) -> None:
    first = store.search(text).hits[0]
    assert (first.slug, first.matched) == (slug, matched)
    assert any(segment.marked for segment in (*first.title, *first.snippet))
    assert "".join(segment.text for segment in first.title) == first.label


def test_segments_are_plain_text(store: EmbeddedStore) -> None:
    (hit,) = store.search("joined").hits
    text = "".join(segment.text for segment in hit.snippet)
    assert "<b>published</b>" in text
    assert not set("\x02\x03") & set(text)
    assert [segment.text for segment in hit.snippet if segment.marked] == ["joined"]


def test_sources_rank_below_what_they_are_about(store: EmbeddedStore) -> None:
    assert _slugs(store, "ecm") == ["every-child-matters", "dfes-2003"]


def test_facets_and_kind(store: EmbeddedStore) -> None:
    page = store.search("ecm", kind="Source")
    assert dict(page.facets) == {"Policy": 1, "Source": 1}
    assert (page.total, [hit.slug for hit in page.hits]) == (1, ["dfes-2003"])
    assert store.search("ecm", kind="Nonsense").total == 0


def test_paging(store: EmbeddedStore) -> None:
    every = _slugs(store, "e")
    assert len(every) > 1
    assert [store.search("e", limit=1, offset=n).hits[0].slug for n in range(2)] == every[:2]
    assert store.search("e", limit=-1, offset=10**30).hits == ()


def test_some_words_and_near_names(store: EmbeddedStore) -> None:
    page = store.search("every child zzz")
    assert page.partial and not page.corrected
    assert page.hits[0].slug == page.near[0].slug == "every-child-matters"
    page = store.search("evr-chd-mtr")
    assert not page.hits
    assert page.near[0].slug == "every-child-matters"
    assert page.near[0].matched == "near"


@pytest.mark.parametrize("text", ["evry child maters", "every chidl matters", "EVERY CHLD"])
def test_a_word_that_stands_nowhere_is_taken_for_the_nearest(
    store: EmbeddedStore, text: str
) -> None:
    page = store.search(text)
    assert page.hits[0].slug == "every-child-matters" and not page.partial
    assert page.corrected.casefold().startswith("every child")
    assert any(segment.marked for segment in page.hits[0].title)


def test_a_word_that_stands_somewhere_is_left_alone(store: EmbeddedStore) -> None:
    assert store.search("every").corrected == store.search("ev").corrected == ""
    assert store.search("qqqqqqqq").corrected == ""


def test_people_leave_the_apostrophe_out(story_store: EmbeddedStore) -> None:
    without = [hit.slug for hit in story_store.search("childrens plan").hits]
    assert without[:3] == [hit.slug for hit in story_store.search("children's plan").hits][:3]
    assert "childrens-plan-2007" in without[:3]
    assert (
        "childrens-plan-2007" in [hit.slug for hit in story_store.search("chldrens plan").hits][:3]
    )


def test_hits_are_counted_and_narrowed_by_what_they_have(story_store: EmbeddedStore) -> None:
    every = story_store.search("trust", limit=500)
    assert list(every.narrow) == ["sort", "period", "institution", "concept", "verified"]
    counts = {name: {v.value: v.count for v in values} for name, values in every.narrow.items()}
    for name, value in (
        ("sort", "statutory guidance"),
        ("period", "2000s"),
        ("institution", "dcsf"),
        ("concept", "concept-partnership-working"),
        ("verified", "verified"),
    ):
        page = story_store.search("trust", limit=500, filters={name: value})
        assert page.total == counts[name][value] > 0, name
        assert {hit.iri for hit in page.hits} < {hit.iri for hit in every.hits}
        assert dict(page.filters) == {name: value}
    both = story_store.search("trust", filters={"period": "2000s", "institution": "dcsf"})
    assert 0 < both.total < counts["institution"]["dcsf"]
    labels = {v.value: v.label for v in every.narrow["institution"]}
    assert labels["dcsf"].startswith("Department for Children, Schools and Families")
    nothing = story_store.search("trust", filters={"period": "'; DROP TABLE facet; --"})
    assert nothing.total == 0


def test_hits_have_what_they_are_narrowed_by(story_store: EmbeddedStore) -> None:
    query = (
        "PREFIX rg: <https://w3id.org/reformgraph/ontology#> "
        "PREFIX dcterms: <http://purl.org/dc/terms/> "
        "SELECT DISTINCT ?p { ?p a rg:Policy ; dcterms:publisher/rg:slug 'dcsf' ; "
        "rg:dateEarliest ?d . FILTER(STRSTARTS(STR(?d), '200')) }"
    )
    truth = {row[0].value for row in story_store.select(query) if row[0] is not None}
    found = story_store.search(
        "e", kind="Policy", limit=500, filters={"institution": "dcsf", "period": "2000s"}
    )
    assert found.total and {hit.iri for hit in found.hits} <= truth


def test_an_index_of_an_earlier_version_is_searched_without_facets(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    copy = tmp_path / "old.sqlite"
    shutil.copy(store.generation.folder / "search.sqlite", copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("DROP TABLE facet")
        connection.commit()
    page = SearchIndex(copy).search("every child", filters={"period": "2000s"})
    assert page.hits and not page.narrow and not page.filters


NONSENSE = (
    *('"', "'", '" OR *', "NEAR(", "NEAR(a b, 2)", "*", "}", "\\", "label:x", "-plan", "^plan"),
    *("😀", "\x00", "\ud800", "plan\ud800", "", "   ", "a" * 10_000, '"' * 10_000, "a " * 5_000),
    *("AND", "plan AND", "NOT plan", "²", "_", "\u202e", "%", "é" * 500, "1' OR '1'='1"),
)


@pytest.mark.parametrize("text", NONSENSE, ids=lambda text: ascii(text[:12]))
def test_hazard_78_112_nonsense(store: EmbeddedStore, text: str) -> None:
    page = store.search(text)
    assert page.total >= 0
    store.search("plan", kind=text)
    store.near(text)


def test_many_threads(store: EmbeddedStore) -> None:
    faults: list[Exception] = []

    def ask() -> None:
        try:
            for _ in range(30):
                assert store.search("every child").total == 1
        except Exception as error:  # noqa: BLE001  any failure at all is the finding
            faults.append(error)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults


def test_not_an_index(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("no database")
    for name in ("x", "missing"):
        with pytest.raises(StoreError):
            SearchIndex(tmp_path / name)
    assert not (tmp_path / "missing").exists()


def test_names_compare_alike_with_and_without_letters_outside_ascii() -> None:
    assert fold("Children's Act 2004, s. 10(2)") == "childrens act 2004 s 10 2"
    for code in range(128):
        assert fold(f"a{chr(code)}B c é") == f"{fold(f'a{chr(code)}B c')} e"
