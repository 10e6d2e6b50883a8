"""``graph.nq.gz`` of a small generation: its statements, which query processes hold in memory.

In memory the engine answers a question of many joins in a quarter of the time that it needs on disk
(benchmarks/README.md), for some 400 bytes a statement and 3 µs each when a process starts. Rows of
which a query does not name the order come in another one than from disk. So a generation that has
the file is never asked in any other way where that could be seen: by those who page through a
result, or compare two answers with one entity tag.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import BinaryIO, Self, cast

import pyoxigraph

NAME = "graph.nq.gz"
MOST = 100_000
"""Statements of a graph that is held in memory: 40 MB in each process."""
_IRI = re.compile(rb"<[^<> ]*+>")
_QUOTED = re.compile(rb'"(?:[^"\\]|\\.)*+"')


class Writer:
    """Takes the lines of N-Quads of a generation and writes them to ``path``.

    A context manager. There is no file at its end when the graph is too large or has blank nodes.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._left = path, MOST
        self._raw = path.open("wb")
        # No date in it: the same graph gives the same file.
        self._file = gzip.GzipFile("", "wb", compresslevel=1, fileobj=self._raw, mtime=0)

    def add(self, line: bytes) -> None:
        """Take one line."""
        # Blank nodes get new names each time that they are read: every process would have its own.
        if self._left <= 0 or (b"_:" in line and b"_:" in _IRI.sub(b"", _QUOTED.sub(b"", line))):
            self._left = -1
        else:
            self._left -= 1
            self._file.write(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if kind is None and self._left >= 0:
                self._file.close()
        finally:
            self._raw.close()
        if self._left < 0:
            self._path.unlink()


def load(path: Path) -> pyoxigraph.Store:
    """Return the graph of a file in memory; raises OSError and what the parser raises."""
    store = pyoxigraph.Store()
    with gzip.open(path) as file:
        store.load(cast(BinaryIO, file), format=pyoxigraph.RdfFormat.N_QUADS)
    return store
