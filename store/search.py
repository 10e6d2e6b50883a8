"""Full-text search: a SQLite FTS5 file in each generation, written at build and read here.

User text never reaches the FTS5 query language: it is cut into words, and each word is passed as a
quoted phrase (hazards 78 and 112). Answers are plain segments; making HTML is the template's work.
"""

from __future__ import annotations

import re
import sqlite3
import threading
import unicodedata
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any
from urllib.parse import quote

from rapidfuzz import fuzz, process

from reformgraph.errors import Busy, StoreError
from reformgraph.store import briefs, law_records, search_facets
from reformgraph.store.base import FacetValue, Named, SearchHit, SearchPage, Segment
from reformgraph.store.search_index import SearchRow, fold, index_rows, write_index
from reformgraph.store.spelling import SHORTEST, Vocabulary

__all__ = ["SearchIndex", "SearchRow", "fold", "index_rows", "write_index"]

MAX_TEXT = 1_000
"""Characters of the user's text that are looked at."""
MAX_WORDS = 24
CONNECTIONS = 4
WAIT = 10.0
"""Seconds to wait for a connection."""
MAX_LIMIT = 500
MAX_OFFSET = 100_000
LONGEST_TITLE = 300

_OPEN, _CLOSE = "\x02", "\x03"
_WORD = re.compile(r"[^\W_]+")
# name, other names, text, slug, kind. A hit in a name outweighs any number of hits in prose.
_WEIGHTS = "10.0, 6.0, 1.0, 4.0, 2.0"
_WRATIO_NAMES = 50_000  # above it the thorough scorer takes more than a page may
_NEAR_CUTOFF = 60.0

# bm25 is negative, better is smaller: a boost below 1 moves a hit towards 0 and so down the list.
_BEST = f"""
SELECT rowid, bm25(entity, {_WEIGHTS}) * boost AS score
FROM entity WHERE entity MATCH ?2 AND (?3 = '' OR type = ?3)%s
ORDER BY (folded = ?1) DESC, (instr(exact, char(10) || ?1 || char(10)) > 0) DESC,
  (boost = 1.0 AND (instr(folded, ?1) = 1 OR instr(folded, 'the ' || ?1) = 1)) DESC,
  score, slug
LIMIT ?4 OFFSET ?5
"""  # noqa: S608  only constants are formatted in
# Marking the words costs more than finding them, so only what is shown is marked.
_SHOWN = """
SELECT rowid, iri, slug, type, kind, label,
       highlight(entity, 0, char(2), char(3)), highlight(entity, 1, char(2), char(3)),
       snippet(entity, 2, char(2), char(3), '…', 24), highlight(entity, 3, char(2), char(3)),
       highlight(entity, 4, char(2), char(3))
FROM entity WHERE entity MATCH ? AND +rowid IN (%s)
"""
_FACETS = "SELECT type, count(*) FROM entity WHERE entity MATCH ?1%s GROUP BY type"


