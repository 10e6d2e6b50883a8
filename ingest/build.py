"""The build pipeline: read → map → reason → validate → document → write → switch.

A build that fails at any stage leaves the pointer of the store where it was. The same inputs give
the same quads and the same digest: nothing here looks at a clock, a locale or a hash seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Protocol

import pyoxigraph

from reformgraph.errors import StoreError, UsageError
from reformgraph.ingest import alive
from reformgraph.ingest.faults import Fault, InvalidInput, nearest
from reformgraph.ingest.foreign import extras
from reformgraph.ingest.foreign.extras import Extra
from reformgraph.ingest.law import units as law_units
from reformgraph.ingest.law.folder import Entry
from reformgraph.ingest.law.known import known
from reformgraph.ingest.law.mapping.scope import describe_sources
from reformgraph.ingest.mapping import links, map_timeline
from reformgraph.ingest.provenance import describe_extra, describe_inputs, describe_law
from reformgraph.ingest.readers.timeline import read_timelines
from reformgraph.ingest.timeline import Timeline
from reformgraph.ontology import documented, gate, reason, reference
from reformgraph.ontology.files import ONTOLOGY_FILES, ontology_triples, read
from reformgraph.ontology.gate import Finding
from reformgraph.store import generations, publish
from reformgraph.store.attached import attached
from reformgraph.store.base import Generation
from reformgraph.store.lock import build_lock

_CODE = ("ontology", "ingest", "store")
"""Rooms whose files decide what a build makes of its inputs."""
_CODE_SUFFIXES = (".py", ".ttl", ".rq")
UNITS = "units"
"""The folder of a store that keeps what was made of the law folder."""


class Progress(Protocol):
    """What a build tells whoever watches it."""

    def stage(self, name: str, detail: str = "") -> None:
        """Begin the stage ``name``; ``detail`` says what it works on."""

    def note(self, text: str) -> None:
        """Say one thing that should stay, for example a warning."""


class Silence:
    """Progress for those who do not watch."""

    def stage(self, name: str, detail: str = "") -> None:
        """Do nothing."""

    def note(self, text: str) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build did. ``rows`` counts what was read, in the ``unit`` that it is read in.

    ``unchanged``: nothing was written.
    """

    generation: Generation
    rows: int
    inferred: int = 0
    unchanged: bool = False
    warnings: tuple[Finding, ...] = field(default=(), repr=False)
    unit: str = "rows"


def bundled_timelines() -> tuple[Path, ...]:
    """Return the folders of the timelines that come with the project, by name."""
    root = Path(str(files("reformgraph.ingest"))) / "timelines"
    return tuple(sorted(path for path in root.iterdir() if (path / "timeline.toml").is_file()))


def chosen(names: Iterable[str]) -> tuple[Path, ...]:
    """Find the folders of timelines: each name is a folder, or that of a bundled timeline.

    A folder of the asker's goes before a bundled timeline of the same name. Raises UsageError with
    the nearest name for what is neither.
    """
    bundled = {path.name: path for path in bundled_timelines()}
    found = []
    for name in names:
        path = Path(name)
        if not path.is_dir() and name not in bundled:
            near = nearest(name, bundled)
            listing = f"bundled timelines are {', '.join(bundled)}"
            raise UsageError(
                f"{name!r} is no folder and no bundled timeline"
                + (f"; did you mean {near!r}?" if near else f"; {listing}"),
                hints=[near] if near else list(bundled),
                where={"field": "TIMELINES"},
            )
        found.append(path if path.is_dir() else bundled[name])
    return tuple(found)


