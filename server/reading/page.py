"""The types that an entity page is made of; templates see nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reformgraph.server.reading.law import Law
from reformgraph.server.reading.marks import Dispute, Mark
from reformgraph.server.reading.refs import Ref


@dataclass(frozen=True, slots=True)
class Related:
    """What an entry is joined to by one more step: "became" → two institutions."""

    words: str
    refs: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a section. Either ``ref`` or ``text`` is what it says; the rest adds to it."""

    ref: Ref | None = None
    text: str = ""
    href: str = ""
    detail: str = ""
    quotation: str = ""
    tags: tuple[str, ...] = ()
    related: tuple[Related, ...] = ()
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that one predicate joins to the entity. ``more`` leads to those not shown."""

    words: str
    entries: tuple[Entry, ...]
    total: int
    more: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a page; ``key`` is its anchor."""

    key: str
    heading: str
    groups: tuple[Group, ...]

    @property
    def total(self) -> int:
        """How many entries there are, shown or not."""
        return sum(group.total for group in self.groups)


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the facts at the top: a label and its values."""

    label: str
    values: tuple[str, ...]
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class Outward:
    """An address outside; ``href`` is "" when it is not one to be followed."""

    words: str
    text: str
    href: str


@dataclass(frozen=True, slots=True)
class EntityPage:
    """Everything that a page about one IRI shows.

    ``word`` is what to call it; ``when`` is in words, "" when nothing is known; ``within`` is the
    law that a provision is part of.

    ``evidence`` is the entity's own: of its dates and facts, not of its edges. ``dates`` are its
    date, start and end as the source gives them (EDTF).
    """

    iri: str
    slug: str
    label: str
    also: tuple[str, ...]
    type: str
    word: str
    summary: str
    when: str
    when_disputed: bool
    facts: tuple[Fact, ...]
    evidence: Mark | None
    disputes: tuple[Dispute, ...]
    sections: tuple[Section, ...]
    outward: tuple[Outward, ...]
    timelines: tuple[Ref, ...]
    has_lineage: bool
    law: Law | None = None
    within: Ref | None = None
    dates: Mapping[str, str] = field(default_factory=dict)
