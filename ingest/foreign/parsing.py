"""Running the parser of foreign files in a process with limits, and naming what it died of."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reformgraph.ingest.faults import Fault
from reformgraph.ingest.foreign.sources import Source


@dataclass(frozen=True, slots=True)
class Parsed:
    """One file that was read: ``quads`` is a file of N-Quads with ``count`` statements."""

    source: Source
    quads: Path
    count: int
    faults: tuple[Fault, ...]


def parse(sources: Sequence[Source], folder: Path) -> Iterator[Parsed]:
    """Parse each of ``sources``, writing N-Quads into ``folder``.

    Blank nodes are named after the graph and their place in the file. A file that the parser
    does not survive gives a fault, and the next one gets a new process.
    """
    child: subprocess.Popen[str] | None = None
    try:
        for number, source in enumerate(sources):
            if child is None:
                child = _start()
            out = folder / f"{number}.nq"
            answer = _ask(child, source, out)
            if answer is None:
                faults = [_fault(source, 0, 0, _last_words(child))]
                child, count = None, 0
            else:
                count = int(answer["count"])
                faults = [
                    _fault(source, each["line"], each["column"], each["message"])
                    for each in answer["faults"]
                ]
                if answer["more"]:
                    faults.append(_fault(source, faults[-1].row + 1, 0, "… and more faults"))
            with suppress(FileNotFoundError):
                Path(f"{out}.plain").unlink()
            yield Parsed(source, out, count, tuple(faults))
    finally:
        if child is not None:
            child.kill()
            child.communicate()


def _start() -> subprocess.Popen[str]:
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(
        [sys.executable, "-S", "-P", "-m", "reformgraph.ingest.foreign.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
        text=True,
        encoding="utf-8",
    )


def _ask(child: subprocess.Popen[str], source: Source, out: Path) -> dict[str, Any] | None:
    """Return what the process says of one file; None when it died of it."""
    task = {
        "path": str(source.path.absolute()),
        "media_type": source.media_type,
        "graph": source.graph if source.own_graph else "",
        "base": source.base,
        "mark": "f" + hashlib.sha256(f"{source.graph}\n{source.base}".encode()).hexdigest()[:10],
        "out": str(out),
    }
    if child.stdin is None or child.stdout is None:
        raise TypeError("the process has no pipes")
    try:
        child.stdin.write(json.dumps(task) + "\n")
        child.stdin.flush()
        line = child.stdout.readline()
    except BrokenPipeError:
        return None
    return dict(json.loads(line)) if line else None


def _last_words(child: subprocess.Popen[str]) -> str:
    child.communicate()
    code = child.returncode
    if code in (-24, -9):  # SIGXCPU, SIGKILL
        return "it takes too long to read; nothing of it was used"
    return "it is nested too deeply or needs too much memory; nothing of it was used"


def _fault(source: Source, line: int, column: int, message: str) -> Fault:
    return Fault(source.name, line, str(column or ""), "", "", message=message)
