"""Why a triple stands in the graph: who asserted it, or by which rule it follows from what.

Works over anything that answers a SELECT (``Select``): a store of the project as it is, a
``pyoxigraph.Store`` by ``over``. Nothing is recorded while a build reasons; an explanation is
found by running the rule once more with its conclusion given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from pyoxigraph import BlankNode, Literal, NamedNode, QuerySolutions, Store

from reformgraph.ontology.rule import Pattern, Rule, rules
from reformgraph.ontology.terms import PROLOGUE

Term: TypeAlias = NamedNode | BlankNode | Literal
Row: TypeAlias = Sequence[Term | None]
Select: TypeAlias = Callable[[str], Iterable[Row]]
"""Runs a SELECT over the union of all graphs and gives its rows in the order of its variables."""

INFERENCES: Final = "graph/inferences"
"""How the IRI of the graph of inferences ends."""
_LONGEST_CHAIN: Final = 50


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple; the object is a term because it may be a literal."""

    subject: str
    predicate: str
    object: Term


@dataclass(frozen=True, slots=True)
class Read:
    """One place where a claim was read; ``sources`` are labels, ``source_iris`` run beside them."""

    evidence: str
    sources: tuple[str, ...]
    source_iris: tuple[str, ...]
    locator: str
    verified: bool
    quotation: str


