"""From the law folder to quads: which files say something about which law, and what has changed.

Two steps, each on all cores and each remembered (``law/cache.py``): a file becomes *shards*, one for
each law that it says something of; the shards of one law become the quads of its unit. A file or
unit of which nothing has changed is not worked on again. No step holds more in memory than one file,
or all that is said of one law.
"""

from __future__ import annotations

import json
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final, Self, TypeVar

import pyoxigraph

from reformgraph.errors import InputError, ReformGraphError
from reformgraph.ingest.law.cache import Cache, digest
from reformgraph.ingest.law.folder import Entry, LawFolder
from reformgraph.ingest.law.mapping import map_unit
from reformgraph.ingest.law.mapping.scope import Known
from reformgraph.ingest.law.mapping.shards import ORIGIN, SHARD, Origin, origin_of, split
from reformgraph.ingest.law.readers import pick

FEW: Final = 1_000_000
"""Bytes of work below which starting further processes costs more than it saves."""
_CHUNK: Final = 8_000_000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileTask:
    """One file to read."""

    folder: str
    cache: str
    key: str
    entry: Entry
    code: str


@dataclass(frozen=True, slots=True)
class UnitTask:
    """One law to map."""

    cache: str
    key: str
    law: str
    shards: tuple[str, ...]
    known: Mapping[str, Known]
    base: str


@dataclass(slots=True)
class Units:
    """The units of a law folder: by the key of the law the name of its quads, and the files behind it."""

    cache: Cache
    quads: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    origins: list[Origin] = field(default_factory=list)
    read: int = 0
    mapped: int = 0
    damaged: int = 0

    def content(self) -> Iterator[bytes]:
        """Give the N-Quads of all units in stretches of some megabytes, by law."""
        stretch: list[bytes] = []
        size = 0
        for law in sorted(self.quads):
            found = self.cache.get("quads", self.quads[law])
            if found is None:
                raise InputError(f"{self.cache.root}: the quads of {law} vanished while building")
            stretch.append(found)
            size += len(found)
            if size > _CHUNK:
                yield b"".join(stretch)
                stretch, size = [], 0
        if stretch:
            yield b"".join(stretch)


def entries(folder: Path) -> tuple[Entry, ...]:
    """List the files of a law folder; a folder that does not exist has none."""
    return tuple(LawFolder(folder).entries())


def identity(entry: Entry) -> str:
    """Give all of an entry that decides what becomes of it."""
    return json.dumps([entry.key, entry.digest, entry.name, entry.url, entry.retrieved])


def prepare(
    folder: Path,
    found: Sequence[Entry],
    root: Path,
    known: Mapping[str, Mapping[str, Known]],
    *,
    base: str,
    code: str,
    workers: int | None = None,
) -> Units:
    """Bring the quads of every law of ``folder`` up to date.

    In: the law folder and its entries, the folder that keeps what was made (``<store>/units``), what
    timelines say, the base of IRIs, a digest of the code; ``workers`` processes (default: one a core).
    Raises InputError naming each file that cannot be read; what was made before it stays kept.
    """
    units = Units(Cache(root))
    with Crew(workers) as crew:
        shards = _read(folder, found, units, code, crew)
        laws: dict[str, list[str]] = {}
        origins: dict[str, list[Entry]] = {}
        for entry, by_law in shards:
            for law, name in by_law.items():
                laws.setdefault(law, []).append(name)
                origins.setdefault(law, []).append(entry)
        tasks = []
        for law in sorted(laws):
            about = known.get(law, {})
            said = json.dumps({iri: asdict(about[iri]) for iri in sorted(about)}, sort_keys=True)
            key = digest(base, code, law, said, *sorted(laws[law]))
            units.quads[law] = key
            units.files[law] = tuple(sorted(set(origins[law])))
            if units.cache.get("quads", key) is None:
                units.damaged += units.cache.has("quads", key)
                tasks.append(UnitTask(str(root), key, law, tuple(laws[law]), dict(about), base))
        units.mapped = len(tasks)
        crew.run(_map, tasks, lambda task: sum(_size(units.cache, name) for name in task.shards))
    units.cache.keep("quads", set(units.quads.values()))
    units.cache.keep("shards", {name for names in laws.values() for name in names})
    return units


