"""The parts of a story: runs of words make sentences, sentences passages, passages periods."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of a sentence: words, a name with its address, or the number of a footnote."""

    text: str = ""
    href: str = ""
    title: bool = False
    note: int = 0


@dataclass(frozen=True, slots=True)
class Note:
    """One footnote: what a sentence rests on. ``of`` is its passage, ``about`` names both ends."""

    number: int
    of: str
    said: str
    basis: str
    verified: bool
    sources: tuple[str, ...]
    locator: str
    href: str
    claim: str = ""
    against_time: bool = False
    about: str = ""

    @property
    def thin(self) -> bool:
        """Whether nobody read it in a source, or it is our own inference."""
        return not self.verified or self.basis == "inferred"


@dataclass(frozen=True, slots=True)
class Passage:
    """One item: when and how it came and what it drew on, sentence by sentence."""

    key: str
    iri: str
    label: str
    href: str
    when: str
    sentences: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True, slots=True)
class Period:
    """Passages between two turning points; ``years`` is where they lie."""

    key: str
    heading: str
    years: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """What is known of an item itself: the evidence of its row, and rival dates."""

    verified: bool
    sources: tuple[str, ...]
    locator: str
    href: str


@dataclass(frozen=True, slots=True)
class RivalDate:
    """Another date that a source gives, with its claim."""

    predicate: str
    value: str
    comment: str
    claim: str
    evidence: Own


@dataclass(frozen=True, slots=True)
class Telling:
    """The account: what led to the item, the item, what came of it, and the footnotes."""

    before: tuple[Period, ...]
    focus: Passage
    after: tuple[Period, ...]
    notes: tuple[Note, ...]
    undated: tuple[str, ...]
    rivals: int
