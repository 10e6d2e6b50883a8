"""What builds keep of the law folder beside the store, so that unchanged files are not read again.

::

    <store>/units/shards/<first two>/<sha256>     what one file says of one law, named by its content
    <store>/units/files/<first two>/<key>         the shards of a file
    <store>/units/quads/<first two>/<key>         the quads of a unit

A key is a digest of all that the content depends on. Files and quads begin with the digest of the
rest, so that a damaged one is noticed, told and made anew; what a build did not use is removed.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Literal

Kind = Literal["shards", "files", "quads"]


def digest(*parts: str | bytes) -> str:
    """Give the SHA-256 of several parts; lengths are counted, so that none runs into the next."""
    found = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        found.update(b"%d:" % len(data))
        found.update(data)
    return found.hexdigest()


class Cache:
    """The folder ``units`` of a store; every method may be called from several processes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def get(self, kind: Kind, key: str) -> bytes | None:
        """Give what is kept under ``key``; None when there is nothing or it is damaged."""
        try:
            content = self._path(kind, key).read_bytes()
        except OSError:
            return None
        if kind == "shards":
            return content if hashlib.sha256(content).hexdigest() == key else None
        head, _, rest = content.partition(b"\n")
        return rest if head.decode("ascii", "replace") == hashlib.sha256(rest).hexdigest() else None

    def has(self, kind: Kind, key: str) -> bool:
        """Say whether something is kept under ``key``, sound or not."""
        return self._path(kind, key).is_file()

    def put(self, kind: Kind, key: str, content: bytes) -> str:
        """Keep ``content``; for a shard the key is worked out. Gives the key back."""
        if kind == "shards":
            key = hashlib.sha256(content).hexdigest()
        else:
            content = hashlib.sha256(content).hexdigest().encode() + b"\n" + content
        target = self._path(kind, key)
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(target)
        return key

    def keep(self, kind: Kind, keys: set[str]) -> int:
        """Remove all of a kind but ``keys``; gives how many went."""
        gone = 0
        for path in (self.root / kind).glob("*/*"):
            if path.name not in keys:
                path.unlink(missing_ok=True)
                gone += 1
        return gone

    def _path(self, kind: Kind, key: str) -> Path:
        return self.root / kind / key[:2] / key
