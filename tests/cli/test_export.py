"""``reformgraph export``: what it writes, and what it refuses."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from reformgraph.cli import run
from reformgraph.store import EmbeddedStore


def test_the_whole_by_the_name_of_the_target(
    story_root: Path, story_store: EmbeddedStore, tmp_path: Path
) -> None:
    target = tmp_path / "graph.nq.gz"
    assert run(["export", str(target), "--store", str(story_root)]) == 0
    digest = hashlib.sha256(gzip.decompress(target.read_bytes())).hexdigest()
    assert digest == story_store.generation.digest
    assert list(tmp_path.iterdir()) == [target]


def test_one_graph(story_root: Path, tmp_path: Path) -> None:
    target = tmp_path / "inferences.ttl"
    flags = ["--graph", "graph/inferences", "--store", str(story_root)]
    assert run(["export", str(target), *flags]) == 0
    assert "@prefix rg:" in target.read_text(encoding="utf-8")


def test_tables_with_their_metadata(story_root: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    flags = ["--format", "tables", "--store", str(story_root)]
    assert run(["export", str(folder), *flags]) == 0
    described = json.loads((folder / "csv-metadata.json").read_text(encoding="utf-8"))
    assert all((folder / table["url"]).is_file() for table in described["tables"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["graph.txt"], ".nq, .trig or .ttl"),
        (["x.nq", "--graph", "nothing"], "no dump of 'nothing'"),
        (["--format", "tables"], "needs a folder"),
    ],
)
def test_what_it_refuses(
    story_root: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["export", *arguments, "--store", str(story_root)]) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
