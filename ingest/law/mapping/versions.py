"""Points in time of a law and its provisions, as ``eli:LegalExpression``."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.mapping.merge import Held
from reformgraph.ingest.law.mapping.scope import TRUE, Scope
from reformgraph.ingest.law.model import Document, Provision
from reformgraph.ontology.terms import ELI, RDF, RG

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOT_IN_FORCE = NamedNode("http://data.europa.eu/eli/ontology#InForce-notInForce")


@dataclass(slots=True)
class _Point:
    """One version: of what, in which language, and how long this text of it stood."""

    path: str
    label: str
    language: str
    start: str = ""
    end: str = ""
    ongoing: bool = False
    status: str = ""


def versions(scope: Scope, found: Iterable[Held], paths: Container[str]) -> Iterator[Quad]:
    """Give each version once, whichever files tell of it."""
    points: dict[str, _Point] = {}
    for held in found:
        for uri, point in _points(held.document, scope.law):
            if point.path not in paths:
                continue
            known = points.setdefault(uri, point)
            known.start = known.start or point.start
            known.end = known.end or point.end
            known.status = known.status or point.status
            known.ongoing |= point.ongoing
    for uri in sorted(points):
        yield from _quads(scope, NamedNode(uri), points[uri])


def _quads(scope: Scope, node: NamedNode, point: _Point) -> Iterator[Quad]:
    yield scope.quad(node, RDF.type, ELI.LegalExpression)
    yield scope.quad(node, ELI.realizes, scope.node(point.path))
    yield scope.quad(node, ELI.language, Literal(point.language))
    yield scope.quad(node, ELI.version, Literal(point.label))
    yield from scope.dated(node, RG.start, point.start)
    yield from scope.dated(node, RG.end, point.end)
    if point.ongoing and not point.end:
        yield scope.quad(node, RG.isOngoing, TRUE)
    if point.status:
        yield scope.quad(node, ELI.in_force, _NOT_IN_FORCE)
    if point.status == "Prospective":
        yield scope.quad(node, RG.isProspective, TRUE)


def _points(document: Document, law: str) -> Iterator[tuple[str, _Point]]:
    for version in document.versions:
        address = addresses.split(version.uri)
        if address is None or address.law != law or address.version in ("", "current"):
            continue
        uri = addresses.uri(law, address.path, address.version, version.language)
        start = address.version if _DAY.fullmatch(address.version) else ""
        yield uri, _Point(address.path, address.version, version.language, start)
    if document.form in ("whole", "contents") and not document.fragment:
        yield from _point(document, law, "", document.start or document.valid, document.end, "")
    for provision in document.provisions:
        # A text for one territory beside another has the same address: the main one is told.
        if not provision.variant:
            yield from _point(
                document, law, provision.path, provision.start, provision.end, _status(provision)
            )


def _point(
    document: Document, law: str, path: str, start: str, end: str, status: str
) -> Iterator[tuple[str, _Point]]:
    label = start if _DAY.fullmatch(start) else document.version
    if status == "Prospective":
        label = label or "prospective"
    if not label or label == "current":
        return
    # A text that has begun and names no end stood when the file was made: "missing end = current".
    ongoing = bool(start) and not end and document.status != "final"
    yield (
        addresses.uri(law, path, label, document.language),
        _Point(path, label, document.language, start, end, ongoing, status),
    )


def _status(provision: Provision) -> str:
    if provision.status:
        return provision.status
    return "Repealed" if provision.in_force is False else ""
