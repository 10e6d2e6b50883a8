"""The process that parses foreign files: ``python -m reformgraph.ingest.foreign.child``.

A parser can be killed by what it reads (hazards 59, 60), so it runs here, under limits of memory,
time and disk, without a socket. Standard input holds one JSON object a line, a file to parse;
each is answered by one line on standard output. The statements go to a file as N-Quads.
"""

from __future__ import annotations

import codecs
import gzip
import json
import mmap
import os
import re
import resource
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast
from xml.parsers import expat

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

MEMORY = 2_000_000_000
"""Bytes of address space beyond the file itself."""
CPU_SECONDS = 60
"""Processor time for one file, and one second more for each megabyte."""
MOST_BYTES = 8_000_000_000
"""Largest file after decompression, and largest output."""
MOST_FAULTS = 50
"""Faults of one file that are told."""

_BATCH = 5_000
_CHUNK = 1 << 20
_XML = "application/rdf+xml"
_NUL = re.compile(rb"\x00|(?<!\\)(?:\\\\)*\\(?:u0000|U00000000)")
_SURROGATE = re.compile(rb"(?<!\\)(?:\\\\)*(\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|"
                        rb"\\U0000[dD][89a-fA-F][0-9a-fA-F]{2})")  # fmt: skip
_HTML = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b",
                   re.IGNORECASE | re.DOTALL)  # fmt: skip
_PROLOGUE = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_MAY_HIDE_FILE = re.compile(rb"file:|\\u|\\U|&#", re.IGNORECASE)
_MESSAGE = re.compile(r"Parser error (?:at|on|between)[^:]*: (.*?)(?: \(line \d+\))?", re.DOTALL)


