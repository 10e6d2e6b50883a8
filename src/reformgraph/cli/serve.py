"""``reformgraph serve``: the HTTP service."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import click

from reformgraph.cli.options import with_data, with_settings
from reformgraph.cli.progress import progress
from reformgraph.settings import Settings


@click.command()
@click.argument("more", metavar="[FILES]...", nargs=-1)
@with_data
@with_settings("base", "host", "port", "workers", "threads", "public_url", "query_timeout")
def serve(
    settings: Settings,
    more: tuple[str, ...],
    data: tuple[str, ...],
    default_data: tuple[str, ...],
) -> None:
    """Serve the current graph: pages, SPARQL endpoint, questions, pictures.

    Stop it with Ctrl-C. A new generation that a build writes meanwhile is picked up by itself.
    With --data or --default-data it serves RDF files; FILES are more of them. The graph made of
    them is kept only if --store says where.
    """
    from reformgraph.server.serve import serve as run

    if not (data or default_data):
        if more:
            raise click.UsageError(f"to serve files, say --data {more[0]}")
        run(settings)
    elif settings.origin("store") == "--store":
        _build(settings, (*data, *more), default_data)
        run(settings)
    else:
        with tempfile.TemporaryDirectory(prefix="reformgraph-") as folder:
            settings = replace(settings, store=str(Path(folder) / "store"))
            _build(settings, (*data, *more), default_data)
            run(settings)


def _build(settings: Settings, data: tuple[str, ...], default: tuple[str, ...]) -> None:
    from reformgraph.ingest.foreign import dataset, sources

    with progress(quiet=False) as reporter:
        found = sources.find(data, default, base=settings.base)
        reporter.finish(
            dataset.build_dataset(
                found,
                Path(settings.store),
                base=settings.base,
                progress=reporter,
                force=True,
                smaller=True,
            )
        )
