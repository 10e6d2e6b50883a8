"""The ``reformgraph`` command.

Commands load lazily, so that ``reformgraph --help`` imports neither the engine nor Flask. Each one
parses, calls one function of the library and prints; errors become exit codes here, once.

Exit codes: 0 done, 1 the data is wrong, 2 the call is wrong, 3 the store is busy or unreadable or
the outside world failed, 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from reformgraph import __version__
from reformgraph.errors import ReformGraphError

COMMANDS = {
    "ask": "reformgraph.cli.ask:ask",
    "build": "reformgraph.cli.build:build",
    "diff": "reformgraph.cli.diff:diff",
    "export": "reformgraph.cli.export:export",
    "generations": "reformgraph.cli.generations:generations",
    "info": "reformgraph.cli.info:info",
    "ingest": "reformgraph.cli.ingest:ingest",
    "lineage": "reformgraph.cli.lineage:lineage",
    "link": "reformgraph.cli.link:link",
    "mcp": "reformgraph.cli.mcp:mcp",
    "query": "reformgraph.cli.query:query",
    "search": "reformgraph.cli.search:search",
    "serve": "reformgraph.cli.serve:serve",
    "validate": "reformgraph.cli.validate:validate",
    "why": "reformgraph.cli.why:why",
}


class LazyGroup(click.Group):
    """A group that imports a command's module when the command is called or its help is shown."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in alphabetical order."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command ``cmd_name``, or None when there is none."""
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, _, name = target.partition(":")
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{target} is not a command")
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reformgraph")
def cli() -> None:
    """Build, query and serve knowledge graphs of policy and institutional change."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code; never shows a traceback for user errors.

    ``arguments`` are those after the program name, by default the process's own.
    """
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code instead of leaving with it."""
    try:
        cli.main(
            args=None if arguments is None else list(arguments),
            prog_name="reformgraph",
            standalone_mode=False,
        )
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return 130
    except BrokenPipeError:
        # The reader (`| head`) has seen enough: not a failure. Python would complain once more
        # when it flushes at exit, so hand it a place to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ReformGraphError as error:
        report(error)
        return error.exit_code
    return 0


def report(error: ReformGraphError) -> None:
    """Print an error and its hints to standard error."""
    lines = error.detail.splitlines()
    if len(lines) > 1:
        lines.insert(0, f"{error.title} in {len(lines)} places:")
    click.echo("Error: " + "\n".join(lines), err=True)
    for hint in error.hints:
        if hint not in error.detail:
            click.echo(f"  try: {hint}", err=True)
