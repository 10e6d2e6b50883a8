"""The file of pages made ahead: one process writes it, all HTTP workers of a ``serve`` read it.

::

    {"stamp": …, "answers": [[key, place, length], …]}\n     one line of JSON
    the bodies, one after the other; places count from the end of that line

It appears whole, by a rename, or not at all. A key is that of ``Service.answer``: it names the
generation, the address and the format, and so does what is packed. The stamp says which settings
the pages were made for. Bodies stay in the file: what the system keeps of it in memory is there
once for all workers, and is given up where memory is short.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Hashable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

from reformgraph import __version__
from reformgraph.server.handed import values
from reformgraph.settings import Settings

NAME = "pages"
"""Of the file in the folder that ``serve`` makes for its processes."""
LONGEST_HEAD = 16_000_000
"""Bytes of the line of keys, at most."""

_Index: TypeAlias = Mapping[Hashable, tuple[int, int]]
_NONE: tuple[tuple[int, ...], _Index] = ((), {})


def stamp(settings: Settings) -> str:
    """Return the stamp of what is made with these settings."""
    text = json.dumps([__version__, values(settings)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def write(path: Path, stamp: str, answers: Mapping[Any, bytes]) -> None:
    """Write finished answers by their keys, tuples of texts and numbers; raises OSError.

    What was there before is replaced.
    """
    listed, place = [], 0
    for key, body in answers.items():
        listed.append([key, place, len(body)])
        place += len(body)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(json.dumps({"stamp": stamp, "answers": listed}).encode() + b"\n")
        file.writelines(answers.values())
    part.replace(path)


def remove(path: Path) -> None:
    """Remove the file, and what a writer left that was killed."""
    for each in (path, path.with_suffix(".part")):
        with suppress(OSError):
            each.unlink(missing_ok=True)


class Ahead:
    """Reads such a file as one worker; ``path`` None: there is none. Thread-safe."""

    def __init__(self, path: Path | None, stamp: str) -> None:
        self._path, self._stamp = path, stamp
        self._known = _NONE

    def get(self, key: Hashable) -> bytes | None:
        """Return the finished answer for ``key``, None when there is none or it cannot be read."""
        if self._path is None:
            return None
        try:
            descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        try:
            found = self._index(descriptor).get(key)
            if found is None:
                return None
            body = os.pread(descriptor, found[1], found[0])
            return body if len(body) == found[1] else None
        except (OSError, ValueError, TypeError, LookupError):  # damaged: as if it were not there
            return None
        finally:
            os.close(descriptor)

    def _index(self, descriptor: int) -> _Index:
        """Return where answers stand in the opened file; its first line is read once."""
        stat = os.fstat(descriptor)
        which = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)
        known, index = self._known
        if known != which:
            index = self._read(descriptor)
            self._known = (which, index)
        return index

    def _read(self, descriptor: int) -> _Index:
        with os.fdopen(os.dup(descriptor), "rb") as file:
            head = file.readline(LONGEST_HEAD)
        told = json.loads(head)
        if told["stamp"] != self._stamp:
            return {}
        return {tuple(key): (len(head) + place, length) for key, place, length in told["answers"]}
