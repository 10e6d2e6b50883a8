"""``reformgraph search``: find entities by label, other name or definition."""

from __future__ import annotations

from contextlib import closing

import click

from reformgraph.cli.options import output_format, with_settings
from reformgraph.cli.output import chosen, write_rows
from reformgraph.settings import Settings


@click.command()
@click.argument("text")
@click.option("--limit", type=click.IntRange(min=1, max=1000), default=20, show_default=True)
@output_format("table", "csv", "tsv", "json")
@with_settings()
def search(settings: Settings, text: str, limit: int, form: str | None) -> None:
    """Find entities whose label, other names or description match TEXT."""
    from reformgraph.store.opening import opened

    with closing(opened(settings)) as store:
        page = store.search(text, limit=limit)
    rows = [[hit.slug, hit.label, hit.type, hit.kind] for hit in page.hits]
    write_rows(["slug", "label", "type", "kind"], rows, chosen(form, "table", "csv"))
