"""The build pipeline end to end: deterministic, all or nothing, and honest about faults."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyoxigraph
import pytest

from reformgraph.errors import Busy, InputError, StoreError
from reformgraph.ingest import build as pipeline
from reformgraph.ontology import gate
from reformgraph.store import current_id, list_generations, open_store
from reformgraph.store.lock import build_lock

BASE = "https://w3id.org/reformgraph/"
[STORY] = pipeline.chosen(["childrens-plan"])


class Recorder:
    """Progress that remembers."""

    def __init__(self) -> None:
        self.stages: list[str] = []
        self.notes: list[str] = []

    def stage(self, name: str, detail: str = "") -> None:
        self.stages.append(name)

    def note(self, text: str) -> None:
        self.notes.append(text)


def change(timeline: Path, table: str, old: str, new: str) -> None:
    path = timeline / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def digest(root: Path) -> str:
    return open_store(root).generation.digest


def test_stages_come_in_order_and_the_result_counts(tmp_path: Path) -> None:
    seen = Recorder()
    result = pipeline.build([STORY], tmp_path / "store", base=BASE, progress=seen)
    assert seen.stages == ["read", "map", "reason", "validate", "document", "write", "switch"]
    assert result.rows > 2300
    assert result.inferred > 0
    assert result.generation.quads > 40_000
    assert current_id(tmp_path / "store") == result.generation.id


def test_hazard_53_the_same_inputs_give_the_same_digest_whatever_the_surroundings(
    story_root: Path, tmp_path: Path
) -> None:
    root = tmp_path / "store ü"
    command = [sys.executable, "-m", "reformgraph", "build", "--quiet", "--store", str(root)]
    surroundings = {"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C"}
    subprocess.run(
        [*command, "childrens-plan"],
        env=os.environ | surroundings,
        cwd=tmp_path,
        check=True,
        timeout=120,
    )
    assert digest(root) == digest(story_root)


def test_unchanged_inputs_write_nothing_unless_forced(small: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    first = pipeline.build([small], root, base=BASE)
    second = pipeline.build([small], root, base=BASE)
    assert second.unchanged
    assert second.generation.id == first.generation.id
    third = pipeline.build([small], root, base=BASE, force=True)
    assert third.generation.sequence == first.generation.sequence + 1
    assert third.generation.digest == first.generation.digest


def test_a_damaged_generation_is_built_again(small: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    first = pipeline.build([small], root, base=BASE).generation
    victim = max((first.folder / "quads").glob("*.sst"), key=lambda path: path.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 64] = bytes(64)
    victim.write_bytes(data)
    second = pipeline.build([small], root, base=BASE)
    assert not second.unchanged
    assert second.generation.digest == first.digest


def test_a_changed_row_changes_the_graph(small: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    before = pipeline.build([small], root, base=BASE).generation
    change(small, "policies", "A Plan", "The Plan")
    after = pipeline.build([small], root, base=BASE).generation
    assert after.digest != before.digest
    assert len(list_generations(root)) == 2


def test_hazards_49_and_52_faults_in_several_files_are_all_told_and_the_last_good_graph_stays(
    small: Path, tmp_path: Path
) -> None:
    root = tmp_path / "store"
    good = pipeline.build([small], root, base=BASE).generation.id
    change(small, "policies", ",2007-12-11,", ",2007-13-11,")
    change(small, "relations", ",buildsOn,", ",buildOn,")
    change(small, "posts", ",dept-old;", ",dept-odl;")
    with pytest.raises(InputError) as caught:
        pipeline.build([small], root, base=BASE)
    said = caught.value.detail
    for part in (
        "policies.csv",
        "2007-13-11",
        "relations.csv",
        "buildsOn",
        "posts.csv",
        "'dept-old'",
    ):
        assert part in said
    assert caught.value.exit_code == 1
    assert current_id(root) == good
    assert digest(root)


def test_the_build_refuses_an_edge_without_a_claim(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Take one claim away behind the mapping's back: the gate must notice and name the row."""
    real = pipeline.map_timeline
    claim = f"{BASE}claim/rel-working-together-1991-supersedes-working-together-1988"

    def lossy(*arguments: object) -> list[pyoxigraph.Quad]:
        quads = real(*arguments)  # type: ignore[arg-type]
        return [quad for quad in quads if quad.subject.value != claim]

    monkeypatch.setattr(pipeline, "map_timeline", lossy)
    with pytest.raises(InputError, match=r"policies\.csv:\d+: .*has no claim"):
        pipeline.build([STORY], tmp_path / "store", base=BASE)
    with pytest.raises(StoreError):
        current_id(tmp_path / "store")


