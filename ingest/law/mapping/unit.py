"""One law from all that files say of it: the quads of its two graphs.

A timeline's words come first: what it says of the law or of a provision stands, what the files say
too stands once with both evidences, and what they contradict is a rival claim, never a second label
or date.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ingest.law import addresses, titles
from reformgraph.ingest.law.mapping import kinds, merge, names
from reformgraph.ingest.law.mapping.effects import Effects, Told, forces, merged, safe
from reformgraph.ingest.law.mapping.merge import Part
from reformgraph.ingest.law.mapping.particulars import particulars
from reformgraph.ingest.law.mapping.scope import TRUE, Known, Scope, web
from reformgraph.ingest.law.mapping.shards import Shard, affected, expanded
from reformgraph.ingest.law.mapping.versions import versions
from reformgraph.ontology.terms import DCTERMS, ELI, RDF, RDFS, RG, SKOS, XSD, kind_iri

_NOT_IN_FORCE = NamedNode("http://data.europa.eu/eli/ontology#InForce-notInForce")
LONGEST_NOTE = 1_000
"""Characters of an editor's note that are kept; the whole stands on legislation.gov.uk."""


def map_unit(
    law: str, shards: Sequence[Shard], known: Mapping[str, Known], base: str
) -> list[Quad]:
    """Map one law.

    In: its key (``ukpga/2004/31``), what each file says of it, what timelines say of it and its
    provisions by IRI, the base of IRIs. Out: the quads of ``{base}graph/legislation/{law}`` and
    ``{base}graph/effects/{law}``, whatever the order of the shards. docs/architecture.md, *Law*.
    """
    return list(
        _Unit(
            law, sorted(shards, key=lambda s: (s.origin.key, s.origin.digest)), known, base
        ).quads()
    )


