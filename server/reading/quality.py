"""The figures of ``/quality`` with names and addresses for what they speak of."""

from __future__ import annotations

from dataclasses import dataclass

from reformgraph.ontology import gate
from reformgraph.ontology.terms import PREFIXES
from reformgraph.queries.quality import Quality, Version
from reformgraph.queries.tallies import Tally
from reformgraph.server.links import Links
from reformgraph.server.reading.facts import predicate_words
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.server.words import CLASSES, spaced
from reformgraph.store import Store

# A page shows this many of a list; CSV and JSON have all.
SHOWN = 25
SHOWN_UNLINKED = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of figures: how it is called, where it leads, its figures."""

    label: str
    href: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Dispute:
    """Sources that disagree: about what, and what they say."""

    subject: Ref
    words: str
    versions: tuple[tuple[Version, str], ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning of the build: title and meaning of its check, where, and the thing it is about."""

    noted: gate.Noted
    title: str
    focus: Ref
    message: str


@dataclass(frozen=True, slots=True)
class ThinPart:
    """Claims of lineage that stand on little, the first of them as links."""

    words: str
    total: int
    claims: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All that the page shows."""

    figures: Quality
    classes: tuple[Row, ...]
    tables: tuple[Row, ...]
    sources: tuple[Row, ...]
    disputes: tuple[Dispute, ...]
    unlinked: tuple[Ref, ...]
    thin: tuple[ThinPart, ...]
    warnings: tuple[Warned, ...]


_THIN = {
    "one_source": "rest on one source",
    "inferred": "are our inference, and nobody else claims them",
    "unverified": "rest on nothing that was verified",
}


def read(store: Store, links: Links, figures: Quality) -> Page:
    """Name what the figures speak of."""
    thin = {word: getattr(figures.thin, word) for word in _THIN}
    unlinked = figures.unlinked[:SHOWN_UNLINKED]
    disputes = figures.conflicts[:SHOWN]
    sources = figures.sources[:SHOWN]
    iris = [*unlinked, *(conflict.subject for conflict in disputes)]
    iris += [claim for claims in thin.values() for claim in claims[:SHOWN]]
    iris += [tally.iri for tally in sources]
    mentioned = {word.rstrip(",.") for each in figures.findings for word in each.message.split()}
    iris += [each.focus for each in figures.findings]
    iris += sorted(word for word in mentioned if word.startswith(("http://", "https://")))
    names = refs(store, links, iris)

    def ref(iri: str) -> Ref:
        return names.get(iri) or Ref(iri, links.page(iri), iri)

    titles = {each.name: each.title for each in gate.checks()}
    return Page(
        figures=figures,
        tables=tuple(Row(tally.name.replace("_", " "), "", tally) for tally in figures.tables),
        classes=tuple(_class_row(links, tally) for tally in figures.classes),
        sources=tuple(Row(ref(t.iri).label, ref(t.iri).href, t) for t in sources),
        disputes=tuple(
            Dispute(
                ref(conflict.subject),
                predicate_words(_whole(conflict.predicate)),
                tuple((version, links.page(version.claim)) for version in conflict.versions),
            )
            for conflict in disputes
        ),
        unlinked=tuple(ref(iri) for iri in unlinked),
        thin=tuple(
            ThinPart(words, len(thin[key]), tuple(ref(iri) for iri in thin[key][:SHOWN]))
            for key, words in _THIN.items()
        ),
        warnings=tuple(
            Warned(each, titles.get(each.check, each.check), ref(each.focus), _named(each, names))
            for each in figures.findings
        ),
    )


def _class_row(links: Links, tally: Tally) -> Row:
    words = CLASSES.get(tally.name)
    label = words.many if words else spaced(tally.name)
    return Row(label, f"{links.root}/browse/{tally.name}" if words else "", tally)


def _named(each: gate.Noted, names: dict[str, Ref]) -> str:
    """Put labels in the place of the IRIs of a message."""
    said = [
        word.replace(bare, f"“{names[bare].label}”")
        if (bare := word.rstrip(",.")) in names
        else word
        for word in each.message.split(" ")
    ]
    return " ".join(said)


def _whole(curie: str) -> str:
    prefix, colon, local = curie.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else curie
