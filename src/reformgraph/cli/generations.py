"""``reformgraph generations``: list, verify, roll back to, prune built graphs."""

from __future__ import annotations

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
    from reformgraph.store.opening import is_remote, loader, root_of

    root = root_of(settings)
    if rollback:
        into = loader(settings)  # says what to set before anything is changed
        restored = store.rollback(root, rollback)
        if into:
            into(restored)
    if prune:
        for removed in store.prune(root, prune):
            click.echo(f"removed {removed}", err=True)
    current = store.current_id(root)
    found = store.list_generations(root)
    # Beside a remote store the quads need not be there.
    needed = not is_remote(settings)
    faults = (
        {g.id: store.verify(g, graph=needed or (g.folder / store.QUADS).exists()) for g in found}
        if verify
        else {}
    )
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
