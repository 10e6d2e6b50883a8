"""Options that several commands share, and the settings they lead to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from reformgraph.settings import Settings, load


def with_settings(*flags: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add ``--config``, ``--store`` and one option for each setting in ``flags``.

    The command gets the merged result as its first argument ``settings``.
    """
    from reformgraph.settings import help_of

    names = ("store", *flags)

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def command(*args: Any, config: Path | None, **kwargs: Any) -> Any:
            given = {name: kwargs.pop(name) for name in names}
            return function(load(given, config=config), *args, **kwargs)

        for name in reversed(names):
            default = getattr(_DEFAULTS, name)
            command = click.option(
                f"--{name.replace('_', '-')}",
                type=type(default),
                default=None,
                help=f"{help_of(name)} [default: {default}]",
            )(command)
        return click.option(
            "--config",
            type=click.Path(path_type=Path, dir_okay=False),
            default=None,
            help="Configuration file [default: reformgraph.toml, if it is there].",
        )(command)

    return decorate


def with_data(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--data`` and ``--default-data``: tuples of files and folders of RDF."""
    command = click.option(
        "--default-data",
        multiple=True,
        metavar="PATH",
        help="RDF file or folder whose statements stand in the default graph; may be repeated.",
    )(command)
    return click.option(
        "--data",
        multiple=True,
        metavar="[IRI=]PATH",
        help="RDF file or folder, one named graph a file; IRI names it, or begins the names of a "
        "folder's graphs [default: BASEgraph/FILE]; may be repeated.",
    )(command)


def output_format(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add ``--format``; without it a terminal gets ``formats[0]`` and a pipe ``formats[1]``."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=None,
        help=f"Output format [default: {formats[0]} on a terminal, {formats[1]} in a pipe].",
    )


_DEFAULTS = Settings()