class Refused(Exception):
    """The file as a whole cannot be read."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.fault = {"line": line, "column": column, "message": message}


def main() -> None:
    """Answer until standard input ends."""
    threading.stack_size(64 << 20)
    worker = threading.Thread(target=_work)
    worker.start()
    worker.join()


def _work() -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_BYTES, MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_NOFILE, (16, 16))
    for line in sys.stdin:
        task = json.loads(line)
        answer = _parse(task)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _parse(task: dict[str, Any]) -> dict[str, Any]:
    path = Path(task["path"])
    faults: list[dict[str, Any]] = []
    count = 0
    try:
        if path.name.lower().endswith(".gz"):
            path = _unpacked(path, Path(task["out"] + ".plain"))
        size = path.stat().st_size
        _limits(size)
        with path.open("rb") as file, Path(task["out"]).open("wb") as out:
            start = _check(file, size, task["media_type"])
            suspicious = _suspicious(file, size, start)
            file.seek(start)
            quads = _quads(file, task, faults, suspicious)
            batch: list[Quad] = []
            for quad in quads:
                batch.append(quad)
                if len(batch) >= _BATCH:
                    count += _write(batch, out)
                    batch = []
            count += _write(batch, out)
    except Refused as refused:
        faults.append(refused.fault)
    except OSError as error:
        faults.append(Refused(error.strerror or str(error)).fault)
    except MemoryError:
        faults.append(Refused("it needs more memory than a file may have").fault)
    return {"count": count, "faults": faults[:MOST_FAULTS], "more": max(0, len(faults) - 50)}


def _write(batch: list[Quad], out: BinaryIO) -> int:
    pyoxigraph.serialize(batch, out, pyoxigraph.RdfFormat.N_QUADS)
    return len(batch)


def _limits(size: int) -> None:
    used = int(time.process_time()) + 1
    for what, wanted in (
        (resource.RLIMIT_AS, MEMORY + 2 * size),
        (resource.RLIMIT_CPU, used + CPU_SECONDS + size // 1_000_000),
    ):
        _, most = resource.getrlimit(what)
        limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(what, (limit, most))


def _unpacked(path: Path, target: Path) -> Path:
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as plain:
            while chunk := packed.read(_CHUNK):
                plain.write(chunk)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Refused(f"it is no whole gzip file ({error})") from None
    return target


def _check(file: BinaryIO, size: int, media_type: str) -> int:
    """Refuse what a parser would misread; return where the text starts, behind a BOM."""
    head = file.read(4096)
    if head.startswith((codecs.BOM_UTF16_BE, codecs.BOM_UTF16_LE)):
        raise Refused("it is UTF-16, expected UTF-8", 1, 1)
    start = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    if head.startswith(b"\x1f\x8b"):
        raise Refused("it is compressed with gzip; its name should end in .gz")
    if _HTML.match(head[start:]):
        raise Refused("this is HTML, not RDF; it may be an error page that was saved", 1, 1)
    if size == 0:
        return 0
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        _utf8(data)
        if media_type == _XML:
            _no_doctype(data, start)
        elif found := _SURROGATE.search(data):
            line, column = _place(data, found.start(1))
            raise Refused(f"{found[1].decode()} is half of a surrogate pair", line, column)
        if found := _NUL.search(data):
            raise Refused("U+0000 may not stand in a text", *_place(data, found.start()))
    return start


def _utf8(data: mmap.mmap) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for begin in range(0, len(data), _CHUNK):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[begin : begin + _CHUNK], begin + _CHUNK >= len(data))
        except UnicodeDecodeError as error:
            at = begin - pending + error.start
            raise Refused(f"it is not UTF-8: byte 0x{data[at]:02x}", *_place(data, at)) from None


def _no_doctype(data: mmap.mmap, position: int) -> None:
    while found := _PROLOGUE.match(data, position):
        position = found.end()
    if data[position : position + 9].lower() == b"<!doctype":
        raise Refused(
            "RDF/XML with a DOCTYPE is refused: its entities can fill any memory",
            *_place(data, position),
        )


def _place(data: mmap.mmap, at: int) -> tuple[int, int]:
    """Return line and column, in characters from 1."""
    begin = data.rfind(b"\n", 0, at) + 1
    line = 1
    position = data.find(b"\n")
    while 0 <= position < at:
        line += 1
        position = data.find(b"\n", position + 1)
    return line, len(data[begin:at].decode("utf-8", "ignore")) + 1


def _suspicious(file: BinaryIO, size: int, start: int) -> bool:
    if size == 0:
        return False
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        return _MAY_HIDE_FILE.search(data, start) is not None


def _quads(
    file: BinaryIO, task: dict[str, Any], faults: list[dict[str, Any]], suspicious: bool
) -> Iterator[Quad]:
    """Parse to the end, past faults; blank nodes get names that depend on the file alone."""
    form = cast(pyoxigraph.RdfFormat, pyoxigraph.RdfFormat.from_media_type(task["media_type"]))
    target = DefaultGraph() if not task["graph"] else NamedNode(task["graph"])
    names = _Names(task["mark"])
    whole = task["media_type"] in ("application/ld+json", _XML)
    parsed = pyoxigraph.parse(file, form, base_iri=task["base"])
    lines: set[int] = set()
    while len(faults) < 2 * MOST_FAULTS:
        try:
            quad = next(parsed)
        except StopIteration:
            return
        except SyntaxError as error:
            line, column = error.lineno or 0, error.offset or 0
            if not line and task["media_type"] == _XML:
                line, column = _place_in_xml(file, str(error))
            # What follows on the line of a fault is seldom a fault of its own.
            if line not in lines:
                lines.add(line)
                faults.append({"line": line, "column": column, "message": _worded(error)})
            if whole:
                return
            continue
        except (ValueError, RuntimeError) as error:
            faults.append(Refused(str(error)).fault)
            return
        s, p, o, g = quad.subject, quad.predicate, quad.object, quad.graph_name
        if suspicious:
            for term in (s, p, o, g):
                if isinstance(term, NamedNode) and term.value[:5].lower() == "file:":
                    words = f"<{term.value[:80]}> is a path on a machine"
                    faults.append(Refused(words, *_found(file, term.value)).fault)
        if type(s) is not NamedNode:
            s = names(s)
        if type(o) is BlankNode or type(o) is Triple:
            o = names(o)
        if type(g) is DefaultGraph:
            g = target
        elif type(g) is BlankNode:
            g = names(g)
        yield Quad(s, p, o, g)


def _place_in_xml(file: BinaryIO, message: str) -> tuple[int, int]:
    """Find the place that the parser of RDF/XML does not tell; (0, 0) when it cannot be found."""
    file.seek(0)
    reader = expat.ParserCreate()
    try:
        # There is no DOCTYPE, so there are no entities to expand.
        reader.ParseFile(file)
    except expat.ExpatError as error:
        return error.lineno, error.offset + 1
    quoted = re.search(r"'([^']+)'|`([^`]+)`", message)
    return _found(file, quoted[1] or quoted[2]) if quoted else (0, 0)


def _found(file: BinaryIO, text: str) -> tuple[int, int]:
    """Return the first place of ``text``, (0, 0) when it is written in another way."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(text.encode())
        return _place(data, at) if at >= 0 else (0, 0)


class _Names:
    """Blank nodes in the order of their appearance: the same file gives the same names."""

    def __init__(self, mark: str) -> None:
        self._mark = mark
        self._known: dict[BlankNode, BlankNode] = {}

    def __call__(self, term: Any) -> Any:
        if isinstance(term, BlankNode):
            known = self._known.get(term)
            if known is None:
                known = self._known[term] = BlankNode(f"{self._mark}n{len(self._known)}")
            return known
        if isinstance(term, Triple):
            return Triple(self(term.subject), term.predicate, self(term.object))
        return term


def _worded(error: SyntaxError) -> str:
    text = error.msg or str(error)
    found = _MESSAGE.fullmatch(text)
    words = found[1] if found else text
    if "LoadDocumentCallback" in words or "remote" in words.lower():
        return "it names a context elsewhere; nothing is fetched: put the context into the file"
    return words[:300]


if __name__ == "__main__":
    main()
    # No interpreter shutdown: what the parser left behind does not matter any more.
    sys.stdout.flush()
    os._exit(0)
