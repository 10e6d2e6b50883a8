"""Checking timelines in full, writing nothing: the gate, the shapes, the reasoner.

A build asks the gate alone, which takes a fraction of a second; the shapes (SHACL) say most of the
same in a form that other tools read, and HermiT proves that data and ontology do not contradict
each other. Each finding names file and row.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph

from reformgraph.errors import UsageError
from reformgraph.ingest.build import Places, Progress, Silence, reasoned
from reformgraph.ingest.faults import Fault, InvalidInput
from reformgraph.ingest.foreign import extras
from reformgraph.ingest.readers.timeline import read_timelines
from reformgraph.ontology import gate
from reformgraph.ontology.gate import Finding, Noted

if TYPE_CHECKING:
    import rdflib

_EXTRA = "pip install 'reformgraph[validate]'"


@dataclass(slots=True)
class Validation:
    """What was found in sound timelines: warnings with their rows, and seconds by step."""

    rows: int
    quads: int
    warnings: tuple[Noted, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    left_out: str = ""

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Count the seconds that a step takes."""
        begun = time.perf_counter()
        yield
        self.seconds[step] = time.perf_counter() - begun


def validate(
    timelines: Sequence[Path],
    *,
    base: str,
    progress: Progress | None = None,
    shapes: bool = True,
    owl: bool = False,
) -> Validation:
    """Check ``timelines`` as a build would and further, write nothing.

    ``shapes``: also by SHACL; ``left_out`` says so when the extra "validate" is not installed.
    ``owl``: also prove ontology and data consistent with HermiT. Raises InvalidInput with every
    error of gate and shapes, UsageError when ``owl`` is asked for without the extra.
    """
    progress = progress or Silence()
    progress.stage("read", ", ".join(path.name for path in timelines))
    begun = time.perf_counter()
    found = read_timelines(timelines)
    graph, _ = reasoned(found, base, progress, more=extras.read(found, base))
    told = Validation(sum(1 for each in found for _ in each.rows()), len(graph))
    told.seconds["read, map, reason"] = time.perf_counter() - begun
    places = Places(found, graph, base)
    progress.stage("validate", f"{len(graph):,} quads")
    with told.timed("gate"):
        findings = [*gate.check(graph), *places.links_checked()]
    said = _said(graph, base) if shapes or owl else None
    if shapes and said is not None:
        progress.stage("shapes", "SHACL")
        with told.timed("shapes"):
            findings += _shapes(said, findings, told)
    if errors := [finding for finding in findings if finding.severity == "error"]:
        raise InvalidInput(places.fault(finding) for finding in errors)
    told.warnings = tuple(places.noted(finding) for finding in findings)
    for finding in findings:
        progress.note(f"warning: {places.fault(finding)}")
    if owl and said is not None:
        progress.stage("prove", "HermiT")
        with told.timed("HermiT"):
            _prove(said)
    return told


def _said(graph: pyoxigraph.Store, base: str) -> rdflib.Graph:
    """Give what the timelines say to rdflib: without the ontology and what follows from it."""
    import rdflib

    said = rdflib.Graph()
    for named in graph.named_graphs():
        if str(named.value) not in (f"{base}graph/ontology", f"{base}graph/inferences"):
            text = graph.dump(format=pyoxigraph.RdfFormat.N_TRIPLES, from_graph=named)
            said.parse(data=text, format="nt")
    return said


def _shapes(said: rdflib.Graph, known: list[Finding], told: Validation) -> list[Finding]:
    """Ask the shapes; what the gate has named already is not said twice."""
    # Imported here: SHACL is an extra that neither a build nor a server needs.
    try:
        from reformgraph.ontology import shapes
    except ImportError as error:
        told.left_out = f"SHACL is left out: it needs the package {error.name} ({_EXTRA})"
        return []
    named = {(finding.focus, finding.severity) for finding in known}
    return [each for each in shapes.check(said) if (each.focus, each.severity) not in named]


def _prove(said: rdflib.Graph) -> None:
    """Let HermiT prove the ontology and the timelines' statements consistent."""
    try:
        from reformgraph.ontology import check
    except ImportError as error:
        raise UsageError(f"--owl needs the package {error.name}", hints=(_EXTRA,)) from None
    proof = check.prove(said)
    if not proof.consistent or proof.unsatisfiable:
        culprit = ", ".join(proof.unsatisfiable) or "a contradiction"
        raise InvalidInput([Fault("ontology/reform.ttl", 0, "", culprit, "a consistent graph")])
