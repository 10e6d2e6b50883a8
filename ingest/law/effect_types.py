"""What kind of change an effect is: the site's free words mapped to one predicate.

The editors' types are free text: one word ("repealed"), a phrase ("words substituted"), a whole
story ("word omitted by virtue of S.I. 2019/93, Sch. 1 para. 9(1C)(a) (as inserted)"), with typing
errors. The rules are tried in order and the first that fits decides; each has its reason. What no
rule knows is ``eli:changes``, the widest of them, and is to be counted by who asks.

Whether an effect changes text is the editors' own division: F notes tell textual amendments, C
notes those that change meaning, scope or application and leave the text (CLML User Guide,
commentaries).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

AMENDS = "rg:amends"
REPEALS = "rg:repeals"
COMMENCES = "eli:commences"
APPLIES = "eli:applies"
CHANGES = "eli:changes"
PREDICATES = (AMENDS, REPEALS, COMMENCES, APPLIES, CHANGES)

_CUT = r"(?:inserted|substituted|repealed|omitted|added|revoked|amended|deleted|replaced|removed)"
_SOME = r"(?:words?|entry|entries|definitions?|figures?|sums?|headings?|cross-headings?|cross-notes?|item|items|title|formula|table|columns?|rows?)"


@dataclass(frozen=True, slots=True)
class Rule:
    """``pattern`` is looked for in the type in small letters; ``reason`` says why it is that predicate."""

    pattern: str
    predicate: str
    reason: str


RULES = (
    Rule(
        r"\bearlier (?:affecting|amending|commencing|modifying)\b",
        CHANGES,
        "it changes the provision that made an earlier effect; this law's text only follows",
    ),
    Rule(
        r"^powers?\b|\bpowers? to\b.*\b(?:conferred|extended|transferred)\b",
        CHANGES,
        "a power to change the law is not yet a change of its text",
    ),
    Rule(
        r"^commencement\b|\b(?:coming|comes?|came|brought|bringing) into (?:force|operation|effect)\b"
        r"|^commenced\b|^appointed day",
        COMMENCES,
        "it says when the law or provision begins to have effect",
    ),
    Rule(
        rf"^{_SOME}\b.*\b{_CUT}\b|^{_CUT} (?:for )?{_SOME}$",
        AMENDS,
        "a part of the provision's text changes and the provision stays",
    ),
    Rule(
        r"\b(?:renumbered|re-numbered|relettered|re-lettered|transposed|relocated|renamed)\b",
        AMENDS,
        "number, name or place of text changes",
    ),
    Rule(
        r"^(?:repealed|revoked|omitted|ceases to have effect|expired)\b.*\b(?:in part|partly|so far as)\b",
        REPEALS,
        "it ends the provision in part, which rg:repeals covers",
    ),
    Rule(
        r"^(?:repealed|revoked|omitted|deleted|removed|quashed|annulled|expired|lapsed|spent|expiry"
        r"|repeals?|revocation|annulment|abolished)\b|^(?:ceases?|ceased|ceasing) to have effect\b",
        REPEALS,
        "the affected provision itself ceases to be law ('omitted' is today's word for it)",
    ),
    Rule(
        r"^(?:inserted|substituted|added|amended|replaced|amendment|amends|insertion|substitution"
        r"|textual amendment|restored|revived)\b",
        AMENDS,
        "the text of the affected provision changes, or it is new",
    ),
    Rule(
        r"^(?:applied|reapplied|re-applied|applies|application (?:extended|of))\b",
        APPLIES,
        "the affected provision is made to apply, with or without modifications; its text stays",
    ),
    Rule(
        r"^(?:modified|modification|extended|restricted|excluded|disapplied|continued|saved|savings?"
        r"|explained|construed|transfer(?:red)?|functions?|certain functions|definition|definitions"
        r"|affected|amendment to|referred to|superseded|consolidated|declared|confirmed|varied"
        r"|suspended|exercis\w+|incorporated|interpreted|limited|dissolved|validated|apportioned)\b",
        CHANGES,
        "meaning, scope or application changes and the text stays",
    ),
)
"""The table; the first rule that fits decides."""

_COMPILED = tuple((re.compile(rule.pattern), rule) for rule in RULES)
_VOCABULARY = frozenset(
    (
        *("inserted", "substituted", "repealed", "omitted", "added", "revoked", "amended"),
        *("modified", "extended", "restricted", "excluded", "applied", "disapplied", "continued"),
        *("commencement", "coming", "renumbered", "expired", "deleted", "conferred", "transfer"),
        *("definition", "functions", "entries", "earlier", "affecting", "amending", "amendment"),
    )
)
_NOT_ERRORS = frozenset(("repeated", "added", "ended", "amount", "adding", "applies", "modifies"))
_ALIKE = 0.85
"""How alike a word must be to be one of ours wrongly typed: one slip in seven letters."""
_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Mapped:
    """The predicate of a type; ``reason`` is empty where no rule knows it; ``read_as`` a corrected text."""

    predicate: str
    reason: str
    read_as: str = ""

    @property
    def known(self) -> bool:
        """Whether a rule knows the type."""
        return bool(self.reason)


@lru_cache(maxsize=4096)
def mapped(type_: str) -> Mapped:
    """Map a type in the site's words; an unknown or empty one is ``eli:changes`` and not ``known``."""
    text = " ".join(type_[:_LONGEST].lower().split())
    if found := _rule(text):
        return Mapped(found.predicate, found.reason)
    corrected = " ".join(map(_corrected, text.split()))
    if corrected != text and (found := _rule(corrected)):
        return Mapped(found.predicate, found.reason, corrected)
    return Mapped(CHANGES, "")


def _rule(text: str) -> Rule | None:
    return next((rule for pattern, rule in _COMPILED if pattern.search(text)), None)


def _corrected(word: str) -> str:
    """Give the word of the vocabulary that ``word`` is a slip of, else ``word``."""
    if len(word) < 5 or not word.isalpha() or word in _VOCABULARY | _NOT_ERRORS:
        return word
    best = max(_VOCABULARY, key=lambda one: (OSA.normalized_similarity(word, one), one))
    return best if OSA.normalized_similarity(word, best) >= _ALIKE else word
