"""Search: ranking, reasons, nonsense (hazards 78, 80 and 112)."""

import threading
from pathlib import Path

import pytest

from reformgraph.errors import StoreError
from reformgraph.store import EmbeddedStore
from reformgraph.store.search import SearchIndex


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
    page = store.search("evry child maters")
    assert page.partial
    assert page.hits[0].slug == page.near[0].slug == "every-child-matters"
    page = store.search("evry-chld")
    assert not page.hits
    assert page.near[0].slug == "every-child-matters"
    assert page.near[0].matched == "near"


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
