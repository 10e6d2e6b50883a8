"""``reformgraph export``: the graph as files."""

from __future__ import annotations

import shutil
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from reformgraph.cli.options import with_settings
from reformgraph.cli.output import write_rows
from reformgraph.errors import UsageError
from reformgraph.settings import Settings

if TYPE_CHECKING:
    from reformgraph.store import Store


@click.command()
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.option("--graph", default="all", help="Which graph: a name of --list or an IRI.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["nq", "trig", "ttl", "tables"]),
    help="Syntax [default: by the name of TARGET, else nq].",
)
@click.option("--list", "listing", is_flag=True, help="List what can be exported.")
@with_settings()
def export(
    settings: Settings, target: Path | None, graph: str, form: str | None, listing: bool
) -> None:
    """Write the graph, or one named graph, to TARGET or to standard output.

    A TARGET that ends with .gz is compressed. With --format tables TARGET is a folder, which gets
    four CSV files and their CSV on the Web metadata. The same graph gives the same bytes each time.

    reformgraph export graph.nq.gz
    """
    from reformgraph.store import dumps
    from reformgraph.store.opening import opened

    with closing(opened(settings)) as store:
        if listing:
            rows = [[p.name, p.graph or "", p.quads] for p in dumps.parts(store.generation)]
            write_rows(["name", "graph", "statements"], rows, "table")
        elif form == "tables":
            _tables(store, target)
        else:
            _dump(store, target, graph, form)


def _dump(store: Store, target: Path | None, graph: str, form: str | None) -> None:
    import tempfile

    from reformgraph.store import dumps

    chosen = dumps.part(store.generation, graph)
    names = target.name.split(".")[1:] if target else []
    packed = names[-1:] == ["gz"]
    syntax = form or next((name for name in names if name in dumps.SYNTAXES), "")
    if not syntax:
        if target is not None:
            raise UsageError(f"{target}: end it with .nq, .trig or .ttl, or say --format")
        syntax = "nq"
    with tempfile.TemporaryDirectory(dir=target.parent if target else None) as folder:
        fresh, scratch = Path(folder) / "dump", Path(folder)

        def make(out: BinaryIO) -> None:
            dumps.write(store, out, syntax, chosen, scratch)

        with fresh.open("wb") as out:
            if packed:
                dumps.compressed(make, out)
            else:
                make(out)
        if target is None:
            with fresh.open("rb") as made:
                shutil.copyfileobj(made, sys.stdout.buffer)
        else:
            fresh.replace(target)


def _tables(store: Store, target: Path | None) -> None:
    import json

    from reformgraph.queries import tables

    if target is None:
        raise UsageError("--format tables needs a folder to write to")
    target.mkdir(parents=True, exist_ok=True)
    for table in tables.TABLES.values():
        with (target / f"{table.name}.csv").open("wb") as out:
            tables.write(store, table, out)
    labels = "; ".join(each.label for each in store.generation.timelines)
    described = tables.metadata(tables.licences(store), labels)
    (target / tables.METADATA).write_text(
        json.dumps(described, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
