"""The law folder: files of legislation.gov.uk with where and when each was got.

``ingest`` fills it, builds read it, nothing else knows how it lies on the disk::

    <folder>/files/<first two letters>/<sha256>      the bytes, as they came
    <folder>/entries/<sha256 of the key>.json        which key has which bytes, from where, when

A key is the address of a file on the site, or ``file:`` and its place for one that was handed in.
Files are written beside their place and renamed, so that no run reads another's half-written file
(hazard 109). Bytes that an address had before stay under their digest (hazard 71).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from reformgraph.errors import InputError, StoreError


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One file: its key, the SHA-256 of its bytes, its media type, its URL and when it was got.

    ``url`` and ``retrieved`` (ISO 8601, UTC) are empty for a file that was handed in; ``name`` is
    what messages call it; ``previous`` holds the digests that the key had before, oldest first;
    ``checked`` is when the source last confirmed the bytes.
    """

    key: str
    digest: str
    name: str
    media_type: str = ""
    url: str = ""
    retrieved: str = ""
    etag: str = ""
    last_modified: str = ""
    previous: tuple[str, ...] = ()
    checked: str = ""


class LawFolder:
    """The law folder at ``root``; reading one that does not exist gives no entries."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def entries(self) -> Iterator[Entry]:
        """Go over all entries in order of their keys.

        Raises InputError naming each entry that cannot be read.
        """
        found, faults = self.survey()
        if faults:
            raise InputError("\n".join(faults), hints=("reformgraph ingest list",))
        yield from found

    def survey(self) -> tuple[list[Entry], list[str]]:
        """Give the entries in order of their keys, and a sentence for each that cannot be read."""
        found, faults = [], []
        for path in sorted((self.root / "entries").glob("*.json")):
            try:
                found.append(self._read(path))
            except InputError as error:
                faults.append(error.detail)
        return sorted(found), faults

    def get(self, key: str) -> Entry | None:
        """Give the entry of ``key``, or None; raises InputError when it cannot be read."""
        path = self._entry(key)
        return self._read(path) if path.exists() else None

    def usable(self, key: str) -> Entry | None:
        """Give the entry of ``key`` if it and its bytes are sound, else None: fetch again."""
        try:
            entry = self.get(key)
        except InputError:
            return None
        return entry if entry and self.sound(entry) else None

    def path(self, entry: Entry) -> Path:
        """Give the file that holds an entry's bytes."""
        return self.root / "files" / entry.digest[:2] / entry.digest

    def sound(self, entry: Entry) -> bool:
        """Say whether the bytes of an entry are there and have its digest."""
        try:
            content = self.path(entry).read_bytes()
        except OSError:
            return False
        return hashlib.sha256(content).hexdigest() == entry.digest

    def read(self, entry: Entry) -> bytes:
        """Give an entry's bytes; raises InputError when they are gone or are not those any more."""
        try:
            content = self.path(entry).read_bytes()
        except OSError as error:
            raise InputError(f"{entry.name}: not in the law folder: {error}") from error
        if hashlib.sha256(content).hexdigest() != entry.digest:
            raise InputError(f"{entry.name}: {self.path(entry)} is damaged: ingest it again")
        return content

    def put(self, entry: Entry, content: bytes) -> Entry:
        """Store ``content`` under ``entry.key``; digest and ``previous`` of ``entry`` are worked out here.

        Raises StoreError when the disk refuses; what the key had before then stays.
        """
        digest = hashlib.sha256(content).hexdigest()
        stored = replace(entry, digest=digest)
        with self._writing():
            if not self.sound(stored):
                _write(self.path(stored), content)
            stored = replace(stored, previous=self._previous(entry.key, digest))
            self._write_entry(stored)
        return stored

    def confirm(self, entry: Entry) -> None:
        """Write an entry whose bytes are there already: new validators, a new ``checked``."""
        with self._writing():
            self._write_entry(entry)

    def remove(self, key: str) -> bool:
        """Forget ``key``; its bytes stay for other keys that have them. False when there was none."""
        path = self._entry(key)
        if not path.exists():
            return False
        with self._writing():
            path.unlink(missing_ok=True)
        return True

    def _previous(self, key: str, digest: str) -> tuple[str, ...]:
        """Say which digests ``key`` had before it has ``digest``; a damaged entry has no memory."""
        try:
            old = self.get(key)
        except InputError:
            return ()
        if old is None:
            return ()
        return old.previous if old.digest == digest else (*old.previous, old.digest)

    def _write_entry(self, entry: Entry) -> None:
        text = json.dumps(asdict(entry), indent=1, sort_keys=True)
        _write(self._entry(entry.key), text.encode())

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Keep two runs from changing one entry at the same time; errors of the disk are told."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            with (self.root / "lock").open("ab") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise StoreError(
                f"{self.root}: the law folder cannot be written: {error.strerror or error}"
            ) from error

    def _entry(self, key: str) -> Path:
        return self.root / "entries" / f"{hashlib.sha256(key.encode()).hexdigest()}.json"

    def _read(self, path: Path) -> Entry:
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            entry = Entry(**{**values, "previous": tuple(values.get("previous", ()))})
            _check(entry)
            if self._entry(entry.key) != path:
                raise ValueError("its name does not belong to its key")
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise InputError(
                f"{path}: the entry cannot be read: {error}; ingest the file again or delete the entry"
            ) from error
        return entry


def _check(entry: Entry) -> None:
    """Refuse values that no run wrote: a digest is part of a path."""
    for item in fields(Entry):
        if item.name != "previous" and not isinstance(getattr(entry, item.name), str):
            raise ValueError(f"{item.name} is not text")
    for digest in (entry.digest, *entry.previous):
        if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest!r} is no SHA-256")


_DIGEST = re.compile(r"[0-9a-f]{64}")


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
