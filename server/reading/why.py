"""Why a statement stands, as a page shows it: a tree of statements with links and marks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Literal

from reformgraph.ontology.explain import Explanation, Statement
from reformgraph.ontology.rule import Rule
from reformgraph.ontology.terms import RDF, compact
from reformgraph.queries.why import term_text
from reformgraph.server.links import Links
from reformgraph.server.reading import graph, marks
from reformgraph.server.reading.marks import Mark
from reformgraph.server.reading.refs import Ref, literal_words, refs
from reformgraph.server.words import EDGES, edge, spaced
from reformgraph.store import Store


@dataclass(frozen=True, slots=True)
class Said:
    """One statement in words; ``object`` is None when it ends in ``text``."""

    subject: Ref
    words: str
    predicate: str
    object: Ref | None
    text: str

    @property
    def plain(self) -> str:
        """The whole statement as text."""
        return f"{self.subject.label} {self.words} {self.text}"


@dataclass(frozen=True, slots=True)
class Why:
    """One statement with its reason: marks of its claims, or a rule and what it follows from."""

    said: Said
    graphs: tuple[Ref, ...]
    marks: tuple[Mark, ...]
    rule: Rule | None
    premises: tuple[Why, ...]
    of_the_ontology: bool


def read(store: Store, links: Links, found: Explanation) -> Why:
    """Dress an explanation for its page."""
    every = list(_all(found))
    claims = [note.claim for each in every for note in each.claims]
    readings = graph.evidence(store, claims)
    by_iri = {claim.iri: claim for claim in graph.claims(store, claims)}
    iris = [iri for each in every for iri in (*_ends(each.statement), *each.graphs)]
    iris += [s for each in readings.values() for r in each for s in r.sources]
    names = refs(store, links, iris)

    def dress(one: Explanation) -> Why:
        return Why(
            said=_said(links, one.statement, names),
            graphs=tuple(_ref(links, each, names) for each in one.graphs),
            marks=tuple(
                marks.mark(links, by_iri[n.claim], readings.get(n.claim, []), names)
                for n in one.claims
            ),
            rule=one.rule,
            premises=tuple(dress(premise) for premise in one.premises),
            of_the_ontology=bool(one.graphs) and one.graphs[0].endswith("graph/ontology"),
        )

    return dress(found)


def listed(store: Store, links: Links, statements: Sequence[Statement]) -> list[tuple[Said, str]]:
    """Word statements for a list, each with the address that explains it."""
    names = refs(store, links, [iri for each in statements for iri in _ends(each)])
    return [
        (_said(links, s, names), links.why(s.subject, s.predicate, s.object.value))
        for s in statements
    ]


def _all(found: Explanation) -> Iterator[Explanation]:
    yield found
    for premise in found.premises:
        yield from _all(premise)


def _ends(statement: Statement) -> list[str]:
    own = [statement.subject, statement.predicate]
    return own if isinstance(statement.object, Literal) else [*own, statement.object.value]


def _said(links: Links, statement: Statement, names: Mapping[str, Ref]) -> Said:
    value = statement.object
    end = None if isinstance(value, Literal) else _ref(links, value.value, names)
    return Said(
        subject=_ref(links, statement.subject, names),
        words=_words(statement.predicate),
        predicate=compact(statement.predicate),
        object=end,
        text=end.label
        if end
        else f"“{literal_words(value)}”"
        if isinstance(value, Literal)
        else "",
    )


def _words(predicate: str) -> str:
    if predicate == RDF.type.value:
        return "is a"
    curie = compact(predicate)
    return edge(predicate).words if curie in EDGES else spaced(curie)


def _ref(links: Links, iri: str, names: Mapping[str, Ref]) -> Ref:
    # A term is called by its compact IRI: of a property, the label alone would mislead.
    short = term_text(iri, {})
    if short != iri:
        return Ref(iri, links.page(iri), short)
    return names.get(iri) or Ref(iri, links.page(iri), iri)
