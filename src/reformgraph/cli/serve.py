"""``reformgraph serve``: the HTTP service."""

from __future__ import annotations

import click

from reformgraph.cli.options import with_settings
from reformgraph.settings import Settings


@click.command()
@with_settings("host", "port", "workers", "threads", "public_url", "query_timeout")
def serve(settings: Settings) -> None:
    """Serve the current graph: pages, SPARQL endpoint, questions, pictures.

    Stop it with Ctrl-C. A new generation that a build writes meanwhile is picked up by itself.
    """
    from reformgraph.server.serve import serve as run

    run(settings)
