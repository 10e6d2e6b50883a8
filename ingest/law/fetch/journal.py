"""What a run has to do and has done, written as it goes, so that an interrupted run goes on.

``<law folder>/runs/<digest of the plan>.jsonl``: lines ``{"do": …}`` and ``{"done": …}``. The same
command finds the same file. A line that a killed run left half-written is dropped.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from reformgraph.errors import Busy, StoreError

Kind = Literal["document", "version", "changes", "search"]


@dataclass(frozen=True, slots=True)
class Item:
    """One file to get: its address on the site, and how many links away from what was named."""

    address: str
    kind: Kind
    depth: int = 0
    law: str = ""


class Journal:
    """The open journal of one run; ``items`` and ``done`` say what earlier runs left."""

    def __init__(self, handle: int, path: Path) -> None:
        self._handle = handle
        self._path = path
        self.items: dict[str, Item] = {}
        self.done: dict[str, str] = {}
        self.left_out = 0
        self._load()

    def add(self, item: Item) -> bool:
        """Plan ``item`` unless it is planned already; says whether it is new."""
        if item.address in self.items:
            return False
        self.items[item.address] = item
        self._write({"do": asdict(item)})
        return True

    def finish(self, address: str, outcome: str) -> None:
        """Note that ``address`` need not be asked again in this run."""
        self.done[address] = outcome
        self._write({"done": address, "outcome": outcome})

    def forget(self) -> None:
        """Everything is done: the same command begins anew."""
        self._path.unlink(missing_ok=True)

    def _load(self) -> None:
        with os.fdopen(os.dup(self._handle), "rb") as file:
            file.seek(0)
            lines = file.read().split(b"\n")
        whole = 0
        for line in lines[:-1]:
            with suppress(ValueError, TypeError, KeyError):
                values = json.loads(line)
                if "do" in values:
                    item = Item(**values["do"])
                    self.items[item.address] = item
                elif "done" in values:
                    self.done[str(values["done"])] = str(values["outcome"])
            whole += len(line) + 1
        os.ftruncate(self._handle, whole)

    def _write(self, values: dict[str, Any]) -> None:
        line = json.dumps(values, ensure_ascii=False).encode() + b"\n"
        try:
            os.write(self._handle, line)
        except OSError as error:
            raise StoreError(f"{self._path}: cannot be written: {error.strerror}") from error


@contextmanager
def journal(root: Path, plan: str, *, fresh: bool) -> Iterator[Journal]:
    """Open the journal of ``plan`` in the law folder ``root``; ``fresh`` drops what it says.

    Raises Busy when another process is at the same plan, StoreError when the disk refuses.
    """
    name = hashlib.sha256(plan.encode()).hexdigest()[:16]
    path = root / "runs" / f"{name}.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    except OSError as error:
        raise StoreError(f"{path}: cannot be written: {error.strerror or error}") from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy(f"{root}: another process is getting the same files") from None
        if fresh:
            os.ftruncate(handle, 0)
        yield Journal(handle, path)
    finally:
        os.close(handle)