class SearchIndex:
    """The search file of one generation, opened read-only and immutable. Thread-safe.

    In: its path. Raises StoreError when it is not a search index.
    """

    def __init__(self, path: Path) -> None:
        uri = f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"
        self._names: tuple[list[str], list[int]] | None = None
        self._words: Vocabulary | None = None
        self._lock = threading.Lock()
        # All are opened now: the folder may be removed while this generation is still read, and
        # what is open stays readable. A search takes milliseconds, so a few serve many threads.
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._finalizer = weakref.finalize(self, _close_all, self._idle)
        try:
            for _ in range(CONNECTIONS):
                connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
                self._idle.put(connection)
                # SQLite opens the file at the first statement.
                connection.execute("SELECT count(*) FROM entity WHERE entity MATCH '\"x\"'")
                # Generations of earlier versions lack some tables and are read without.
                tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
                self._has_facets, self._has_briefs = "facet" in tables, "record" in tables
        except sqlite3.Error as error:
            self._finalizer()
            raise StoreError(f"{path}: not a search index ({error})") from None

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get(timeout=WAIT)
        except Empty:
            raise Busy("every search connection is taken", headers={"Retry-After": "2"}) from None
        try:
            yield connection
        finally:
            if self._finalizer.alive:
                self._idle.put(connection)
            else:
                connection.close()

    def search(
        self,
        text: str,
        *,
        kind: str = "",
        limit: int = 20,
        offset: int = 0,
        filters: Mapping[str, str] | None = None,
    ) -> SearchPage:
        """Find entities that have all words of ``text``, the last one as a prefix.

        A word that stands nowhere is taken for the words nearest to it (``corrected``). When no
        entity has all words, those that have any (``partial``); when there are none either, the
        nearest names. ``kind`` is the local name of a class, ``filters`` values of
        :data:`search_facets.NAMES`. ``limit`` is brought into 0–500, ``offset`` into 0–100,000.
        Never raises, whatever the text.
        """
        limit, offset = min(max(limit, 0), MAX_LIMIT), min(max(offset, 0), MAX_OFFSET)
        text = unicodedata.normalize("NFC", text[:MAX_TEXT])
        kind = kind.encode("utf-8", "replace").decode("utf-8")
        wanted = self._filters(filters or {})
        words = _WORD.findall(text)[:MAX_WORDS]
        partial, corrected = False, ""
        hits: tuple[SearchHit, ...] = ()
        facets: dict[str, int] = {}
        narrow: Mapping[str, tuple[FacetValue, ...]] = {}
        if words:
            phrases, corrected = self._phrases(words)
            with self._connection() as connection:
                narrowed, bound = search_facets.condition(wanted, 2)
                by_class = _FACETS % narrowed
                match = " AND ".join(phrases)
                facets = dict(connection.execute(by_class, (match, *bound)))
                if not facets and len(phrases) > 1:
                    match, partial = " OR ".join(phrases), True
                    facets = dict(connection.execute(by_class, (match, *bound)))
                if facets and limit:
                    narrowed, bound = search_facets.condition(wanted, 6)
                    asked = (fold(corrected or text), match, kind, limit, offset, *bound)
                    best = dict(connection.execute(_BEST % narrowed, asked).fetchall())
                    hits = _shown(connection, match, best)
                if facets and self._has_facets:
                    narrow = search_facets.count(connection, match, kind, wanted)
        total = facets.get(kind, 0) if kind else sum(facets.values())
        near = () if facets and not partial else tuple(self.near(text))
        ranked = dict(sorted(facets.items(), key=lambda item: (-item[1], item[0])))
        return SearchPage(
            *(text, kind, total, offset, limit, hits, ranked, partial and bool(facets), near),
            corrected=corrected if facets else "",
            narrow=narrow,
            filters=wanted,
        )

    def _filters(self, filters: Mapping[str, str]) -> dict[str, str]:
        """Keep the filters that this index can apply: one of an earlier version has none."""
        known = search_facets.NAMES if self._has_facets else ()
        return {
            name: filters[name].encode("utf-8", "replace").decode("utf-8")
            for name in known
            if filters.get(name)
        }

    def _phrases(self, words: list[str]) -> tuple[list[str], str]:
        """Quote each word; one that stands nowhere becomes what it probably meant."""
        phrases, shown = [], []
        for place, word in enumerate(words):
            last = place == len(words) - 1
            meant = self._vocabulary().meant(fold(word), prefix=last)
            star = "*" if last and not meant else ""
            forms = [f'"{form}"{star}' for form in meant or [word]]
            # The index holds "Children's" as two words; people leave the apostrophe out.
            forms += [
                f'"{form[:-1]} s"{star}'
                for form in meant or [word]
                if len(form) > SHORTEST and form[-1] in "sS"
            ]
            phrases.append(f"({' OR '.join(forms)})" if len(forms) > 1 else forms[0])
            shown.append(meant[0] if meant else word)
        return phrases, " ".join(shown) if shown != words else ""

    def _vocabulary(self) -> Vocabulary:
        with self._lock:
            if self._words is None:
                with self._connection() as connection:
                    self._words = Vocabulary(connection)
            return self._words

    def near(self, text: str, limit: int = 5) -> list[SearchHit]:
        """Find the entities whose slug or name is spelt most like ``text``, best first.

        Every name is compared: about 1 µs each with the thorough scorer, which is left for the
        plain edit distance above 50,000 names.
        """
        wanted = fold(text[:200])
        if not wanted or limit < 1:
            return []
        names, rowids = self._all_names()
        scorer = fuzz.WRatio if len(names) <= _WRATIO_NAMES else fuzz.QRatio
        found = process.extract(
            wanted, names, scorer=scorer, limit=3 * limit, score_cutoff=_NEAR_CUTOFF
        )
        best: dict[int, float] = {}
        for _, score, place in sorted(found, key=lambda hit: (-hit[1], len(hit[0]), hit[0])):
            best.setdefault(rowids[place], score)
        hits = []
        with self._connection() as connection:
            for rowid, score in list(best.items())[:limit]:
                iri, slug, label, type_, kind = connection.execute(
                    "SELECT iri, slug, label, type, kind FROM entity WHERE rowid = ?", (rowid,)
                ).fetchone()
                title = _cut((Segment(label),))
                hits.append(SearchHit(iri, slug, label, type_, kind, title, (), "near", score))
        return hits

    def named(self) -> list[Named]:
        """Return every entity with its names, by slug."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT iri, slug, label, type, kind, names FROM entity ORDER BY slug"
            ).fetchall()
        return [
            Named(iri, slug, label, type_, kind, tuple(names.split("\n")) if names else ())
            for iri, slug, label, type_, kind, names in rows
        ]

    def briefs(self, iris: Iterable[str]) -> dict[str, briefs.Brief]:
        """Return what lists show of those of ``iris`` that are known here."""
        if not self._has_briefs:
            return {}
        with self._connection() as connection:
            return {brief.iri: brief for brief in briefs.read(connection, iris)}

    def listed(self, class_iri: str, *, by: str, limit: int, offset: int) -> list[str]:
        """Return a page of the entities of a class in an order of :data:`briefs.ORDERS`."""
        if not self._has_briefs:
            return []
        with self._connection() as connection:
            return briefs.listed(connection, class_iri, by, limit, offset)

    def record(self, iri: str, part: str) -> Any:
        """Return what the build kept of a large law; see :mod:`law_records`. None for others."""
        if not self._has_briefs:
            return None
        with self._connection() as connection:
            return law_records.read(connection, iri, part)

    def _all_names(self) -> tuple[list[str], list[int]]:
        with self._lock:
            if self._names is None:
                names: list[str] = []
                rowids: list[int] = []
                with self._connection() as connection:
                    for rowid, slug, folded in connection.execute(
                        "SELECT rowid, slug, folded FROM entity ORDER BY rowid"
                    ):
                        for name in {fold(slug), folded[:200]} - {""}:
                            names.append(name)
                            rowids.append(rowid)
                self._names = names, rowids
            return self._names

    def close(self) -> None:
        """Close the file; a search still running closes its own connection when it ends."""
        self._finalizer()


def _close_all(connections: LifoQueue[sqlite3.Connection]) -> None:
    with suppress(Empty):
        while True:
            connections.get_nowait().close()


def _shown(
    connection: sqlite3.Connection, match: str, best: Mapping[int, float]
) -> tuple[SearchHit, ...]:
    """Return the hits of the rows of ``best``, in its order, with the words marked."""
    sql = _SHOWN % ",".join("?" * len(best))
    found = {row: values for row, *values in connection.execute(sql, (match, *best))}
    return tuple(_hit(found[row], score) for row, score in best.items())


def _hit(row: Sequence[str], score: float) -> SearchHit:
    iri, slug, type_, kind, label, title, names, snippet, in_slug, in_kind = row
    matched, shown = "name", ""
    if _OPEN not in title:
        for matched, shown in (  # noqa: B007  both are used after the loop
            ("other name", names.replace("\n", " · ")),
            ("kind", in_kind),
            ("text", snippet),
            ("slug", in_slug),
        ):
            if _OPEN in shown:
                break
    elif _OPEN in snippet:
        shown = snippet
    return SearchHit(
        iri, slug, label, type_, kind, _cut(_segments(title)), _segments(shown), matched, -score
    )


def _cut(segments: Sequence[Segment]) -> tuple[Segment, ...]:
    """Cut a title that is no title any more; the page of the thing has it whole."""
    room, kept = LONGEST_TITLE, list[Segment]()
    for segment in segments:
        if len(segment.text) > room:
            return (*kept, Segment(segment.text[:room] + "…", segment.marked))
        kept.append(segment)
        room -= len(segment.text)
    return tuple(kept)


def _segments(marked: str) -> tuple[Segment, ...]:
    """Cut text at the marks of FTS5; the index holds no such characters of its own."""
    segments = []
    for place, piece in enumerate(marked.split(_OPEN)):
        hit, closed, rest = piece.partition(_CLOSE)
        if place and closed:
            segments += [Segment(hit, True), Segment(rest)]
        else:
            segments.append(Segment(piece))
    return tuple(segment for segment in segments if segment.text)
