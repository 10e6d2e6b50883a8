"""Writing a generation: beside the live ones, checked, flushed, and only then pointed to."""

from __future__ import annotations

import errno
import hashlib
import heapq
import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, cast

import pyoxigraph

from reformgraph import __version__
from reformgraph.errors import StoreError
from reformgraph.ontology.terms import RDFS, RG
from reformgraph.store import generations, graph_copy
from reformgraph.store.base import Generation, Quad, TimelineInfo
from reformgraph.store.known import shortcut_index, statement_index, text_index
from reformgraph.store.lock import build_lock
from reformgraph.store.search_index import index_rows, write_index

CHUNK_LINES = 1_000_000
"""Lines that are sorted in memory at a time; about 200 MB of N-Quads."""


class StoreFull(StoreError):
    """The disk has no room for a generation; the one that was served goes on."""

    exit_code = 1
    title = "The disk is full"


def publish(
    root: Path,
    quads: pyoxigraph.Store | Iterable[Quad],
    *,
    base: str,
    input_digest: str = "",
    locked: bool = False,
    switch: bool = True,
    attachments: Mapping[str, bytes] | None = None,
    graphs: Iterable[str] = (),
) -> Generation:
    """Write ``quads`` as a new generation of the store ``root`` and point to it.

    ``locked``: the caller holds :func:`reformgraph.store.lock.build_lock` already. ``switch``:
    False leaves the pointer alone. ``attachments``: files by plain name that lie beside the graph,
    are under the manifest's digests and are read by ``Store.attached``. ``graphs``: IRIs of graphs
    that are there even if no quad is in them, "" for a default graph of its own. Counts, timelines and the search index come from the quads.
    Either everything is written and on the disk or the pointer stays where it was.

    Raises Busy when another build runs, StoreFull when the disk is full (with bytes free),
    StoreError when the folder cannot be written or what was written does not read back.
    """
    with nullcontext(root.absolute()) if locked else build_lock(root, create=True) as home:
        folder = home / f"building-{os.getpid()}"
        try:
            generation = _write(
                home, folder, quads, base, input_digest, attachments or {}, set(graphs)
            )
            if switch:
                generations.point(home, generation.id)
            return generation
        except (OSError, sqlite3.Error) as error:
            raise _failure(home, folder, error) from error
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _write(
    home: Path,
    folder: Path,
    quads: pyoxigraph.Store | Iterable[Quad],
    base: str,
    input_digest: str,
    attachments: Mapping[str, bytes],
    there: set[str],
) -> Generation:
    folder.mkdir()
    for name, content in sorted(attachments.items()):
        (folder / name).write_bytes(content)
    digest, expected = _load(folder, quads, there, base)
    # A fresh look at what lies on the disk, as a server will see it.
    opened = pyoxigraph.Store.read_only(str(folder / generations.QUADS))
    write_index(folder / generations.SEARCH, index_rows(opened), opened)
    graphs = _counts(
        opened, "SELECT ?k (COUNT(*) AS ?n) { GRAPH ?k { ?s ?p ?o } } GROUP BY ?k", False
    )
    if loose := sum(
        1 for _ in opened.quads_for_pattern(None, None, None, pyoxigraph.DefaultGraph())
    ):
        graphs[""] = loose
    graphs = {graph: graphs.get(graph, 0) for graph in sorted(graphs.keys() | there)}
    if sum(graphs.values()) != expected:
        raise StoreError(f"wrote {expected} quads but {sum(graphs.values())} read back")
    answering = _answering(folder, opened, graphs)
    shortcut_index.write(folder / shortcut_index.NAME, answering, graphs)
    text_index.write(folder / text_index.NAME, answering)
    del answering
    sequence = max((generations.sequence_of(f.name) for f in generations.folders(home)), default=0)
    id_ = f"{sequence + 1}-{digest[:12]}"
    target = home / generations.FOLDER / id_
    generation = Generation(
        id=id_,
        sequence=sequence + 1,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
        format=generations.FORMAT,
        base=base,
        digest=digest,
        input_digest=input_digest,
        quads=expected,
        graphs=graphs,
        classes=_counts(
            opened, "SELECT ?k (COUNT(DISTINCT ?s) AS ?n) { ?s a ?k } GROUP BY ?k", True
        ),
        timelines=_timelines(opened),
        folder=target,
        files=generations.hash_files(folder),
    )
    del opened
    (folder / generations.MANIFEST).write_bytes(generations.manifest_bytes(generation))
    generations.sync_tree(folder)
    (home / generations.FOLDER).mkdir(exist_ok=True)
    folder.rename(target)
    generations.sync(home / generations.FOLDER)
    generations.sync(home)
    return generation


