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
