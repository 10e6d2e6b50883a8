"""Making entities of what was carried over: slug, label, dates with bounds, claims, evidence.

A thing with one of our classes becomes an entity as a row does, in the graph of its file. It gets an
address of ours and keeps its own as ``schema:sameAs``; one that is ours already (below the base, or
of legislation.gov.uk) keeps it. An edge to another entity gets its claim. All rest on the source that
``timeline.toml`` gives for the file, with the foreign address as locator.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import ClassVar, Final, NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Triple

from reformgraph.ingest import dates, slugs
from reformgraph.ingest.dates import DateError
from reformgraph.ingest.faults import Fault
from reformgraph.ingest.mapping.scope import GENERATED, Scope
from reformgraph.ingest.rows import Sourced
from reformgraph.ingest.timeline import Rdf, Timeline
from reformgraph.ontology.terms import (
    DCTERMS,
    FOAF,
    ORG,
    RDF,
    RDFS,
    RG,
    SCHEMA,
    SKOS,
    XSD,
)

CLASSES: Final = frozenset(
    (
        *(RG.Policy, RG.Legislation, RG.Provision, RG.Initiative, RG.Institution),
        *(RG.Creation, RG.Merger, RG.Split, RG.Renaming, RG.Transfer, RG.Abolition),
        *(ORG.Post, RG.Tenure, FOAF.Person, SKOS.Concept, RG.Articulation, RG.Component),
        *(RG.Tension, RG.Absence, RG.Contradiction),
    )
)
"""What a thing may be to become an entity; sources and timelines are rows."""
DATES: Final = frozenset((RG.date, RG.start, RG.end))
TEXTS: Final = frozenset(
    (SKOS.altLabel, DCTERMS.description, SKOS.editorialNote, SKOS.definition, RG.purpose,
     RG.heading, RG.paraphrase)
)  # fmt: skip
NAMES: Final = (RDFS.label, SKOS.prefLabel, FOAF.name)
"""Where a label may stand, the best first."""
MADE: Final = frozenset((RG.slug, RG.hasEvidence, RG.inTimeline, *NAMES))
UNCLAIMED: Final = frozenset(
    (RDF.type, RG.kind, RG.hasFrame, SKOS.inScheme, FOAF.page, FOAF.homepage, DCTERMS.isPartOf)
)
_LAW: Final = re.compile(r"http://www\.legislation\.gov\.uk/id/")
_ZONE: Final = re.compile(r"(T.*|Z|[+-]\d\d:\d\d)$")


class Entity(NamedTuple):
    """One thing that has a page."""

    node: NamedNode
    slug: str
    label: str


class _Origin(Sourced):
    """Where the statements about one thing were read, in place of a row."""

    table: ClassVar[str] = "rdf"


class Completion:
    """The entities of one file. ``quads``, ``faults`` and ``entities`` are the result.

    ``known`` are entities that stand elsewhere, by address: rows, and what files before this one
    made. Nothing but edges is taken of them. ``reserved`` are slugs that are not free. ``entities`` adds those of this file, by the address
    that the file has for them and by ours.
    """

    def __init__(
        self,
        triples: Sequence[Triple],
        entry: Rdf,
        timeline: Timeline,
        base: str,
        used: Sequence[Timeline],
        graph: NamedNode,
        name: str,
        known: Mapping[str, Entity],
        reserved: AbstractSet[str],
    ) -> None:
        self.quads: list[Quad] = []
        self.faults: list[Fault] = []
        self._entry, self._base, self._name = entry, base, name
        self._scope = Scope(timeline, base, used)
        self._scope.graph = graph
        self._known, self._reserved = dict(known), reserved
        self._about: dict[NamedNode, list[Triple]] = defaultdict(list)
        for triple in triples:
            if isinstance(triple.subject, NamedNode):
                self._about[triple.subject].append(triple)
        self._new: dict[NamedNode, Entity] = {}
        self._name_all()
        self.entities = {subject.value: each for subject, each in self._new.items()}
        self.entities |= {each.node.value: each for each in self._new.values()}
        self.entities = self._known | self.entities
        for subject in self._about:
            self._say(subject)

    def _name_all(self) -> None:
        """Give each new thing its label, slug and address."""
        labels = {each: self._label(each) for each in self._about if self._is_new(each)}
        wanted = {each: self._wanted(each, label) for each, label in labels.items() if label}
        count = Counter(wanted.values())
        taken = {each.slug: each for each in self._known.values()}
        for subject, slug in wanted.items():
            if slug in taken and Triple(subject, RDF.type, FOAF.Person) in self._about[subject]:
                # A name is one person in all that is built together.
                self._known[subject.value] = taken[slug]
                continue
            if count[slug] > 1 or slug in taken or slug in self._reserved:
                # Not numbered: the name of a thing must not hang on which others there are.
                mark = hashlib.sha256(subject.value.encode()).hexdigest()[:6]
                slug = f"{slug[:190]}-{mark}"
            own = subject.value.startswith(f"{self._base}id/") or _LAW.match(subject.value)
            node = subject if own else self._scope.iris.entity(slug)
            self._new[subject] = Entity(node, slug, labels[subject])

    def _is_new(self, subject: NamedNode) -> bool:
        if subject.value in self._known:
            return False
        if any(t.predicate == RDF.type and t.object in CLASSES for t in self._about[subject]):
            return True
        self._fault(
            subject, "it has none of our classes and is no row, so nothing can be said of it"
        )
        return False

    def _label(self, subject: NamedNode) -> str:
        language = self._scope.timeline.manifest.language
        found = [
            (not (value.language or language).startswith(language), NAMES.index(t.predicate),
             value.value.strip())
            for t in self._about[subject]
            if t.predicate in NAMES and isinstance(value := t.object, Literal)
        ]  # fmt: skip
        if not found or not min(found)[2]:
            self._fault(subject, "it has no rdfs:label")
            return ""
        return min(found)[2]

    def _wanted(self, subject: NamedNode, label: str) -> str:
        below = f"{self._base}id/"
        given = [t.object.value for t in self._about[subject]
                 if t.predicate == RG.slug and isinstance(t.object, Literal)]  # fmt: skip
        if subject.value.startswith(below):
            given = [subject.value.removeprefix(below)]
        slug = given[0] if given else slugs.slugify(label)[: slugs.LONGEST].strip("-")
        try:
            return slugs.check(slug)
        except slugs.SlugError as error:
            self._fault(subject, f"its slug {slug!r} is none: {error}; give it an rg:slug")
            return slug

    def _say(self, subject: NamedNode) -> None:
        entity = self.entities.get(subject.value)
        if entity is None:
            return
        new = subject in self._new
        origin = _Origin.model_construct(
            # What another place says too has evidence of its own there.
            id=entity.slug if new else f"{self._entry.name}.{entity.slug}",
            note="",
            source=(self._entry.source,),
            locator=f"<{subject.value}>",
            status=self._entry.status,
        )
        before = len(self.quads)
        if new:
            self.quads += self._entity(subject, entity, origin)
        for triple in self._about[subject]:
            self.quads += self._statement(triple, entity, origin, new=new)
        if len(self.quads) > before:
            self.quads += self._scope.evidence(origin)

    def _entity(self, subject: NamedNode, entity: Entity, origin: Sourced) -> Iterator[Quad]:
        scope, (node, slug, label) = self._scope, entity
        types = [t.object for t in self._about[subject]
                 if t.predicate == RDF.type and isinstance(t.object, NamedNode)]  # fmt: skip
        for type_ in types:
            yield from scope.named(node, type_, slug, label)
        yield from scope.rests_on(node, origin)
        if FOAF.Person in types:
            yield from scope.plain(node, FOAF.name, label)
        if SKOS.Concept in types:
            yield from scope.text(node, SKOS.prefLabel, label)
            scheme = scope.iris.entity(scope.timeline.manifest.scheme_id)
            yield scope.quad(node, SKOS.inScheme, scheme)
        if node != subject:
            yield scope.quad(node, SCHEMA.sameAs, subject)
            comment = f"{label}: the same as <{subject.value}> of {self._name}."
            yield from scope.claim(
                scope.iris.claim(f"{slug}.same"), origin, node, SCHEMA.sameAs, subject,
                Literal(comment, language=GENERATED), "reported",
            )  # fmt: skip

    def _statement(
        self, triple: Triple, entity: Entity, origin: Sourced, *, new: bool
    ) -> Iterator[Quad]:
        scope, predicate, value = self._scope, triple.predicate, triple.object
        node = entity.node
        other = self.entities.get(value.value) if isinstance(value, NamedNode) else None
        if other is not None and predicate not in UNCLAIMED:
            yield scope.quad(node, predicate, other.node)
            yield from self._claim(origin, predicate, entity, other)
        elif not new:
            # A person with a row of tenures is said again by every file that names them.
            if predicate not in (RDF.type, *NAMES, RG.slug):
                words = (
                    "another place says what it is; only edges to other things are taken in here"
                )
                self._fault(triple.subject, f"{_local(predicate)}: {words}")
        elif predicate in DATES and isinstance(value, Literal):
            yield from self._dated(triple, node, value)
        elif isinstance(value, Literal) and predicate in TEXTS and value.datatype == XSD.string:
            yield from scope.text(node, predicate, value.value)
        elif (
            predicate not in MADE
            and predicate != RDF.type
            and isinstance(value, NamedNode | Literal)
        ):
            yield scope.quad(node, predicate, other.node if other else value)
        elif (
            predicate in NAMES
            and isinstance(value, Literal)
            and value.value.strip() != entity.label
        ):
            yield scope.quad(node, SKOS.altLabel, _tagged(scope, value))

    def _dated(self, triple: Triple, node: NamedNode, value: Literal) -> Iterator[Quad]:
        text = value.value
        try:
            date = dates.parse(_ZONE.sub("", text) if value.datatype != XSD.string else text)
        except DateError as error:
            self._fault(triple.subject, f"{_local(triple.predicate)} {error}")
            return
        yield from self._scope.dated(node, triple.predicate, date)

    def _claim(
        self, origin: Sourced, predicate: NamedNode, one: Entity, other: Entity
    ) -> Iterator[Quad]:
        scope, local = self._scope, _local(predicate)
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", local).lower()
        comment = f"{self._name}: “{one.label}” – {words} – “{other.label}”."
        yield from scope.claim(
            scope.iris.claim(f"{origin.id}.{local}.{other.slug}"), origin, one.node, predicate,
            other.node, Literal(comment, language=GENERATED), "reported",
        )  # fmt: skip

    def _fault(self, subject: object, words: str) -> None:
        self.faults.append(Fault(self._name, 0, "", "", "", message=f"{subject}: {words}"))


def _local(node: NamedNode) -> str:
    return re.split(r"[/#]", node.value)[-1]


def _tagged(scope: Scope, value: Literal) -> Literal:
    return value if value.language else scope.literal(value.value)


def rows(timeline: Timeline, base: str, used: Sequence[Timeline]) -> dict[str, Entity]:
    """Give each row and person of ``timeline`` and of those that it may refer to, by address."""
    found: dict[str, Entity] = {}
    scope = Scope(timeline, base, used)
    for side in (*used, timeline):
        persons: Mapping[str, str] = side.persons
        for slug in (*(row.id for row in side.rows()), *persons):
            node = scope.iris.entity(slug)
            found[node.value] = Entity(node, slug, persons.get(slug) or scope.labels[slug])
    return found