def _load(
    folder: Path, quads: pyoxigraph.Store | Iterable[Quad], there: set[str], base: str
) -> tuple[str, int]:
    """Sort, hash and load the quads; returns the digest and how many there are."""
    lines = folder / "quads.nq"
    digest, count = hashlib.sha256(), 0
    with (
        lines.open("wb") as file,
        statement_index.Writer(folder / statement_index.NAME, base) as statements,
        graph_copy.Writer(folder / graph_copy.NAME) as copy,
        ExitStack() as stack,
    ):
        for line in sorted_lines(folder, quads, stack):
            digest.update(line)
            file.write(line)
            statements.add(line)
            copy.add(line)
            count += 1
    for spilled in folder.glob("sort-*.nq"):
        spilled.unlink()
    store = pyoxigraph.Store(str(folder / generations.QUADS))
    store.bulk_load(path=str(lines), format=pyoxigraph.RdfFormat.N_QUADS)
    for graph in sorted(there - {""}):
        store.add_graph(pyoxigraph.NamedNode(graph))
    store.flush()
    store.optimize()
    del store  # RocksDB closes its files when the last reference goes
    lines.unlink()
    return digest.hexdigest(), count


def _answering(
    folder: Path, opened: pyoxigraph.Store, graphs: Mapping[str, int]
) -> pyoxigraph.Store:
    """Return the store that gives rows in the order in which queries will have them."""
    copy = folder / graph_copy.NAME
    if 0 in graphs.values():  # lines of statements do not tell of an empty graph
        copy.unlink(missing_ok=True)
    return graph_copy.load(copy) if copy.exists() else opened


def sorted_lines(
    folder: Path, quads: pyoxigraph.Store | Iterable[Quad], stack: ExitStack
) -> Iterator[bytes]:
    """Give the N-Quads lines in byte order, each once; spills to ``folder`` when there are many."""
    splitter = _LineSorter(folder, stack)
    output = cast(BinaryIO, splitter)
    if isinstance(quads, pyoxigraph.Store):
        quads.dump(output, pyoxigraph.RdfFormat.N_QUADS)
    else:
        pyoxigraph.serialize(quads, output, pyoxigraph.RdfFormat.N_QUADS)
    previous = b""
    for line in splitter.merged():
        if line != previous:
            yield line
        previous = line


class _LineSorter:
    """A file to write N-Quads to; gives its lines back sorted."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._rest = b""
        self._lines: list[bytes] = []
        self._spilled: list[BinaryIO] = []

    def write(self, data: bytes) -> int:
        *whole, self._rest = (self._rest + data).split(b"\n")
        self._lines += [line + b"\n" for line in whole]
        if len(self._lines) >= CHUNK_LINES:
            self._spill()
        return len(data)

    def flush(self) -> None:
        """Do nothing; asked for by the serialiser."""

    def _spill(self) -> None:
        path = self._folder / f"sort-{len(self._spilled)}.nq"
        file = self._stack.enter_context(path.open("w+b"))
        file.writelines(sorted(self._lines))
        file.seek(0)
        self._spilled.append(cast(BinaryIO, file))
        self._lines = []

    def merged(self) -> Iterator[bytes]:
        return heapq.merge(*self._spilled, sorted(self._lines))


def _counts(store: pyoxigraph.Store, query: str, union: bool) -> dict[str, int]:
    rows = cast(pyoxigraph.QuerySolutions, store.query(query, use_default_graph_as_union=union))
    counts = {}
    for row in rows:
        key, number = row["k"], row["n"]
        if isinstance(key, pyoxigraph.NamedNode) and isinstance(number, pyoxigraph.Literal):
            counts[key.value] = int(number.value)
    return dict(sorted(counts.items()))


_TIMELINES = f"""
SELECT ?t ?slug ?label ?focal {{
  ?t a {RG.Timeline} ; {RG.slug} ?slug .
  OPTIONAL {{ ?t {RDFS.label} ?label }}
  OPTIONAL {{ ?t {RG.focalItem} ?focal }}
}} ORDER BY ?slug ?label ?focal
"""


def _timelines(store: pyoxigraph.Store) -> tuple[TimelineInfo, ...]:
    rows = cast(pyoxigraph.QuerySolutions, store.query(_TIMELINES, use_default_graph_as_union=True))
    found: dict[str, TimelineInfo] = {}
    for row in rows:
        iri, slug, label, focal = (
            getattr(row[name], "value", "") for name in ("t", "slug", "label", "focal")
        )
        found.setdefault(iri, TimelineInfo(iri, slug, label or slug, focal))
    return tuple(found.values())


def _failure(home: Path, folder: Path, error: OSError | sqlite3.Error) -> StoreError:
    free = generations.free_bytes(home)
    full = getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)
    if full or "database or disk is full" in str(error):
        used = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        return StoreFull(
            f"{home}: the disk is full: {free} bytes are free after writing {used}; "
            "the graph that was served is unharmed",
            where={"free": free, "written": used},
        )
    return StoreError(f"{home}: the generation could not be written ({error})")
