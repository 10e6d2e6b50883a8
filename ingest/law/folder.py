"""The law folder: files of legislation.gov.uk with where and when each was got.

``ingest`` fills it, builds read it, nothing else knows how it lies on the disk::

    <folder>/files/<first two letters>/<sha256>      the bytes, as they came
    <folder>/entries/<sha256 of the key>.json        which key has which bytes, from where, when

A key is the address of a file on the site, or ``file:`` and its name for one that was handed in.
Files are written beside their place and renamed, so that no run reads another's half-written file.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from reformgraph.errors import InputError


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One file: its key, the SHA-256 of its bytes, its media type, its URL and when it was got.

    ``url`` and ``retrieved`` (ISO 8601, UTC) are empty for a file that was handed in; ``name`` is
    what messages call it; ``previous`` holds the digests that the key had before, oldest first.
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


class LawFolder:
    """The law folder at ``root``; reading one that does not exist gives no entries."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def entries(self) -> Iterator[Entry]:
        """Go over all entries in order of their keys.

        Raises InputError naming the file when an entry cannot be read.
        """
        found = []
        for path in (self.root / "entries").glob("*.json"):
            found.append(self._read(path))
        yield from sorted(found)

    def get(self, key: str) -> Entry | None:
        """Give the entry of ``key``, or None; raises InputError when it cannot be read."""
        path = self._entry(key)
        return self._read(path) if path.is_file() else None

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

    def put(self, entry: Entry, content: bytes) -> Entry:
        """Store ``content`` under ``entry.key``; digest and ``previous`` of ``entry`` are worked out here.

        Raises OSError when the disk refuses; what the key had before then stays.
        """
        old = self.get(entry.key)
        digest = hashlib.sha256(content).hexdigest()
        previous = old.previous if old else ()
        if old and old.digest != digest:
            previous += (old.digest,)
        values = asdict(entry) | {"digest": digest, "previous": previous}
        stored = Entry(**values)
        target = self.path(stored)
        if not self.sound(stored):
            _write(target, content)
        _write(self._entry(entry.key), json.dumps(values, indent=1, sort_keys=True).encode())
        return stored

    def remove(self, key: str) -> bool:
        """Forget ``key``; its bytes stay for other keys that have them. False when there was none."""
        path = self._entry(key)
        if not path.is_file():
            return False
        path.unlink()
        return True

    def _entry(self, key: str) -> Path:
        return self.root / "entries" / f"{hashlib.sha256(key.encode()).hexdigest()}.json"

    @staticmethod
    def _read(path: Path) -> Entry:
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
            return Entry(**{**values, "previous": tuple(values.get("previous", ()))})
        except (OSError, ValueError, TypeError) as error:
            raise InputError(f"{path}: the entry cannot be read: {error}") from error


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
