"""``reformgraph validate``: check timelines without writing anything."""

from __future__ import annotations

from pathlib import Path

import click

from reformgraph.cli.options import with_settings
from reformgraph.cli.progress import progress
from reformgraph.settings import Settings


@click.command()
@click.argument("timelines", nargs=-1, type=click.Path(path_type=Path))
@click.option("--owl", is_flag=True, help="Also prove ontology and data consistent with HermiT.")
@with_settings("base")
def validate(settings: Settings, timelines: tuple[Path, ...], owl: bool) -> None:
    """Check TIMELINES (default: the Children's Plan) as a build would, writing nothing."""
    from reformgraph.ingest import build as pipeline

    with progress(quiet=False) as reporter:
        pipeline.validate(
            timelines or pipeline.bundled_timelines(),
            base=settings.base,
            progress=reporter,
            owl=owl,
        )
        reporter.note("No errors.")
