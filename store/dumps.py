"""Dumps: the statements of a generation as files, for people who want all of them.

A dump is written in one order whatever the engine's, and its gzip carries no time of day, so the
same statements give the same bytes. Files are made when they are first asked for and kept in
``<store>/dumps/<generation>.<format>/``. Of the two bundled timelines (63,000 statements) the
whole takes a second and 0.7 MB; all parts in all syntaxes take nine, several times their build.
And a store with thousands of laws has thousands of graphs that hardly anybody wants one by one.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, cast
from urllib.parse import quote

import pyoxigraph

from reformgraph.errors import NotFound, StoreError
from reformgraph.ontology.terms import PREFIXES
from reformgraph.store import generations
from reformgraph.store.base import Generation, Quad, Store
from reformgraph.store.writer import sorted_lines

FORMAT: Final = 1
"""Version of what a dump looks like; raise it when the same statements give other bytes."""
FOLDER: Final = "dumps"
SYNTAXES: Final = {
    "nq": pyoxigraph.RdfFormat.N_QUADS,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "ttl": pyoxigraph.RdfFormat.TURTLE,
}
WHOLE: Final = "all"
DEFAULT: Final = "default"
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """What one dump holds: ``graph`` is an IRI, "" the default graph, None all of them.

    ``name`` is its path below ``/dumps/`` without a suffix; ``quads`` counts its statements.
    """

    name: str
    graph: str | None
    quads: int


@dataclass(frozen=True, slots=True)
class Dump:
    """One finished file with its size in bytes and the SHA-256 of its bytes."""

    path: Path
    size: int
    sha256: str


def parts(generation: Generation) -> list[Part]:
    """Return what can be had of a generation: the whole first, then each graph by name."""
    own = f"{generation.base}graph/"
    found = [Part(WHOLE, None, generation.quads)]
    for graph, count in sorted(generation.graphs.items()):
        if not graph:
            name = DEFAULT
        elif graph.startswith(own):
            name = "graph/" + quote(graph[len(own) :], safe="/-._~")
        else:
            name = "other/" + hashlib.sha256(graph.encode()).hexdigest()[:12]
        found.append(Part(name, graph, count))
    return found


def part(generation: Generation, name: str) -> Part:
    """Find a part by its name or by the IRI of its graph; raises NotFound naming what there is."""
    known = parts(generation)
    for each in known:
        if name in (each.name, each.graph):
            return each
    raise NotFound(f"there is no dump of {name[:80]!r}", hints=[each.name for each in known[:8]])


def write(store: Store, out: BinaryIO, syntax: str, chosen: Part, scratch: Path) -> None:
    """Write a part of the graph to ``out``, uncompressed.

    ``syntax``: ``nq`` (lines in byte order: for the whole, SHA-256 of the text is the digest of
    the generation), ``trig``, or ``ttl`` (the names of the graphs are left out, and what several
    graphs say stands once). ``scratch`` is a folder for what does not fit into memory. The quads
    are read once from one generation.
    """
    with tempfile.TemporaryDirectory(dir=scratch) as folder, ExitStack() as stack:
        home = Path(folder)
        if syntax == "nq":
            out.writelines(sorted_lines(home, store.quads(chosen.graph), stack))
            return
        lines = home / "lines.nq"
        with lines.open("wb") as file:
            if syntax == "ttl":
                file.writelines(sorted_lines(home, _bare(store.quads(chosen.graph)), stack))
            else:
                every = [chosen.graph] if chosen.graph is not None else _graphs(store.generation)
                for graph in every:
                    file.writelines(sorted_lines(home, store.quads(graph), stack))
        quads = pyoxigraph.parse(path=str(lines), format=pyoxigraph.RdfFormat.N_QUADS)
        statements = (quad.triple for quad in quads) if syntax == "ttl" else quads
        buffered = io.BufferedWriter(cast(io.RawIOBase, _Unclosed(out)), _BUFFER)
        pyoxigraph.serialize(
            statements, cast(BinaryIO, buffered), SYNTAXES[syntax], prefixes=dict(PREFIXES)
        )
        buffered.flush()
        buffered.detach()


def compressed(make: Callable[[BinaryIO], None], out: BinaryIO) -> None:
    """Write what ``make`` writes through gzip, the same bytes each time (no name, no time)."""
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=out, mtime=0) as packer:
        make(cast(BinaryIO, packer))


class Dumps:
    """The files of one store, made once for a generation; thread-safe, shared by processes.

    ``root`` is the store's folder. Where nothing can be written there, files go to a temporary
    folder that :meth:`close` removes.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._temporary: tempfile.TemporaryDirectory[str] | None = None

    def get(
        self, generation: Generation, name: str, make: Callable[[BinaryIO, Path], None]
    ) -> Dump:
        """Return the file ``name`` of a generation; ``make(out, scratch)`` writes it if need be.

        Two processes that make it at once make the same bytes; the later replaces the earlier.
        Raises StoreError when the disk has no room.
        """
        home = self._home(generation)
        path = home / quote(name, safe="-._~")
        with self._lock:
            lock = self._locks.setdefault(str(path), threading.Lock())
        with lock:
            if found := _known(path):
                return found
            try:
                return _make(home, path, make)
            except OSError as error:
                raise StoreError(
                    f"{path}: the dump could not be written ({error.strerror or error}); "
                    f"{generations.free_bytes(home)} bytes are free"
                ) from error

    def dump(self, store: Store, chosen: Part, syntax: str) -> Dump:
        """Return the gzip file of a part in a syntax of :data:`SYNTAXES`."""
        return self.get(
            store.generation,
            f"{chosen.name}.{syntax}.gz",
            lambda out, scratch: compressed(
                lambda packer: write(store, packer, syntax, chosen, scratch), out
            ),
        )

    def _home(self, generation: Generation) -> Path:
        name = f"{generation.id}.{FORMAT}"
        folder = self._root / FOLDER / name
        try:
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                _forget(self._root, name)
            if os.access(folder, os.W_OK):
                return folder
        except OSError:
            pass
        with self._lock:
            if self._temporary is None:
                self._temporary = tempfile.TemporaryDirectory(prefix="reformgraph-dumps-")
            folder = Path(self._temporary.name) / name
        folder.mkdir(exist_ok=True)
        return folder

    def close(self) -> None:
        """Remove the temporary folder, if one was needed."""
        with self._lock:
            temporary, self._temporary = self._temporary, None
        if temporary is not None:
            temporary.cleanup()


