"""One sacrificial query process: ``python -m reformgraph.store.processes.worker QUADS MEMORY CPU PARENT``.

It opens a generation (or is a fork of one that holds it, see ``nursery``), gives up every means to harm anybody else, and answers queries over the
socket that is its standard input until that is closed. It may be killed at any moment.

A frame is one byte of kind, four of length (big-endian), then the payload. To the worker:
``Q`` a request, ``N`` go on with a new thread. From it: ``R`` ready, ``H`` the answer begins, ``D`` bytes of it, ``E`` it is
whole, ``X`` an error. All but ``D`` hold JSON. Only what a start needs is imported here.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
import threading
import time
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyoxigraph

from reformgraph.store.known.shortcuts import Shortcuts

STACK = 64 << 20
"""Bytes of stack for the engine: twice the nesting that 8 MB survive (hazard 7)."""
FRAME = 1 << 16
HEADER = struct.Struct(">cI")

_CHANNEL = 0
_SOLUTIONS, _TRIPLES = "application/sparql-results+json", "text/turtle"


def main(arguments: list[str]) -> None:
    """Open the generation's quads and serve until the parent hangs up."""
    quads, memory, cpu, parent = arguments
    begin(int(parent))
    run(pyoxigraph.Store.read_only(quads), known(Path(quads).parent), int(memory), int(cpu))


def begin(parent: int) -> None:
    """Leave no picture of our memory behind, and end with the thread of ``parent`` that made us."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # 1 is PR_SET_PDEATHSIG (hazard 48)
    # It may have died before that call.
    if os.getppid() != parent:
        os._exit(0)


def run(store: pyoxigraph.Store, shortcuts: Shortcuts | None, memory: int, cpu: int) -> None:
    """Serve until the parent hangs up; see the module for ``memory`` and ``cpu``."""
    resident = _Resident()
    threading.stack_size(STACK)
    more = [True]
    # Niceness is a thread's and cannot be taken back: after a slow query another thread goes on.
    while more.pop():
        server = threading.Thread(
            target=lambda: more.append(_serve(store, shortcuts, resident, memory, cpu))
        )
        server.start()
        server.join()


class _Resident:
    """The bytes of memory that this process holds; opened before the limits, for it is a file.

    Not ``ru_maxrss``: on Linux that begins with the size of the process that spawned this one, so
    that under a large parent every process looked too large and was replaced after one query.
    """

    def __init__(self) -> None:
        linux = sys.platform == "linux"
        self._file = os.open("/proc/self/statm", os.O_RDONLY) if linux else -1

    def bytes(self) -> int:
        if self._file < 0:
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
        return int(os.pread(self._file, 64, 0).split()[1]) * resource.getpagesize()


def known(folder: Path) -> Shortcuts | None:
    """Open what the generation in ``folder`` knows beforehand."""
    try:
        return Shortcuts(folder)
    except (OSError, ValueError, KeyError):  # a generation of before there were any
        return None


def _serve(
    store: pyoxigraph.Store,
    shortcuts: Shortcuts | None,
    resident: _Resident,
    memory: int,
    cpu: int,
) -> bool:
    """Answer requests; True when another thread shall go on, False when the parent hung up."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    # RocksDB has its files open already. With 0, 1 and 2 taken there is no number left for a
    # socket, so SERVICE cannot connect even if the scan missed it (hazard 13).
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    before, most = resource.getrlimit(resource.RLIMIT_CPU)
    _send(b"R", {"thread": threading.get_native_id(), "used": time.thread_time()})
    while (frame := _receive()) is not None:
        kind, request = frame
        if kind == b"N":
            return True
        # Should the parent forget us, the kernel does not.
        limit = int(time.process_time()) + 1 + cpu
        if limit != before:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, most))
            before = limit
        try:
            if not _known(shortcuts, resident, request):
                _answer(store, resident, request)
        except SyntaxError as error:
            _send(b"X", {"kind": "syntax", "message": str(error)})
        except MemoryError:
            _send(b"X", {"kind": "memory", "message": ""})
            os._exit(1)
        except (RuntimeError, OSError, ValueError, TypeError) as error:
            _send(b"X", {"kind": "engine", "message": str(error)})
        except BaseException as error:  # noqa: BLE001  a panic of the engine; its state is unknown
            _send(b"X", {"kind": "panic", "message": str(error)})
            os._exit(1)
    return False


def _known(shortcuts: Shortcuts | None, resident: _Resident, request: dict[str, Any]) -> bool:
    """Answer from what the generation knows beforehand, if it does."""
    if shortcuts is None or not request.get("union") or request["dataset"] is not None:
        return False
    media = request["media"] or _SOLUTIONS
    try:
        found = shortcuts.answer(request["query"], media)
        first = None if found is None else next(found)
    except Exception as error:  # noqa: BLE001  a fault here costs time, never an answer
        print(f"shortcut: {error!r}", file=sys.stderr)
        return False
    if found is None or first is None:
        return False
    output = _Output()
    output.begin("solutions", media)
    # The parent takes the begin while the rest is made: large ones are made as they are sent.
    output.write(first)
    for piece in found:
        output.write(piece)
    output.end(resident.bytes())
    return True