def build(
    timelines: Sequence[Path],
    store: Path,
    *,
    base: str,
    progress: Progress | None = None,
    force: bool = False,
    law: Path | None = None,
    smaller: bool = False,
    before_switch: Callable[[Generation], object] | None = None,
) -> BuildResult:
    """Build ``timelines`` (folders) into a new generation of ``store`` and switch to it.

    ``base`` is the IRI prefix of entities; ``law`` the law folder, if any (one that does not exist
    is no law). What was made of its files is kept in ``<store>/units`` for the next build. Without ``force`` nothing is written when the current
    generation was made from the same inputs by the same code and is undamaged. Raises InvalidInput
    with every fault of every file, Busy when another build runs, StoreError when the store cannot
    be written; the generation that is served stays in each case. A graph of less than half its
    statements is refused unless ``smaller`` says that it is meant (hazard 52). ``before_switch`` is called with
    the finished generation, also with one that has not changed: it loads an endpoint.
    """
    progress = progress or Silence()
    with build_lock(store, create=True) as home:
        progress.stage("read", ", ".join(path.name for path in timelines))
        found = read_timelines(timelines)
        rows = sum(1 for timeline in found for _ in timeline.rows())
        files = law_units.entries(law) if law else ()
        digest = _input_digest(found, base, files)
        if not force and (current := made_from(home, digest)) is not None:
            if before_switch:
                before_switch(current)
            return BuildResult(current, rows, unchanged=True)
        prepare = partial(_law, law, files, home / UNITS, base, progress) if law and files else None
        more = extras.read(found, base)
        graph, inferred = reasoned(found, base, progress, law=prepare, more=more)
        places = Places(found, graph, base)
        warnings = _gate(graph, places, progress)
        for extra in more:
            # As it was found: served beside the rest, not reasoned over and not held to our rules.
            graph.bulk_extend(extra.kept)
        if not smaller:
            refuse_shrunk(home, len(graph))
        progress.stage("document", "the ontology")
        pages = reference.make(_attached_before(home, documented.ATTACHED))
        progress.stage("write", f"{len(graph):,} quads")
        generation = publish(
            home,
            graph,
            base=base,
            input_digest=digest,
            locked=True,
            switch=False,
            attachments={
                gate.FINDINGS: gate.note(map(places.noted, warnings)),
                documented.ATTACHED: pages,
                links.ATTACHED: links.sssom(found, base),
            },
        )
        if before_switch:
            progress.stage("load", generation.id)
            before_switch(generation)
        progress.stage("switch", generation.id)
        generations.point(home, generation.id)
    return BuildResult(generation, rows, inferred, warnings=warnings)


def reasoned(
    timelines: Sequence[Timeline],
    base: str,
    progress: Progress,
    law: Callable[[pyoxigraph.Store], None] | None = None,
    more: Sequence[Extra] = (),
) -> tuple[pyoxigraph.Store, int]:
    """Map, load the ontology, reason; return the graph and the number of inferred quads.

    ``law`` adds the graphs of law to a graph that holds the timelines, ``more`` is the RDF that
    these take in.
    """
    graph = pyoxigraph.Store()
    for timeline in timelines:
        progress.stage("map", timeline.manifest.title)
        graph.bulk_extend(map_timeline(timeline, base, timeline.used(timelines)))
    for extra in more:
        graph.bulk_extend(extra.mapped)
    if law:
        law(graph)
    ontology = pyoxigraph.NamedNode(f"{base}graph/ontology")
    graph.bulk_extend(
        pyoxigraph.Quad(t.subject, t.predicate, t.object, ontology) for t in ontology_triples()
    )
    digests = {name: hashlib.sha256(read(name).encode()).hexdigest() for name in ONTOLOGY_FILES}
    graph.bulk_extend(describe_inputs(timelines, base, ontology=digests))
    graph.bulk_extend(
        quad for extra in more for quad in describe_extra(extra.timeline, extra.graphs, base)
    )
    progress.stage("reason")
    inferred = reason.materialise(graph, pyoxigraph.NamedNode(f"{base}graph/inferences"))
    return graph, inferred


def _law(
    folder: Path,
    files: Sequence[Entry],
    cache: Path,
    base: str,
    progress: Progress,
    graph: pyoxigraph.Store,
) -> None:
    """Add the graphs of law, joined with what the timelines in ``graph`` say."""
    progress.stage("law", f"{len(files):,} files")
    code = _code_digest()
    units = law_units.prepare(folder, files, cache, known(graph), base=base, code=code)
    if units.damaged:
        progress.note(f"{units.damaged} damaged files of {cache} were made anew")
    progress.stage("law", f"{len(units.quads):,} laws, {units.mapped:,} of them changed")
    for content in units.content():
        graph.bulk_load(input=content, format=pyoxigraph.RdfFormat.N_QUADS)
    graph.bulk_extend(describe_sources(units.origins, base))
    graph.bulk_extend(describe_law(units.files, base))


def _attached_before(home: Path, name: str) -> bytes:
    """Return what the current generation has under ``name``, empty when it is not there whole."""
    try:
        current = generations.current_id(home)
        generation = generations.read_manifest(home / generations.FOLDER / current)
        content = attached(generation, name)
    except StoreError:
        return b""
    whole = generation.files.get(name) == hashlib.sha256(content).hexdigest()
    return content if whole else b""


