"""Printing: tables for terminals, CSV and JSON for pipes, all data to standard output."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console


def chosen(form: str | None, terminal: str, pipe: str) -> str:
    """Return the format to write: the one asked for, else by whether a person is looking."""
    return form or (terminal if sys.stdout.isatty() else pipe)


def messages() -> Console:
    """Return the console for everything that is not data: standard error."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def write_rows(columns: Sequence[str], rows: Iterable[Sequence[object]], form: str) -> None:
    """Write rows of plain values as ``table``, ``csv``, ``tsv`` or ``json`` (a list of objects)."""
    if form == "json":
        objects = [dict(zip(columns, row, strict=True)) for row in rows]
        click.echo(json.dumps(objects, ensure_ascii=False, indent=2, default=str))
    elif form == "table":
        _write_table(columns, rows)
    else:
        buffer = io.StringIO()
        writer = csv.writer(buffer, delimiter="\t" if form == "tsv" else ",", lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
        click.echo(buffer.getvalue(), nl=False)


def _write_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=box.SIMPLE_HEAD, header_style="bold")
    for row in rows:
        table.add_row(*(_plain(cell) for cell in row))
    # Markup in data ("[b]") is data.
    Console(markup=False, highlight=False).print(table)
    count = table.row_count
    click.echo(f"{count} {'row' if count == 1 else 'rows'}", err=True)


def _plain(cell: object) -> str:
    return "" if cell is None else str(cell)
