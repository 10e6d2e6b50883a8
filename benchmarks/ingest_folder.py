"""A folder of law to quads, against Oxigraph's bulk load of the quads that come of it.

Both start from nothing, each in a process of its own: ours reads the files of the law folder, maps
each law and writes N-Quads; the peer loads these N-Quads into a store on disk. Goal: quads a second
of ours at least half of the peer's, on one core, and both cores used on a folder. Memory is the
peak of the process (with more than one, of the largest): it has to follow the largest single
document, so a folder of eight equal documents is held against a folder of one. With the argument
``cores`` only one process is compared with one for each core.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph

from benchmarks.ingest import FILES, SAMPLES
from reformgraph.ingest.law import units
from reformgraph.ingest.law.fetch import local
from reformgraph.ingest.law.fetch.content import unpack
from reformgraph.ingest.law.folder import Entry, LawFolder

BASE = "https://w3id.org/reformgraph/"
COPIES = 8
MOST = 512 * 1024 * 1024
GROUPS = {
    "all samples": "",
    "one large Act": "ukpga-2018-12.xml",
    "effects": "ukpga-1991-48-metadata|changes-affecting",
}
"""What is read, by a pattern of file names."""
_EFFECT = re.compile(
    rb"(?m)^<[^>]*/evidence/effect\.[^>]*> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
)


def made(law: Path, cache: Path, workers: int) -> dict[str, float]:
    """Read and map a law folder; give quads, effects, megabytes, seconds and megabytes of memory."""
    found = units.entries(law)
    begun, used = time.perf_counter(), _cpu()
    prepared = units.prepare(law, found, cache, {}, base=BASE, code="bench", workers=workers)
    result = {
        "seconds": time.perf_counter() - begun,
        "cpu": _cpu() - used,
        "memory": _peak(),
        "quads": 0.0,
        "effects": 0.0,
    }
    with (cache / "all.nq").open("wb") as file:
        for text in prepared.content():
            file.write(text)
            result["quads"] += text.count(b"\n")
            result["effects"] += len(set(_EFFECT.findall(text)))
    return result


def loaded(cache: Path) -> dict[str, float]:
    """Load the N-Quads that were made into a store on disk."""
    with tempfile.TemporaryDirectory() as folder:
        begun, used = time.perf_counter(), _cpu()
        store = pyoxigraph.Store(folder)
        store.bulk_load(path=str(cache / "all.nq"), format=pyoxigraph.RdfFormat.N_QUADS)
        store.flush()
        seconds, cpu = time.perf_counter() - begun, _cpu() - used
        return {"quads": len(store), "seconds": seconds, "cpu": cpu, "memory": _peak()}


def main(folder: Path = SAMPLES.parent) -> None:
    """Print throughput on one core and on all, the ratio to the bulk load, and the memory."""
    if not folder.is_dir():
        print(f"ingest of a folder: {folder} is not there: left out")
        return
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        print(
            "to quads                 MB effects   quads  CPU s   MB/s  effects/s  quads/s  of bulk load"
        )
        for name, wanted in GROUPS.items():
            law = LawFolder(home / name / "law")
            size = 0.0
            for file, inner in local.files(folder):
                if inner.removesuffix(".gz").endswith(local.SUFFIXES) and re.search(wanted, inner):
                    content = file.read_bytes()
                    law.put(Entry(f"file:{inner}", "", inner), content)
                    size += len(unpack(content, MOST)) / 1e6
            _compared(name, home / name, size)
        _memory(home)
        _cores(home)


def _compared(name: str, home: Path, size: float) -> None:
    """Print one row: the best of three of each side, in turn."""
    pairs = []
    for number in range(3):
        ours = _fresh("made", home / "law", home / f"units-{number}", "1")
        pairs.append((ours, _fresh("loaded", home / f"units-{number}")))
    ours, peer = (
        min((pair[side] for pair in pairs), key=lambda row: row["cpu"]) for side in (0, 1)
    )
    ratio = ours["quads"] / ours["cpu"] * peer["cpu"] / peer["quads"]
    print(
        f"{name:<22} {size:5.1f} {ours['effects']:7,.0f} {ours['quads']:7,.0f} {ours['cpu']:6.2f} "
        f"{size / ours['cpu']:6.1f} {ours['effects'] / ours['cpu']:10,.0f} "
        f"{ours['quads'] / ours['cpu']:8,.0f} {ratio:13.0%}",
        flush=True,
    )


def cores() -> None:
    """Compare one process with one for each core on the folder of equal documents, alone."""
    with tempfile.TemporaryDirectory() as place:
        _folder_of(Path(place), COPIES)
        _cores(Path(place))


def _cores(home: Path) -> None:
    """Print seconds by the clock and of the processors, the best of three pairs in turn, and the load."""
    cores = os.cpu_count() or 1
    pairs = []
    loads = [os.getloadavg()[0]]
    for number in range(3):
        pairs.append(
            [
                _fresh("made", home / f"law-{COPIES}", home / f"cores-{number}-{count}", str(count))
                for count in (1, cores)
            ]
        )
        loads.append(os.getloadavg()[0])
    one, all_ = (min((pair[side] for pair in pairs), key=_elapsed) for side in (0, 1))
    print(
        f"{COPIES} documents: {one['seconds']:.1f} s by the clock with one process (CPU {one['cpu']:.1f} s), "
        f"{all_['seconds']:.1f} s with {cores} (CPU {all_['cpu']:.1f} s, {all_['cpu'] / all_['seconds']:.2f} "
        f"cores): {one['seconds'] / all_['seconds']:.2f} times as quick; pairs "
        + ", ".join(f"{first['seconds'] / second['seconds']:.2f}" for first, second in pairs)
        + f"; load {min(loads):.1f} to {max(loads):.1f}",
        flush=True,
    )


def _elapsed(row: dict[str, float]) -> float:
    return row["seconds"]


def _folder_of(home: Path, count: int) -> float:
    """Fill a law folder with ``count`` documents like the large Act; gives the megabytes of one."""
    content = gzip.decompress((SAMPLES / FILES[0]).read_bytes())
    law = LawFolder(home / f"law-{count}")
    for number in range(count):
        text = content.replace(b"ukpga/2018/12", f"ukpga/2018/{9000 + number}".encode())
        law.put(Entry(f"file:{number}.xml", "", f"{number}.xml"), text)
    return len(content) / 1e6


def _memory(home: Path) -> None:
    """Hold the memory of a folder of one large Act against that of eight."""
    for count in (1, COPIES):
        size = _folder_of(home, count)
        row = _fresh("made", home / f"law-{count}", home / f"units-{count}", "1")
        print(f"{count} documents of {size:.1f} MB: {row['memory']:.0f} MB at the peak")


def _fresh(what: str, *arguments: str | Path) -> dict[str, float]:
    """Run one side in a new process."""
    command = [sys.executable, "-m", "benchmarks.ingest_folder", what, *map(str, arguments)]
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=root)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _cpu() -> float:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def _peak() -> float:
    """Give the megabytes of the largest process so far."""
    return (
        max(
            resource.getrusage(who).ru_maxrss
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        / 1e3
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["made"]:
        print(json.dumps(made(Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))))
    elif sys.argv[1:2] == ["loaded"]:
        print(json.dumps(loaded(Path(sys.argv[2]))))
    elif sys.argv[1:2] == ["cores"]:
        cores()
    else:
        main()