def test_the_story_has_no_edge_without_claim_and_no_claim_without_evidence(
    story_root: Path,
) -> None:
    """The same count as the gate's, by plain queries of its own."""
    store = open_store(story_root)
    prefix = "PREFIX rg: <https://w3id.org/reformgraph/ontology#>\n"
    [[claims]] = store.select(prefix + "SELECT (COUNT(*) AS ?n) { ?c a rg:Claim }")
    [[bare]] = store.select(
        prefix + "SELECT (COUNT(*) AS ?n) { ?c a rg:Claim MINUS { ?c rg:hasEvidence ?e } }"
    )
    [[edges]] = store.select(
        prefix
        + f"""SELECT (COUNT(*) AS ?n) {{ GRAPH <{BASE}graph/childrens-plan> {{
        ?s ?p ?o . ?s rg:slug ?a . ?o rg:slug ?b
        FILTER(?p NOT IN (rg:hasEvidence, rg:inTimeline, rg:focalItem,
          <http://www.w3.org/2004/02/skos/core#inScheme>)) }} }}"""
    )
    [[claimed]] = store.select(
        prefix
        + """SELECT (COUNT(*) AS ?n) { { SELECT DISTINCT ?s ?p ?o {
        ?c rg:claimSubject ?s ; rg:claimPredicate ?p ; rg:claimObject ?o . ?s ?p ?o .
        ?o rg:slug ?slug } } }"""
    )
    count = [int(str(getattr(n, "value", "0"))) for n in (claims, bare, edges, claimed)]
    assert count[0] > 1000
    assert count[1] == 0
    assert count[2] == count[3] > 1000
    assert store.ask("ASK {}")


def test_findings_name_the_row_of_law_too() -> None:
    found = pipeline.read_timelines([STORY])
    graph, _ = pipeline.reasoned(found, BASE, pipeline.Silence())
    places = pipeline.Places(found, graph, BASE)
    file, row = places.of("http://www.legislation.gov.uk/id/ukpga/2004/31")
    assert file == "legislation.csv"
    line = (STORY / file).read_text(encoding="utf-8").splitlines()[row - 1]
    assert line.startswith("children-act-2004,")
    assert not [f for f in gate.check(graph) if f.severity == "error"]


def test_hazard_51_two_builds_at_once_the_second_gives_way(small: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    with build_lock(root, create=True), pytest.raises(Busy):
        pipeline.build([small], root, base=BASE)
    pipeline.build([small], root, base=BASE)


def test_hazard_50_a_build_killed_at_any_stage_leaves_the_last_good_graph(
    small: Path, tmp_path: Path
) -> None:
    """At any moment, and of the whole story: ``tests/soak``."""
    root = tmp_path / "store"
    good = pipeline.build([small], root, base=BASE).generation
    command = [sys.executable, "-m", "reformgraph", "build", "--force", "--store", str(root)]
    for stage in ("reason", "document", "write", "switch"):
        process = subprocess.Popen([*command, str(small)], stderr=subprocess.PIPE, text=True)
        with process:
            assert process.stderr is not None
            assert any(line.startswith(stage) for line in process.stderr)
            process.send_signal(signal.SIGKILL)
        store = open_store(root)
        assert not store.degraded
        assert store.generation.digest == good.digest
        assert store.ask("ASK { ?s ?p ?o }")
        store.close()
    pipeline.build([small], root, base=BASE, force=True)
    assert not list(root.glob("building-*"))


def test_hazard_50_an_interrupted_build_exits_130(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "reformgraph", "build", "--store", str(tmp_path / "store")],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert not list((tmp_path / "store").glob("building-*"))


def test_the_warnings_lie_beside_the_graph_with_file_and_row(small: Path, tmp_path: Path) -> None:
    change(small, "policies", "2007-12-11", "2006-12-11")  # before its publisher was
    roots = [tmp_path / "one", tmp_path / "two"]
    results = [pipeline.build([small], root, base=BASE) for root in roots]
    [first, second] = [
        (result.generation.folder / gate.FINDINGS).read_bytes() for result in results
    ]
    assert first == second
    noted = gate.noted(first)
    assert len(noted) == len(results[0].warnings) > 0
    assert all(each.file.endswith(".csv") and each.row > 1 for each in noted)
    with contextlib.closing(open_store(roots[0])) as store:
        assert store.attached(gate.FINDINGS) == first
        assert store.attached("nothing.json") == b""
    # It is under the manifest's digests like every other file.
    (results[0].generation.folder / gate.FINDINGS).write_bytes(b"[]")
    with pytest.raises(StoreError):
        open_store(roots[0])
