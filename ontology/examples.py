"""What the examples of the ontology name: a slug, claim, evidence or term in round brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reformgraph.ontology.terms import PREFIXES

# Letters first, so that a year is none; no blank, so that "(c. 31)" is none.
_NAME: Final = re.compile(
    r"\(((?:claim|evidence|commentary)/[\w.-]+|[a-z]+:[A-Za-z][\w-]*|[a-z][\w]*(?:-[\w]+)*)\)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of an example; ``name`` when it is a name in brackets, without them."""

    text: str
    name: str


def parts(example: str) -> Iterator[Part]:
    """Cut an example into plain stretches and names, in order."""
    done = 0
    for found in _NAME.finditer(example):
        yield Part(example[done : found.start()], "")
        yield Part(found[0], found[1])
        done = found.end()
    yield Part(example[done:], "")


def names(example: str) -> tuple[str, ...]:
    """List the names of an example in order."""
    return tuple(part.name for part in parts(example) if part.name)


def iri(name: str, base: str) -> str:
    """Give the IRI of a claim, evidence or term; empty for a slug, which only a store can resolve."""
    if name.startswith(("claim/", "evidence/", "commentary/")):
        return base + name
    prefix, colon, local = name.partition(":")
    return PREFIXES[prefix] + local if colon else ""
