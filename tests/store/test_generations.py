"""Generations: written whole or not at all, verified, switched, pruned (hazards 39–45, 97–100)."""

import errno
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest

from reformgraph.errors import Busy, NotFound, StoreError
from reformgraph.store import (
    build_lock,
    current_id,
    current_store,
    list_generations,
    open_store,
    prune,
    publish,
    rollback,
    verify,
    writer,
)
from reformgraph.store import generations as layout

Publish = Callable[[Path, int], str]
PUBLISHER = Path(__file__).parent / "publisher.py"


def _publisher(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PUBLISHER), str(root), *arguments],
        capture_output=True,
        text=True,
        timeout=60,
    )


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def test_a_generation_says_what_it_holds(root: Path) -> None:
    (generation,) = list_generations(root)
    assert current_id(root) == generation.id == f"1-{generation.digest[:12]}"
    assert generation.quads == sum(generation.graphs.values()) == 34
    assert generation.classes["https://w3id.org/reformgraph/ontology#Policy"] == 2
    (timeline,) = generation.timelines
    assert (timeline.slug, timeline.label) == ("story", "The story")
    assert timeline.focal_item == "https://w3id.org/reformgraph/id/plan"
    assert verify(generation) == []
    assert not list(root.glob("building-*"))


def test_hazard_53_same_quads_same_digest(tmp_path: Path, publish_story: Publish) -> None:
    graph = pyoxigraph.Store()
    publish_story(tmp_path / "a", 50)
    first = list_generations(tmp_path / "a")[0]
    opened = open_store(tmp_path / "a")
    graph.extend(sorted(opened.graph, key=str, reverse=True))
    opened.close()
    second = publish(tmp_path / "b", graph, base=first.base)
    assert first.digest == second.digest


def test_sorting_spills_to_the_disk(
    tmp_path: Path, publish_story: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_story(tmp_path / "whole", 300)
    monkeypatch.setattr(writer, "CHUNK_LINES", 40)
    publish_story(tmp_path / "spilled", 300)
    assert (
        list_generations(tmp_path / "whole")[0].digest
        == list_generations(tmp_path / "spilled")[0].digest
    )


@pytest.mark.parametrize(
    "moment",
    [
        "writer.write_index",
        "generations.hash_files",
        "generations.manifest_bytes",
        "generations.sync_tree",
        "generations.sync",
        "generations.point",
    ],
)
def test_hazard_42_a_killed_build_leaves_the_old_one(
    root: Path, publish_story: Publish, moment: str
) -> None:
    before = current_id(root)
    assert _publisher(root, "500", moment).returncode == -9
    assert current_id(root) == before
    assert all(verify(generation) == [] for generation in list_generations(root))
    with_store = open_store(root)
    assert with_store.generation.id == before
    assert not with_store.degraded
    with_store.close()
    publish_story(root, 5)
    assert not list(root.glob("building-*"))


def test_hazard_100_kills_at_any_moment(root: Path) -> None:
    for delay in (0.15, 0.25, 0.35, 0.45, 0.6):
        with subprocess.Popen(
            [sys.executable, str(PUBLISHER), str(root), "30000"], stdout=subprocess.DEVNULL
        ) as build:
            time.sleep(delay)
            build.kill()
        store = open_store(root)
        (count,) = next(iter(store.select("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")))
        assert int(getattr(count, "value", 0)) == store.generation.quads
        store.close()


def test_hazard_43_full_disk(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = current_id(root)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(writer, "write_index", full)
    with pytest.raises(StoreError, match="bytes are free") as caught:
        publish(root, [], base="https://w3id.org/reformgraph/")
    assert caught.value.exit_code == 1
    assert current_id(root) == before
    assert not list(root.glob("building-*"))


def test_hazards_39_and_51_second_build_is_refused(root: Path, publish_story: Publish) -> None:
    with build_lock(root):
        with pytest.raises(Busy, match=str(os.getpid())) as caught:
            publish_story(root, 1)
        assert caught.value.exit_code == 3
        done = _publisher(root, "1")
        assert done.returncode == 1
        assert f"process {os.getpid()}" in done.stderr
    (root / "build.lock").write_text("99999999\n")  # of a dead process
    assert publish_story(root, 1).startswith("2-")


@pytest.mark.parametrize("name", ["search.sqlite", "quads/CURRENT", "quads/*.sst", "manifest.json"])
def test_hazard_44_damage_is_refused(root: Path, publish_story: Publish, name: str) -> None:
    first = current_id(root)
    second = publish_story(root, 100)
    damaged = max((root / "generations" / second).glob(name))
    if name == "manifest.json":
        damaged.write_bytes(damaged.read_bytes()[:-50])
    else:
        _flip(damaged)
    store = open_store(root)
    assert store.generation.id == first
    assert second in store.degraded
    store.close()
    (root / "generations" / first / "search.sqlite").unlink()
    with pytest.raises(StoreError, match="damaged"):
        open_store(root)


def test_hazard_44_a_server_keeps_the_old_one(root: Path, publish_story: Publish) -> None:
    holder = current_store(root)
    first = holder.get().generation.id
    with build_lock(root, create=True):
        pass
    second = publish_story(root, 100)
    _flip(root / "generations" / second / "search.sqlite")
    time.sleep(0.15)
    assert holder.get().generation.id == first
    assert "damaged" in holder.degraded
    rollback(root, first)
    time.sleep(0.15)
    assert holder.get().generation.id == first
    assert not holder.degraded
    (root / "current").write_text("nonsense")
    time.sleep(0.15)
    assert holder.get().generation.id == first
    assert holder.degraded
    holder.close()


def test_hazard_41_missing_store_creates_nothing(tmp_path: Path) -> None:
    for root in (tmp_path / "no such", tmp_path):
        with pytest.raises(StoreError, match="run `reformgraph build`") as caught:
            open_store(root)
        assert caught.value.exit_code == 3
    assert not list(tmp_path.iterdir())


def test_hazard_97_odd_places(tmp_path: Path, publish_story: Publish) -> None:
    root = tmp_path / "Straße mit #?% Zeichen"
    publish_story(root, 0)
    store = open_store(root)
    assert store.search("every child").total == 1
    store.close()
    file = tmp_path / "file"
    file.touch()
    for act in (lambda: publish_story(file, 0), lambda: open_store(file)):
        with pytest.raises(StoreError, match="not a folder"):
            act()
    with pytest.raises(StoreError, match="not a folder"):
        publish_story(file / "below", 0)


def test_hazard_98_newer_format_and_set_back_clock(root: Path, publish_story: Publish) -> None:
    second = publish_story(root, 1)
    path = root / "generations" / second / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"created": "1970-01-01T00:00:00+00:00"}))
    assert [generation.sequence for generation in list_generations(root)] == [1, 2]
    path.write_text(json.dumps(manifest | {"format": 2, "version": "9.0"}))
    with pytest.raises(StoreError, match=r"written by reformgraph 9\.0"):
        layout.read_manifest(path.parent)


