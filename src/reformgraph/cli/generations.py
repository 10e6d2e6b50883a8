"""``reformgraph generations``: list, verify, roll back to, prune built graphs."""

from __future__ import annotations

from pathlib import Path

import click

from reformgraph.cli.options import output_format, with_settings
from reformgraph.cli.output import chosen, write_rows
from reformgraph.errors import StoreError
from reformgraph.settings import Settings


@click.command()
@click.option("--rollback", metavar="ID", help="Serve the generation ID again.")
@click.option(
    "--prune", metavar="KEEP", type=click.IntRange(min=1), help="Delete all but the newest KEEP."
)
@click.option("--verify", is_flag=True, help="Check every file against its recorded checksum.")
@output_format("table", "csv", "json")
@with_settings()
def generations(
    settings: Settings, rollback: str | None, prune: int | None, verify: bool, form: str | None
) -> None:
    """List the built generations; the one marked * is served.

    Rolling back and pruning never touch the generation that is served while they run.
    """
    from reformgraph.store import generations as store

    root = Path(settings.store)
    if rollback:
        store.rollback(root, rollback)
    if prune:
        for removed in store.prune(root, prune):
            click.echo(f"removed {removed}", err=True)
    current = store.current_id(root)
    found = store.list_generations(root)
    faults = {g.id: store.verify(g) for g in found} if verify else {}
    columns = ["current", "id", "created", "quads", "timelines", *(["state"] if verify else [])]
    rows = [
        [
            "*" if generation.id == current else "",
            generation.id,
            generation.created,
            generation.quads,
            " ".join(t.slug for t in generation.timelines),
            *([("; ".join(faults[generation.id]) or "sound")] if verify else []),
        ]
        for generation in found
    ]
    write_rows(columns, rows, chosen(form, "table", "csv"))
    if any(faults.values()):
        raise StoreError("a generation is damaged: roll back to a sound one or build again")