def _graphs(generation: Generation) -> list[str]:
    return sorted(generation.graphs)


def _bare(quads: Iterable[Quad]) -> Iterator[Quad]:
    return (Quad(quad.subject, quad.predicate, quad.object) for quad in quads)


def _known(path: Path) -> Dump | None:
    """Read what was noted of a finished file; None when it is not there as it was noted."""
    try:
        digest, size = _note(path).read_text(encoding="ascii").split()
        if path.stat().st_size == int(size):
            return Dump(path, int(size), digest)
    except (OSError, ValueError):
        pass
    return None


def _note(path: Path) -> Path:
    return path.with_name(path.name + ".sha256")


def _make(home: Path, path: Path, make: Callable[[BinaryIO, Path], None]) -> Dump:
    with tempfile.TemporaryDirectory(dir=home, prefix="making-") as folder:
        scratch = Path(folder)
        fresh = scratch / "dump"
        with fresh.open("wb") as out:
            make(cast(BinaryIO, out), scratch)
        with fresh.open("rb") as made:
            digest = hashlib.file_digest(made, "sha256").hexdigest()
        size = fresh.stat().st_size
        note = scratch / "note"
        note.write_text(f"{digest} {size}\n", encoding="ascii")
        fresh.replace(path)
        note.replace(_note(path))
    return Dump(path, size, digest)


def _forget(root: Path, but: str) -> None:
    """Delete the dumps of generations that are no more, those of the one being served not."""
    living = {folder.name for folder in generations.folders(root)}
    for folder in (root / FOLDER).iterdir():
        if folder.name != but and folder.name.rpartition(".")[0] not in living:
            shutil.rmtree(folder, ignore_errors=True)


class _Unclosed(io.RawIOBase):
    """Passes writes on, so that many small ones can be gathered before a slow stream."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Write all of it."""
        self._out.write(data)
        return len(data)
