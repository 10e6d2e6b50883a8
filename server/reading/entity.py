"""Reads everything that the page about one IRI shows, in about a dozen bounded queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pyoxigraph import Literal

from reformgraph.errors import NotFound
from reformgraph.ontology.terms import compact
from reformgraph.server.links import Links, outward
from reformgraph.server.reading import facts, graph, law, marks
from reformgraph.server.reading.entries import Entries
from reformgraph.server.reading.graph import Claim
from reformgraph.server.reading.marks import Dispute, Mark
from reformgraph.server.reading.page import EntityPage, Entry, Group, Outward, Section
from reformgraph.server.reading.refs import Ref, class_name, literal_words, refs
from reformgraph.server.reading.sentence import sentence
from reformgraph.server.words import EDGES, edge, heading, order
from reformgraph.store import Store

# A group shows SHOWN lines, but with no more than WHOLE it is shown whole.
SHOWN = 25
WHOLE = 60
# "What else links here" is for finding one's way, not for reading.
SHOWN_LINKS = 8

_SOURCE = "rg:source"
_CIRCLE = "a circle: each draws on the other"
_CONTENTS = ("eli:is_part_of", "dcterms:isPartOf")
_NO_SECTION = ("hidden", "elsewhere")
_BEFORE = ("org:originalOrganization", "rg:transferredFrom")
_PLACE = {predicate: place for place, predicate in enumerate(EDGES)}


def read(store: Store, links: Links, iri: str) -> EntityPage:
    """Return the page about ``iri``. Raises NotFound when the graph does not know it."""
    return _Reader(store, links, iri).page()


class _Group:
    """The neighbours that one predicate gives in one direction, before they have names."""

    def __init__(self, section: str, predicate: str, way: str, iris: list[str], total: int) -> None:
        self.section, self.predicate, self.way = section, predicate, way
        self.iris, self.total = iris, total

    def words(self) -> str:
        if self.way == "via":
            return "named about its articulations and components"
        found = edge(self.predicate)
        return found.words if self.way == "out" else found.back


class _Reader:
    """One reading of one entity; holds what several parts of its page need."""

    def __init__(self, store: Store, links: Links, iri: str) -> None:
        if not graph.known(store, iri):
            raise NotFound(f"Nothing is known about <{iri[:200]}>.")
        self.store, self.links, self.iri = store, links, iri
        self.out = graph.outgoing(store, iri)
        self.values = facts.literals(self.out)
        self.counts = graph.incoming_counts(store, iri)
        self.type = facts.type_of(class_name(o) for o in self._objects("rdf:type"))
        self.law = law.read(store, links, iri, self.type)
        self.groups = self._groups()
        self._read_claims()
        self._read_holders()
        self._read_names()

    def _objects(self, curie: str) -> list[str]:
        return [o.value for p, o in self.out if not isinstance(o, Literal) and compact(p) == curie]

    def _groups(self) -> list[_Group]:
        """Collect neighbours in both directions; hubs are cut here."""
        groups: list[_Group] = []
        predicates = dict.fromkeys(p for p, o in self.out if not isinstance(o, Literal))
        for predicate in predicates:
            section = edge(predicate).section or "other"
            if section not in _NO_SECTION:
                iris = self._objects(compact(predicate))
                groups.append(_Group(section, predicate, "out", iris, len(iris)))
        for predicate, total in sorted(self.counts.items()):
            section = edge(predicate).back_section or "links"
            if section in _NO_SECTION or compact(predicate) == _SOURCE:
                continue
            if self.law and self.law.contents and compact(predicate) in _CONTENTS:
                continue
            few = SHOWN_LINKS if section == "links" else SHOWN
            limit = total if total <= WHOLE and section != "links" else few
            iris = graph.incoming(self.store, self.iri, predicate, total=total, limit=limit)
            groups.append(_Group(section, predicate, "in", iris, total))
        groups.extend(self._problems(groups))
        return groups

    def _problems(self, groups: Sequence[_Group]) -> list[_Group]:
        """Find the problems that concern this entity's articulations and components."""
        parts = [
            iri
            for group in groups
            if group.way == "in" and group.section in ("articulations", "components")
            for iri in group.iris
        ]
        found = graph.pointing(self.store, parts, "rg:concerns")
        iris = sorted({problem for problems in found.values() for problem in problems})
        return [_Group("problems", "rg:concerns", "via", iris, len(iris))] if iris else []

    def _read_claims(self) -> None:
        subjects = {iri for group in self.groups if group.way == "in" for iri in group.iris}
        own = graph.claims_of(self.store, self.iri)
        about = graph.claims_about(self.store, self.iri, sorted(subjects))
        itself = graph.claims(self.store, [self.iri]) if self.type in ("Claim", "Effect") else []
        self.claims = marks.claims_by_edge([*own, *about])
        self.disputes = marks.disputes(self.store, [*itself, *own])
        disputed = [claim for group in self.disputes for claim in group]
        holders = [self.iri, *(claim.iri for claim in (*own, *about, *itself, *disputed))]
        self.evidence = graph.evidence(self.store, holders)

    def _read_holders(self) -> None:
        """For a source: the first of the entities and claims that rest on it."""
        self.pieces = next((n for p, n in self.counts.items() if compact(p) == _SOURCE), 0)
        limit = self.pieces if self.pieces <= WHOLE else SHOWN
        self.resting = (
            graph.resting(self.store, self.iri, total=self.pieces, limit=limit) if limit else []
        )

    def _read_names(self) -> None:
        names = {iri for group in self.groups for iri in group.iris}
        names |= {s for readings in self.evidence.values() for r in readings for s in r.sources}
        names |= {c.object for group in self.disputes for c in group}
        names |= {c.subject for group in self.disputes for c in group}
        names |= {resting.holder for resting in self.resting}
        names |= {*self._objects("rg:kind"), *self._objects("rg:inTimeline")}
        self.refs = refs(self.store, self.links, sorted(names | {self.iri}))
        shown = {iri for g in self.groups if g.section not in ("links", "other") for iri in g.iris}
        neighbours = {iri: self.refs[iri] for iri in sorted(shown) if iri in self.refs}
        self.entries = Entries(self.store, self.links, self.iri, neighbours)

    def page(self) -> EntityPage:
        """Put the page together."""
        slug = self.values["rg:slug"][0].value if "rg:slug" in self.values else ""
        own = self.evidence.get(self.iri, [])
        read_in = [self.refs[s] for s in self._objects("rg:source") if s in self.refs]
        name = facts.title(self.iri, slug, self.values, read_in)
        kind = next((self.refs[k].label for k in self._objects("rg:kind") if k in self.refs), "")
        sections = self._sections()
        word = facts.word_for(self.type, kind)
        said = facts.summary(self.values) or sentence(word, self.type, self.values, sections)
        contested = [compact(first.predicate) for first, *_ in self.disputes]
        return EntityPage(
            iri=self.iri,
            slug=slug,
            label=name,
            also=facts.also_known(self.values, name),
            type=self.type,
            word=word,
            summary=said,
            when=facts.when_words(self.type, self.values),
            when_disputed=bool({"rg:date", "rg:start", "rg:end"} & set(contested)),
            facts=facts.facts(self.values, contested, {said, name}),
            evidence=marks.mark(self.links, None, own, self.refs) if own else None,
            disputes=tuple(self._dispute(group) for group in self.disputes),
            sections=sections,
            outward=self._outward(),
            timelines=tuple(self.refs[t] for t in self._objects("rg:inTimeline") if t in self.refs),
            has_lineage=any(section.key in ("draws", "drawn") for section in sections),
            dates={
                name: self.values[f"rg:{name}"][0].value
                for name in ("date", "start", "end")
                if f"rg:{name}" in self.values
            },
            law=self.law,
            within=next(
                (self.refs[law] for law in self._objects("eli:is_part_of") if law in self.refs),
                None,
            ),
        )

    def _sections(self) -> tuple[Section, ...]:
        made: list[Section] = []
        for key in order(self.type):
            here = [group for group in self.groups if group.section == key]
            here.sort(key=lambda g: (_place(g), g.way != "out"))
            groups = [self._group(group) for group in here]
            if key == "rests" and self.resting:
                groups.append(self._resting_group())
            if groups := _joined([group for group in groups if group.entries]):
                made.append(Section(key, heading(key, self.type), tuple(groups)))
        return _circles(made)

    def _group(self, group: _Group) -> Group:
        entries = []
        for iri in group.iris:
            if ref := self.refs.get(iri):
                entries.append(self.entries.make(ref, self._mark(group, iri)))
        entries.sort(key=_by_time)
        more = ""
        if group.total > len(group.iris):
            more = self.links.linked(self.iri, compact(group.predicate))
        return Group(group.words(), tuple(entries), group.total, more)

    def _mark(self, group: _Group, iri: str) -> Mark | None:
        if group.way == "via":
            return None
        ends = (self.iri, iri) if group.way == "out" else (iri, self.iri)
        claim = self.claims.get((ends[0], group.predicate, ends[1]))
        return self._claim_mark(claim) if claim else None

    def _claim_mark(self, claim: Claim) -> Mark:
        return marks.mark(self.links, claim, self.evidence.get(claim.iri, []), self.refs)

    def _resting_group(self) -> Group:
        entries = tuple(
            Entry(self.refs[r.holder], mark=marks.mark(self.links, None, [r.reading], self.refs))
            for r in self.resting
            if r.holder in self.refs
        )
        if self.pieces <= WHOLE:
            return Group("statements read in it", entries, len(entries))
        more = self.links.linked(self.iri, _SOURCE)
        return Group("pieces of evidence from it", entries, self.pieces, more)

    def _dispute(self, group: Sequence[Claim]) -> Dispute:
        first = group[0]
        return Dispute(
            subject=self.refs.get(first.subject) if first.subject != self.iri else None,
            words=facts.predicate_words(first.predicate),
            versions=tuple(
                marks.Version(
                    text=literal_words(claim.value) if claim.value is not None else "",
                    ref=self.refs.get(claim.object),
                    asserted=marks.stands(self.store, claim),
                    mark=self._claim_mark(claim),
                )
                for claim in group
            ),
        )

    def _outward(self) -> tuple[Outward, ...]:
        found = []
        if not self.iri.startswith(self.links.base):
            found.append(Outward("identified by", self.iri, outward(self.iri)))
        for predicate, term in self.out:
            known = EDGES.get(compact(predicate))
            if known and known.section == "elsewhere" and not isinstance(term, Literal):
                found.append(Outward(known.words, term.value, outward(term.value)))
        return tuple(found)


