"""What is wrong with the input, all of it, with file, row and column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from reformgraph.errors import InputError

SHOWN: Final = 200
"""How many faults a message prints; ``InvalidInput.faults`` has all."""

_NEAR_ENOUGH: Final = 0.6
_LONGEST_VALUE: Final = 80


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing that is wrong.

    ``row`` is the number that a spreadsheet shows, the header being 1; 0 means the file as a whole
    (in ``timeline.toml`` it is the line, when known). ``column`` is empty when the row as a whole
    is meant. ``expected`` completes the sentence "expected …"; ``hint`` is a next step or a near
    match, or empty. ``message`` says it in a sentence of its own, where "expected" does not fit.
    """

    file: str
    row: int
    column: str
    value: str
    expected: str
    hint: str = ""
    message: str = ""

    def __str__(self) -> str:
        place = ":".join(part for part in (self.file, str(self.row or ""), self.column) if part)
        if self.message:
            return f"{place}: {self.message}"
        found = f"{_shortened(self.value)!r}: " if self.value else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{place}: {found}expected {self.expected}{hint}"


class InvalidInput(InputError):
    """The input has faults; ``faults`` holds each of them, sorted by place.

    ``detail`` has one per line as ``file:row:column: …`` up to ``SHOWN``, then how many more there
    are; ``where`` names the first place and the count.
    """

    faults: tuple[Fault, ...]

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        lines = [str(fault) for fault in self.faults[:SHOWN]]
        if (more := len(self.faults) - SHOWN) > 0:
            lines.append(f"… and {more} more")
        first = self.faults[0]
        super().__init__(
            "\n".join(lines),
            hints=tuple(dict.fromkeys(f.hint for f in self.faults[:SHOWN] if f.hint)),
            where={
                "file": first.file,
                "line": first.row,
                "column": first.column,
                "faults": len(self.faults),
            },
        )


def nearest(value: str, choices: Iterable[str]) -> str:
    """Give the choice that is most like ``value``, or an empty text when none is near."""
    # OSA counts two letters that changed places as one slip: dcfs is dcsf, not dfes.
    similarity = OSA.normalized_similarity
    found = process.extractOne(
        value, list(choices), scorer=similarity, processor=str.casefold, score_cutoff=_NEAR_ENOUGH
    )
    return str(found[0]) if found else ""


def did_you_mean(value: str, choices: Iterable[str]) -> str:
    """Word the nearest choice as a hint, or give an empty text."""
    near = nearest(value, choices)
    return f"did you mean {near!r}?" if near else ""


def listed(values: Sequence[str]) -> str:
    """Word alternatives: ``one of a, b, c``."""
    return values[0] if len(values) == 1 else "one of " + ", ".join(values)


def _shortened(value: str) -> str:
    return value if len(value) <= _LONGEST_VALUE else value[:_LONGEST_VALUE] + "…"
