"""The law folder: what lands there can be found, trusted and replaced, also by two runs at once."""

import errno
import json
import threading
from pathlib import Path

import pytest

from reformgraph.errors import InputError, StoreError
from reformgraph.ingest.law import folder as module
from reformgraph.ingest.law.folder import Entry, LawFolder

KEY = "https://www.legislation.gov.uk/ukpga/2004/31/data.xml"


def entry(key: str = KEY) -> Entry:
    return Entry(key, "", "ukpga/2004/31", "application/xml")


def entry_file(root: Path) -> Path:
    [path] = (root / "entries").glob("*.json")
    return path


def test_what_is_put_is_found_again(tmp_path: Path) -> None:
    folder = LawFolder(tmp_path / "law")
    assert list(folder.entries()) == []
    assert folder.get(KEY) is None
    stored = folder.put(entry(), b"<a/>")
    assert folder.get(KEY) == stored
    assert list(LawFolder(tmp_path / "law").entries()) == [stored]
    assert folder.read(stored) == b"<a/>"
    assert folder.path(stored).read_bytes() == b"<a/>"
    assert folder.sound(stored)
    assert folder.usable(KEY) == stored


def test_entries_come_in_order_of_their_keys_and_share_equal_bytes(tmp_path: Path) -> None:
    folder = LawFolder(tmp_path)
    for key in "cab":
        folder.put(entry(key), b"<a/>")
    assert [e.key for e in folder.entries()] == ["a", "b", "c"]
    assert len(list((tmp_path / "files").rglob("*"))) == 2  # one folder, one file
    assert folder.remove("b")
    assert not folder.remove("b")
    assert [e.key for e in folder.entries()] == ["a", "c"]
    assert folder.usable("a")


def test_hazard_71_changed_bytes_leave_the_digests_and_bytes_of_before(tmp_path: Path) -> None:
    folder = LawFolder(tmp_path)
    first = folder.put(entry(), b"<a/>")
    assert folder.put(entry(), b"<a/>").previous == ()
    second = folder.put(entry(), b"<b/>")
    assert second.previous == (first.digest,)
    assert folder.read(first) == b"<a/>"
    assert folder.put(entry(), b"<a/>").previous == (first.digest, second.digest)


def test_hazard_109_damaged_bytes_are_told_and_replaced(tmp_path: Path) -> None:
    folder = LawFolder(tmp_path)
    stored = folder.put(entry(), b"<a/>")
    folder.path(stored).write_bytes(b"<a")
    assert not folder.sound(stored)
    assert folder.usable(KEY) is None
    with pytest.raises(InputError, match=r"ukpga/2004/31: .* is damaged"):
        folder.read(stored)
    folder.put(entry(), b"<a/>")
    assert folder.read(stored) == b"<a/>"
    folder.path(stored).unlink()
    assert folder.usable(KEY) is None
    with pytest.raises(InputError, match="not in the law folder"):
        folder.read(stored)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"key": 1}', '{"key": "k", "digest": "../../x", "name": "n"}'],
)
def test_hazard_109_a_damaged_entry_is_named_and_can_be_replaced(tmp_path: Path, text: str) -> None:
    folder = LawFolder(tmp_path)
    folder.put(entry(), b"<a/>")
    sound = folder.put(entry("other"), b"<b/>")
    path = next(p for p in (tmp_path / "entries").iterdir() if KEY in p.read_text())
    path.write_text(text)
    with pytest.raises(InputError, match=path.name):
        folder.get(KEY)
    with pytest.raises(InputError, match=path.name):
        list(folder.entries())
    found, faults = folder.survey()
    assert found == [sound]
    assert len(faults) == 1
    assert folder.usable(KEY) is None
    assert folder.usable(folder.put(entry(), b"<a/>").key)


def test_hazard_109_an_entry_under_a_strange_name_or_digest_is_refused(tmp_path: Path) -> None:
    folder = LawFolder(tmp_path)
    folder.put(entry(), b"<a/>")
    path = entry_file(tmp_path)
    values = json.loads(path.read_text())
    path.write_text(json.dumps(values | {"key": "another"}))
    with pytest.raises(InputError, match="does not belong to its key"):
        folder.get(KEY)
    path.write_text(json.dumps(values | {"previous": ["../x"]}))
    with pytest.raises(InputError, match="no SHA-256"):
        folder.get(KEY)
    path.write_text(json.dumps(values | {"colour": "red"}))
    with pytest.raises(InputError, match="colour"):
        folder.get(KEY)


def test_hazard_109_a_full_disk_is_told_and_the_good_copy_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = LawFolder(tmp_path)
    stored = folder.put(entry(), b"<a/>")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(StoreError, match="No space left"):
        folder.put(entry(), b"<b/>")
    monkeypatch.undo()
    assert folder.usable(KEY) == stored
    assert not list(tmp_path.rglob(".part-*"))


def test_hazard_109_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "law").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        LawFolder(tmp_path / "law").put(entry(), b"<a/>")


def test_hazard_109_a_half_written_file_of_another_run_is_not_read(tmp_path: Path) -> None:
    folder = LawFolder(tmp_path)
    stored = folder.put(entry(), b"<a/>")
    for name in ("files/ab", "entries"):
        (tmp_path / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / name / ".part-x").write_bytes(b"{")
    assert list(folder.entries()) == [stored]


def test_hazard_109_two_runs_on_one_folder_lose_nothing(tmp_path: Path) -> None:
    contents = [f"<a>{n}</a>".encode() for n in range(40)]

    def work(part: list[bytes]) -> None:
        folder = LawFolder(tmp_path)
        for content in part:
            folder.put(entry(), content)
            assert folder.usable(KEY)

    threads = [threading.Thread(target=work, args=(contents[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stored = LawFolder(tmp_path).get(KEY)
    assert stored
    assert len({stored.digest, *stored.previous}) == len(contents)
