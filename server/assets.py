"""Static files with their content's hash in the address, so that browsers may keep them a year."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
HASH_LENGTH = 12

_HASHED = re.compile(rf"(?P<stem>.+)\.(?P<hash>[0-9a-f]{{{HASH_LENGTH}}})(?P<suffix>\.[a-z0-9]+)")


@dataclass(frozen=True, slots=True)
class Asset:
    """One static file, whole; they are few and small."""

    path: Path
    media_type: str
    digest: str

    def hashed(self, name: str) -> str:
        """Return ``name`` with the hash of the content before its suffix."""
        stem, dot, suffix = name.rpartition(".")
        return f"{stem}.{self.digest}{dot}{suffix}"


class Assets:
    """The static files that were there when the service started."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._assets = {
            path.relative_to(folder).as_posix(): _read(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }

    @property
    def digest(self) -> str:
        """A digest of all files: part of the ETag of pages, which name the files' addresses."""
        text = "".join(f"{name}={a.digest};" for name, a in self._assets.items())
        return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]

    def name(self, name: str) -> str:
        """Return the hashed name of a file. Raises KeyError for a file that is not there."""
        return self._assets[name].hashed(name)

    def has(self, name: str) -> bool:
        """Whether there is a file of this name: some are built only where npm is installed."""
        return name in self._assets

    def find(self, name: str) -> tuple[Asset | None, bool]:
        """Return the file of a plain or hashed name, and whether it may be kept for ever."""
        if found := _HASHED.fullmatch(name):
            asset = self._assets.get(found["stem"] + found["suffix"])
            if asset and asset.digest == found["hash"]:
                return asset, True
            return None, False
        return self._assets.get(name), False


def _read(path: Path) -> Asset:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if media_type.startswith("text/") or media_type == "image/svg+xml":
        media_type += "; charset=utf-8"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_LENGTH]
    return Asset(path, media_type, digest)
