"""The description of the dataset as RDF: DCAT 3, VoID, PROV-O; and as schema.org JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, Triple

from reformgraph.ontology.terms import (
    DC,
    DCTERMS,
    FOAF,
    ONTOLOGY,
    OWL,
    PREFIXES,
    PROV,
    RDF,
    RDFS,
    XSD,
)
from reformgraph.server.reading.dataset import Dataset, File
from reformgraph.store.base import Generation

DCAT: Final = "http://www.w3.org/ns/dcat#"
VOID: Final = "http://rdfs.org/ns/void#"
SPDX: Final = "http://spdx.org/rdf/terms#"
MEDIA: Final = "https://www.iana.org/assignments/media-types/"
EXTRA_PREFIXES: Final = {"dcat": DCAT, "void": VOID, "spdx": SPDX}
MEDIA_TYPES: Final = {
    "nq": "application/n-quads",
    "trig": "application/trig",
    "ttl": "text/turtle",
    "csv": "text/csv",
}
CODE_LICENCE: Final = "https://spdx.org/licenses/MIT"
_RDF_FEATURES: Final = {
    "ttl": "http://www.w3.org/ns/formats/Turtle",
    "nt": "http://www.w3.org/ns/formats/N-Triples",
    "rdf": "http://www.w3.org/ns/formats/RDF_XML",
    "jsonld": "http://www.w3.org/ns/formats/JSON-LD",
}


def _dcat(name: str) -> NamedNode:
    return NamedNode(DCAT + name)


def _void(name: str) -> NamedNode:
    return NamedNode(VOID + name)


def _spdx(name: str) -> NamedNode:
    return NamedNode(SPDX + name)


def _count(value: int) -> Literal:
    return Literal(str(value), datatype=XSD.integer)


def _english(text: str) -> Literal:
    return Literal(text, language="en")


def triples(found: Dataset, site: str) -> Iterator[Triple]:
    """Describe ``found`` as served at ``site`` (an address without a slash at its end)."""
    page = f"{site}/dataset"
    whole, generation = NamedNode(f"{page}#dataset"), found.generation
    document = NamedNode(page)
    yield Triple(document, RDF.type, _void("DatasetDescription"))
    yield Triple(document, DCTERMS.title, _english(f"Description of “{found.title}”"))
    yield Triple(document, FOAF.primaryTopic, whole)
    for kind in (_dcat("Dataset"), _void("Dataset"), PROV.Entity):
        yield Triple(whole, RDF.type, kind)
    yield Triple(whole, DCTERMS.title, _english(found.title))
    yield Triple(whole, DCTERMS.description, _english(found.description))
    yield Triple(whole, DCTERMS.identifier, Literal(generation.digest))
    yield Triple(whole, _dcat("version"), Literal(generation.id))
    yield Triple(whole, DCTERMS.modified, _moment(generation))
    yield Triple(whole, NamedNode(f"{DCTERMS.iri}conformsTo"), ONTOLOGY)
    yield Triple(whole, _dcat("landingPage"), document)
    for licence in found.licences:
        value = NamedNode(licence) if licence.startswith("http") else Literal(licence)
        yield Triple(whole, DCTERMS.license, value)
    for name in found.publishers:
        key = hashlib.sha256(name.encode()).hexdigest()[:8]
        agent = NamedNode(f"{page}#publisher-{key}")
        yield Triple(whole, DCTERMS.publisher, agent)
        yield Triple(agent, RDF.type, FOAF.Agent)
        yield Triple(agent, FOAF.name, Literal(name))
    for language in sorted({each.language for each in found.timelines if each.language}):
        yield Triple(whole, DC.language, Literal(language))
    yield from _periods(found, page, whole)
    yield from _statistics(found, page, whole)
    yield from _graphs(found, page, whole)
    yield from _linksets(found, page, whole)
    yield from _distributions(found, site, whole)
    yield from _service(site, whole)
    yield from _origin(found, page, whole)


def _moment(generation: Generation) -> Literal:
    return Literal(generation.created, datatype=XSD.dateTime)


def _periods(found: Dataset, page: str, whole: NamedNode) -> Iterator[Triple]:
    for each in found.timelines:
        if each.first or each.last:
            period = NamedNode(f"{page}#period-{each.slug}")
            yield Triple(whole, NamedNode(f"{DCTERMS.iri}temporal"), period)
            yield Triple(period, RDF.type, NamedNode(f"{DCTERMS.iri}PeriodOfTime"))
            for name, day in (("startDate", each.first), ("endDate", each.last)):
                if day:
                    yield Triple(period, _dcat(name), Literal(day, datatype=XSD.date))


def _statistics(found: Dataset, page: str, whole: NamedNode) -> Iterator[Triple]:
    for name, value in (
        ("triples", found.generation.quads),
        ("entities", found.entities),
        ("classes", len(found.classes)),
        ("properties", len(found.properties)),
        ("distinctSubjects", found.subjects),
        ("distinctObjects", found.objects),
    ):
        yield Triple(whole, _void(name), _count(value))
    yield Triple(whole, _void("uriSpace"), Literal(found.generation.base))
    used = {iri for iri, _ in (*found.classes, *found.properties)}
    for namespace in sorted(PREFIXES.values()):
        if any(iri.startswith(namespace) for iri in used):
            yield Triple(whole, _void("vocabulary"), NamedNode(namespace))
    if found.example:
        yield Triple(whole, _void("exampleResource"), NamedNode(found.example))
    for number, (iri, count) in enumerate(found.classes, 1):
        node = NamedNode(f"{page}#class-{number}")
        yield Triple(whole, _void("classPartition"), node)
        yield Triple(node, RDF.type, _void("Dataset"))
        yield Triple(node, _void("class"), NamedNode(iri))
        yield Triple(node, _void("entities"), _count(count))
    for number, (iri, count) in enumerate(found.properties, 1):
        node = NamedNode(f"{page}#property-{number}")
        yield Triple(whole, _void("propertyPartition"), node)
        yield Triple(node, RDF.type, _void("Dataset"))
        yield Triple(node, _void("property"), NamedNode(iri))
        yield Triple(node, _void("triples"), _count(count))


def _graphs(found: Dataset, page: str, whole: NamedNode) -> Iterator[Triple]:
    for number, part in enumerate(found.parts):
        if part.graph is None:
            continue
        node = NamedNode(f"{page}#graph-{number}")
        yield Triple(whole, _void("subset"), node)
        yield Triple(node, RDF.type, _void("Dataset"))
        yield Triple(node, RDF.type, _dcat("Dataset"))
        yield Triple(node, DCTERMS.isPartOf, whole)
        title = f"Named graph {part.name}" if part.graph else "The default graph"
        yield Triple(node, DCTERMS.title, _english(title))
        yield Triple(node, _void("triples"), _count(part.quads))
        if part.graph:
            yield Triple(node, PROV.wasDerivedFrom, NamedNode(part.graph))


def _linksets(found: Dataset, page: str, whole: NamedNode) -> Iterator[Triple]:
    for number, each in enumerate(found.linksets, 1):
        node = NamedNode(f"{page}#links-{number}")
        target = NamedNode(each.target)
        yield Triple(whole, _void("subset"), node)
        yield Triple(node, RDF.type, _void("Linkset"))
        yield Triple(node, _void("subjectsTarget"), whole)
        yield Triple(node, _void("objectsTarget"), target)
        yield Triple(node, _void("linkPredicate"), NamedNode(each.predicate))
        yield Triple(node, _void("triples"), _count(each.count))
        yield Triple(target, RDF.type, _void("Dataset"))


def _distributions(found: Dataset, site: str, whole: NamedNode) -> Iterator[Triple]:
    homes = {
        part.graph: NamedNode(f"{site}/dataset#graph-{number}")
        for number, part in enumerate(found.parts)
        if part.graph is not None
    }
    for file in found.files:
        address = NamedNode(site + file.path)
        node = NamedNode(f"{site}{file.path}#distribution")
        owner = whole if file.graph is None else homes[file.graph]
        yield Triple(owner, _dcat("distribution"), node)
        yield Triple(node, RDF.type, _dcat("Distribution"))
        yield Triple(node, DCTERMS.title, _english(file.path.rpartition("/dumps/")[2]))
        yield Triple(node, _dcat("downloadURL"), address)
        yield Triple(node, _dcat("accessURL"), NamedNode(f"{site}/dataset"))
        yield Triple(node, _dcat("mediaType"), NamedNode(MEDIA + MEDIA_TYPES[file.syntax]))
        for licence in found.licences:
            if licence.startswith("http"):
                yield Triple(node, DCTERMS.license, NamedNode(licence))
        if file.syntax != "csv":
            yield Triple(node, _dcat("compressFormat"), NamedNode(f"{MEDIA}application/gzip"))
            yield Triple(owner, _void("dataDump"), address)
        else:
            metadata = NamedNode(f"{site}/dumps/tables/csv-metadata.json")
            yield Triple(node, NamedNode(f"{DCTERMS.iri}conformsTo"), metadata)
        if file.sha256:
            size = Literal(str(file.size), datatype=NamedNode(f"{XSD.iri}nonNegativeInteger"))
            yield Triple(node, _dcat("byteSize"), size)
            yield from _checksum(node, f"{site}{file.path}#checksum", file.sha256)


def _checksum(node: NamedNode, iri: str, digest: str) -> Iterator[Triple]:
    checksum = NamedNode(iri)
    yield Triple(node, _spdx("checksum"), checksum)
    yield Triple(checksum, RDF.type, _spdx("Checksum"))
    yield Triple(checksum, _spdx("algorithm"), _spdx("checksumAlgorithm_sha256"))
    value = Literal(digest, datatype=NamedNode(f"{XSD.iri}hexBinary"))
    yield Triple(checksum, _spdx("checksumValue"), value)


def _service(site: str, whole: NamedNode) -> Iterator[Triple]:
    endpoint = NamedNode(f"{site}/sparql")
    yield Triple(whole, _void("sparqlEndpoint"), endpoint)
    yield Triple(endpoint, RDF.type, _dcat("DataService"))
    yield Triple(endpoint, DCTERMS.title, _english("SPARQL endpoint"))
    yield Triple(endpoint, _dcat("endpointURL"), endpoint)
    yield Triple(endpoint, _dcat("servesDataset"), whole)
    protocol = NamedNode("https://www.w3.org/TR/sparql11-protocol/")
    yield Triple(endpoint, NamedNode(f"{DCTERMS.iri}conformsTo"), protocol)
    search = Literal(f"{site}/search?q={{searchTerms}}")
    yield Triple(whole, _void("uriLookupEndpoint"), NamedNode(f"{site}/about?iri="))
    yield Triple(whole, RDFS.comment, _english(f"Search: {search.value}"))
    for feature in _RDF_FEATURES.values():
        yield Triple(whole, _void("feature"), NamedNode(feature))


def _origin(found: Dataset, page: str, whole: NamedNode) -> Iterator[Triple]:
    build, program = NamedNode(f"{page}#build"), NamedNode(f"{page}#program")
    current = found.generation
    yield Triple(whole, PROV.wasGeneratedBy, build)
    yield Triple(build, RDF.type, PROV.Activity)
    yield Triple(build, PROV.endedAtTime, _moment(current))
    yield Triple(build, PROV.wasAssociatedWith, program)
    yield Triple(program, RDF.type, PROV.SoftwareAgent)
    yield Triple(program, RDFS.label, _english(f"reformgraph {current.version}"))
    yield Triple(program, OWL.versionInfo, Literal(current.version))
    # The program's own licence, which is not that of the data.
    yield Triple(program, DCTERMS.license, NamedNode(CODE_LICENCE))
    earlier = [each for each in found.versions if each.sequence < current.sequence]
    for each in (*earlier, current):
        node = NamedNode(f"{page}#generation-{each.id}")
        yield Triple(whole, _dcat("hasVersion"), node)
        yield Triple(node, RDF.type, _dcat("Dataset"))
        yield Triple(node, _dcat("isVersionOf"), whole)
        yield Triple(node, _dcat("version"), Literal(each.id))
        yield Triple(node, DCTERMS.title, _english(f"{found.title}, generation {each.id}"))
        yield Triple(node, PROV.generatedAtTime, _moment(each))
        yield Triple(node, _void("triples"), _count(each.quads))
        yield from _checksum(node, f"{page}#digest-{each.id}", each.digest)
    if earlier:
        before = max(earlier, key=lambda each: each.sequence)
        node = NamedNode(f"{page}#generation-{current.id}")
        last = NamedNode(f"{page}#generation-{before.id}")
        yield Triple(node, _dcat("previousVersion"), last)
        yield Triple(node, PROV.wasDerivedFrom, last)


def schema_org(found: Dataset, site: str) -> dict[str, Any]:
    """Return the dataset as schema.org's ``Dataset``, for search engines of datasets."""
    page = f"{site}/dataset"
    described: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": f"{page}#dataset",
        "name": found.title,
        "description": found.description[:5000],
        "url": page,
        "version": found.generation.id,
        "dateModified": found.generation.created,
        "isAccessibleForFree": True,
        "distribution": [_download(file, site) for file in found.files if file.graph is None],
    }
    if found.licences:
        described["license"] = found.licences
    if found.publishers:
        described["publisher"] = [{"@type": "Organization", "name": x} for x in found.publishers]
    periods = [f"{x.first or '..'}/{x.last or '..'}" for x in found.timelines if x.first or x.last]
    if periods:
        described["temporalCoverage"] = periods
    return described


def _download(file: File, site: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "DataDownload",
        "contentUrl": site + file.path,
        "encodingFormat": MEDIA_TYPES[file.syntax],
    }
    if file.sha256:
        found |= {"contentSize": f"{file.size} B", "sha256": file.sha256}
    return found
