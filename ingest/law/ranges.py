"""Which provisions a reference means: ranges and lists expanded, from addresses or from words.

Effects name provisions twice: as addresses (``Reference``, a range has an ``end``) and in the
editors' words ("s. 10-18", "Sch. 2 para. 1-5A", "ss. 10, 12(2)(a)", "Act"). Addresses are used
where there are some. A range is expanded by the law's known provisions; else by counting, which
misses what was inserted between two numbers and says so (``counted``); else its two ends stand,
and its words are kept (``kept``). Nothing grows beyond ``addresses.MAX_RANGE`` provisions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from reformgraph.ingest.law import addresses
from reformgraph.ingest.law.model import Reference

MAX_TEXT = 4_000
"""The longest words that are taken apart; longer ones are kept as they are."""

_KINDS = {
    "section": r"ss?|secs?|sections?|aa?|adran(?:nau)?",
    "article": r"arts?|articles?|erthyglau|erthygl",
    "regulation": r"regs?|regulations?|rheoliadau|rheoliad",
    "rule": r"rr?|rules?",
    "schedule": r"schs?|scheds?|schedules?|atod|atodlen(?:ni)?",
    "paragraph": r"paras?|paragraphs?",
    "part": r"pts?|parts?|rhan(?:nau)?",
    "chapter": r"chs?|chaps?|chapters?|pennod",
    "annex": r"annexe?s?",
}
_NUMBER = r"(?:\d+[A-Za-z]{0,4}\d{0,2}|[A-Z]{1,3}\d+[A-Z]?|[IVXLC]+[A-Z]?)"
_TOKEN = re.compile(
    r"(?P<kind>(?i:" + "|".join(f"(?P<{k}>{v})" for k, v in _KINDS.items()) + r")(?:\.|(?=\s)))\s*"
    rf"|(?P<number>(?<![\w(]){_NUMBER}(?![\w]))"
    r"|\((?P<sub>[A-Za-z0-9]{1,8})\)"
    r"|(?P<dash>\s*[-–—]\s*|\s+to\s+)"
    r"|(?P<comma>[,;]\s*|\s+and\s+|&)"
    r"|(?P<space>\s+)"
)
_WHOLE = re.compile(
    r"(?i)(?:the )?(?:whole )?(?:of )?(?:the )?(?:act|order|regulations?|rules?|instrument|measure"
    r"|scheme|s\.?\s?i\.?|decision|directive|deddf)(?: as a whole)?|whole|all"
)
_HEADING = re.compile(r"(?i)\b(?:cross-?)?heading\s*$")
_AND_HEADING = re.compile(r"(?i)\band (?:cross-?)?heading\s*$")
_OUTER = ("schedule", "part", "chapter", "annex")


@dataclass(frozen=True, slots=True)
class Words:
    """Words taken apart: ``references`` in order, ``whole`` for the law itself, ``left`` what was not read."""

    references: tuple[Reference, ...] = ()
    whole: bool = False
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provisions:
    """What references mean: ``iris`` without repetition; the law's own when it is meant as a whole.

    ``counted``: how many ranges were expanded by counting only; ``kept``: the words of what could
    not be expanded or read.
    """

    iris: tuple[str, ...]
    counted: int = 0
    kept: tuple[str, ...] = ()


def provisions(
    references: Iterable[Reference], text: str, law: str, known: tuple[str, ...] = ()
) -> Provisions:
    """Give the provisions of one end of an effect.

    ``references`` and ``text`` are the effect's addresses and words, ``law`` the IRI of the law,
    ``known`` the paths of its provisions in the order of the law, where they are at hand.
    """
    listed = tuple(references)
    kept: list[str] = []
    if not listed:
        words = read(text, law)
        listed, kept = words.references, list(words.left)
        if not listed:
            return Provisions((law,), 0, () if words.whole or not text.strip() else (text,))
    iris: dict[str, None] = {}
    counted = 0
    for one in listed:
        if len(iris) >= addresses.MAX_RANGE:
            kept.append(one.text or one.iri)
            continue
        if not one.end:
            iris[one.iri] = None
            continue
        found, how = expanded(one, known)
        iris.update(dict.fromkeys(found))
        counted += how == "counted"
        if how == "kept":
            kept.append(one.text or f"{one.iri} to {one.end}")
    return Provisions(tuple(iris), counted, tuple(kept))


def expanded(reference: Reference, known: tuple[str, ...] = ()) -> tuple[tuple[str, ...], str]:
    """Expand one range to IRIs; say how: ``known``, ``counted``, or ``kept`` (its two ends only)."""
    law, last_law = addresses.key(reference.iri), addresses.key(reference.end)
    first, last = addresses.path_of(reference.iri), addresses.path_of(reference.end)
    if not law or law != last_law or not first or not last:
        ends = dict.fromkeys(one for one in (reference.iri, reference.end) if one)
        return tuple(ends), "kept"
    if first == last:
        return (addresses.iri(law, first),), "known"
    paths = addresses.expand(first, last, known)
    if len(paths) == 2:
        paths = _by_last_sign(first, last) or paths
    iris = tuple(addresses.iri(law, path) for path in paths)
    if first in known and last in known and _beside(first, last):
        return iris, "known"
    if len(paths) > 2 or _next(first, last):
        return iris, "counted"
    return iris, "kept"


def read(text: str, law: str) -> Words:
    """Take the editors' words for provisions of ``law`` (an IRI) apart.

    "s. 20(1)-(3)" is a range of subsections, "s. 18(1)(a)(b)(2)" a list. Words that name no
    provision ("and cross-heading", "and word") are in ``left``.
    """
    words = " ".join(text.split())
    if not words or _WHOLE.fullmatch(words):
        return Words(whole=bool(words))
    if len(words) > MAX_TEXT:
        return Words(left=(words,))
    # A cross-heading has an address of its own, which its words do not tell.
    if _HEADING.search(words) and not _AND_HEADING.search(words):
        return Words(left=(words,))
    reader = _Words(law)
    place = 0
    while place < len(words):
        match = _TOKEN.match(words, place)
        if match is None:
            stop = re.compile(r"[\s,;]|$").search(words, place + 1)
            end = stop.start() if stop else len(words)
            reader.left.append(words[place:end])
            place = end
            continue
        reader.take(match)
        place = match.end()
    return Words(tuple(reader.done()), False, tuple(one for one in reader.left if one != "and"))


class _Words:
    """The provision that is being named, and those that are done."""

    def __init__(self, law: str) -> None:
        self.law = law
        self.references: list[Reference] = []
        self.left: list[str] = []
        self.outer: list[tuple[str, str]] = []
        self.kind = ""
        self.number = ""
        self.subs: list[str] = []
        self.begin = ""
        self.dash = False

    def take(self, match: re.Match[str]) -> None:
        """Take one token."""
        if match["kind"]:
            self._kind(next(kind for kind in _KINDS if match[kind]))
        elif match["number"]:
            self._number(match["number"])
        elif match["sub"]:
            self._sub(match["sub"])
        elif match["dash"] and self.number:
            self.begin, self.dash = self._path(), True

    def done(self) -> list[Reference]:
        """End the last provision and give all."""
        self._finish()
        return self.references

    def _kind(self, kind: str) -> None:
        inside = (
            (kind == "paragraph" and self.kind in (*_OUTER, "paragraph"))
            or (kind == "part" and self.kind in ("schedule", "annex"))
            or (kind == "chapter" and self.kind == "part")
        )
        if inside and self.kind != kind and self.number:
            self.outer = [one for one in self.outer if one[0] != self.kind]
            self.outer.append((self.kind, self.number))
            self.number, self.subs = "", []
        else:
            self._finish()
            levels = [one[0] for one in self.outer]
            if kind in levels:
                self.outer = self.outer[: levels.index(kind)]
            elif kind not in ("paragraph", "part", "chapter"):
                self.outer = []
        self.kind = kind

    def _number(self, number: str) -> None:
        if not self.kind:
            self.left.append(number)
            return
        if not self.dash:
            self._finish()
        self.number, self.subs = number, []
        if self.dash:
            self._finish()

    def _sub(self, sub: str) -> None:
        if not self.number:
            if not (self.references and self.kind):
                self.left.append(f"({sub})")
                return
            path = self.references[-1].end or self.references[-1].iri
            self._resume(addresses.path_of(path))
        level = self._level(sub)
        if level is None:
            self.subs.append(sub)
        else:
            if not self.dash:
                self._add()
            self.subs = [*self.subs[:level], sub]
        if self.dash:
            self._add()

    def _level(self, sub: str) -> int | None:
        """Give the depth at which ``sub`` stands beside what came before; None for one deeper."""
        for depth in range(len(self.subs) - 1, -1, -1):
            before = self.subs[depth]
            if _shape(before) != _shape(sub):
                continue
            # (i) after (a) is deeper, (i) after (h) is beside.
            if sub == "i" and before != "h":
                return None
            return depth
        return None

    def _resume(self, path: str) -> None:
        parts = path.split("/")
        place = next((n for n in range(len(parts) - 1, -1, -1) if parts[n] == self.kind), None)
        if place is not None and place + 1 < len(parts):
            self.number, self.subs = parts[place + 1], parts[place + 2 :]
            self.references.pop() if not self.subs else None

    def _path(self) -> str:
        steps = [
            part for kind, number in self.outer if self._counts(kind) for part in (kind, number)
        ]
        return "/".join([*steps, self.kind, self.number, *self.subs])

    def _counts(self, kind: str) -> bool:
        # Paragraphs of a schedule are numbered through its parts: schedule/2/paragraph/3.
        return not (self.kind == "paragraph" and kind in ("part", "chapter"))

    def _add(self) -> None:
        """Put the provision named so far, or the range that it ends, into the references."""
        path = self._path()
        iri = f"{self.law}/{path}"
        if self.dash:
            begin = f"{self.law}/{self.begin}"
            if self.references and self.references[-1].iri == begin:
                self.references.pop()
            self.references.append(Reference(begin, iri if iri != begin else ""))
            self.dash, self.begin = False, ""
        elif not any(iri in (one.iri, one.end) for one in self.references):
            self.references.append(Reference(iri))

    def _finish(self) -> None:
        if self.number and self.kind:
            self._add()
        self.number, self.subs = "", []
        self.dash = False


def _shape(sub: str) -> str:
    if any(character.isdigit() for character in sub):
        return "number"
    return "small" if sub.islower() else "capital"


def _beside(first: str, last: str) -> bool:
    return first.rpartition("/")[0] == last.rpartition("/")[0]


def _next(first: str, last: str) -> bool:
    """Say whether nothing but insertions can stand between two paths: 12 and 13, a and b, 5 and 5A."""
    if not _beside(first, last):
        return False
    begin, end = first.rpartition("/")[2], last.rpartition("/")[2]
    if begin.isdecimal() and end.isdecimal() and len(begin + end) < 20:
        return int(end) == int(begin) + 1
    if len(begin) == len(end) and begin[:-1] == end[:-1]:
        return begin[-1:].isalpha() and ord(end[-1]) == ord(begin[-1]) + 1
    return end == f"{begin}A"


def _by_last_sign(first: str, last: str) -> tuple[str, ...]:
    """Count where only the last sign differs: 6ZA to 6ZC, (bc) to (be), (A1) to (A4); else nothing."""
    stem = first[:-1]
    a, b = first[-1:], last[-1:]
    alike = len(first) == len(last) and stem == last[:-1] and not stem.endswith("/")
    same = (a.isdecimal() and b.isdecimal()) or (a.isalpha() and a.islower() == b.islower())
    if not alike or not same or not (a + b).isascii() or not b.isalnum() or a >= b:
        return ()
    return tuple(f"{stem}{chr(code)}" for code in range(ord(a), ord(b) + 1))
