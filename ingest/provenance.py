"""Where each graph came from: the quads of ``{base}graph/provenance``.

Deterministic: files by name and digest, the version of reformgraph, no time of day. When a graph
was built stands in the generation's manifest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode, Quad

from reformgraph import __version__
from reformgraph.ingest.law.folder import Entry
from reformgraph.ingest.law.mapping.scope import ATTRIBUTION, LICENCE, web
from reformgraph.ingest.mapping.iris import graph_iri
from reformgraph.ingest.timeline import Timeline
from reformgraph.ontology.terms import DCTERMS, OWL, PROV, RDF, RDFS, SCHEMA, XSD


def describe_inputs(
    timelines: Iterable[Timeline],
    base: str,
    *,
    ontology: Mapping[str, str] | None = None,
    version: str = __version__,
) -> Iterator[Quad]:
    """Describe the graphs of a build.

    In: the timelines; the base of the IRIs; the ontology's files by name with the SHA-256 of their
    bytes in hexadecimal, when wanted; the version that builds. Out: quads in
    ``{base}graph/provenance``: each graph is a ``prov:Entity``, ``prov:wasDerivedFrom`` its files
    (``{base}graph/{graph}/{file}``, with ``dcterms:title`` and ``schema:sha256``), and
    ``prov:wasAttributedTo`` the program with its ``owl:versionInfo``; the graph of inferences was
    derived from all the others. PROV-O §3.1.
    """
    graph = graph_iri(base, "provenance")
    program = NamedNode(f"{graph.value}/reformgraph")
    yield Quad(program, RDF.type, PROV.SoftwareAgent, graph)
    yield Quad(program, RDFS.label, Literal(f"reformgraph {version}", language="en"), graph)
    yield Quad(program, OWL.versionInfo, Literal(version), graph)
    inputs = {each.manifest.id: (each.manifest.title, each.files) for each in timelines}
    inputs["ontology"] = ("The reformgraph ontology and its concept schemes", ontology or {})
    for name, (label, files) in sorted(inputs.items()):
        node = graph_iri(base, name)
        yield from _entity(node, label, program, graph)
        for file, digest in sorted(files.items()):
            source = NamedNode(f"{node.value}/{quote(file)}")
            yield Quad(node, PROV.wasDerivedFrom, source, graph)
            yield Quad(source, RDF.type, PROV.Entity, graph)
            yield Quad(source, RDFS.label, Literal(f"{name}/{file}", language="en"), graph)
            yield Quad(source, DCTERMS.title, Literal(file), graph)
            yield Quad(source, SCHEMA.sha256, Literal(digest), graph)
    inferred = graph_iri(base, "inferences")
    yield from _entity(inferred, "What follows from the other graphs", program, graph)
    for name in sorted(inputs):
        yield Quad(inferred, PROV.wasDerivedFrom, graph_iri(base, name), graph)


def describe_extra(
    timeline: Timeline,
    graphs: Mapping[str, tuple[str, Sequence[str], bool]],
    base: str,
    *,
    version: str = __version__,
) -> Iterator[Quad]:
    """Describe the graphs that the RDF of a timeline makes.

    In: the timeline; each graph's label, the files that it was made of, which ``describe_inputs``
    has described, and whether it is reasoned over; the base. Out: quads in ``{base}graph/provenance``.
    """
    graph = graph_iri(base, "provenance")
    program = NamedNode(f"{graph.value}/reformgraph")
    home = graph_iri(base, timeline.manifest.id).value
    for name, (label, files, reasoned) in sorted(graphs.items()):
        node = NamedNode(name)
        yield from _entity(node, label, program, graph)
        for file in files:
            yield Quad(node, PROV.wasDerivedFrom, NamedNode(f"{home}/{quote(file)}"), graph)
        if reasoned:
            yield Quad(graph_iri(base, "inferences"), PROV.wasDerivedFrom, node, graph)


def describe_law(
    files: Mapping[str, Sequence[Entry]], base: str, *, version: str = __version__
) -> Iterator[Quad]:
    """Describe the graphs of law.

    In: the files behind each law by its key (``ukpga/2004/31``); the base of the IRIs. Out: quads in
    ``{base}graph/provenance``: the two graphs of the law were derived from its files
    (``{base}graph/law/{digest of file and key}``), each with its name, digest, address and time of
    fetching, the licence and the attribution that it asks for.
    """
    graph = graph_iri(base, "provenance")
    program = NamedNode(f"{graph.value}/reformgraph")
    inferred = graph_iri(base, "inferences")
    for law in sorted(files):
        for part, what in (("legislation", "What files say of"), ("effects", "Effects on")):
            node = graph_iri(base, f"{part}/{law}")
            yield from _entity(node, f"{what} {law}", program, graph)
            yield Quad(node, DCTERMS.license, LICENCE, graph)
            yield Quad(inferred, PROV.wasDerivedFrom, node, graph)
            for entry in files[law]:
                yield Quad(node, PROV.wasDerivedFrom, _file(entry, base), graph)
    for entry in sorted({entry for each in files.values() for entry in each}):
        node = _file(entry, base)
        yield Quad(node, RDF.type, PROV.Entity, graph)
        yield Quad(node, RDFS.label, Literal(entry.name, language="en"), graph)
        yield Quad(node, DCTERMS.title, Literal(entry.name), graph)
        yield Quad(node, SCHEMA.sha256, Literal(entry.digest), graph)
        yield Quad(node, DCTERMS.license, LICENCE, graph)
        yield Quad(node, DCTERMS.bibliographicCitation, Literal(ATTRIBUTION, language="en"), graph)
        if address := web(entry.url):
            yield Quad(node, PROV.hadPrimarySource, address, graph)
        if entry.retrieved:
            time = Literal(entry.retrieved, datatype=XSD.dateTime)
            yield Quad(node, PROV.generatedAtTime, time, graph)


def _file(entry: Entry, base: str) -> NamedNode:
    mark = hashlib.sha256(entry.key.encode()).hexdigest()[:16]
    return NamedNode(f"{base}graph/law/{mark}")


def _entity(node: NamedNode, label: str, program: NamedNode, graph: NamedNode) -> Iterator[Quad]:
    yield Quad(node, RDF.type, PROV.Entity, graph)
    yield Quad(node, RDFS.label, Literal(label, language="en"), graph)
    yield Quad(node, PROV.wasAttributedTo, program, graph)
