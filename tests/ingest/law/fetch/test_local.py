"""Files and folders of this machine: taken in, mirrored, refused one by one."""

import gzip
import os
from pathlib import Path

import pytest
from law_site import law

from reformgraph.errors import InputError
from reformgraph.ingest.law.fetch import local
from reformgraph.ingest.law.fetch.run import Result, Step
from reformgraph.ingest.law.folder import LawFolder

ROOT = Path(__file__).resolve().parents[4]
SAMPLES = Path(os.environ.get("REFORMGRAPH_SHARED", ROOT.parent / "shared")) / "samples"
GOOD = law("ukpga/2004/31")


class Silent:
    def step(self, step: Step, done: int, total: int) -> None: ...

    def note(self, text: str) -> None: ...


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    source.mkdir()
    return source


def take(folder: LawFolder, *paths: Path, size: int = 1_000_000) -> Result:
    return local.take_in(folder, paths, size, local.check(size), Silent())


def outcomes(result: Result) -> dict[str, str]:
    return {step.name: step.outcome for step in result.steps}


def test_a_folder_is_mirrored(tmp_path: Path, source: Path) -> None:
    folder = LawFolder(tmp_path / "law")
    (source / "a.xml").write_bytes(GOOD)
    (source / "b.xml.gz").write_bytes(gzip.compress(GOOD))
    (source / ".hidden.xml").write_bytes(b"no")
    assert outcomes(take(folder, source)) == {"a.xml": "got", "b.xml.gz": "got"}
    assert outcomes(take(folder, source)) == {"a.xml": "unchanged", "b.xml.gz": "unchanged"}
    (source / "a.xml").write_bytes(law("ukpga/1989/41"))
    (source / "b.xml.gz").unlink()
    assert outcomes(take(folder, source)) == {"a.xml": "changed", "b.xml.gz": "removed"}
    [entry] = folder.entries()
    assert folder.read(entry) == law("ukpga/1989/41")
    assert len(entry.previous) == 1


def test_another_folder_with_the_same_names_stays_apart(tmp_path: Path, source: Path) -> None:
    folder = LawFolder(tmp_path / "law")
    other = tmp_path / "source-2"
    other.mkdir()
    for place in (source, other):
        (place / "a.xml").write_bytes(GOOD)
    take(folder, source)
    take(folder, other)
    assert len(list(folder.entries())) == 2
    (source / "a.xml").unlink()
    take(folder, source)
    assert len(list(folder.entries())) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"\x00\x01\x02",
        b"<html><body>Sorry</body></html>",
        b"<x/>",
        b"<Legislation/>",
        GOOD[:-10],
        gzip.compress(GOOD)[:-20],
        b"\x1f\x8b not gzip",
        gzip.compress(b" " * 2_000_000),
        b'<!DOCTYPE a [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><a>&c;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    ],
)
def test_hazard_69_a_bad_file_is_told_and_the_rest_goes_on(
    tmp_path: Path, source: Path, content: bytes
) -> None:
    folder = LawFolder(tmp_path / "law")
    (source / "bad.xml").write_bytes(content)
    (source / "good.xml").write_bytes(GOOD)
    result = take(folder, source)
    assert outcomes(result) == {"bad.xml": "failed", "good.xml": "got"}
    # One sentence; the summary puts the name before it.
    detail = result.of("failed")[0].detail
    assert detail and "bad.xml" not in detail and "\n" not in detail


def test_hazard_69_a_file_that_went_bad_leaves_the_good_copy(tmp_path: Path, source: Path) -> None:
    folder = LawFolder(tmp_path / "law")
    (source / "a.xml").write_bytes(GOOD)
    take(folder, source)
    (source / "a.xml").write_bytes(b"<html>")
    [step] = take(folder, source).steps
    assert step.outcome == "failed"
    assert "the copy of before is kept" in step.detail
    [entry] = folder.entries()
    assert folder.read(entry) == GOOD


def test_hazard_109_a_damaged_copy_is_taken_in_again(tmp_path: Path, source: Path) -> None:
    folder = LawFolder(tmp_path / "law")
    (source / "a.xml").write_bytes(GOOD)
    take(folder, source)
    [entry] = folder.entries()
    folder.path(entry).write_bytes(b"")
    assert outcomes(take(folder, source)) == {"a.xml": "got"}
    assert folder.usable(entry.key)


def test_a_named_file_is_tried_whatever_it_is_called(tmp_path: Path, source: Path) -> None:
    folder = LawFolder(tmp_path / "law")
    (source / "act.txt").write_bytes(GOOD)
    assert outcomes(take(folder, source)) == {"act.txt": "skipped"}
    assert outcomes(take(folder, source / "act.txt")) == {"act.txt": "got"}


def test_links_in_a_circle_end_and_a_path_to_nowhere_is_told(tmp_path: Path, source: Path) -> None:
    (source / "round").symlink_to(source)
    (source / "a.xml").write_bytes(GOOD)
    assert outcomes(take(LawFolder(tmp_path / "law"), source)) == {"a.xml": "got"}
    with pytest.raises(InputError, match="no such file or folder"):
        take(LawFolder(tmp_path / "law"), source / "nothing.xml")


def test_a_file_over_the_limit_is_told(tmp_path: Path, source: Path) -> None:
    (source / "a.xml").write_bytes(GOOD)
    [step] = take(LawFolder(tmp_path / "law"), source, size=100).steps
    assert "larger than 100 bytes" in step.detail


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_every_sample_is_taken_in(tmp_path: Path) -> None:
    result = take(LawFolder(tmp_path / "law"), SAMPLES, size=100_000_000)
    assert not result.of("failed")
    assert [step.name for step in result.of("skipped")] == ["README.md"]
