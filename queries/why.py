"""Why a statement stands, asked by names: what the command and the page of that name share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from reformgraph.errors import NotFound, UsageError
from reformgraph.ontology.explain import Explanation, explain, objects
from reformgraph.ontology.terms import PREFIXES, RDF, compact
from reformgraph.store import Store
from reformgraph.store.base import Term

_RG = PREFIXES["rg"]


def why(store: Store, subject: str, predicate: str, value: str) -> Explanation:
    """Explain a statement given by names.

    In: slugs, IRIs or compact IRIs (``rg:drawsOn``; for a predicate also ``drawsOn`` and ``a``);
    the object may be the text of a literal. Raises NotFound when no graph has the statement,
    UsageError when the predicate is no IRI.
    """
    start = store.resolve(subject)
    by = predicate_iri(predicate)
    there = objects(store.select, start, by)
    if (end := _object(store, value, there)) is not None and end in there:
        found = explain(store.select, start, by, end)
        if found is not None:
            return found
    raise _absent(store, start, by, value, there)


def predicate_iri(name: str) -> str:
    """Read a predicate: an IRI, a compact IRI, a local name of our ontology, or ``a``."""
    name = name.strip()
    name = name[1:-1] if name.startswith("<") and name.endswith(">") else name
    if name == "a":
        return RDF.type.value
    prefix, colon, local = name.partition(":")
    iri = PREFIXES[prefix] + local if colon and prefix in PREFIXES else name
    iri = iri if ":" in iri else _RG + iri
    try:
        return NamedNode(iri).value
    except ValueError:
        raise UsageError(
            f"{name[:80]!r} is no predicate, expected one such as rg:drawsOn",
            where={"field": "p"},
        ) from None


def labels(store: Store, found: Explanation) -> Mapping[str, str]:
    """Name everything that an explanation speaks of by label; terms by their compact IRI."""
    iris = list(dict.fromkeys(_iris(found)))
    own = {iri: compact(iri) for iri in iris}
    terms = {iri for iri, short in own.items() if short != iri}
    return own | store.labels(iri for iri in iris if iri not in terms)


def term_text(term: Term | str, names: Mapping[str, str]) -> str:
    """Say one end of a statement in words."""
    if isinstance(term, Literal):
        return f"“{term.value}”"
    iri = term if isinstance(term, str) else term.value
    return names.get(iri, compact(iri))


def as_json(found: Explanation) -> dict[str, Any]:
    """Put an explanation into plain values, premises within premises."""
    statement = found.statement
    told: dict[str, Any] = {
        "subject": statement.subject,
        "predicate": statement.predicate,
        "object": _plain(statement.object),
        "asserted": found.asserted,
    }
    if found.asserted:
        told["graphs"] = list(found.graphs)
        told["claims"] = [
            {
                "claim": claim.claim,
                "sentence": claim.sentence,
                "basis": claim.basis,
                "read_in": [
                    {
                        "evidence": read.evidence,
                        "sources": list(read.source_iris),
                        "locator": read.locator,
                        "status": "verified" if read.verified else "unverified",
                        "quotation": read.quotation,
                    }
                    for read in claim.read
                ],
            }
            for claim in found.claims
        ]
    if found.rule is not None:
        rule = found.rule
        told["rule"] = {"name": rule.name, "file": rule.file, "explains": rule.explains}
        told["premises"] = [as_json(premise) for premise in found.premises]
    return told


def _object(store: Store, value: str, there: list[Term]) -> Term | None:
    """Read the object: an entity if it is one, else the literal of that text among ``there``."""
    try:
        end: Term = NamedNode(store.resolve(value))
    except NotFound:
        end = Literal(value)
    if end in there:
        return end
    bare = value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
    same = [each for each in there if isinstance(each, Literal) and each.value == bare]
    return same[0] if same else None


def _absent(store: Store, start: str, by: str, value: str, there: list[Term]) -> NotFound:
    names = store.labels([start, *(each.value for each in there if isinstance(each, NamedNode))])
    hints = [term_text(each, names) for each in there[:5]]
    detail = f"The graph does not say: {names.get(start, start)} – {compact(by)} – {value[:200]}."
    if there:
        detail += f" By {compact(by)} it has {len(there)} other statements."
    if _is_closure(store, by):
        detail += (
            f" {compact(by)} is transitive, so it is worked out when asked and not stored:"
            " ask the question “paths” for the steps."
        )
    return NotFound(detail, hints=hints)


def _is_closure(store: Store, by: str) -> bool:
    return store.ask(
        f"PREFIX owl: <{PREFIXES['owl']}> ASK {{ {NamedNode(by)} a owl:TransitiveProperty }}"
    )


def _iris(found: Explanation) -> Iterator[str]:
    yield from (found.statement.subject, found.statement.predicate, *found.graphs)
    if isinstance(found.statement.object, NamedNode):
        yield found.statement.object.value
    for premise in found.premises:
        yield from _iris(premise)


def _plain(term: Term) -> str | dict[str, str]:
    if not isinstance(term, Literal):
        return str(term) if isinstance(term, BlankNode) else term.value
    told = {"value": term.value, "datatype": term.datatype.value}
    return told | ({"language": term.language} if term.language else {})
