"""The RDF that timelines take in: read with limits, carried over, made entities or kept as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, cast

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from reformgraph.ingest.faults import Fault, InvalidInput
from reformgraph.ingest.foreign.carry import carry
from reformgraph.ingest.foreign.complete import Completion, Entity, rows
from reformgraph.ingest.foreign.parsing import Parsed, parse
from reformgraph.ingest.foreign.sources import Source, media_type
from reformgraph.ingest.mapping import graph_iri
from reformgraph.ingest.timeline import Rdf, Timeline


class Made(NamedTuple):
    """What a graph was made of."""

    label: str
    files: tuple[str, ...]
    reasoned: bool


@dataclass(slots=True)
class Extra:
    """What one file gives. ``mapped`` is in our terms, to be reasoned over and checked with the
    rows; ``kept`` is as the file has it, and is only served. ``graphs`` says of each graph its
    label, the files of the timeline that it was made of, and whether it is reasoned over.
    """

    timeline: Timeline
    mapped: list[Quad] = field(default_factory=list)
    kept: list[Quad] = field(default_factory=list)
    graphs: dict[str, Made] = field(default_factory=dict)


def read(timelines: Sequence[Timeline], base: str) -> list[Extra]:
    """Read every file that ``timelines`` take in.

    ``base``: the IRI prefix of entities. Raises InvalidInput with the faults of all files.
    """
    asked = [(timeline, entry) for timeline in timelines for entry in timeline.manifest.rdf]
    if not asked:
        return []
    several = len(timelines) > 1
    sources = [_source(timeline, entry, base, several) for timeline, entry in asked]
    found: list[Extra] = []
    faults: list[Fault] = []
    made: dict[str, Entity] = {}
    reserved = {slug for timeline in timelines for slug in _slugs(timeline)}
    with tempfile.TemporaryDirectory(prefix="reformgraph-") as folder:
        for (timeline, entry), parsed in zip(asked, parse(sources, Path(folder)), strict=True):
            if parsed.faults:
                faults += parsed.faults
                continue
            used = timeline.used(timelines)
            extra, wrong = _extra(timeline, entry, parsed, base, used, made, reserved)
            found.append(extra)
            faults += wrong
    if faults:
        raise InvalidInput(faults)
    return found


def _source(timeline: Timeline, entry: Rdf, base: str, several: bool) -> Source:
    path = timeline.folder / entry.file
    prefix = f"{timeline.folder.name}/" if several else ""
    graph = graph_iri(base, f"{timeline.manifest.id}-{entry.name}").value
    return Source(path, prefix + entry.file, media_type(path), graph, graph)


def _extra(
    timeline: Timeline,
    entry: Rdf,
    parsed: Parsed,
    base: str,
    used: Sequence[Timeline],
    made: dict[str, Entity],
    reserved: AbstractSet[str],
) -> tuple[Extra, list[Fault]]:
    source = parsed.source
    extra, faults = Extra(timeline), []
    with parsed.quads.open("rb") as file:
        quads = list(pyoxigraph.parse(file, pyoxigraph.RdfFormat.N_QUADS))
    said: list[Quad] = []
    own: set[str] = set()
    for quad in quads:
        graph = quad.graph_name
        if isinstance(graph, NamedNode) and graph.value != source.graph:
            own.add(graph.value)
        if isinstance(quad.object, Triple):
            words = "a triple term, which a timeline does not take; serve the file with --data"
            faults.append(Fault(source.name, 0, "", "", "", message=words))
            break
        where = source.graph if isinstance(graph, DefaultGraph | BlankNode) else graph.value
        subject, value = _named(quad.subject, base), _named(quad.object, base)
        said.append(Quad(subject, quad.predicate, value, NamedNode(where)))
    for graph in sorted(own):
        if graph.startswith(base):
            words = f"<{graph}> is a name of this graph's own: no file may write there"
            faults.append(Fault(source.name, 0, "", "", "", message=words))
    label = f"{entry.file} of {timeline.manifest.title}"
    if entry.map:
        store = pyoxigraph.Store()
        store.bulk_extend(said)
        maps = {name: timeline.folder / name for name in entry.map}
        triples, wrong = carry(store, maps, base)
        faults += wrong
        if not triples and not faults:
            words = f"{', '.join(maps)} carries nothing of it over"
            faults.append(Fault(source.name, 0, "", "", "", message=words))
        graph = NamedNode(source.graph)
        known = rows(timeline, base, used) | made
        done = Completion(triples, entry, timeline, base, used, graph, source.name, known, reserved)
        made |= done.entities
        faults += [] if wrong else done.faults
        extra.mapped = done.quads
        extra.graphs[source.graph] = Made(
            f"{label}, in our terms", (entry.file, *entry.map), reasoned=True
        )
    if entry.keep or not entry.map:
        as_it_is = f"{source.graph}-source" if entry.map else source.graph
        for quad in said:
            moved = quad.graph_name == NamedNode(source.graph)
            extra.kept.append(
                Quad(quad.subject, quad.predicate, quad.object, NamedNode(as_it_is))
                if moved
                else quad
            )
        for name in sorted({cast(NamedNode, quad.graph_name).value for quad in extra.kept}):
            extra.graphs[name] = Made(label, (entry.file,), reasoned=False)
    return extra, faults


def _slugs(timeline: Timeline) -> Iterator[str]:
    yield from (timeline.manifest.id, timeline.manifest.scheme_id)
    yield from timeline.places
    yield from timeline.persons


def _named(term: Any, base: str) -> Any:
    """Give a blank node an address (RDF 1.1 §3.5): nothing in a built graph goes without."""
    if isinstance(term, BlankNode):
        return NamedNode(f"{base}.well-known/genid/{term.value}")
    return term
