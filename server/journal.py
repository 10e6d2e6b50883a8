"""The log: JSON, one object a line, written by a thread of its own (hazard 87).

Lines gather in memory and go out four times a second, so that a request pays for a line but not
for the disk. What is logged of a request is what it asked and what it cost, never who asked: no
address of a client, no search words. Texts of queries stand there for slow queries only, cut, once
for each digest. A file is kept under a size: when it is full it becomes ``FILE.1``.
"""

from __future__ import annotations

import errno
import fcntl
import io
import json
import logging
import os
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

EVERY = 0.25
"""Seconds between two writes."""
LARGE = 4_000_000
"""Bytes of a buffer that is not used again."""
LONGEST = 600
"""Characters of a value; more is cut."""
MOST_WAITING = 40_000_000
"""Bytes of lines that wait when they cannot be written; more lines are counted and dropped."""
REMEMBERED = 1_024
ONCE_IN = 60.0
"""Seconds in which a record that says ``often`` is written once (hazard 85)."""


def clean(text: str, longest: int = LONGEST) -> str:
    """Return text cut and without what could forge a second line or move a terminal's cursor."""
    cut = text[:longest]
    if not cut.isprintable():
        cut = "".join(c if c.isprintable() else " " if c in "\n\r\t" else "�" for c in cut)
    return cut + "…" if len(text) > longest else cut


Around: TypeAlias = tuple[bytes, bytes]
"""What stands in a line between its time and its milliseconds, and after them."""


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

    ``shared``: folder of all processes that have the same standard error. Nothing is written before
    :meth:`start` but by :meth:`flush`. Thread-safe.
    """

    def __init__(self, target: str, limit: int, shared: Path | None = None) -> None:
        self._target, self._limit = target, limit
        self._turn = shared / "log.lock" if shared is not None else None
        self._tick: Callable[[], None] | None = None
        # Two buffers in turn, and no list of lines: a thread that joined them, or threw away some
        # thousands, would have Python's lock meanwhile, and every request would wait for it.
        self._waiting, self._spare = io.BytesIO(), io.BytesIO()
        self._flushing = threading.Lock()
        self._lock = threading.Lock()
        self._dropped = 0
        self._millisecond, self._stamp = 0, b""
        self._before: dict[tuple[str, str, str, int], bytes] = {}
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
        self.line(self.around(told), told.seconds)

    def around(self, told: Told) -> Around:
        """Return what :meth:`line` needs to write lines of such requests."""
        if self._target == "off":
            return b"", b""
        method, path, route, status, _, size, by, digest = told
        # By hand: json.dumps takes five times as long, and most requests are like one before.
        before = self._before.get((method, path, route, status)) or self._beginning(told)
        by = f',"by":"{by}"' if by else ""
        more = f',"query":"{digest}"' if digest else ""
        return before, f',"bytes":{size}{by}{more}}}\n'.encode()

    def line(self, around: Around, seconds: float) -> None:
        """Write the line of one request for which :meth:`around` was asked."""
        if self._target != "off":
            self._put(b'{"time":"%b%b%.2f%b' % (self._now(), around[0], seconds * 1e3, around[1]))

    def _beginning(self, told: Told) -> bytes:
        """Return what stands between a line's time and its milliseconds."""
        path = told.path
        # Nearly all paths are plain, and json.dumps takes its time.
        if not (path.isascii() and path.isprintable() and '"' not in path and "\\" not in path):
            path = json.dumps(clean(path), ensure_ascii=False)[1:-1]  # cut before, not in an escape
        else:
            path = path[:LONGEST]
        before = (
            f'","event":"request","worker":{self._worker},'
            f'"method":"{clean(told.method, 20) if told.method.isalpha() else "?"}",'
            f'"path":"{path}","route":"{told.route}","status":{told.status},"ms":'
        ).encode("utf-8", "replace")
        if told.by:  # few paths, which are asked often
            if len(self._before) >= REMEMBERED:
                self._before.clear()
            self._before[told.method, told.path, told.route, told.status] = before
        return before

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
            head = {"time": self._now().decode(), "event": event, "worker": self._worker}
            line = json.dumps(head | members, ensure_ascii=False) + "\n"
            self._put(line.encode("utf-8", "replace"))

    def _now(self) -> bytes:
        millisecond = int(time.time() * 1e3)
        if millisecond != self._millisecond:
            second, rest = divmod(millisecond, 1_000)
            stamp = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
            # The stamp before the number: another thread may ask in between.
            self._stamp = f"{stamp}.{rest:03d}Z".encode()
            self._millisecond = millisecond
        return self._stamp

    def _put(self, line: bytes) -> None:
        with self._lock:
            if self._waiting.tell() + len(line) <= MOST_WAITING:
                self._waiting.write(line)
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
        with self._flushing:
            with self._lock:
                lines, self._waiting = self._waiting, self._spare
                dropped, self._dropped = self._dropped, 0
            size = lines.tell()
            try:
                if size or dropped:
                    self._write(lines.getbuffer()[:size], dropped)
            finally:
                self._spare = lines if size < LARGE else io.BytesIO()
                self._spare.seek(0)

    def _write(self, lines: memoryview, dropped: int) -> None:
        done = 0
        try:
            with self._alone():
                while done < len(lines):
                    done += self._write_some(lines[done:])
                if dropped:
                    told = {"time": self._now().decode(), "event": "dropped", "lines": dropped}
                    self._write_some(memoryview(json.dumps(told).encode() + b"\n"))
        except OSError:
            with self._lock:
                self._dropped += dropped
                later = self._waiting.getvalue()[: self._waiting.tell()]
                self._waiting = io.BytesIO()
                self._waiting.write(lines[done:])
                if self._waiting.tell() + len(later) <= MOST_WAITING:
                    self._waiting.write(later)
                else:
                    self._dropped += later.count(b"\n")

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Write while no other process does: what a pipe cannot hold at once is not written at once."""
        if self._turn is None or self._target != "stderr":
            yield
            return
        with ExitStack() as stack:
            with suppress(OSError):  # when all end, the folder goes: better mixed than lost
                file = stack.enter_context(self._turn.open("wb"))
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _write_some(self, lines: memoryview) -> int:
        """Write the begin of ``lines``; returns how many bytes of it."""
        if self._target == "stderr":
            return os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, lines)
        return _append(Path(self._target), lines, self._limit)

    def close(self) -> None:
        """Write the rest and end the thread."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2)
        else:
            self.flush()


def _append(path: Path, lines: memoryview, limit: int) -> int:
    """Append to a file that several workers share; at half of ``limit`` begin a new one.

    Whole lines, as many as there is room for, and at least one; returns how many bytes of them.
    """
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
            end = _fitting(lines, limit // 2 - held.st_size)
            if not end and held.st_size:
                path.replace(path.with_name(path.name + ".1"))
                continue
            part = lines[: end or bytes(lines).find(b"\n") + 1]
            try:
                if file.write(part) == len(part):
                    return len(part)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            except OSError:
                file.truncate(held.st_size)  # no line stands there in part
                raise


def _fitting(lines: memoryview, room: int) -> int:
    """Return the bytes of the lines that fit into ``room``."""
    if len(lines) <= room:
        return len(lines)
    return bytes(lines[: max(0, room)]).rfind(b"\n") + 1


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