class _Unit:
    def __init__(
        self, law: str, shards: Sequence[Shard], known: Mapping[str, Known], base: str
    ) -> None:
        self.scope = Scope(base, law, known)
        self.shards = shards
        self.held = merge.documents(shards)
        self.parts = merge.parts(self.held, shards, law)
        self.title, self.language = merge.title(self.held, shards, law)
        self.law = self.scope.node()
        taken: Counter[str] = Counter()
        for path in self.parts:
            slug = names.slug(law, path)
            taken[slug] += 1
            # section/1A and section/1/a make the same slug; which is which is settled by order.
            self.scope.slugs[path] = slug if taken[slug] == 1 else f"{slug}-{taken[slug]}"

    def quads(self) -> Iterator[Quad]:
        sources: dict[str, NamedNode] = {}
        for shard in self.shards:
            sources[shard.origin.key] = self.scope.source(shard.origin)
        told = merged(self.shards, sources)
        for part in self.parts.values():
            yield from self._evidence(part, sources)
        self.days = _days(told.values(), self.scope.law)
        yield from self._law()
        yield from particulars(self.scope, self.held, self.title)
        for path, part in self.parts.items():
            if path:
                yield from self._provision(part)
        yield from versions(self.scope, self.held, self.parts)
        yield from self._citations()
        effects = Effects(self.scope)
        for each in told.values():
            yield from effects.quads(each)
        yield from self._notes(effects.claims)

    def _evidence(self, part: Part, sources: Mapping[str, NamedNode]) -> Iterator[Quad]:
        scope, node = self.scope, self.scope.evidence(part.path)
        yield scope.quad(node, RDF.type, RG.Evidence)
        for key in part.origins:
            yield scope.quad(node, RG.source, sources[key])
        if part.path:
            yield scope.quad(node, RG.locator, Literal(names.number(part.path)))
        yield scope.quad(node, RG.status, kind_iri("status", "verified"))
        # A file that only mentions a thing is no evidence for what a timeline says of it.
        told = part.text is not None or (not part.path and bool(self.held))
        if told or scope.node(part.path).value not in scope.known:
            yield scope.quad(scope.node(part.path), RG.hasEvidence, node)

    def _named(self, path: str, type_: NamedNode, label: str, language: str) -> Iterator[Quad]:
        node = self.scope.node(path)
        # A timeline's own words stand in its graph; said twice they would be counted twice.
        if node.value not in self.scope.known:
            yield self.scope.quad(node, RDF.type, type_)
            yield self.scope.quad(node, RG.slug, Literal(self.scope.slugs[path]))
            yield self.scope.quad(node, RDFS.label, Literal(label, language=language))

    def _law(self) -> Iterator[Quad]:
        scope, law = self.scope, self.scope.law
        yield from self._named("", RG.Legislation, self.title, self.language)
        if self.law.value in scope.known and self.held:
            ours = Literal(self.title, language=self.language)
            yield from scope.contested("", RDFS.label, "title", "title", ours, self.title)
        if kind := names.kind(law):
            yield from scope.contested(
                "", RG.kind, "kind", "kind", kind_iri("legislation", kind), kind
            )
        yield from self._once("", RG.legislationNumber, Literal(names.law_number(law)))
        address = addresses.split(addresses.iri(law))
        year = address.calendar_year if address else None
        year = year or next((h.document.year for h in self.held if h.document.year), None)
        if year:
            yield from self._once("", RG.year, Literal(str(year), datatype=XSD.integer))
        if address and address.type in addresses.CLASSES:
            type_ = NamedNode(f"{addresses.SITE}def/legislation/{addresses.CLASSES[address.type]}")
            yield scope.quad(self.law, ELI.type_document, type_)
        for held in self.held:
            document = held.document
            if day := document.enacted or document.made:
                yield from scope.contested("", RG.date, "made", "date", Literal(day), day)
                break
        yield from self._span("")
        yield from self._first("", DCTERMS.description, "description")
        yield from self._first("", RG.extent, "extent")
        if any(held.document.repealed for held in self.held):
            yield scope.quad(self.law, ELI.in_force, _NOT_IN_FORCE)
        also = {
            (title, held.document.language)
            for held in self.held
            for title in (*held.document.alternative_titles, held.document.title)
            if title and held.document.form != "entry"
        }
        for title, language in sorted(also):
            if not names.same(_bare(title), self.title):
                yield scope.quad(self.law, SKOS.altLabel, Literal(_bare(title), language=language))
        for iri in sorted({iri for h in self.held for iri in h.document.same_as}):
            if node := web(iri):
                yield scope.quad(self.law, RDFS.seeAlso, node)

    def _first(self, path: str, predicate: NamedNode, name: str) -> Iterator[Quad]:
        for held in self.held:
            if value := str(getattr(held.document, name)):
                literal = Literal(value, language=held.document.language)
                yield from self._once(path, predicate, literal)
                return

    def _once(self, path: str, predicate: NamedNode, value: Literal) -> Iterator[Quad]:
        """A value of which a timeline's own takes the place."""
        node = self.scope.node(path)
        known = self.scope.known.get(node.value)
        if value.value and not (known and known.values.get(predicate.value)):
            yield self.scope.quad(node, predicate, value)

    def _span(self, path: str) -> Iterator[Quad]:
        starts, ends = self.days.get(path, (set(), set()))
        if not path:
            starts = starts | {
                force.day
                for held in self.held
                for force in held.document.coming_into_force
                if force.day and not force.qualification
            }
        for predicate, column, word, days in (
            (RG.start, "in_force", "start", starts),
            (RG.end, "ceased", "end", ends),
        ):
            # Several days: no one of them is the day of the whole.
            if len(days) == 1:
                day = next(iter(days))
                yield from self.scope.contested(path, predicate, column, word, Literal(day), day)

    def _provision(self, part: Part) -> Iterator[Quad]:
        scope, path, text = self.scope, part.path, part.text
        node, number = scope.node(path), names.number(path)
        heading = text.heading if text else ""
        label = f"{self.title}, {number}" + (f": {heading}" if heading else "")
        yield from self._named(path, RG.Provision, label, self.language)
        yield from self._once(path, RG.provisionNumber, Literal(number))
        if heading:
            ours = Literal(heading, language=self.language)
            yield from scope.contested(path, RG.heading, "heading", "title", ours, heading)
        if text and text.extent:
            yield from self._once(path, RG.extent, Literal(text.extent))
        if part.confers_power:
            yield scope.quad(node, RG.confersPower, TRUE)
        yield from self._span(path)
        container = merge.above(path, self.parts, text)
        if container:
            yield scope.quad(node, DCTERMS.isPartOf, scope.node(container))
        if node.value in scope.known:
            return  # the timeline has said so already
        yield scope.quad(node, ELI.is_part_of, self.law)
        yield from scope.claimed(
            scope.claim(f"law.{scope.name(path)}.whole"), node, ELI.is_part_of, self.law,
            f"“{label}” is part of {self.title}.", "stated", (scope.evidence(path),),
        )  # fmt: skip

    def _citations(self) -> Iterator[Quad]:
        scope, done = self.scope, set()
        for held in self.held:
            for citation in held.document.citations:
                if citation.commentary:
                    continue  # the editors' words, not the law's
                path = citation.path if citation.path in self.parts else ""
                for iri in expanded((citation.target,)):
                    address = addresses.split(iri)
                    if address is None or address.law == scope.law or (path, iri) in done:
                        continue
                    done.add((path, iri))
                    yield scope.quad(scope.node(path), ELI.cites, NamedNode(iri))
                    target = names.slug(address.law, address.path)
                    one = f"{self.title}, {names.number(path)}" if path else self.title
                    yield from scope.claimed(
                        scope.claim(f"law.{scope.name(path)}.cites.{target}"),
                        scope.node(path), ELI.cites, NamedNode(iri),
                        f"{one} cites {citation.text or citation.target.text or iri}.", "stated",
                        (scope.evidence(path),),
                    )  # fmt: skip

    def _notes(self, claims: Mapping[str, Sequence[NamedNode]]) -> Iterator[Quad]:
        scope, done = self.scope, set()
        for held in self.held:
            for note in held.document.commentaries:
                if note.id in done:
                    continue
                done.add(note.id)
                name = f"{names.slug(scope.law)}.{safe(note.id)}"
                node = NamedNode(f"{scope.base}commentary/{name}")
                yield scope.quad(node, RDF.type, RG.Commentary)
                yield scope.quad(node, RG.commentaryType, Literal(note.type))
                text = note.text
                if len(text) > LONGEST_NOTE:
                    text = f"{text[: LONGEST_NOTE - 1]}…"
                if text:
                    yield scope.quad(
                        node, DCTERMS.description, Literal(text, language=held.document.language)
                    )
                for path in note.paths:
                    if path in self.parts:
                        yield scope.quad(node, RG.annotates, scope.node(path))
                for claim in claims.get(note.effect, ()):
                    yield scope.quad(node, RG.annotates, claim)
                yield scope.quad(node, RG.hasEvidence, scope.evidence(""))


def _days(told: Iterable[Told], law: str) -> dict[str, tuple[set[str], set[str]]]:
    """Give for each path the days on which effects began and ended the whole of it."""
    found: dict[str, tuple[set[str], set[str]]] = {}
    for each in told:
        effect = each.effect
        begins, ends = kinds.begins(effect.type), kinds.ends(effect.type)
        if not (begins or ends):
            continue
        for iri in affected(effect) or (addresses.iri(law),):
            address = addresses.split(iri)
            if address is None or address.law != law:
                continue
            pair = found.setdefault(address.path, (set(), set()))
            for force in forces(effect):
                if force.day and kinds.wholly(force.qualification):
                    pair[0 if begins else 1].add(force.day)
    return found


def _bare(title: str) -> str:
    return titles.plain(title)[0]