@dataclass(frozen=True, slots=True)
class ClaimNote:
    """One claim that makes the statement: its sentence, its basis and where it was read."""

    claim: str
    sentence: str
    basis: str
    read: tuple[Read, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one statement stands.

    Asserted: ``graphs`` names where, ``claims`` who says so, and ``rule`` is None. Inferred:
    ``rule`` made it from ``premises``, each explained in turn down to what is asserted.
    """

    statement: Statement
    graphs: tuple[str, ...]
    claims: tuple[ClaimNote, ...] = ()
    rule: Rule | None = None
    premises: tuple[Explanation, ...] = ()

    @property
    def asserted(self) -> bool:
        """Whether some graph beside that of the inferences says it."""
        return bool(self.graphs)

    def leaves(self) -> Iterator[Explanation]:
        """Go over the asserted statements that everything rests on, each as often as it is used."""
        if self.rule is None:
            yield self
        for premise in self.premises:
            yield from premise.leaves()


def over(store: Store) -> Select:
    """Let a ``pyoxigraph.Store`` answer, over the union of its graphs."""

    def select(query: str) -> Iterator[Row]:
        answer = cast(QuerySolutions, store.query(query, use_default_graph_as_union=True))
        return (tuple(row) for row in answer)

    return select


def explain(select: Select, subject: str, predicate: str, value: Term) -> Explanation | None:
    """Explain one triple; None when no graph has it.

    In: a graph with its ontology; the IRIs of subject and predicate, the object as a term. Raises
    ``ValueError`` when one of the IRIs is none.
    """
    statement = Statement(NamedNode(subject).value, NamedNode(predicate).value, value)
    return _Explainer(select).of(statement)


def objects(select: Select, subject: str, predicate: str) -> list[Term]:
    """List what a subject has for a predicate, in a fixed order."""
    query = f"SELECT DISTINCT ?o WHERE {{ {NamedNode(subject)} {NamedNode(predicate)} ?o }}"
    return sorted((o for (o,) in select(query) if o is not None), key=str)


def inferred(select: Select, iri: str, limit: int = 500) -> list[Statement]:
    """List the inferred statements with ``iri`` as subject, then those with it as object."""
    node = NamedNode(iri)
    found: list[Statement] = []
    for s, o in ((node, "?o"), ("?s", node)):
        query = (
            f"SELECT DISTINCT ?s ?p ?o WHERE {{ GRAPH ?g {{ {s} ?p {o} }}"
            f' FILTER(STRENDS(STR(?g), "{INFERENCES}"))'
            f" BIND({node} AS ?{'s' if s is node else 'o'}) }} ORDER BY ?p ?s ?o LIMIT {limit}"
        )
        for row in select(query):
            a, p, b = cast("tuple[NamedNode, NamedNode, Term]", tuple(row))
            found.append(Statement(a.value, p.value, b))
    return found


class _Explainer:
    """One explanation; remembers what it has asked."""

    def __init__(self, select: Select) -> None:
        self._select = select
        self._known: dict[Statement, Explanation] = {}
        self._graphs: dict[Statement, tuple[str, ...]] = {}

    def of(self, statement: Statement) -> Explanation | None:
        return self._of(statement, ())

    def _of(self, statement: Statement, above: tuple[Statement, ...]) -> Explanation | None:
        """Explain by assertion, else by the first rule that does not come back to ``above``."""
        if statement in self._known:
            return self._known[statement]
        graphs = self._where(statement)
        asserted = tuple(graph for graph in graphs if not graph.endswith(INFERENCES))
        found: Explanation | None = None
        if asserted:
            found = Explanation(statement, asserted, self._claims(statement))
        elif graphs and statement not in above:
            found = self._by_rules(statement, (*above, statement))
        if found is not None:
            self._known[statement] = found
        return found

    def _by_rules(self, statement: Statement, above: tuple[Statement, ...]) -> Explanation | None:
        for rule in rules():
            for premises in self._candidates(rule, statement):
                explained = [self._of(premise, above) for premise in premises]
                if all(each is not None for each in explained):
                    sound = tuple(cast("list[Explanation]", explained))
                    return Explanation(statement, (), rule=rule, premises=sound)
        return None

    def _candidates(self, rule: Rule, statement: Statement) -> list[tuple[Statement, ...]]:
        """Find the sets of premises from which a rule concludes the statement, the plainest first."""
        bound: dict[str, str] = {}
        ends = (statement.subject, statement.predicate, statement.object)
        conclusion = rule.conclusion
        pattern = (conclusion.subject, conclusion.predicate, conclusion.object)
        for variable, end in zip(pattern, ends, strict=True):
            if variable.startswith("?"):
                bound[variable] = str(end if not isinstance(end, str) else NamedNode(end))
            elif variable != end:
                return []
        if isinstance(statement.object, Literal) and any(
            conclusion.object in (each.subject, each.predicate)
            for premise in rule.premises
            for each in premise
        ):
            return []  # a literal is no subject
        found: list[tuple[Statement, ...]] = []
        for row in self._select(rule.bindings_query(bound)):
            values = dict(zip(rule.variables(), row, strict=True))
            if all(value is not None for value in values.values()):
                found += self._filled(rule, cast("dict[str, Term]", values))
        return sorted(set(found), key=self._plainness)

    def _filled(self, rule: Rule, values: dict[str, Term]) -> list[tuple[Statement, ...]]:
        made: list[Statement] = []
        for premise in rule.premises:
            for pattern in premise:
                if steps := self._statements(pattern, values):
                    made += steps
                    break
            else:
                return []
        return [tuple(made)]

    def _statements(self, pattern: Pattern, values: dict[str, Term]) -> list[Statement]:
        """Fill a pattern; a chain becomes its shortest way. Empty when the graph has it not."""

        def fill(end: str) -> Term:
            return values[end] if end.startswith("?") else NamedNode(end)

        subject, predicate = fill(pattern.subject), fill(pattern.predicate)
        value = fill(pattern.object)
        if not isinstance(subject, NamedNode) or not isinstance(predicate, NamedNode):
            return []
        if pattern.chain:
            return self._chain(subject, predicate, value)
        statement = Statement(subject.value, predicate.value, value)
        return [statement] if self._where(statement) else []

    def _chain(self, start: NamedNode, predicate: NamedNode, end: Term) -> list[Statement]:
        ways: list[list[Statement]] = [[]]
        seen = {start.value}
        for _ in range(_LONGEST_CHAIN):
            longer: list[list[Statement]] = []
            for way in ways:
                at = cast(NamedNode, way[-1].object).value if way else start.value
                for value in objects(self._select, at, predicate.value):
                    step = [*way, Statement(at, predicate.value, value)]
                    if value == end:
                        return step
                    if isinstance(value, NamedNode) and value.value not in seen:
                        seen.add(value.value)
                        longer.append(step)
            ways = longer
        return []

    def _plainness(self, premises: tuple[Statement, ...]) -> tuple[int, int, str]:
        """Rank premises: few that are themselves inferred, then few, then by name."""
        inferences = sum(
            all(graph.endswith(INFERENCES) for graph in self._where(each)) for each in premises
        )
        return inferences, len(premises), str(premises)

    def _where(self, statement: Statement) -> tuple[str, ...]:
        if statement not in self._graphs:
            query = (
                f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {{ {NamedNode(statement.subject)}"
                f" {NamedNode(statement.predicate)} {statement.object} }} }} ORDER BY ?g"
            )
            found = (g.value for (g,) in self._select(query) if isinstance(g, NamedNode))
            self._graphs[statement] = tuple(found)
        return self._graphs[statement]

    def _claims(self, statement: Statement) -> tuple[ClaimNote, ...]:
        part = "rg:claimValue" if isinstance(statement.object, Literal) else "rg:claimObject"
        query = (
            f"{PROLOGUE}SELECT ?c ?comment ?basis WHERE {{"
            f" ?c rg:claimSubject {NamedNode(statement.subject)} ;"
            f" rg:claimPredicate {NamedNode(statement.predicate)} ; {part} {statement.object} ."
            " OPTIONAL { ?c rdfs:comment ?comment } OPTIONAL { ?c rg:basis ?basis } } ORDER BY ?c"
        )
        notes: dict[str, ClaimNote] = {}
        for claim, comment, basis in self._select(query):
            iri = _text(claim)
            if iri not in notes:
                local = _text(basis).rpartition("basis-")[2]
                notes[iri] = ClaimNote(iri, _text(comment), local, self._read(iri))
        return tuple(notes.values())

    def _read(self, claim: str) -> tuple[Read, ...]:
        query = (
            f"{PROLOGUE}SELECT ?e ?source ?label ?locator ?status ?quotation WHERE {{"
            f" {NamedNode(claim)} rg:hasEvidence ?e . OPTIONAL {{ ?e rg:source ?source ."
            " OPTIONAL { ?source rdfs:label ?label } } OPTIONAL { ?e rg:locator ?locator }"
            " OPTIONAL { ?e rg:status ?status } OPTIONAL { ?e rg:quotation ?quotation } }"
            " ORDER BY ?e ?source ?label"
        )
        found: dict[str, Read] = {}
        for e, source, label, locator, status, quotation in self._select(query):
            iri, earlier = _text(e), found.get(_text(e))
            iris = earlier.source_iris if earlier else ()
            labels = earlier.sources if earlier else ()
            if source is not None and _text(source) not in iris:
                iris, labels = (*iris, _text(source)), (*labels, _text(label) or _text(source))
            verified = _text(status).endswith("status-verified")
            found[iri] = Read(iri, labels, iris, _text(locator), verified, _text(quotation))
        return tuple(found.values())


def _text(term: Term | None) -> str:
    return "" if term is None else term.value