def _read(
    folder: Path, found: Sequence[Entry], units: Units, code: str, crew: Crew
) -> list[tuple[Entry, dict[str, str]]]:
    keys = {entry.key: digest(code, identity(entry)) for entry in found}
    tasks = []
    known: dict[str, dict[str, dict[str, str]]] = {}
    for entry in found:
        kept = units.cache.get("files", keys[entry.key])
        told = json.loads(kept) if kept is not None else None
        if told is not None and all(
            units.cache.get("shards", name) is not None for name in told["shards"].values()
        ):
            known[entry.key] = told
            continue
        units.damaged += units.cache.has("files", keys[entry.key])
        tasks.append(FileTask(str(folder), str(units.cache.root), keys[entry.key], entry, code))
    units.read = len(tasks)
    files = LawFolder(folder)
    crew.run(_shard, tasks, lambda task: _file_size(files.path(task.entry)))
    for task in tasks:
        kept = units.cache.get("files", task.key)
        if kept is None:
            raise InputError(f"{task.entry.name}: what was read of it could not be kept")
        known[task.entry.key] = json.loads(kept)
    units.cache.keep("files", set(keys.values()))
    units.origins += (ORIGIN.validate_python(known[entry.key]["origin"]) for entry in found)
    return [(entry, known[entry.key]["shards"]) for entry in found]


def _shard(task: FileTask) -> str:
    """Read one file and keep its shards; gives the message of what is wrong with it, or nothing."""
    folder, cache = LawFolder(Path(task.folder)), Cache(Path(task.cache))
    if not folder.sound(task.entry):
        return f"{task.entry.name}: its content in {task.folder} is missing or damaged; ingest it again"
    try:
        reading = pick.read(folder.path(task.entry).read_bytes(), task.entry.name)
    except ReformGraphError as error:
        return str(error)
    origin = origin_of(task.entry, reading)
    by_law = {
        shard.law: cache.put("shards", "", SHARD.dump_json(shard))
        for shard in split(reading, origin)
    }
    told = {"origin": ORIGIN.dump_python(origin), "shards": by_law}
    cache.put("files", task.key, json.dumps(told, sort_keys=True).encode())
    return ""


def _map(task: UnitTask) -> str:
    """Map one law and keep its quads."""
    cache = Cache(Path(task.cache))
    shards = []
    for name in task.shards:
        content = cache.get("shards", name)
        if content is None:
            return f"{task.cache}: what was read of {task.law} vanished while building"
        shards.append(SHARD.validate_json(content))
    quads = map_unit(task.law, shards, task.known, task.base)
    text = pyoxigraph.serialize(quads, format=pyoxigraph.RdfFormat.N_QUADS) or b""
    lines = sorted(set(text.splitlines(keepends=True)))
    cache.put("quads", task.key, b"".join(lines))
    return ""


class Crew:
    """The processes of one build: started when there is first much to do, kept for the next step."""

    def __init__(self, workers: int | None) -> None:
        self._count = workers or os.cpu_count() or 1
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Begin without any process."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def run(self, work: Callable[[T], str], tasks: Sequence[T], size: Callable[[T], int]) -> None:
        """Work on all tasks, the largest first, so that none is left to one process at the end.

        ``work`` gives a message of what is wrong, or nothing; ``size`` bytes of work. Raises
        InputError with all messages.
        """
        sizes = [size(task) for task in tasks]
        if min(self._count, len(tasks)) < 2 or sum(sizes) < FEW:
            _raise(work(task) for task in tasks)
            return
        if self._pool is None:
            # Spawned, not forked: whoever builds may have threads.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._count, mp_context=context)
        order = sorted(range(len(tasks)), key=lambda place: -sizes[place])
        # The few large ones go out one by one, the many small ones in handfuls.
        large = [tasks[place] for place in order if sizes[place] >= FEW]
        small = [tasks[place] for place in order if sizes[place] < FEW]
        handful = max(1, min(16, len(small) // self._count // 8))
        try:
            done = self._pool.map(work, large), self._pool.map(work, small, chunksize=handful)
            _raise(message for each in done for message in each)
        except BrokenProcessPool as error:
            raise InputError(f"A process that reads law ended by itself: {error}") from error


def _raise(messages: Iterable[str]) -> None:
    if told := sorted(filter(None, messages)):
        raise InputError("\n".join(told), where={"faults": len(told)})


def _file_size(path: Path) -> int:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        # Packed files are some ten times as much work as their size says.
        return path.stat().st_size * (10 if packed else 1)
    except OSError:
        return 0


def _size(cache: Cache, name: str) -> int:
    try:
        return (cache.root / "shards" / name[:2] / name).stat().st_size
    except OSError:
        return 0
