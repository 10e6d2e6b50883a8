"""One writer at a time: ``build.lock``, held with flock and so never stale (hazards 39, 51)."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from reformgraph.errors import Busy, StoreError

LOCK = "build.lock"


@contextmanager
def build_lock(root: Path, *, create: bool = False) -> Iterator[Path]:
    """Hold the store ``root`` for writing; yields it, absolute.

    ``create`` makes the folder when it is missing. Leftovers of dead builds are removed: whoever
    holds the lock owns every ``building-*``. Raises Busy at once, naming the holder's process,
    when another build runs; StoreError when the folder cannot be used.
    """
    root = root.absolute()
    try:
        if create:
            root.mkdir(parents=True, exist_ok=True)
        handle = os.open(root / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise _unusable(root, error) from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise _unusable(root, error) from None
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
            raise Busy(
                f"{root}: another build is writing here (process {holder})",
                where={"process": holder},
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        for leftover in root.glob("building-*"):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                with suppress(OSError):
                    leftover.unlink()
        yield root
    finally:
        os.close(handle)  # closing releases the lock; the file stays, so no two can differ


def _unusable(root: Path, error: OSError) -> StoreError:
    if isinstance(error, FileNotFoundError):
        return StoreError(
            f"{root}: no graph built; run `reformgraph build`", hints=("reformgraph build",)
        )
    if isinstance(error, FileExistsError | NotADirectoryError):
        return StoreError(f"{root}: exists but is not a folder")
    return StoreError(f"{root}: cannot be written ({error.strerror or error})")
