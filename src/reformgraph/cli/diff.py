"""``reformgraph diff``: what was learned between two generations."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from reformgraph.cli.options import output_format, with_settings
from reformgraph.cli.output import chosen, write_rows
from reformgraph.errors import UsageError
from reformgraph.settings import Settings

COLUMNS = ("state", "item", "label", "class", "added", "removed")


@click.command()
@click.argument("first", required=False, default="")
@click.argument("second", required=False, default="")
@click.option("--statements", is_flag=True, help="Print every statement that differs, not entries.")
@output_format("table", "csv", "tsv", "json", "rdfp")
@with_settings()
def diff(settings: Settings, first: str, second: str, statements: bool, form: str | None) -> None:
    """Tell what was learned from generation FIRST to SECOND: entries new, gone and changed.

    Without SECOND up to the current one; without either from the one before it. This compares
    states of knowledge. What happened in the world between two days is told by the question
    changes-between. The format rdfp is an RDF Patch that turns FIRST into SECOND.
    """
    from reformgraph.queries import differences
    from reformgraph.store import differences as patches
    from reformgraph.store import generations
    from reformgraph.store.kept import Kept
    from reformgraph.store.opening import root_of

    root = root_of(settings)
    second = second or generations.current_id(root)
    first = first or _before(root, second)
    kept = Kept(root)
    one, two = kept.get(first), kept.get(second)
    with tempfile.TemporaryDirectory(prefix="reformgraph-diff-") as scratch:
        rows = patches.patch(one, two, Path(scratch))
        wanted = chosen(form, "table", "csv")
        if wanted == "rdfp":
            for line in rows:
                click.echo(line, nl=False)
            return
        if statements:
            write_rows(
                ("change", "subject", "predicate", "object", "graph"),
                (
                    [sign, quad.subject, quad.predicate, quad.object, quad.graph_name]
                    for sign, quad in patches.read(rows)
                ),
                wanted,
            )
            return
        found = differences.between(one, two, patches.read(rows))
    added, removed = found.total
    click.echo(f"{first} to {second}: {added} statements added, {removed} removed", err=True)
    if found.cut:
        click.echo("too much differs to tell entries apart: try --statements", err=True)
    write_rows(
        COLUMNS,
        ([e.state, e.slug or e.iri, e.label, e.type, e.added, e.removed] for e in found.entries),
        wanted,
    )


def _before(root: Path, id_: str) -> str:
    """Return the generation that is kept before another. Raises UsageError when there is none."""
    from reformgraph.store import generations

    mark = generations.sequence_of(id_) if id_[:1].isdigit() else 0
    earlier = [f.name for f in generations.folders(root) if generations.sequence_of(f.name) < mark]
    if not earlier:
        raise UsageError("there is no earlier generation to compare with")
    return earlier[-1]
