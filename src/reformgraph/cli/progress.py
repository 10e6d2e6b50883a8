"""Progress of long work: a live bar on a terminal, plain lines everywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from reformgraph.cli.output import messages

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from reformgraph.ingest.build import BuildResult


class Reporter:
    """Shows the stages of a build; does what ``reformgraph.ingest.build.Progress`` asks for."""

    def __init__(self, bar: Bar | None, *, quiet: bool) -> None:
        self._bar = bar
        self._quiet = quiet
        self._console = messages()
        self._started = time.monotonic()
        self._task: TaskID | None = None
        self._name = ""

    def stage(self, name: str, detail: str = "") -> None:
        """Begin the stage ``name``; ``detail`` says what it works on."""
        self._name = name
        text = f"{name:<10}{detail}"
        if self._bar is not None:
            if self._task is None:
                self._task = self._bar.add_task(text, total=STAGES)
            else:
                self._bar.update(self._task, advance=1, description=text)
        else:
            self._say(text)

    def note(self, text: str) -> None:
        """Print one line that stays, for example a warning."""
        self._say(text)

    def finish(self, result: BuildResult) -> None:
        """Print what came out."""
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=STAGES, description="done")
            self._bar.stop()
        generation = result.generation
        seconds = time.monotonic() - self._started
        if result.unchanged:
            self._say(f"Nothing has changed: generation {generation.id} stays.")
        else:
            quads = generation.quads
            self._say(
                f"Generation {generation.id}: {quads:,} quads from {result.rows:,} {result.unit} "
                f"in {seconds:.1f} s."
            )

    def _say(self, text: str) -> None:
        if not self._quiet:
            self._console.print(text, markup=False)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Reporter]:
    """Yield a Reporter with a bar when a person is looking at standard error."""
    if quiet or not sys.stderr.isatty():
        yield Reporter(None, quiet=quiet)
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=messages(), transient=True) as bar:
        yield Reporter(bar, quiet=quiet)


STAGES = 6
