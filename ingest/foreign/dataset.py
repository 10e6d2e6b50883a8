"""From plain RDF files to a generation: no rows, no reasoning, no gate; what the files say."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path

import pyoxigraph
from pyoxigraph import Quad

from reformgraph.ingest.build import (
    BuildResult,
    Progress,
    Silence,
    code_digests,
    made_from,
    refuse_shrunk,
)
from reformgraph.ingest.faults import Fault, InvalidInput
from reformgraph.ingest.foreign.parsing import parse
from reformgraph.ingest.foreign.sources import Source
from reformgraph.store import generations, publish
from reformgraph.store.base import Generation
from reformgraph.store.lock import build_lock


def build_dataset(
    sources: Sequence[Source],
    store: Path,
    *,
    base: str,
    progress: Progress | None = None,
    force: bool = False,
    smaller: bool = False,
    before_switch: Callable[[Generation], object] | None = None,
) -> BuildResult:
    """Build the files into a new generation of ``store`` and switch to it.

    The default graph is the files' own when one of them stands in it, else the union of all.
    Without ``force`` nothing is written when the same files were built before, and a dataset
    without a statement is refused. ``smaller`` and ``before_switch``: as for ``build``. Raises InvalidInput with every fault of every file, Busy,
    StoreError.
    """
    progress = progress or Silence()
    with build_lock(store, create=True) as home, _scratch(home) as scratch:
        digest = _digest(sources, base)
        if not force and (current := made_from(home, digest)) is not None:
            if before_switch:
                before_switch(current)
            return BuildResult(current, current.quads, unchanged=True, unit="statements")
        progress.stage("read", _listed(sources))
        parsed = list(parse(sources, Path(scratch)))
        if faults := [fault for each in parsed for fault in each.faults]:
            raise InvalidInput(faults)
        count = sum(each.count for each in parsed)
        if not count and not force:
            raise InvalidInput(_empty(sources))
        if not smaller:
            refuse_shrunk(home, count)
        progress.stage("write", f"{count:,} statements")
        generation = publish(
            home,
            chain.from_iterable(_read(each.quads) for each in parsed),
            base=base,
            input_digest=digest,
            locked=True,
            switch=False,
            graphs=[source.graph for source in sources if source.own_graph or not source.graph],
        )
        if before_switch:
            progress.stage("load", generation.id)
            before_switch(generation)
        progress.stage("switch", generation.id)
        generations.point(home, generation.id)
    return BuildResult(generation, count, unit="statements")


def _scratch(home: Path) -> tempfile.TemporaryDirectory[str]:
    # Whatever is called so and is left behind by a dead build goes with the next one.
    return tempfile.TemporaryDirectory(dir=home, prefix=f"building-{os.getpid()}-")


def _listed(sources: Sequence[Source]) -> str:
    names = [source.name for source in sources]
    return ", ".join(names) if len(names) <= 3 else f"{len(names)} files"


def _read(path: Path) -> Iterator[Quad]:
    # Written by our own process a moment ago: nothing in it is foreign any more.
    with path.open("rb") as file:
        yield from pyoxigraph.parse(file, pyoxigraph.RdfFormat.N_QUADS)


def _empty(sources: Sequence[Source]) -> Iterator[Fault]:
    for source in sources:
        yield Fault(
            source.name, 0, "", "", "", message="there is no statement in it (--force takes it)"
        )


def _digest(sources: Sequence[Source], base: str) -> str:
    parts = [("base", base)]
    parts += sorted((f"{s.graph} {s.base} {s.media_type}", s.digest()) for s in sources)
    text = "\n".join(f"{len(name)} {name} {value}" for name, value in parts + code_digests())
    return hashlib.sha256(text.encode()).hexdigest()
