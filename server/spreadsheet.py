"""Excel workbooks (Office Open XML) of tables, for people; XlsxWriter does the work."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence

# What Excel holds: rows of a sheet, characters of a cell.
MOST_ROWS, MOST_TEXT = 1_048_575, 32_767
_WIDEST = 60
# XML 1.0 has no such characters (hazard 56); the library refuses some and writes others.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|[\ud800-\udfff]")


def workbook(
    columns: Sequence[str],
    rows: Iterable[Sequence[str | int | None]],
    about: Mapping[str, str],
) -> bytes:
    """Return a workbook: a sheet "Answer" with a header row, a sheet "About" of names and texts.

    Whole numbers are numbers, all else is text: no cell is ever a formula or a link (hazard 67).
    """
    import xlsxwriter  # few ask for it; the others are spared its memory

    file = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(file, options) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        text = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Answer")
        widths = [len(column) for column in columns]
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column, head)
        last = 0
        for last, row in enumerate(rows, start=1):
            if last > MOST_ROWS:
                break
            for place, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(last, place, value, text)
                elif value:
                    sheet.write_string(last, place, _cell(value), text)
                    widths[place] = max(widths[place], min(len(value), _WIDEST))
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width + 2)
        sheet.freeze_panes(1, 0)
        if columns and last:
            sheet.autofilter(0, 0, min(last, MOST_ROWS), len(columns) - 1)
        told = book.add_worksheet("About")
        told.set_column(0, 0, 18)
        told.set_column(1, 1, 100)
        for place, (name, value) in enumerate(about.items()):
            told.write_string(place, 0, name, head)
            told.write_string(place, 1, _cell(value), text)
    return file.getvalue()


def _cell(value: str) -> str:
    value = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", value)
    return value if len(value) <= MOST_TEXT else value[: MOST_TEXT - 1] + "…"
