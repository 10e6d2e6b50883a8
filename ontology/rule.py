"""The rules of ``rules/`` as data: what each concludes, and from which statements.

A rule is a ``CONSTRUCT`` of one triple. Its header, lines that begin with ``#+ ``, is YAML:
``title``, ``explains`` and ``premises``, triple patterns over the rule's own variables. A ``+``
after a premise's predicate stands for a chain of such statements, `` | `` parts alternatives. So
the text that infers a triple is also the text that explains it (``explain``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml

from reformgraph.ontology import files
from reformgraph.ontology.terms import PREFIXES

_HEAD: Final = re.compile(r"CONSTRUCT\s*\{\s*(\?\w+)\s+(\S+)\s+(\?\w+)\s*\.?\s*\}\s*WHERE\s*\{")
_RDF_TYPE: Final = PREFIXES["rdf"] + "type"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern: variables begin with ``?``, all else is an IRI; ``chain``: one or more."""

    subject: str
    predicate: str
    object: str
    chain: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its file's name, its header, its conclusion, and its query.

    ``premises``: each is a tuple of alternatives, of which one has to hold.
    """

    name: str
    title: str
    explains: str
    conclusion: Pattern
    premises: tuple[tuple[Pattern, ...], ...]
    query: str

    @property
    def file(self) -> str:
        """The file that holds the rule, as people find it."""
        return f"ontology/rules/{self.name}.rq"

    def bindings_query(self, bound: dict[str, str]) -> str:
        """Word the rule as a SELECT of its own variables, some of them bound to serialised terms."""
        names = " ".join(bound)
        values = " ".join(bound.values())
        wanted = " ".join(sorted({*_variables(self), *bound}))
        head = f"SELECT DISTINCT {wanted} WHERE {{\n  VALUES ({names}) {{ ({values}) }}"
        return _HEAD.sub(lambda _: head, self.query, count=1)

    def variables(self) -> tuple[str, ...]:
        """Name the columns of ``bindings_query`` when all ends of the conclusion are bound."""
        ends = (self.conclusion.subject, self.conclusion.predicate, self.conclusion.object)
        return tuple(sorted(_variables(self) | {e for e in ends if e.startswith("?")}))


@cache
def rules() -> tuple[Rule, ...]:
    """Read all rules, by name."""
    return tuple(read(name, text) for name, text in files.queries("rules"))


def read(name: str, text: str) -> Rule:
    """Read one rule. Raises ``ValueError`` when it is not a CONSTRUCT of one triple."""
    lines = [line[3:] for line in text.splitlines() if line.startswith("#+ ")]
    header: dict[str, Any] = yaml.safe_load("\n".join(lines))
    head = _HEAD.search(text)
    if head is None:
        raise ValueError(f"{name}.rq: a rule is a CONSTRUCT of one triple")
    return Rule(
        name=name,
        title=header["title"],
        explains=header["explains"].strip(),
        conclusion=_pattern(" ".join(head.groups())),
        premises=tuple(
            tuple(_pattern(each) for each in line.split(" | ")) for line in header["premises"]
        ),
        query=text,
    )


def _pattern(text: str) -> Pattern:
    subject, predicate, value = (_term(each) for each in text.split())
    return Pattern(subject, predicate.removesuffix("+"), value, chain=predicate.endswith("+"))


def _term(text: str) -> str:
    if text.startswith("?"):
        return text
    if text == "a":
        return _RDF_TYPE
    prefix, _, local = text.partition(":")
    return PREFIXES[prefix] + local


def _variables(rule: Rule) -> set[str]:
    patterns = [each for premise in rule.premises for each in premise]
    ends = {e for each in patterns for e in (each.subject, each.predicate, each.object)}
    return {end for end in ends if end.startswith("?")}
