"""The log: JSON, one object a line, written by a thread of its own (hazard 87).

Lines gather in memory and go out four times a second, so that a request pays for a line but not
for the disk. What is logged of a request is what it asked and what it cost, never who asked: no
address of a client, no search words. Texts of queries stand there for slow queries only, cut, once
for each digest. A file is kept under a size: when it is full it becomes ``FILE.1``.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

EVERY = 0.25
"""Seconds between two writes."""
AT_ONCE = 200
"""Lines that are written together: while they are joined, nobody else has Python's lock."""
LONGEST = 600
"""Characters of a value; more is cut."""
MOST_LINES = 200_000
"""Lines that wait when they cannot be written; more are counted and dropped."""
REMEMBERED = 1_024
ONCE_IN = 60.0
"""Seconds in which a record that says ``often`` is written once (hazard 85)."""


def clean(text: str, longest: int = LONGEST) -> str:
    """Return text cut and without what could forge a second line or move a terminal's cursor."""
    cut = text[:longest]
    if not cut.isprintable():
        cut = "".join(c if c.isprintable() else " " if c in "\n\r\t" else "�" for c in cut)
    return cut + "…" if len(text) > longest else cut


class Told(NamedTuple):
    """One request, as it is counted and logged; ``by`` and ``digest`` may be empty.

    ``path`` as it was asked, ``route`` the pattern of the address, ``seconds`` and ``size``
    (bytes) of the answer, ``by`` what made an answer of ``/sparql``, ``digest`` its query's name.
    """

    method: str
    path: str
    route: str
    status: int
    seconds: float
    size: int
    by: str = ""
    digest: str = ""


