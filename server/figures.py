"""Figures of the service for ``/metrics``, in the text format of Prometheus 0.0.4.

Each HTTP worker counts for itself and writes what it counted to a folder that all workers of one
``serve`` share, once a second; whichever worker is asked adds them up. A worker that died leaves
its counts behind, so that no counter ever falls. Not the ``prometheus_client``: its values for
several processes cost 8 µs each (and 14 MB a worker), an answer from the cache costs 9.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from reformgraph.server.journal import Told

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0)
"""Upper bounds of the latency classes, in seconds."""
MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
ENDED = "ended.json"
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})

Values: TypeAlias = dict[str, dict[str, float]]
"""By name of a figure, by its labels as they are printed."""

Cells: TypeAlias = list[float]
"""What is counted of one kind of request; :class:`Figures` says what stands where."""

HELP: Mapping[str, tuple[str, str]] = {
    "requests_total": ("counter", "Requests by route, method and status."),
    "request_seconds": ("histogram", "Time until an answer was handed to the HTTP server."),
    "response_bytes_total": ("counter", "Bytes of bodies by route, before they are sent."),
    "sparql_answers_total": ("counter", "Answers of /sparql by what made them."),
    "query_failures_total": ("counter", "Queries that failed, by the name of the problem."),
    "slow_queries_total": ("counter", "Queries that took longer than the setting slow_log."),
    "queries_joined_total": ("counter", "Queries answered by an equal one under way."),
    "queries_cancelled_total": ("counter", "Queries stopped because their client had gone."),
    "cache_hits_total": ("counter", "Look-ups in a cache that found something."),
    "cache_misses_total": ("counter", "Look-ups in a cache that found nothing."),
    "cache_bytes": ("gauge", "Bytes that a cache holds, over all workers."),
    "query_processes": ("gauge", "Query processes by state."),
    "query_processes_started_total": ("counter", "Query processes started."),
    "queries_waiting": ("gauge", "Queries that wait for a query process."),
    "slow_places_free": ("gauge", "Places for long queries that are free."),
    "workers": ("gauge", "HTTP workers that live."),
    "resident_bytes": ("gauge", "Memory of the HTTP workers, without the query processes."),
    "generation_info": ("gauge", "1; its label is the generation that is served."),
    "generation_age_seconds": ("gauge", "Seconds since the generation that is served was built."),
    "generation_statements": ("gauge", "Statements of the generation that is served."),
    "degraded": ("gauge", "1 while another generation than the current one is served."),
}


def labels(**pairs: str | int) -> str:
    """Return labels as they are printed, escaped."""
    inner = ",".join(
        f'{key}="' + str(value).translate(_ESCAPES) + '"' for key, value in pairs.items()
    )
    return f"{{{inner}}}" if inner else ""


_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Figures:
    """What one worker counts. Thread-safe.

    ``shared``: folder of all workers, None when there is one only. ``gauges`` and ``counters``:
    called for figures that are counted elsewhere.
    """

    def __init__(self, shared: Path | None = None) -> None:
        self._shared = shared
        self._lock = threading.Lock()
        # By route, method, status and what answered: requests by class of latency, with those
        # above the last bound, then seconds and bytes.
        self._kinds: dict[tuple[str, str, int, str], Cells] = {}
        self.sources: list[Callable[[], Iterable[tuple[str, str, float]]]] = []
        """Each gives name, labels and value of what is counted elsewhere."""
        if shared is not None:
            _fold(shared)

    def seen(self, told: Told) -> None:
        """Count one request."""
        self.add(self.cells(told), told.seconds, told.size)

    def cells(self, told: Told) -> Cells:
        """Return where requests of this kind are counted, for :meth:`add`."""
        # Only what is known may become a label: anybody can send any method.
        method = told.method if told.method in METHODS else "other"
        kind = (told.route, method, told.status, told.by)
        cells = self._kinds.get(kind)
        if cells is None:
            with self._lock:
                cells = self._kinds.setdefault(kind, [0.0] * (len(BOUNDS) + 3))
        return cells

    def add(self, cells: Cells, seconds: float, size: int) -> None:
        """Count one request of the kind of ``cells``, answered in ``seconds`` with ``size`` bytes."""
        place = bisect_left(BOUNDS, seconds)
        with self._lock:
            cells[place] += 1
            cells[-2] += seconds
            cells[-1] += size

    def snapshot(self) -> dict[str, Any]:
        """Return all that this worker knows, as JSON can hold it."""
        values: Values = {}
        seconds: dict[str, list[float]] = {}

        def add(name: str, number: float, **pairs: str | int) -> None:
            found = values.setdefault(name, {})
            told = labels(**pairs)
            found[told] = found.get(told, 0) + number

        with self._lock:
            kinds = {kind: list(cells) for kind, cells in self._kinds.items()}
        for (route, method, status, by), cells in kinds.items():
            requests = sum(cells[:-2])
            add("requests_total", requests, route=route, method=method, status=status)
            add("response_bytes_total", cells[-1], route=route)
            if by:
                add("sparql_answers_total", requests, by=by)
            classes = seconds.setdefault(route, [0.0] * (len(BOUNDS) + 2))
            for place, number in enumerate(cells[:-1]):
                classes[place] += number
        for source in self.sources:
            for name, told, number in source():
                values.setdefault(name, {})[told] = number
        return {"values": values, "seconds": seconds}

    def write(self) -> None:
        """Write the snapshot to the shared folder, for the other workers."""
        if self._shared is None:
            return
        path = self._shared / f"{os.getpid()}.json"
        part = path.with_suffix(".part")
        part.write_text(json.dumps(self.snapshot()), encoding="utf-8")
        part.replace(path)

    def exposition(self, alone: Iterable[tuple[str, str, float]] = ()) -> str:
        """Return the figures of all workers; ``alone`` are those that one worker knows for all."""
        total = self.snapshot()
        workers = 1
        if self._shared is not None:
            for path in self._shared.glob("*.json"):
                if path.stem == str(os.getpid()) or (other := _read(path)) is None:
                    continue
                living = path.name != ENDED and _lives(path.stem)
                workers += living
                _add(total, other, counters_only=not living)
        values: Values = total["values"]
        for name, told, number in (("workers", "", workers), *alone):
            values.setdefault(name, {})[told] = number
        return "".join(_lines(values, total["seconds"]))


def _add(total: dict[str, Any], other: dict[str, Any], *, counters_only: bool) -> None:
    for name, by_labels in other["values"].items():
        if counters_only and HELP.get(name, ("",))[0] != "counter":
            continue
        mine = total["values"].setdefault(name, {})
        for told, number in by_labels.items():
            mine[told] = mine.get(told, 0) + number
    for route, classes in other["seconds"].items():
        mine = total["seconds"].get(route)
        total["seconds"][route] = (
            [a + b for a, b in zip(mine, classes, strict=True)] if mine else classes
        )


def _lines(values: Values, seconds: Mapping[str, list[float]]) -> Iterator[str]:
    for name, (kind, words) in HELP.items():
        found = values.get(name, {})
        if not found and not (kind == "histogram" and seconds):
            continue
        yield f"# HELP reformgraph_{name} {words}\n# TYPE reformgraph_{name} {kind}\n"
        for told, number in sorted(found.items()):
            yield f"reformgraph_{name}{told} {_number(number)}\n"
        if kind == "histogram":
            for route, classes in sorted(seconds.items()):
                yield from _histogram(f"reformgraph_{name}", route, classes)


def _histogram(name: str, route: str, classes: list[float]) -> Iterator[str]:
    reached = 0.0
    for bound, number in zip((*map(str, BOUNDS), "+Inf"), classes[:-1], strict=True):
        reached += number
        yield f"{name}_bucket{labels(route=route, le=bound)} {_number(reached)}\n"
    yield f"{name}_sum{labels(route=route)} {classes[-1]:.6f}\n"
    yield f"{name}_count{labels(route=route)} {_number(reached)}\n"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):  # folded this moment
        return None


def _lives(process: str) -> bool:
    return Path(f"/proc/{process}").exists()


def _fold(shared: Path) -> None:
    """Put the counts of workers that have died into one file, so that files stay few."""
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = shared / ENDED
        total = _read(ended) or {"values": {}, "seconds": {}}
        gone = [p for p in shared.glob("*.json") if p.stem.isdigit() and not _lives(p.stem)]
        for path in gone:
            if (other := _read(path)) is not None:
                _add(total, other, counters_only=True)
        if gone:
            part = ended.with_suffix(".part")
            part.write_text(json.dumps(total), encoding="utf-8")
            part.replace(ended)
            for path in gone:
                path.unlink(missing_ok=True)
