"""``reformgraph info``: settings with their origins, and what is in the graph."""

from __future__ import annotations

from contextlib import closing

import click

from reformgraph import __version__
from reformgraph.cli.options import output_format, with_settings
from reformgraph.cli.output import chosen, write_rows
from reformgraph.errors import RemoteError, StoreError
from reformgraph.settings import Settings, keys


@click.command()
@output_format("table", "csv", "json")
@with_settings()
def info(settings: Settings, form: str | None) -> None:
    """Print every setting with where it came from, the generation that is served and its quality."""
    from reformgraph.queries import quality
    from reformgraph.store.dumps import Dumps
    from reformgraph.store.opening import opened, root_of

    rows: list[list[object]] = [["version", __version__, ""]]
    rows += [[key, settings.shown(key), settings.origin(key)] for key in keys()]
    try:
        with closing(opened(settings)) as store:
            generation = store.generation
            rows += [
                ["generation", generation.id, "store"],
                ["created", generation.created, "store"],
                ["quads", generation.quads, "store"],
                *(
                    [f"quads in {graph or 'the default graph'}", n, "store"]
                    for graph, n in generation.graphs.items()
                ),
            ]
            files = Dumps(root_of(settings))
            with closing(files):
                figures = quality.headline(quality.kept(store, files))
            rows += [[name, value, "quality"] for name, value in figures]
    except RemoteError as error:
        rows.append(["remote store", f"failed: {error.detail}", "store"])
    except StoreError as error:
        rows.append(["generation", f"none: {error.detail}", "store"])
    write_rows(["what", "value", "from"], rows, chosen(form, "table", "csv"))
