"""The IRI of everything that a timeline describes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from pyoxigraph import NamedNode

from reformgraph.errors import UsageError
from reformgraph.ingest import slugs
from reformgraph.ingest.rows import Legislation, Provision
from reformgraph.ingest.timeline import Timeline

_LEGISLATION: Final = re.compile(r"https?://www\.legislation\.gov\.uk/id/")
_NUMBER = r"(?P<number>[0-9]+[A-Z]*)"
_ROMAN = r"(?P<number>[0-9]+[A-Z]*|[IVXLC]+[A-Z]?)"
_WHOLE: Final = (
    (re.compile(rf"s {_NUMBER}"), "section/{number}"),
    (re.compile(rf"art {_NUMBER}"), "article/{number}"),
    (re.compile(rf"reg {_NUMBER}"), "regulation/{number}"),
    (re.compile(rf"rule {_NUMBER}"), "rule/{number}"),
    (re.compile(rf"Part {_ROMAN}"), "part/{number}"),
    (re.compile(rf"Sch {_NUMBER}"), "schedule/{number}"),
    (re.compile(rf"Sch {_NUMBER} Part (?P<part>[0-9]+|[IVXLC]+)"), "schedule/{number}/part/{part}"),
    # A paragraph's address does not nest under its part, like a section's (Schedule 1 to the Data
    # Protection Act 2018 has paragraph 14 in Part 2: schedule/1/paragraph/14).
    (
        re.compile(rf"Sch {_NUMBER}(?: Part (?:[0-9]+|[IVXLC]+))? para (?P<para>[0-9]+[A-Z]*)"),
        "schedule/{number}/paragraph/{para}",
    ),
)


def check_base(base: str) -> str:
    """Give ``base`` back when entity addresses can be made by appending to it.

    Raises ``UsageError`` for what is no http(s) IRI or does not end in ``/`` or ``#``.
    """
    try:
        NamedNode(base)
    except ValueError as error:
        raise UsageError(f"The base {base!r} is not an IRI: {error}") from error
    if not re.match(r"https?://[^/]", base) or base[-1] not in "/#":
        raise UsageError(
            f"The base {base!r} must start with http:// or https:// and end in a slash or hash."
        )
    return base


def graph_iri(base: str, timeline_id: str) -> NamedNode:
    """Name the graph of a timeline, or of ``ontology``, ``inferences`` or ``provenance``."""
    return NamedNode(f"{check_base(base)}graph/{timeline_id}")


def provision_path(provision: str) -> str:
    """Give the last part of a provision's address on legislation.gov.uk.

    In: a provision as the table has it (``s 12A``, ``Sch 2 para 1A``, ``art 3``, ``reg 4``,
    ``Part 3``). Out: ``section/12A`` and so on; empty for ranges (``ss 10-12``) and for what has no
    address of its own. Form of the addresses: legislation.gov.uk, *URIs*.
    """
    for pattern, path in _WHOLE:
        if match := pattern.fullmatch(provision):
            return path.format(**match.groupdict())
    return ""


class Iris:
    """The nodes of one timeline, and of those that it uses, under one base.

    Each method takes an id (or what it names) and gives its ``NamedNode``.
    """

    def __init__(self, timeline: Timeline, base: str, used: Sequence[Timeline] = ()) -> None:
        self._base = check_base(base)
        self._nodes: dict[str, NamedNode] = {}
        sides = (*used, timeline)
        laws: Mapping[str, Legislation] = {row.id: row for t in sides for row in t.legislation}
        for law in laws.values():
            if law.iri:
                self._nodes[law.id] = NamedNode(law.iri)
        for side in sides:
            for row in side.provisions:
                if node := self._provision(row, laws[row.legislation]):
                    self._nodes[row.id] = node

    def entity(self, slug: str) -> NamedNode:
        """The node of a row, a timeline, a scheme or a person."""
        node = self._nodes.get(slug)
        if node is None:
            node = self._nodes[slug] = NamedNode(f"{self._base}id/{slug}")
        return node

    def person(self, name: str) -> NamedNode:
        """The node of a person."""
        return self.entity(slugs.of_person(name))

    def claim(self, name: str) -> NamedNode:
        """The node of a claim: a row's id, or ``{row id}.{column}[.{target}]``."""
        return NamedNode(f"{self._base}claim/{name}")

    def evidence(self, row_id: str, number: int) -> NamedNode:
        """The node of the ``number``-th evidence of a row, counted from 1."""
        return NamedNode(f"{self._base}evidence/{row_id}.{number}")

    def graph(self, name: str) -> NamedNode:
        """The named graph of a timeline."""
        return graph_iri(self._base, name)

    @staticmethod
    def _provision(row: Provision, law: Legislation) -> NamedNode | None:
        path = provision_path(row.provision)
        if not path or not _LEGISLATION.match(law.iri):
            return None
        return NamedNode(f"{law.iri}/{path}")
