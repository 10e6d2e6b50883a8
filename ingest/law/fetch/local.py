"""Taking in files and folders of this machine: no network at all.

A folder given with ``--from`` is mirrored: files that are gone from it leave the law folder too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from reformgraph.errors import InputError
from reformgraph.ingest.law.fetch import content
from reformgraph.ingest.law.fetch.run import Reporter, Result, Step
from reformgraph.ingest.law.folder import Entry, LawFolder
from reformgraph.ingest.law.readers import pick

SUFFIXES = (".xml", ".feed", ".atom", ".rdf", ".akn", ".json")
"""What is taken from a folder, also with ``.gz`` behind it; a file that is named is always tried."""

Check = Callable[[bytes, str], object]
"""Reads a file's bytes as they are, given a name for messages; raises InputError."""


def take_in(
    folder: LawFolder, paths: Sequence[Path], size: int, check: Check, reporter: Reporter
) -> Result:
    """Put local files into ``folder``, each checked first; the faults of one stop no other.

    Raises InputError when a path does not exist, StoreError when the disk refuses.
    """
    for path in paths:
        if not path.exists():
            raise InputError(f"{path}: there is no such file or folder")
    result = Result()
    found = [item for path in paths for item in files(path)]
    for number, (file, name) in enumerate(found, start=1):
        if file in paths or file.name.removesuffix(".gz").endswith(SUFFIXES):
            step = _one(folder, file, name, size, check)
        else:
            step = Step(name, "skipped", "not a kind of file that is read")
        result.steps.append(step)
        reporter.step(step, number, len(found))
    here = {_key(file) for file, _ in found}
    for path in paths:
        if path.is_dir():
            result.steps += _gone(folder, path, here)
    return result


def files(path: Path) -> Iterator[tuple[Path, str]]:
    """Give the files of a folder, recursively, in order, each with the name for messages.

    Hidden ones are left out; links to folders are not followed.
    """
    if not path.is_dir():
        yield path, path.name
        return
    for file in sorted(path.rglob("*")):
        inner = file.relative_to(path)
        if not file.is_file() or any(part.startswith(".") for part in inner.parts):
            continue
        yield file, inner.as_posix()


def _one(folder: LawFolder, file: Path, name: str, size: int, check: Check) -> Step:
    old = folder.usable(_key(file))
    try:
        if file.stat().st_size > size:
            raise InputError(f"{name}: larger than {size:,} bytes (setting fetch_size)")
        bytes_ = file.read_bytes()
        if old is not None and old.digest == hashlib.sha256(bytes_).hexdigest():
            return Step(name, "unchanged")
        check(bytes_, name)
    except OSError as error:
        return Step(name, "failed", f"cannot be read: {error.strerror or error}")
    except InputError as error:
        kept = "; the copy of before is kept" if old else ""
        # The summary names the file itself: "name: …" and "name, line 3: …" would say it twice.
        told = error.detail.removeprefix(f"{name}: ").removeprefix(f"{name}, ")
        return Step(name, "failed", told + kept)
    stored = folder.put(Entry(_key(file), "", name), bytes_)
    if old is None:
        return Step(name, "got")
    return Step(name, "changed", f"was {old.digest[:12]}, is {stored.digest[:12]}")


def _gone(folder: LawFolder, path: Path, here: set[str]) -> Iterator[Step]:
    """Remove what a folder no longer has."""
    entries, _ = folder.survey()
    for entry in entries:
        if entry.key.startswith(_key(path) + "/") and entry.key not in here:
            folder.remove(entry.key)
            yield Step(entry.name, "removed", "gone from its folder")


def _key(file: Path) -> str:
    return f"file:{file.resolve().as_posix()}"


def check(size: int) -> Check:
    """Give the check of local files: no larger than ``size`` unpacked, and read by a reader."""

    def checked(bytes_: bytes, name: str) -> None:
        content.unpack(bytes_, size)
        pick.read(bytes_, name)

    return checked
