"""What one generation says that another does not, statement by statement.

Kept apart from what happened in the world between two days: this is what we learned between two
builds. Both graphs are read in one order and merged, so that memory holds the differences only.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pyoxigraph

from reformgraph.store.base import Quad, Store
from reformgraph.store.embedded import EmbeddedStore
from reformgraph.store.writer import sorted_lines

ADDED, REMOVED = "A", "D"
"""How a line of an RDF Patch begins that adds, or deletes, a statement."""


def patch(old: Store, new: Store, scratch: Path) -> Iterator[bytes]:
    """Give the lines of the RDF Patch that turns ``old`` into ``new``, in byte order of statements.

    https://afs.github.io/rdf-patch/: a row is ``A`` or ``D`` and a statement. ``scratch``: a folder
    for what does not fit into memory.
    """
    if old.generation.digest == new.generation.digest:
        return
    with ExitStack() as stack:
        before, after = (
            sorted_lines(
                Path(stack.enter_context(tempfile.TemporaryDirectory(dir=scratch))),
                # The engine writes its own statements without a Python object for each.
                store.graph if isinstance(store, EmbeddedStore) else store.quads(),
                stack,
            )
            for store in (old, new)
        )
        yield from _merged(before, after)


def _merged(before: Iterator[bytes], after: Iterator[bytes]) -> Iterator[bytes]:
    one, two = next(before, b""), next(after, b"")
    while one or two:
        if one == two:
            one, two = next(before, b""), next(after, b"")
        elif not two or (one and one < two):
            yield b"D " + one
            one = next(before, b"")
        else:
            yield b"A " + two
            two = next(after, b"")


def read(lines: Iterable[bytes]) -> Iterator[tuple[str, Quad]]:
    """Read the rows of a patch: ``A`` or ``D`` with each statement."""
    for line in lines:
        if line[:2] not in (b"A ", b"D "):
            continue
        for quad in pyoxigraph.parse(line[2:], format=pyoxigraph.RdfFormat.N_QUADS):
            yield line[:1].decode(), quad
