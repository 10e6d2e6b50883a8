"""``reformgraph validate``: check timelines without writing anything."""

from __future__ import annotations

import click

from reformgraph.cli.options import with_settings
from reformgraph.cli.progress import progress
from reformgraph.settings import Settings


@click.command()
@click.argument("timelines", nargs=-1, metavar="[TIMELINES]...")
@click.option(
    "--shapes/--no-shapes",
    default=True,
    show_default=True,
    help="Also check by SHACL, with the shapes of ontology/shapes.ttl.",
)
@click.option("--owl", is_flag=True, help="Also prove ontology and data consistent with HermiT.")
@with_settings("base")
def validate(settings: Settings, timelines: tuple[str, ...], shapes: bool, owl: bool) -> None:
    """Check TIMELINES as a build would and further, writing nothing.

    They are named as for a build; timelines that refer to each other are checked together.
    The checks of a build first (evidence, claims, lineage, SKOS), then SHACL, with --owl HermiT
    too. Each finding names file and row. Errors: exit code 1; warnings are listed.
    """
    from reformgraph.ingest.build import chosen
    from reformgraph.ingest.validate import validate as check

    with progress(quiet=False) as reporter:
        told = check(
            chosen(timelines or settings.timelines.split()),
            base=settings.base,
            progress=reporter,
            shapes=shapes,
            owl=owl,
        )
        if told.left_out:
            reporter.note(told.left_out)
        times = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in told.seconds.items())
        count = len(told.warnings)
        warnings = f"{count} warning{'' if count == 1 else 's'}" if count else "no warnings"
        reporter.note(
            f"No errors, {warnings} in {told.rows:,} rows ({told.quads:,} quads): {times}."
        )