def _answer(store: pyoxigraph.Store, resident: _Resident, request: dict[str, Any]) -> None:
    if "dump" in request:
        _dump(store, resident, request)
        return
    options: dict[str, Any] = {"use_default_graph_as_union": request["union"]}
    if request["dataset"] is not None:
        default, named = request["dataset"]
        # Both, always: default_graph alone leaves every named graph open (hazard 17).
        options = {
            "default_graph": [pyoxigraph.NamedNode(iri) for iri in default],
            "named_graphs": [pyoxigraph.NamedNode(iri) for iri in named],
        }
    result = store.query(
        request["query"], base_iri=request["base"], prefixes=request.get("common"), **options
    )
    media: str = request["media"]
    output = _Output()
    if isinstance(result, pyoxigraph.QueryTriples):
        graph = pyoxigraph.RdfFormat.from_media_type(media) if media else None
        if graph is None:
            media, graph = _TRIPLES, pyoxigraph.RdfFormat.TURTLE
        output.begin("graph", media)
        prefixes = request["prefixes"]
        pyoxigraph.serialize(result, cast(BinaryIO, output), graph, prefixes=prefixes)
    else:
        rows = pyoxigraph.QueryResultsFormat.from_media_type(media) if media else None
        if rows is None:
            media, rows = _SOLUTIONS, pyoxigraph.QueryResultsFormat.JSON
        form = "boolean" if isinstance(result, pyoxigraph.QueryBoolean) else "solutions"
        output.begin(form, media)
        result.serialize(cast(BinaryIO, output), rows)
    output.end(resident.bytes())


def _dump(store: pyoxigraph.Store, resident: _Resident, request: dict[str, Any]) -> None:
    """Write a whole graph as it lies there; a CONSTRUCT would hold it in memory (hazard 12)."""
    media: str = request["media"]
    form = pyoxigraph.RdfFormat.from_media_type(media)
    if form is None:
        raise ValueError(f"{media} is no RDF format")
    graph = request["dump"]
    options: dict[str, Any] = {"prefixes": request["prefixes"]}
    if graph is not None:
        options["from_graph"] = pyoxigraph.NamedNode(graph) if graph else pyoxigraph.DefaultGraph()
    output = _Output()
    output.begin("graph", media)
    store.dump(cast(BinaryIO, output), form, **options)
    output.end(resident.bytes())


class _Output:
    """Gathers the engine's small writes into frames; a short answer is one system call."""

    def __init__(self) -> None:
        self._ready = bytearray()
        self._data = bytearray()

    def begin(self, form: str, media: str) -> None:
        self._ready += _header(form, media)

    def write(self, data: bytes) -> int:
        if len(data) >= FRAME:  # as it is, without a copy
            self._cut()
            _write(self._ready + HEADER.pack(b"D", len(data)))
            _write(data)
            self._ready = bytearray()
            return len(data)
        self._data += data
        if len(self._data) >= FRAME:
            self._cut()
            _write(self._ready)
            self._ready = bytearray()
        return len(data)

    def flush(self) -> None:
        """Do nothing: frames go when they are full."""

    def end(self, resident: int) -> None:
        """Say that the answer is whole, with what the parent should know."""
        self._cut()
        trailer = b'{"resident": %d, "used": %f}' % (resident, time.thread_time())
        _write(self._ready + _frame(b"E", trailer))

    def _cut(self) -> None:
        if self._data:
            self._ready += _frame(b"D", self._data)
            self._data = bytearray()


@cache
def _header(form: str, media: str) -> bytes:
    return _frame(b"H", json.dumps({"form": form, "media": media}).encode())


def _frame(kind: bytes, payload: bytes | bytearray) -> bytes:
    return HEADER.pack(kind, len(payload)) + payload


def _send(kind: bytes, message: dict[str, Any]) -> None:
    _write(_frame(kind, json.dumps(message).encode()))


def _write(data: bytes | bytearray) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(_CHANNEL, view) :]


def _receive() -> tuple[bytes, dict[str, Any]] | None:
    """Return the next request, mostly by one read: none is sent before an answer."""
    data = bytearray()
    while len(data) < HEADER.size or len(data) < HEADER.size + HEADER.unpack_from(data)[1]:
        piece = os.read(_CHANNEL, FRAME)
        if not piece:
            return None
        data += piece
    return bytes(data[:1]), cast(dict[str, Any], json.loads(data[HEADER.size :].decode()))


if __name__ == "__main__":
    main(sys.argv[1:])
