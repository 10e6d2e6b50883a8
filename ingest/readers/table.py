"""One CSV file as a spreadsheet saved it: read whole, or refused with reasons (RFC 4180).

Byte order mark, any line ending, semicolons or tabs instead of commas, blank rows and blank cells
at the end of rows are read as they are meant. All else that is odd is a ``Fault``: nothing is
dropped or guessed in silence.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reformgraph.ingest.faults import Fault, did_you_mean

_DELIMITERS: Final = ",;\t"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row: its number as a spreadsheet shows it (header 1) and its cells by column."""

    number: int
    cells: dict[str, str]


@dataclass(slots=True)
class RawTable:
    """What a file held.

    ``complete`` is false when reading stopped before the end or columns were unusable, so that
    rows may be missing; ``digest`` is the SHA-256 of the bytes, in hexadecimal.
    """

    name: str
    digest: str = ""
    rows: list[RawRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    complete: bool = True

    def refuse(self, row: int, expected: str, hint: str = "", *, column: str = "", value: str = "",
               fatal: bool = False) -> None:  # fmt: skip
        """Note a fault; ``fatal`` says that rows are missing because of it."""
        self.faults.append(Fault(self.name, row, column, value, expected, hint))
        if fatal:
            self.complete = False


def read_table(path: Path, columns: Sequence[str], required: Sequence[str]) -> RawTable:
    """Read one table.

    In: the file, every column that it may have, and those that it must have. Out: its rows, cells
    stripped and in Unicode form C, with the faults found. Raises nothing of its own; ``OSError``
    passes through.
    """
    text, table = load(path)
    if text is not None:
        _read(text, columns, required, table)
    return table


def load(path: Path) -> tuple[str | None, RawTable]:
    """Read a text file whole.

    Out: its text, or ``None`` when it is no UTF-8 text; an empty table with the file's name, the
    SHA-256 of its bytes and that fault. ``OSError`` passes through.
    """
    data = path.read_bytes()
    table = RawTable(path.name, hashlib.sha256(data).hexdigest())
    return _decode(data, table), table


def _decode(data: bytes, table: RawTable) -> str | None:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        table.refuse(
            0, "a text file", "this is a spreadsheet workbook: save it as CSV UTF-8", fatal=True
        )
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        table.refuse(0, "UTF-8", "this is UTF-16: save it as CSV UTF-8", fatal=True)
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        table.refuse(
            line,
            "UTF-8",
            f"byte 0x{data[error.start]:02x} at position {error.start} is not: "
            "was it saved as Windows-1252? Save it as CSV UTF-8",
            fatal=True,
        )
        return None
    if re.match(r"\s*<(!doctype|html|\?xml)", text[:200], re.IGNORECASE):
        table.refuse(
            0, "a table", "this is a web page, saved under the name of a table", fatal=True
        )
        return None
    if not text.strip():
        table.refuse(0, "a header row", "the file is empty; leave it out or give it", fatal=True)
        return None
    return text


def _read(text: str, columns: Sequence[str], required: Sequence[str], table: RawTable) -> None:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_delimiter(text, columns), strict=True
    )
    header: list[str] | None = None
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            cleaned = [unicodedata.normalize("NFC", cell.strip()) for cell in cells]
            if not any(cleaned):
                continue
            if header is None:
                header = _header(cleaned, number, columns, required, table)
                if not table.complete:
                    return
            else:
                _row(cleaned, number, header, table)
    except csv.Error as error:
        expected, hint = _explain(str(error))
        table.refuse(number + 1, expected, hint, fatal=True)


def _delimiter(text: str, columns: Sequence[str]) -> str:
    """Take the delimiter that makes most of the first line known columns; commas win a tie."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    known = set(columns)

    def score(delimiter: str) -> int:
        return sum(cell.strip(' "') in known for cell in first.split(delimiter))

    return max(_DELIMITERS, key=score)


def _header(
    cells: list[str], number: int, columns: Sequence[str], required: Sequence[str], table: RawTable
) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    unknown = [name for name in cells if name not in columns]
    missing = [name for name in required if name not in cells]
    for name in dict.fromkeys(unknown):
        free = [column for column in columns if column not in cells]
        hint = did_you_mean(name, free) or f"columns are {', '.join(columns)}"
        table.refuse(number, "a known column", hint, column=name or "(no name)", fatal=True)
    for name in missing:
        hint = did_you_mean(name, unknown).replace("did you mean", "is it")
        table.refuse(number, f"a column {name!r}", hint, fatal=True)
    for name in dict.fromkeys(cells):
        if name in columns and cells.count(name) > 1:
            table.refuse(
                number, "each column once", f"it is there {cells.count(name)} times",
                column=name, fatal=True,
            )  # fmt: skip
    return cells


def _row(cells: list[str], number: int, header: list[str], table: RawTable) -> None:
    while len(cells) > len(header) and not cells[-1]:
        cells.pop()
    if len(cells) != len(header):
        more = "a cell with a comma or semicolon in it needs quotation marks"
        fewer = "the row breaks off"
        table.refuse(
            number,
            f"{len(header)} cells",
            f"there are {len(cells)}: {more if len(cells) > len(header) else fewer}",
            value=cells[0],
            fatal=True,
        )
        return
    row = dict(zip(header, cells, strict=True))
    sound = True
    for column, cell in row.items():
        if odd := _CONTROL.search(cell):
            sound = False
            code = f"U+{ord(odd[0]):04X} at position {odd.start()}"
            table.refuse(number, "text without control characters", code, column=column, value=cell)
    if sound:
        table.rows.append(RawRow(number, row))
    else:
        table.complete = False


def _explain(error: str) -> tuple[str, str]:
    if "unexpected end of data" in error:
        return "a closing quotation mark", "the rest of the file was swallowed by this row"
    if "field larger" in error:
        return (
            f"cells of at most {csv.field_size_limit():,} characters",
            "this row has a longer one",
        )
    if "expected after" in error:
        return (
            "a delimiter or the end of the row after a closing quotation mark",
            'write a quotation mark inside a cell twice: ""',
        )
    return "well-formed CSV", error
