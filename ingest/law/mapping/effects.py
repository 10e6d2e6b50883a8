"""The effects on one law: each pair of provisions and day in force is a claim.

An effect met twice counts once, the latest ``Modified`` wins. Nothing here asks what day it is:
whether an effect that is not applied is outstanding is a question to the graph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Quad

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.mapping import kinds, names
from reformgraph.ingest.law.mapping.scope import FALSE, TRUE, Scope, date_values
from reformgraph.ingest.law.mapping.shards import Shard, affected, affecting, commencing
from reformgraph.ingest.law.model import Effect, InForce
from reformgraph.ontology.terms import DCTERMS, ELI, RDF, RDFS, RG, SKOS, kind_iri

MOST_CLAIMS = 500
"""An effect that would give more claims is one on the law as a whole (its words stay in the claim)."""


@dataclass(frozen=True, slots=True)
class Told:
    """One effect with the sources that tell it."""

    effect: Effect
    sources: tuple[NamedNode, ...]


def merged(shards: Iterable[Shard], sources: Mapping[str, NamedNode]) -> dict[str, Told]:
    """Give each effect once, by id; ``sources`` maps the key of a file to its source."""
    found: dict[str, Effect] = {}
    told: dict[str, set[NamedNode]] = {}
    for shard in shards:
        for effect in shard.effects:
            told.setdefault(effect.id, set()).add(sources[shard.origin.key])
            best = found.get(effect.id)
            if best is None or _rank(effect) > _rank(best):
                found[effect.id] = effect
    return {
        each: Told(found[each], tuple(sorted(told[each], key=lambda node: node.value)))
        for each in sorted(found)
    }


def _rank(effect: Effect) -> tuple[str, bool, str]:
    return effect.modified, effect.applied is not None, repr(effect)


def safe(identifier: str) -> str:
    """Make an id of the site a part of an IRI (hazard 55)."""
    return re.sub(r"[^A-Za-z0-9_-]+", "-", identifier).strip("-") or "none"


def forces(effect: Effect) -> tuple[InForce, ...]:
    """Give the days of an effect; a prospective one counts only where no day is given."""
    days = [each for each in effect.in_force if each.day]
    other = [each for each in effect.in_force if not each.day]
    return tuple(days or other[:1] or [InForce()])


class Effects:
    """Maps the effects on one law; knows which claims each effect gave."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.claims: dict[str, list[NamedNode]] = {}

    def quads(self, told: Told) -> Iterator[Quad]:
        """One effect: its evidence and its claims with their plain statements."""
        effect, graph = told.effect, self._scope.effects
        evidence = NamedNode(f"{self._scope.base}evidence/effect.{safe(effect.id)}")
        yield Quad(evidence, RDF.type, RG.Evidence, graph)
        yield Quad(evidence, RG.locator, Literal(f"effect {effect.id}"), graph)
        yield Quad(evidence, RG.status, kind_iri("status", "verified"), graph)
        for source in told.sources:
            yield Quad(evidence, RG.source, source, graph)
        nodes = self.claims[effect.id] = []
        for number, (subject, value, force) in enumerate(self._cases(effect), start=1):
            claim = self._scope.claim(f"effect.{safe(effect.id)}.{number}")
            nodes.append(claim)
            for predicate, thing in self._claim(effect, subject, value, force):
                yield Quad(claim, predicate, thing, graph)
            yield Quad(claim, RG.hasEvidence, evidence, graph)
            yield Quad(subject, _predicate(effect, subject, value), value, graph)

    def _cases(self, effect: Effect) -> Iterator[tuple[NamedNode, NamedNode, InForce]]:
        law, other = self._scope.law, addresses.key(effect.affecting_law)
        # A file may list provisions of other laws; a claim of this unit is about this law.
        values = tuple(each for each in affected(effect) if addresses.key(each) == law)
        values = values or (addresses.iri(law),)
        subjects = affecting(effect) or (addresses.iri(other),)
        days = forces(effect)
        if len(values) * len(subjects) * len(days) > MOST_CLAIMS:
            subjects = (addresses.iri(other),)
        if len(values) * len(days) > MOST_CLAIMS:
            values = (addresses.iri(law),)
        for subject in subjects:
            for value in values:
                for day in days:
                    yield NamedNode(subject), NamedNode(value), day

    def _claim(
        self, effect: Effect, subject: NamedNode, value: NamedNode, force: InForce
    ) -> Iterator[tuple[NamedNode, NamedNode | Literal]]:
        yield RDF.type, RG.Effect
        yield RG.claimSubject, subject
        yield RG.claimPredicate, _predicate(effect, subject, value)
        yield RG.claimObject, value
        yield RDFS.comment, Literal(_sentence(effect, subject, value, force), language="en")
        yield RG.basis, kind_iri("basis", "legal")
        yield RG.affectingLaw, NamedNode(addresses.iri(addresses.key(effect.affecting_law)))
        yield RG.affectedLaw, self._scope.node()
        yield RG.effectType, Literal(effect.type)
        yield DCTERMS.identifier, Literal(effect.id)
        applied = force.applied if effect.applied is None else effect.applied
        for predicate, said in ((RG.isApplied, applied), (RG.isRequired, effect.required)):
            if said is not None:
                yield predicate, TRUE if said else FALSE
        if force.day:
            yield from date_values(RG.start, force.day)
        elif force.prospective:
            yield RG.isProspective, TRUE
        if force.qualification:
            yield RG.qualification, Literal(force.qualification)
        for each in commencing(force):
            yield RG.commencedBy, NamedNode(each)
        savings = [each.text or each.iri for each in (*effect.savings, *force.savings)]
        saved = f"With savings: {', '.join(dict.fromkeys(savings))}" if savings else ""
        if note := "; ".join(filter(None, (effect.notes, force.notes, saved))):
            yield SKOS.editorialNote, Literal(note[:2_000], language="en")


def _predicate(effect: Effect, subject: NamedNode, value: NamedNode) -> NamedNode:
    # Nothing draws on itself: a law that ends its own section by a general clause changes itself.
    return ELI.changes if subject == value else kinds.predicate(effect.type)


def _sentence(effect: Effect, subject: NamedNode, value: NamedNode, force: InForce) -> str:
    one = _called(subject.value, effect.affecting_title)
    other = _called(value.value, effect.affected_title)
    when = ", ".join(
        filter(
            None, (force.day or ("prospective" if force.prospective else ""), force.qualification)
        )
    )
    return f"{one}, on {other}: {effect.type or 'changed'}" + (f" ({when})." if when else ".")


def _called(iri: str, title: str) -> str:
    address = addresses.split(iri)
    if address is None:
        return iri
    law = title or names.unnamed(address.law)
    return f"{law}, {names.number(address.path)}" if address.path else law
