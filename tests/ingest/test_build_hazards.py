"""What a build refuses, keeps apart or lives through (hazards 40, 52, 101, 104)."""

import csv
import io
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from reformgraph.errors import InputError
from reformgraph.ingest import build as pipeline
from reformgraph.ingest.faults import Fault
from reformgraph.ingest.foreign import dataset, sources
from reformgraph.queries import catalogue, run
from reformgraph.store import current_id, open_store

BASE = "https://w3id.org/reformgraph/"
Spoil = Callable[..., list[Fault]]


def test_hazard_52_half_a_graph_has_to_be_meant(small: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    many = "".join(f"<urn:s{n}> <urn:p> <urn:o{n}> .\n" for n in range(12_000))
    (tmp_path / "many.nt").write_text(many)
    (tmp_path / "few.nt").write_text(many[:300].rpartition("\n")[0])
    large = sources.find([str(tmp_path / "many.nt")], (), base=BASE)
    few = sources.find([str(tmp_path / "few.nt")], (), base=BASE)
    served = dataset.build_dataset(large, root, base=BASE).generation.id
    for build in (
        lambda **more: pipeline.build([small], root, base=BASE, **more),
        lambda **more: dataset.build_dataset(few, root, base=BASE, **more),
    ):
        with pytest.raises(InputError, match=r"one that is served has 12,000.*--smaller") as caught:
            build(force=True)
        assert caught.value.exit_code == 1
        assert current_id(root) == served
        assert not list(root.glob("building-*"))
    assert pipeline.build([small], root, base=BASE, smaller=True).generation.id == current_id(root)


def test_hazard_52_an_empty_folder_is_no_timeline(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"timeline\.toml"):
        pipeline.build([tmp_path / "empty"], tmp_path / "store", base=BASE)
    assert not (tmp_path / "store" / "current").exists()


def test_hazard_40_a_build_beside_a_reader_touches_nothing_that_is_served(
    small: Path, tmp_path: Path
) -> None:
    root = tmp_path / "store"
    first = pipeline.build([small], root, base=BASE).generation
    reader = open_store(root)
    before = {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in first.folder.rglob("*")
        if path.is_file()
    }
    policies = small / "policies.csv"
    policies.write_text(policies.read_text(encoding="utf-8").replace("A Plan", "The Plan"), "utf-8")
    second = pipeline.build([small], root, base=BASE).generation
    assert second.id != first.id
    assert {
        path: (path.stat().st_mtime_ns, path.read_bytes())
        for path in first.folder.rglob("*")
        if path.is_file()
    } == before
    label = f"SELECT ?l {{ <{BASE}id/plan-2007> <http://www.w3.org/2000/01/rdf-schema#label> ?l }}"
    assert [str(getattr(row[0], "value", "")) for row in reader.select(label)] == ["A Plan"]
    reader.close()


@pytest.mark.parametrize("table", ["policies", "institutions"])
def test_hazard_101_mangled_dates_of_spreadsheets(spoil: Spoil, table: str) -> None:
    old = {"policies": "2003-09,", "institutions": "2001-06-08,2007"}[table]
    for mangled in ("08/09/2003", "39699", "8 September 2003", "Sep-03"):
        new = mangled + old[old.index(",") :]
        faults = [str(fault) for fault in spoil(**{table: (old, new)})]
        assert any(f"{table}.csv:2:" in text and repr(mangled) in text for text in faults), faults
        old = new


def test_hazard_101_a_cell_of_ten_megabytes(spoil: Spoil) -> None:
    began = time.monotonic()
    huge = b"id,title,institution,source,status\nm," + b"x" * 10_000_000 + b",a,b,verified\n"
    (fault,) = spoil(posts=huge)
    assert str(fault).startswith("posts.csv:2: expected cells of at most 131,072 characters")
    assert time.monotonic() - began < 10


@pytest.mark.skipif(not os.environ.get("SOAK"), reason="runs with SOAK=1")
def test_hazard_101_a_million_rows(spoil: Spoil, small: Path) -> None:
    rows = "".join(f"p{n},Minister {n},dept-old,src-page,verified\n" for n in range(1_000_000))
    text = "id,title,institution,source,status\n" + rows + "bad id,x,dept-old,src-page,verified\n"
    faults = [str(fault) for fault in spoil(posts=text.encode())]
    assert any(found.startswith("posts.csv:1000002:id: 'bad id'") for found in faults), faults[:3]


def test_hazard_104_what_contradicts_itself_is_kept_and_listed(small: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    pipeline.build([small], root, base=BASE)
    store = open_store(root)
    plan = f"<{BASE}id/plan-2007>"
    date = "<https://w3id.org/reformgraph/ontology#date>"
    asserted = [
        getattr(row[0], "value", "") for row in store.select(f"SELECT ?d {{ {plan} {date} ?d }}")
    ]
    assert asserted == ["2007-12-11"]  # one of them stands, by the timeline's own word
    rivals = list(
        csv.DictReader(io.StringIO(run.ask(store, catalogue.get("rival-claims"), {}).csv()))
    )
    told = {row["value"] for row in rivals if "plan-2007" in row["item"]}
    assert {"2007-12-11", "2007-09"} <= told, rivals
    store.close()


def test_hazard_104_two_values_in_one_place_are_refused(spoil: Spoil, small: Path) -> None:
    rivals = (small / "rivals.csv").read_text(encoding="utf-8")
    row = next(line for line in rivals.splitlines() if line.startswith("rival-plan-date"))
    faults = [str(f) for f in spoil(rivals=(row, row.replace("2007-09", "2007-12-11")))]
    assert any("expected a value other than the asserted one" in text for text in faults)
    shutil.rmtree(small)