def test_a_store_of_another_base_is_refused(root: Path) -> None:
    with pytest.raises(StoreError, match="built with the base"):
        open_store(root, "https://example.org/")
    open_store(root, "https://w3id.org/reformgraph/").close()


def test_rollback_and_prune(root: Path, publish_story: Publish) -> None:
    ids = [current_id(root), *(publish_story(root, n) for n in (1, 2, 3))]
    assert rollback(root).id == ids[2]
    assert rollback(root, ids[0]).id == current_id(root) == ids[0]
    with pytest.raises(NotFound):
        rollback(root, "9-aaaaaaaaaaaa")
    with pytest.raises(NotFound, match="no earlier"):
        rollback(root)
    assert prune(root, 1) == ids[1:3]
    assert [generation.id for generation in list_generations(root)] == [ids[0], ids[3]]


def test_hazard_45_switch_under_readers(root: Path, publish_story: Publish) -> None:
    holder = current_store(root)
    stop, faults, seen = threading.Event(), [], set()

    def read() -> None:
        while not stop.is_set():
            try:
                store = holder.get()
                rows = list(store.select("SELECT ?g (COUNT(*) AS ?n) { ?s ?p ?g } GROUP BY ?g"))
                assert rows
                assert store.search("every child").total == 1
                seen.add(store.generation.id)
            except Exception as error:  # noqa: BLE001  any failure at all is the finding
                faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    wanted = [publish_story(root, n) for n in range(1, 5)]
    for id_ in wanted[:-1]:
        shutil.rmtree(root / "generations" / id_)
    deadline = time.monotonic() + 10
    while wanted[-1] not in seen and time.monotonic() < deadline:
        time.sleep(0.02)
    stop.set()
    for reader in readers:
        reader.join()
    holder.close()
    assert not faults
    assert wanted[-1] in seen


def test_hazard_45_who_must_not_wait_has_the_old_one_meanwhile(
    root: Path, publish_story: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    holder, go_on, sound = current_store(root), threading.Event(), layout.sound
    with pytest.raises(StoreError, match="is open yet"):
        holder.held()
    old = holder.get().generation.id

    def slowly(folder: Path) -> object:
        assert threading.current_thread() is not threading.main_thread()
        assert go_on.wait(20)
        return sound(folder)

    monkeypatch.setattr(layout, "sound", slowly)
    new = publish_story(root, 1)
    for _ in range(3):
        time.sleep(0.11)  # past the next look at the pointer
        assert holder.held().generation.id == old
    go_on.set()
    deadline = time.monotonic() + 20
    while holder.held().generation.id == old and time.monotonic() < deadline:
        time.sleep(0.02)
    assert holder.held().generation.id == new
    monkeypatch.undo()
    (root / "current").write_text("nonsense", encoding="ascii")
    time.sleep(0.11)
    while not (holder.held() and holder.degraded) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert "id of a generation" in holder.degraded
    assert holder.held().generation.id == new
    holder.close()
