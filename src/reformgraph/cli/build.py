"""``reformgraph build``: read timelines or RDF files, write a generation, switch to it."""

from __future__ import annotations

from pathlib import Path

import click

from reformgraph.cli.options import with_data, with_settings
from reformgraph.cli.progress import progress
from reformgraph.settings import Settings


@click.command()
@click.argument("timelines", nargs=-1, metavar="[TIMELINES]...")
@with_data
@click.option("--force", is_flag=True, help="Write a new generation even if nothing has changed.")
@click.option(
    "--smaller",
    is_flag=True,
    help="Take a graph of less than half the statements of the one that is served.",
)
@click.option("--offline", is_flag=True, help="Said for clarity: building never fetches anything.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@with_settings("base", "law")
def build(
    settings: Settings,
    timelines: tuple[str, ...],
    data: tuple[str, ...],
    default_data: tuple[str, ...],
    force: bool,
    smaller: bool,
    offline: bool,
    quiet: bool,
) -> None:
    """Build one graph from TIMELINES; without any, from those of the setting "timelines".

    A timeline is a folder with a timeline.toml, or the name of one that comes with the project.
    Several may refer to each other and must then be built together: reformgraph build
    childrens-plan health-social-care

    The law folder, which `ingest` fills, is built in where it exists; the network is never asked.

    With --data or --default-data it is made from RDF files instead, and TIMELINES are more of
    them. A running server picks the new generation up by itself. If anything is wrong with the
    input, every fault is listed, the exit code is 1 and the last good graph goes on serving.

    When the setting store is the address of a SPARQL endpoint, the generation is built in the
    folder of the setting sidecar and loaded by the setting remote_load before the switch.
    """
    del offline  # `reformgraph ingest` is the one command that fetches
    from reformgraph.store.opening import loader, root_of

    into = loader(settings)
    with progress(quiet=quiet) as reporter:
        if data or default_data:
            from reformgraph.ingest.foreign import dataset, sources

            found = sources.find((*data, *timelines), default_data, base=settings.base)
            result = dataset.build_dataset(
                found,
                root_of(settings),
                base=settings.base,
                progress=reporter,
                force=force,
                smaller=smaller,
                before_switch=into,
            )
        else:
            from reformgraph.ingest import build as pipeline

            result = pipeline.build(
                pipeline.chosen(timelines or settings.timelines.split()),
                root_of(settings),
                base=settings.base,
                progress=reporter,
                force=force,
                smaller=smaller,
                law=Path(settings.law),
                before_switch=into,
            )
        reporter.finish(result)
