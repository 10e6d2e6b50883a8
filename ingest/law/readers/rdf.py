"""``data.rdf``: works, expressions and manifestations (FRBR, MetaLex, Dublin Core) of a law.

The file is first looked through as XML (no DOCTYPE, limits on depth and size) and only then parsed
as RDF/XML. A law's Document comes from its work and the expressions of it; sections that have
works of their own are provisions; ``owl:sameAs`` gives aliases; ``LegislativeModification`` is an
effect. Source: legislation.gov.uk data documentation, the page on RDF that was there until 2023.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator

import pyoxigraph as ox

from reformgraph.errors import InputError
from reformgraph.ingest.law import addresses, titles
from reformgraph.ingest.law.loss import EFFECT_TYPE
from reformgraph.ingest.law.model import Document, Effect, Provision, Reading, Reference, Version
from reformgraph.ingest.law.xml import PREFIXES, events, opened

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
DCT = "http://purl.org/dc/terms/"
FRBR = "http://purl.org/vocab/frbr/core#"
METALEX = "http://www.metalex.eu/metalex/2008-05-02#"

_TYPE, _ROOT = f"{RDF}type", f"{{{RDF}}}RDF"
_WORKS = (f"{FRBR}Work", f"{METALEX}BibliographicWork")
_EXPRESSIONS = (f"{FRBR}Expression", f"{METALEX}BibliographicExpression")
_CHANGES = (f"{METALEX}LegislativeModification",)
_GROUND = f"{METALEX}legislativeCompetenceGround"
_COMMENCED = f"{METALEX}LegislativeCommencement"
_DAY = re.compile(r"(start|end)\s*=\s*(\d{4}-\d{2}-\d{2})")

_USED = frozenset(
    (
        *(f"rdfs:{name}" for name in ("label", "comment")),
        *(f"dct:{name}" for name in ("title", "alternative", "description", "publisher", "valid")),
        *(f"dct:{name}" for name in ("hasVersion", "modified", "spatial", "subject", "created")),
        *("owl:sameAs", "rdf:type", "frbr:Work", "frbr:Expression", "frbr:realizationOf"),
        *("metalex:BibliographicWork", "metalex:BibliographicExpression", "metalex:realizes"),
        *("metalex:LegislativeModification", "metalex:LegislativeCommencement", "metalex:matter"),
        *("metalex:legislativeCompetenceGround", "metalex:LegislativeCompetenceGround"),
        *(
            "metalex:legislativeCompetenceGroundOf",
            "metalex:patient",
            "dct:hasPart",
            "dct:isPartOf",
        ),
    )
)
_Node = ox.NamedNode | ox.BlankNode


def read(content: bytes, name: str) -> Reading:
    """Read one RDF/XML file (plain or gzip); ``name`` is what messages call it.

    Raises InputError naming the file: not XML, a DOCTYPE, not RDF/XML, or nothing about a law.
    """
    for kind, element in events(content, name):
        if kind == "end":
            element.clear()
        elif element.getparent() is None and element.tag != _ROOT:
            raise InputError(f"{name}: the root element is not rdf:RDF", where={"file": name})
    graph = _Graph(content, name)
    reading = Reading()
    laws: dict[str, Document] = {}
    for law in sorted(graph.laws()):
        laws[law] = _document(graph, law)
    reading.documents = list(laws.values())
    reading.effects = list(_effects(graph))
    graph.count(reading)
    if not laws and not reading.effects:
        raise InputError(
            f"{name}: RDF, but nothing in it is about a law of legislation.gov.uk",
            where={"file": name},
        )
    for effect in reading.effects:
        reading.met[EFFECT_TYPE + effect.type] += 1
    return reading


class _Graph:
    """The statements of one file, by subject and predicate."""

    def __init__(self, content: bytes, name: str) -> None:
        source = opened(content, name)
        source.peek_prolog()
        pieces = []
        while chunk := source.read(65536):
            pieces.append(chunk)
        self.said: dict[_Node, dict[str, list[object]]] = {}
        self.names: Counter[str] = Counter()
        try:
            for quad in ox.parse(
                io.BytesIO(b"".join(pieces)), format=ox.RdfFormat.RDF_XML, base_iri=addresses.SITE
            ):
                subject = quad.subject
                if not isinstance(subject, _Node):
                    continue
                predicate = quad.predicate.value
                self.said.setdefault(subject, {}).setdefault(predicate, []).append(quad.object)
                self.names[_short(predicate)] += 1
                if predicate == _TYPE and isinstance(quad.object, ox.NamedNode):
                    self.names[_short(quad.object.value)] += 1
        except SyntaxError as error:
            line = error.lineno or 1
            raise InputError(
                f"{name}, line {line}: not RDF/XML: {error.msg}",
                where={"file": name, "line": line},
            ) from error

    def of_type(self, types: tuple[str, ...]) -> Iterator[_Node]:
        """Go over the subjects of one of ``types``."""
        for subject, said in self.said.items():
            if any(getattr(one, "value", "") in types for one in said.get(_TYPE, ())):
                yield subject

    def laws(self) -> set[str]:
        """Give the keys of the laws that works, expressions or aliases are about."""
        nodes = [*self.of_type(_WORKS), *self.of_type(_EXPRESSIONS)]
        same = [one for subject in self.said for one in self.values(subject, f"{OWL}sameAs")]
        found = {addresses.key(node.value) for node in nodes if isinstance(node, ox.NamedNode)}
        return {law for law in found | {addresses.key(one) for one in same} if law}

    def values(self, subject: _Node, predicate: str) -> list[str]:
        """Give the values of one predicate as text, white space collapsed."""
        found = self.said.get(subject, {}).get(predicate, ())
        return [" ".join(str(one.value).split()) for one in found if hasattr(one, "value")]

    def nodes(self, subject: _Node, predicate: str) -> list[_Node]:
        """Give the values of one predicate that are things."""
        found = self.said.get(subject, {}).get(predicate, ())
        return [one for one in found if isinstance(one, _Node)]

    def first(self, subjects: list[_Node], predicate: str) -> str:
        """Give the first value that one of ``subjects`` has."""
        return next((one for node in subjects for one in self.values(node, predicate)), "")

    def count(self, reading: Reading) -> None:
        """Put the names met and those that left nothing into ``reading``."""
        for short, times in self.names.items():
            reading.met[f"rdf:{short}"] += times
            if short not in _USED:
                reading.ignored[f"rdf:{short}"] += times


def _document(graph: _Graph, law: str) -> Document:
    own = addresses.split(addresses.iri(law))
    assert own is not None
    work = ox.NamedNode(addresses.iri(law))
    about = [
        (node, address)
        for node in (*graph.of_type(_EXPRESSIONS), *graph.of_type(_WORKS))
        if isinstance(node, ox.NamedNode)
        and (address := addresses.split(node.value))
        and address.law == law
        and not address.format
        and "/id/" not in node.value
    ]
    whole: list[_Node] = [node for node, address in about if not address.path]
    main = addresses.uri(law)
    whole.sort(key=lambda node: (node.value != main, node.value))
    title, repealed = titles.plain(graph.first([work, *whole], f"{DCT}title"))
    publishers = [one for node in whole for one in graph.nodes(node, f"{DCT}publisher")]
    valid = _period(graph, whole)
    same = {
        subject.value
        for subject in graph.said
        if isinstance(subject, ox.NamedNode) and work.value in graph.values(subject, f"{OWL}sameAs")
    }
    same.update(graph.values(work, f"{OWL}sameAs"))
    return Document(
        iri=work.value,
        uri=whole[0].value if whole else main,
        form="metadata",
        type=own.type,
        main_type=addresses.CLASSES.get(own.type, ""),
        title=title,
        repealed=repealed,
        alternative_titles=tuple(sorted(set(graph.values(work, f"{DCT}alternative")))),
        description=graph.first([work, *whole], f"{DCT}description"),
        language="en",
        year=own.calendar_year,
        number=own.number,
        valid=valid.get("start", ""),
        start=valid.get("start", ""),
        end=valid.get("end", ""),
        modified=graph.first(whole, f"{DCT}modified")[:10],
        extent=_extent(graph, whole),
        publisher=graph.first(publishers, f"{RDFS}label"),
        subjects=tuple(sorted(set(graph.values(work, f"{DCT}subject")))),
        same_as=tuple(sorted(same)),
        versions=tuple(_versions(about)),
        provisions=tuple(_provisions(graph, law)),
    )


def _provisions(graph: _Graph, law: str) -> Iterator[Provision]:
    works = sorted(
        node.value
        for node in graph.of_type(_WORKS)
        if isinstance(node, ox.NamedNode) and "/id/" in node.value
    )
    for iri in works:
        address = addresses.split(iri)
        if address is None or address.law != law or not address.path:
            continue
        work = ox.NamedNode(iri)
        uri = addresses.uri(law, address.path)
        shown: list[_Node] = [ox.NamedNode(uri)]
        valid = _period(graph, shown)
        yield Provision(
            path=address.path,
            iri=address.iri,
            element="",
            number=address.path.rpartition("/")[2],
            heading=graph.first([work, *shown], f"{DCT}title"),
            uri=uri,
            extent=_extent(graph, shown),
            start=valid.get("start", ""),
            end=valid.get("end", ""),
        )


def _versions(about: list[tuple[ox.NamedNode, addresses.Address]]) -> Iterator[Version]:
    seen = set()
    for node, address in sorted(about, key=lambda one: one[0].value):
        if node.value not in seen:
            seen.add(node.value)
            yield Version(node.value, address.version or "current", "", address.language)


def _period(graph: _Graph, nodes: list[_Node]) -> dict[str, str]:
    """Read a DCMI period: ``start=2001-07-01; end=…``."""
    return dict(_DAY.findall(graph.first(nodes, f"{DCT}valid")))


def _extent(graph: _Graph, nodes: list[_Node]) -> str:
    letters = {"England": "E", "Wales": "W", "Scotland": "S", "Northern Ireland": "N.I."}
    places = {
        label
        for node in nodes
        for place in graph.nodes(node, f"{DCT}spatial")
        for label in graph.values(place, f"{RDFS}label")
    }
    return "+".join(letter for name, letter in letters.items() if name in places)


def _effects(graph: _Graph) -> Iterator[Effect]:
    """Go over the modifications: what they change, by what; they have no id of their own."""
    for node in graph.of_type(_CHANGES):
        affected = [
            one
            for document in graph.nodes(node, f"{METALEX}matter")
            for one in graph.values(document, f"{METALEX}realizes")
        ]
        grounds = graph.nodes(node, _GROUND)
        affecting = [one.value for one in grounds if isinstance(one, ox.NamedNode)]
        for ground in grounds:
            # The ground of a commencement is not named itself, only what brings it into force.
            for by in graph.of_type((_COMMENCED,)):
                if ground in graph.nodes(by, f"{METALEX}patient"):
                    affecting += [
                        one.value
                        for one in graph.nodes(by, _GROUND)
                        if isinstance(one, ox.NamedNode)
                    ]
        words = graph.first([node], f"{RDFS}label") or graph.first([node], f"{RDFS}comment")
        for target in affected:
            law = addresses.key(target)
            if not law:
                continue
            by_law = addresses.key(affecting[0]) if affecting else ""
            yield Effect(
                id="",
                type=words,
                affecting_law=addresses.iri(by_law) if by_law else "",
                affected_law=addresses.iri(law),
                affecting=tuple(
                    Reference(addresses.canonical(one))
                    for one in affecting
                    if addresses.path_of(one)
                ),
                affected=(Reference(addresses.canonical(target)),)
                if addresses.path_of(target)
                else (),
                applied=False,
            )


def _short(iri: str) -> str:
    for namespace, prefix in (*PREFIXES.items(), ("http://xmlns.com/foaf/0.1/", "foaf")):
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri.rpartition("#")[2] or iri
