"""``links.sssom.tsv``: mappings as claims, and what each kind of fault is told as."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reformgraph.ingest.build import build
from reformgraph.ingest.faults import InvalidInput
from reformgraph.ingest.readers.timeline import read_timeline
from reformgraph.store import open_store

BASE = "https://example.org/"
HEAD = (
    "#curie_map:\n#  wd: http://www.wikidata.org/entity/\n"
    "record_id\tsubject_id\tpredicate_id\tpredicate_modifier\tobject_id\tmapping_justification\t"
    "author_label\tconfidence\tmapping_date\tmapping_source\tother\n"
)
Row = dict[str, str]


def row(**cells: str) -> str:
    usual: Row = {
        "record_id": "link-1", "subject_id": "rgid:plan-2007", "predicate_id": "schema:sameAs",
        "predicate_modifier": "", "object_id": "wd:Q1",
        "mapping_justification": "semapv:ManualMappingCuration", "author_label": "A. Reader",
        "confidence": "0.9", "mapping_date": "2026-11-24", "mapping_source": "rgid:",
        "other": "unverified",
    }  # fmt: skip
    return "\t".join((usual | cells).values()) + "\n"


@pytest.fixture
def write(small: Path) -> Callable[..., Path]:
    source = read_timeline(small).sources[0].id

    def written(*rows: str) -> Path:
        text = HEAD + "".join(rows).replace("\trgid:\t", f"\trgid:{source}\t")
        (small / "links.sssom.tsv").write_text(text, encoding="utf-8")
        return small

    return written


def faults(folder: Path) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_timeline(folder)
    return [str(fault) for fault in caught.value.faults]


def test_a_mapping_is_a_statement_with_claim_and_evidence(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    folder = write(row())
    result = build([folder], tmp_path / "store", base=BASE)
    store = open_store(tmp_path / "store")
    assert store.ask(
        "PREFIX rg: <https://w3id.org/reformgraph/ontology#> PREFIX s: <https://schema.org/> "
        f"ASK {{ <{BASE}id/plan-2007> s:sameAs <http://www.wikidata.org/entity/Q1> . "
        f"<{BASE}claim/link-1> rg:claimPredicate s:sameAs ; rg:hasEvidence/rg:source ?source }}"
    )
    served = store.attached("mappings.sssom.tsv").decode()
    store.close()
    assert f"{BASE}id/plan-2007" in served and "0.9\t2026-11-24" in served
    assert result.generation.quads


def test_a_person_is_mapped_by_the_slug_of_the_name(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    folder = write(row(subject_id="rgid:zoe-oname", object_id="wd:Q43"))
    build([folder], tmp_path / "store", base=BASE)
    store = open_store(tmp_path / "store")
    assert store.ask(
        "PREFIX s: <https://schema.org/> "
        f"ASK {{ <{BASE}id/zoe-oname> s:sameAs <http://www.wikidata.org/entity/Q43> }}"
    )
    store.close()
    concept = write(row(subject_id="rgid:zoe-oname", predicate_id="skos:exactMatch"))
    assert any("for a row of persons" in fault for fault in faults(concept))
    assert any(
        "did you mean 'zoe-oname'" in f for f in faults(write(row(subject_id="rgid:zoe-onam")))
    )


def test_a_rejected_mapping_is_kept_in_the_file_and_not_asserted(
    write: Callable[..., Path],
) -> None:
    assert read_timeline(write(row(predicate_modifier="Not"))).links == ()


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"predicate_id": "skos:exactMatch"}, "links.sssom.tsv:4:predicate_id"),
        ({"predicate_id": "rg:buildsOn"}, "links.sssom.tsv:4:predicate_id"),
        ({"subject_id": "rgid:plan-2008"}, "did you mean 'plan-2007'"),
        ({"object_id": "javascript:alert(1)"}, "links.sssom.tsv:4:object_id"),
        ({"object_id": "http://x/<b>"}, "links.sssom.tsv:4:object_id"),
        ({"confidence": "1.5"}, "links.sssom.tsv:4:confidence"),
        ({"mapping_date": "soon"}, "links.sssom.tsv:4:mapping_date"),
        ({"mapping_justification": "guess"}, "links.sssom.tsv:4:mapping_justification"),
        ({"mapping_source": "rgid:nobody"}, "links.sssom.tsv:4:mapping_source"),
        ({"author_label": ""}, "links.sssom.tsv:4:author_label"),
    ],
)
def test_hazard_113_a_wrong_mapping_names_row_and_column(
    write: Callable[..., Path], cells: Row, said: str
) -> None:
    assert any(said in fault for fault in faults(write(row(**cells))))


def test_hazard_113_opposite_decisions_of_two_persons_name_both_rows(
    write: Callable[..., Path],
) -> None:
    told = faults(
        write(
            row(),
            row(record_id="link-2", predicate_modifier="Not", author_label="B. Reader"),
        )
    )
    assert any(
        "links.sssom.tsv:5:object_id" in each and "row 4 by A. Reader says the opposite" in each
        for each in told
    )


def test_hazard_82_a_chain_that_joins_two_of_ours_is_reported_and_nothing_is_merged(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    folder = write(row(), row(record_id="link-2", subject_id="rgid:paper-2003"))
    result = build([folder], tmp_path / "store", base=BASE)
    found = [each for each in result.warnings if each.check == "same-elsewhere-twice"]
    assert found and "paper-2003 and plan-2007" in found[0].message
    store = open_store(tmp_path / "store")
    assert store.resolve("plan-2007") != store.resolve("paper-2003")
    store.close()


def test_hazard_82_a_build_reports_addresses_that_were_found_dead_or_moved(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    folder = write(
        row(),
        row(record_id="link-2", object_id="http://x.example/moved"),
        row(record_id="link-3", object_id="http://x.example/secure"),
        row(record_id="link-4", object_id="http://x.example/never-asked"),
    )
    (folder / "links.checked.tsv").write_text(
        "object_id\tday\tstatus\tlocation\n"
        "http://www.wikidata.org/entity/Q1\t2026-11-29\t404\t\n"
        "http://x.example/moved\t2026-11-29\t301\thttps://y.example/\n"
        "http://x.example/secure\t2026-11-29\t301\thttps://x.example/secure/\n",
        encoding="utf-8",
    )
    told = {each.check: each for each in build([folder], tmp_path / "store", base=BASE).warnings}
    assert "answered 404 on 2026-11-29" in told["link-dead"].message
    assert told["link-dead"].focus == f"{BASE}claim/link-1"
    assert "led to https://y.example/" in told["link-moved"].message
    assert sum(name.startswith("link-") for name in told) == 2
    store = open_store(tmp_path / "store")
    assert b'"row": 4' in store.attached("findings.json")
    store.close()
    assert build([folder], tmp_path / "store", base=BASE).unchanged
    (folder / "links.checked.tsv").unlink()
    assert not build([folder], tmp_path / "store", base=BASE).unchanged
