"""``reformgraph lineage``: what an item builds on, or what builds on it."""

from __future__ import annotations

from contextlib import closing
from typing import Literal

import click

from reformgraph.cli.options import output_format, with_settings
from reformgraph.cli.output import chosen, write_rows
from reformgraph.settings import Settings


@click.command()
@click.argument("item")
@click.option("--descendants", is_flag=True, help="What builds on ITEM, not what it builds on.")
@click.option("--depth", type=click.IntRange(min=1), default=None, help="Steps at the most.")
@output_format("table", "csv", "tsv", "json", "svg")
@with_settings()
def lineage(
    settings: Settings, item: str, descendants: bool, depth: int | None, form: str | None
) -> None:
    """Print the lineage of ITEM (a slug or an IRI), nearest first, each edge with its evidence.

    With --format svg, the same as a picture on a time axis.
    """
    from reformgraph.queries.lineage import lineage as trace
    from reformgraph.store.opening import opened

    direction: Literal["antecedents", "descendants"] = (
        "descendants" if descendants else "antecedents"
    )
    with closing(opened(settings)) as store:
        iri = store.resolve(item)
        found = trace(store, iri, direction=direction, depth=depth)
    if form == "svg":
        # The picture is the server's; here its links are the things' own IRIs.
        from reformgraph.server.pictures.lineage import render

        title = f"{'What came of' if descendants else 'What led to'} {found.nodes[iri].label}"
        click.echo(render(found, lambda node: node, title=title, standalone=True), nl=False)
        return
    nodes = found.nodes
    steps = sorted(
        # Edges between two items of the last step lead past the depth that was asked for.
        (e for e in found.edges if depth is None or found.step(e) <= depth),
        key=lambda e: (found.step(e), e.subject, e.claim),
    )
    rows = [
        [
            found.step(e),
            nodes[e.subject].label,
            e.predicate,
            nodes[e.object].label,
            e.basis,
            "verified" if e.verified else "unverified",
            "; ".join(e.sources),
            e.locator,
        ]
        for e in steps
    ]
    columns = ["depth", "item", "relation", "object", "basis", "status", "sources", "locator"]
    write_rows(columns, rows, chosen(form, "table", "csv"))
