"""Slugs: the names of entities in tables and addresses."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 200

# Letters that are no base letter with a mark, so that Unicode does not take them apart.
_LETTERS: Final = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ß": "ss",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ı": "i",
        "–": "-",
        "—": "-",
    }
)
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

RESERVED: Final = frozenset(
    {
        # Windows refuses these as file names whatever their suffix (exports, caches, dumps).
        *("con", "prn", "aux", "nul"),
        *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)),
        # Names that addresses or web servers give another meaning.
        *("index", "claim", "evidence", "graph", "page", "id", "about", "favicon", "robots"),
        # Graphs of every build.
        *("ontology", "inferences", "provenance"),
    }
)


class SlugError(ValueError):
    """A text is no slug; ``expected`` and ``hint`` say how to mend it."""

    def __init__(self, expected: str, hint: str = "") -> None:
        super().__init__(f"expected {expected}" + (f"; {hint}" if hint else ""))
        self.expected = expected
        self.hint = hint


def check(text: str) -> str:
    """Give ``text`` back when it is a slug: lower-case words and numbers joined by hyphens.

    Raises ``SlugError``, also for reserved words and for more than 200 characters.
    """
    if _SLUG.fullmatch(text):
        if text in RESERVED:
            raise SlugError("a slug that is not a reserved word", f"{text}-1 or a longer name?")
        if len(text) > LONGEST:
            raise SlugError(f"a slug of at most {LONGEST} characters", f"it has {len(text)}")
        return text
    raise SlugError("lower-case words and numbers joined by hyphens", _hint(text))


def slugify(name: str) -> str:
    """Make a slug of a name: ``Al Aynsley-Green`` → ``al-aynsley-green``.

    Letters outside ASCII lose their marks; what has no ASCII letter at all gives an empty text.
    """
    plain = (
        unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
        .encode("ascii", "ignore")
        .decode()
    )
    plain = re.sub(r"['’]", "", plain)
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def of_person(name: str) -> str:
    """Give the slug under which a person stands, in tables as in addresses."""
    return slugify(name)


def _hint(text: str) -> str:
    if "://" in text:
        return "write the slug alone, not a whole IRI"
    for letter in text:
        if not letter.isascii():
            name = unicodedata.name(letter, f"U+{ord(letter):04X}")
            return f"{letter!r} is {name}"
    meant = slugify(text)
    return f"{meant}?" if meant and meant != text else ""
