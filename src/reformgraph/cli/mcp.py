"""``reformgraph mcp``: the graph for AI clients, over the Model Context Protocol."""

from __future__ import annotations

import click

from reformgraph.cli.options import with_settings
from reformgraph.errors import UsageError
from reformgraph.settings import Settings


@click.command()
@with_settings("query_timeout", "query_memory", "result_limit")
def mcp(settings: Settings) -> None:
    """Serve the graph to an AI client over standard input and output (Model Context Protocol).

    The tools are search, entity, lineage, as_at, questions, ask and sparql; each answer names the
    evidence behind it and the generation that gave it. Nothing can be changed through them. Needs
    the extra: pip install 'reformgraph[mcp]'.
    """
    try:
        from reformgraph.cli.tools import serve
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != "mcp":
            raise
        raise UsageError(
            "the package mcp is not installed", hints=["pip install 'reformgraph[mcp]'"]
        ) from None
    serve(settings)
