"""``statements.bin`` of a generation: the statements of each named thing, as JSON results have them.

Programs ask mostly for a label, or for all that is said of one thing. The engine needs some 10 µs
for each statement that it gives, most of them for reading its terms one by one; here they lie side
by side. Measured in benchmarks/README.md.

The file: a record for each subject, in the order of the sorted N-Quads; a table of unsigned 32-bit
numbers, twice as many as subjects or more, that holds at the place which a subject's hash (CRC 32)
names, or at the next free one after it, where its record begins, plus one; a line of JSON (see
:class:`Writer`); its length in eight bytes. A record is the subject's term, then for each predicate
``02``, its number, and its objects with ``01`` before each, then ``02 00``. Of a subject whose
statements cannot be written so there is the term, ``08`` and ``00``. Terms are JSON in which
:data:`CODES` stand for what comes often; it never holds such characters itself.
"""

from __future__ import annotations

import json
import re
import sys
from array import array
from functools import lru_cache
from pathlib import Path
from typing import Self
from zlib import crc32

import pyoxigraph
from pyoxigraph import NamedNode, Quad, RdfFormat

from reformgraph.store.known.result_json import term

NAME = "statements.bin"
MOST = (1 << 32) - 2
"""Bytes of all records; of a larger graph none are written, and the engine answers."""
ODD = b"\x08"
URI, LITERAL, NODE = b'{"type":"uri","value":"', b'{"type":"literal","value":"', b"\x03"
XSD = b'","datatype":"http://www.w3.org/2001/XMLSchema#'
_LITERAL = re.compile(rb'"(?:[^"\\]|\\.)*+"(?:@[^ ]++|\^\^<[^>]*+>)?+')


def codes(base: str) -> tuple[tuple[bytes, bytes], ...]:
    """Return what stands for what in terms, for a generation with this base."""
    return ((NODE, URI + base.encode()), (b"\x04", LITERAL), (b"\x05", URI), (b"\x06", XSD))


def packed(iri: bytes, base: bytes) -> bytes:
    """Return the term of an IRI as it stands in records."""
    if iri.startswith(base):
        return b'\x03%b"}' % iri[len(base) :]
    return b'\x05%b"}' % iri


class Writer:
    """Takes the lines of N-Quads of a generation, sorted, and writes them to ``path`` by subject.

    A context manager: the file is whole once the block has ended.
    The line of JSON holds ``predicates``, their terms by number; ``subjects``, how many; ``table``,
    where it begins, and ``size``, how many numbers it has; ``base``; ``order`` of bytes.
    """

    def __init__(self, path: Path, base: str) -> None:
        self._path, self._base = path, base
        self._file = path.open("wb")
        self._codes, self._prefix = codes(base), base.encode()
        self._predicates: dict[bytes, int] = {}
        self._hashes, self._begins = array("I"), array("I")
        self._place = 0
        self._subject = self._key = b"\n"  # what no line begins with
        self._predicate = b""
        self._parts: list[bytes] = []
        self._odd = False
        # What the engine makes of a literal when it stores it ("1.50" is 1.5) it tells best itself.
        self._scratch = pyoxigraph.Store()
        self._literal = lru_cache(1 << 16)(self._stored)

    def add(self, line: bytes) -> None:
        """Take one line."""
        if not line.startswith(self._subject):
            self._end()
            self._subject = line[: line.find(b" ") + 1]
            self._predicate, self._odd = b"", not line.startswith(b"<")
            self._key = packed(line[1 : len(self._subject) - 2], self._prefix)
        if self._odd:
            return
        begin = len(self._subject)
        end = line.find(b" ", begin)
        predicate = line[begin:end]
        value = self._object(line, end + 1)
        if value is None:
            self._odd = True
        elif predicate == self._predicate:
            self._parts += b"\1", value
        else:
            self._predicate = predicate
            number = self._predicates.setdefault(predicate, len(self._predicates))
            self._parts += b"\2%d\1" % number, value

    def _object(self, line: bytes, begin: int) -> bytes | None:
        """Return the term that begins there, None for one that has no place here."""
        first = line[begin : begin + 1]
        if first == b"<":
            iri = line[begin + 1 : line.find(b">", begin)]
            return None if iri[:2] == b"<(" or b"\\" in iri else packed(iri, self._prefix)
        if first != b'"':
            return None  # the engine gives blank nodes names of its own
        if b"\\" not in line:
            end = line.find(b'"', begin + 1)
            after = line[end + 1 : end + 2]
            if after == b" ":
                return b'\4%b"}' % line[begin + 1 : end]
            tag = line[end + 2 : line.find(b" ", end)]
            if after == b"@" and b"--" not in tag:
                return b'\4%b","xml:lang":"%b"}' % (line[begin + 1 : end], tag)
        found = _LITERAL.match(line, begin)
        return self._literal(found[0]) if found else None

    def _stored(self, literal: bytes) -> bytes | None:
        """Return a literal's term as the engine gives it back."""
        line = b"<urn:s> <urn:p> " + literal + b" ."
        value = next(iter(pyoxigraph.parse(line, format=RdfFormat.N_TRIPLES))).object
        node = NamedNode("urn:s")
        self._scratch.add(Quad(node, node, value))
        stored = next(self._scratch.quads_for_pattern(node, None, None)).object
        self._scratch.clear()
        try:
            text = term(stored).encode()
        except ValueError:
            return None
        for code, full in self._codes:
            text = text.replace(full, code)
        return text

    def _end(self) -> None:
        """Write the record of the subject that has ended."""
        if self._subject == b"\n" or not self._subject.startswith(b"<"):
            return
        rest = ODD if self._odd else b"".join(self._parts) + b"\2"
        self._parts.clear()
        record = self._key + rest + b"\0"
        if self._place <= MOST:
            self._hashes.append(crc32(self._key))
            self._begins.append(self._place + 1)
            self._file.write(record)
        self._place += len(record)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self._close()
        self._file.close()

    def _close(self) -> None:
        """Write what is left; a graph that is too large has no file."""
        self._end()
        if self._place > MOST:
            self._path.unlink()
            return
        self._file.write(bytes(-self._place % 8))
        size = 1 << max(1, (2 * len(self._hashes)).bit_length())
        table = array("I", bytes(4 * size))
        for hash_, begin in zip(self._hashes, self._begins, strict=True):
            place = hash_ & (size - 1)
            while table[place]:
                place = (place + 1) & (size - 1)
            table[place] = begin
        head = {
            "predicates": [packed(p[1:-1], self._prefix).decode() for p in self._predicates],
            "subjects": len(self._hashes),
            "table": self._place + -self._place % 8,
            "size": size,
            "base": self._base,
            "order": sys.byteorder,
        }
        line = json.dumps(head).encode()
        table.tofile(self._file)
        self._file.write(line + len(line).to_bytes(8, "big"))