def _place(group: _Group) -> tuple[bool, int]:
    """Give the place of a group in its section: that of its predicate among all.

    A change tells what was before it first; bodies tell where they came from.
    """
    curie = compact(group.predicate)
    later = group.section == "changes" and group.way == "out" and curie not in _BEFORE
    return later, _PLACE.get(curie, len(_PLACE))


def _circles(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Say of what stands on both sides of a lineage that it does: no order of time can be both."""
    sides = [
        {e.ref.iri for g in section.groups for e in g.entries if e.ref}
        for key in ("draws", "drawn")
        for section in sections
        if section.key == key
    ]
    both = sides[0] & sides[1] if len(sides) == 2 else set()
    if not both:
        return tuple(sections)

    def told(entry: Entry) -> Entry:
        circle = entry.ref is not None and entry.ref.iri in both
        return replace(entry, tags=(*entry.tags, _CIRCLE)) if circle else entry

    def marked(group: Group) -> Group:
        return replace(group, entries=tuple(told(entry) for entry in group.entries))

    return tuple(
        replace(section, groups=tuple(marked(group) for group in section.groups))
        if section.key in ("draws", "drawn")
        else section
        for section in sections
    )


def _joined(groups: Sequence[Group]) -> list[Group]:
    """Join groups with the same words (a symmetric property stands both ways), each entry once."""
    by_words: dict[str, Group] = {}
    for group in groups:
        earlier = by_words.get(group.words)
        if earlier is None:
            by_words[group.words] = group
            continue
        seen = {entry.ref.iri for entry in earlier.entries if entry.ref}
        extra = [e for e in group.entries if e.ref and e.ref.iri not in seen]
        doubles = len(group.entries) - len(extra)
        entries = tuple(sorted((*earlier.entries, *extra), key=_by_time))
        total = earlier.total + group.total - doubles
        by_words[group.words] = Group(group.words, entries, total, earlier.more or group.more)
    return list(by_words.values())


def _by_time(entry: Entry) -> tuple[bool, str, str, str]:
    ref: Ref | None = entry.ref
    return (not (ref and ref.sort), ref.sort if ref else "", ref.label if ref else "", entry.text)