def _gate(graph: pyoxigraph.Store, places: Places, progress: Progress) -> tuple[Finding, ...]:
    """Refuse a graph that breaks a rule, naming the rows; return and report the warnings."""
    progress.stage("validate", f"{len(graph):,} quads")
    findings = [*gate.check(graph), *places.links_checked()]
    if errors := [finding for finding in findings if finding.severity == "error"]:
        raise InvalidInput(places.fault(finding) for finding in errors)
    for finding in findings:
        progress.note(f"warning: {places.fault(finding)}")
    return tuple(findings)


class Places:
    """Finds the row that a node of the graph was made from."""

    def __init__(self, timelines: Sequence[Timeline], graph: pyoxigraph.Store, base: str) -> None:
        self._timelines = timelines
        self._graph = graph
        self._base = base

    def links_checked(self) -> Iterator[Finding]:
        """Yield warnings of mappings whose addresses were found dead or leading elsewhere."""
        for timeline in self._timelines:
            yield from alive.findings(timeline, self._base)

    def fault(self, finding: Finding) -> Fault:
        """Word a finding of the gate as a fault of the row that it comes from."""
        file, row = self.of(finding.focus)
        return Fault(file, row, "", finding.focus, finding.check, message=finding.message)

    def noted(self, finding: Finding) -> gate.Noted:
        """Put the row that it comes from to a finding of the gate."""
        file, row = self.of(finding.focus)
        return gate.Noted(
            finding.check,
            finding.severity,
            finding.focus,
            finding.message,
            file if row else "",
            row,
        )

    def of(self, iri: str) -> tuple[str, int]:
        """Return file and row of the entity, claim or evidence ``iri``; the IRI itself if none."""
        for slug in self._slugs(iri):
            for timeline in self._timelines:
                if (place := timeline.places.get(slug)) is not None:
                    prefix = f"{timeline.folder.name}/" if len(self._timelines) > 1 else ""
                    return prefix + place.file, place.row
        return iri, 0

    def _slugs(self, iri: str) -> Iterator[str]:
        # Law and provisions have IRIs of legislation.gov.uk; their slug stands in the graph.
        slug = pyoxigraph.NamedNode("https://w3id.org/reformgraph/ontology#slug")
        for quad in self._graph.quads_for_pattern(pyoxigraph.NamedNode(iri), slug, None):
            yield str(getattr(quad.object, "value", ""))
        local = iri.removeprefix(self._base).partition("/")[2]
        yield local
        yield local.partition(".")[0]


def made_from(home: Path, digest: str) -> Generation | None:
    """Return the current generation if it was made from these inputs and is undamaged."""
    try:
        wanted = generations.current_id(home)
        generation, degraded = generations.choose(home)
    except StoreError:
        return None
    same = generation.id == wanted and not degraded and generation.input_digest == digest
    return generation if same else None


def refuse_shrunk(home: Path, statements: int) -> None:
    """Raise InvalidInput when the graph that is served has more than twice as many statements."""
    try:
        served, _ = generations.choose(home)
    except StoreError:
        return
    if 2 * statements < served.quads:
        message = (
            f"the new graph has {statements:,} statements, the one that is served has "
            f"{served.quads:,}: is something missing? If it is meant, say --smaller"
        )
        raise InvalidInput([Fault(str(home), 0, "", "", "", message=message)])


def _input_digest(timelines: Iterable[Timeline], base: str, law: Iterable[Entry] = ()) -> str:
    """Return the SHA-256 over all that decides the result: files, order, base, ontology, code."""
    parts: list[tuple[str, str]] = [("base", base)]
    for timeline in timelines:
        parts.append(("timeline", timeline.manifest.id))
        parts += sorted(timeline.files.items())
    parts += (("law", law_units.identity(entry)) for entry in law)
    parts += code_digests()
    text = "\n".join(f"{len(name)} {name} {value}" for name, value in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def code_digests() -> list[tuple[str, str]]:
    """Return name and SHA-256 of each of our files that decides what a build makes."""
    parts: list[tuple[str, str]] = []
    for room in _CODE:
        parts += sorted(_digests(files(f"reformgraph.{room}"), room).items())
    return parts


def _code_digest() -> str:
    """Return the SHA-256 over the code and the ontology."""
    return hashlib.sha256("\n".join(map(" ".join, code_digests())).encode()).hexdigest()


def _digests(folder: Traversable, name: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for entry in folder.iterdir():
        path = f"{name}/{entry.name}"
        if entry.is_dir():
            if entry.name not in ("__pycache__", "timelines"):
                found |= _digests(entry, path)
        elif entry.name.endswith(_CODE_SUFFIXES):
            found[path] = hashlib.sha256(entry.read_bytes()).hexdigest()
    return found
