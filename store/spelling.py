"""Words that stand nowhere in the index, and those that were probably meant."""

from __future__ import annotations

import sqlite3

from rapidfuzz import process
from rapidfuzz.distance import OSA

SHORTEST = 4
"""Letters below which a slip cannot be told from another word."""
MOST = 3
"""Words that one word may have meant."""
_CLOSE, _LONG = 1, 7
"""One slip in a word, two in one of seven letters or more."""


class Vocabulary:
    """Every word of an index with the number of entities that have it, folded as the index does."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read the words. Raises sqlite3.Error."""
        connection.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.word USING fts5vocab(main, entity, 'row')"
        )
        self._counts: dict[str, int] = dict(connection.execute("SELECT term, doc FROM temp.word"))
        self._terms = sorted(term for term in self._counts if len(term) >= SHORTEST - 1)

    def meant(self, word: str, *, prefix: bool = False) -> list[str]:
        """Return the words nearest to a folded ``word`` that stands nowhere, the likeliest first.

        Empty when it stands somewhere (with ``prefix`` as the beginning of a word), is too short or
        a number, or when nothing is near.
        """
        if len(word) < SHORTEST or not word.isalpha() or word in self._counts:
            return []
        if word.endswith("s") and word[:-1] in self._counts:
            return []  # a plural, or a possessive without its apostrophe
        if prefix and any(term.startswith(word) for term in self._terms):
            return []
        cutoff = _CLOSE + (len(word) >= _LONG)
        near = process.extract(
            word, self._terms, scorer=OSA.distance, score_cutoff=cutoff, limit=50
        )
        near.sort(key=lambda hit: (hit[1], -self._counts[hit[0]], hit[0]))
        best = [term for term, distance, _ in near if distance == near[0][1]]
        return best[:MOST]