class Journal:
    """Writes lines to ``target``: ``stderr``, ``off`` or a path kept under ``limit`` bytes.

    Nothing is written before :meth:`start` but by :meth:`flush`. Thread-safe.
    """

    def __init__(self, target: str, limit: int) -> None:
        self._target, self._limit = target, limit
        self._tick: Callable[[], None] | None = None
        self._lines: list[str] = []
        self._lock = threading.Lock()
        self._dropped = 0
        self._second, self._stamp = 0, ""
        self._around: dict[tuple[str, str, str, int, str], tuple[str, str]] = {}
        self._known: OrderedDict[str, None] = OrderedDict()
        self._worker = os.getpid()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, tick: Callable[[], None] | None = None) -> None:
        """Start the thread that writes; it calls ``tick`` about once a second."""
        self._tick = tick
        self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def request(self, told: Told) -> None:
        """Write the line of one request."""
        if self._target == "off":
            return
        method, path, route, status, seconds, size, by, digest = told
        # By hand: json.dumps takes five times as long, and most requests are like one before.
        around = self._around.get((method, path, route, status, by))
        if around is None:
            around = self._written(told)
        before, after = around
        more = f',"query":"{digest}"' if digest else ""
        self._put(
            f'{{"time":"{self._now()}{before}{seconds * 1e3:.2f},"bytes":{size}{after}{more}}}\n'
        )

    def _written(self, told: Told) -> tuple[str, str]:
        """Return what stands between a line's time and its milliseconds, and after its bytes."""
        path = told.path
        # Nearly all paths are plain, and json.dumps takes its time.
        if not (path.isascii() and path.isprintable() and '"' not in path and "\\" not in path):
            path = json.dumps(clean(path))[1:-1]
        before = (
            f'","event":"request","worker":{self._worker},'
            f'"method":"{clean(told.method, 20) if told.method.isalpha() else "?"}",'
            f'"path":"{path[:LONGEST]}","route":"{told.route}","status":{told.status},"ms":'
        )
        around = (before, f',"by":"{told.by}"' if told.by else "")
        if told.by:  # few paths, which are asked often
            if len(self._around) >= REMEMBERED:
                self._around.clear()
            self._around[told.method, told.path, told.route, told.status, told.by] = around
        return around

    def slow(self, digest: str, query: str, seconds: float, outcome: str) -> None:
        """Write that a query was slow; its text stands there the first time only."""
        known = digest in self._known
        self._known[digest] = None
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        text = {} if known else {"length": len(query), "text": clean(query, 2_000)}
        self.event("slow-query", query=digest, ms=round(seconds * 1e3), outcome=outcome, **text)

    def event(self, event: str, **members: Any) -> None:
        """Write one line of any kind; texts must be :func:`clean`."""
        if self._target != "off":
            head = {"time": self._now(), "event": event, "worker": self._worker}
            self._put(json.dumps(head | members, ensure_ascii=False) + "\n")

    def _now(self) -> str:
        now = time.time()
        second = int(now)
        if second != self._second:
            stamp = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            self._stamp, self._second = stamp, second
        return f"{self._stamp}.{int((now - second) * 1e3):03d}Z"

    def _put(self, line: str) -> None:
        with self._lock:
            if len(self._lines) < MOST_LINES:
                self._lines.append(line)
            else:
                self._dropped += 1

    def _run(self) -> None:
        ticked = time.monotonic()
        while not self._stop.wait(EVERY):
            self.flush()
            if self._tick and time.monotonic() - ticked >= 1.0:
                ticked = time.monotonic()
                try:
                    self._tick()
                except OSError as error:
                    logging.getLogger(__name__).warning(
                        "figures cannot be written: %s", error, extra={"often": True}
                    )
        self.flush()

    def flush(self) -> None:
        """Write what waits. What cannot be written waits for the next time, within a bound."""
        with self._lock:
            lines, self._lines = self._lines, []
            dropped, self._dropped = self._dropped, 0
        if not lines:
            return
        if dropped:
            lines.append(json.dumps({"time": self._now(), "event": "dropped", "lines": dropped}))
            lines[-1] += "\n"
        for begin in range(0, len(lines), AT_ONCE):
            data = "".join(lines[begin : begin + AT_ONCE]).encode("utf-8", "replace")
            try:
                if self._target == "stderr":
                    _write(sys.__stderr__.fileno() if sys.__stderr__ else 2, data)
                else:
                    _append(Path(self._target), data, self._limit)
            except OSError:
                with self._lock:
                    self._lines = (lines[begin:] + self._lines)[:MOST_LINES]
                return

    def close(self) -> None:
        """Write the rest and end the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2)
        else:
            self.flush()


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _append(path: Path, data: bytes, limit: int) -> None:
    """Append to a file that several workers share; at half of ``limit`` begin a new one."""
    while True:
        with path.open("ab", buffering=0) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            held = os.fstat(file.fileno())
            try:
                same = path.stat().st_ino == held.st_ino
            except FileNotFoundError:
                same = False
            if not same:  # another worker began a new one while we waited
                continue
            if held.st_size and held.st_size + len(data) > limit // 2:
                path.replace(path.with_name(path.name + ".1"))
                continue
            _write(file.fileno(), data)
            return


class Records(logging.Handler):
    """Puts the records of Python's logging into the journal, a line each."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.INFO)
        self._journal = journal
        self._formatter = logging.Formatter()
        self._often: dict[tuple[str, str], tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; those that say ``often`` once a minute, with how many it stands for."""
        members: dict[str, Any] = {"level": record.levelname.lower(), "from": record.name}
        if getattr(record, "often", False):
            key = (record.name, record.getMessage()[:LONGEST])
            since, left_out = self._often.get(key, (-ONCE_IN, 0))
            now = time.monotonic()
            if now - since < ONCE_IN:
                self._often[key] = (since, left_out + 1)
                return
            self._often[key] = (now, 0)
            while len(self._often) > REMEMBERED:
                del self._often[next(iter(self._often))]
            if left_out:
                members["left_out"] = left_out
        members["message"] = clean(record.getMessage())
        if record.exc_info:
            trace = self._formatter.formatException(record.exc_info)
            members["trace"] = [clean(line) for line in trace.splitlines()[-30:]]
        self._journal.event("log", **members)


def gather(journal: Journal) -> None:
    """Send what all modules log to the journal."""
    root = logging.getLogger()
    root.handlers[:] = [Records(journal)]
    root.setLevel(logging.INFO)
