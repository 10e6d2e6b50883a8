"""Progress of work file by file: a live bar on a terminal, plain lines everywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reformgraph.cli.output import messages

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

    from reformgraph.ingest.law.fetch.run import Step


class Stepper:
    """Does what ``reformgraph.ingest.law.fetch.run.Reporter`` asks for; ``state`` sums up."""

    def __init__(self, bar: Bar | None, *, quiet: bool) -> None:
        self._bar = bar
        self._quiet = quiet
        self._console = messages()
        self._task = bar.add_task("starting", total=None) if bar is not None else None
        self.state = "nothing was done"

    def step(self, step: Step, done: int, total: int) -> None:
        """Show one more file of ``total``; what went wrong stays on the screen."""
        self.state = f"{done:,} of {total:,} files are done"
        line = f"[{done:,}/{total:,}] {step.name} {step.outcome}"
        line += f": {step.detail}" if step.detail else ""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total, description=step.name)
            if step.detail:
                self.note(line)
        else:
            self.note(line)

    def note(self, text: str) -> None:
        """Print one line that stays."""
        if not self._quiet:
            self._console.print(text, markup=False)


@contextmanager
def steps(*, quiet: bool) -> Iterator[Stepper]:
    """Yield a Stepper with a bar when a person is looking at standard error."""
    if quiet or not sys.stderr.isatty():
        yield Stepper(None, quiet=quiet)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=messages(), transient=True) as bar:
        yield Stepper(bar, quiet=quiet)
