"""Reconciliation: quality on a labelled list of messy names, and speed beside a rapidfuzz scan.

``reconcile_names.csv`` is our own list: names as people write them and the entity that is meant,
empty where none or none alone is meant. *Precision* counts, among the names that got an answer in
the first 1 or 5 with at least ``ACCEPT`` points, those with the right one; *recall* counts, among
the names that mean something, those whose entity is there. *Matched* are answers with the flag
that clients accept unseen. The peer compares each name with every name of the graph (WRatio) and
takes what is above the same figure.
"""

from __future__ import annotations

import csv
import random
import string
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from reformgraph.ingest.build import build, bundled_timelines
from reformgraph.queries.reconcile.entities import Entities, read, types_of
from reformgraph.queries.reconcile.matching import Query, reconcile
from reformgraph.queries.reconcile.properties import Facts
from reformgraph.store import Store, open_store

NAMES = Path(__file__).parent / "reconcile_names.csv"
ACCEPT = 75.0
MANY = 10_000
PEER_SAMPLE = 1_000

Answers = list[tuple[str, float, bool]]


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares from 0 to 1 at 1 and at 5 answers, and of the answers flagged as matches."""

    precision_1: float
    recall_1: float
    precision_5: float
    recall_5: float
    matched: float
    matched_right: float
    wrong: tuple[tuple[str, str, str], ...]


def labelled() -> list[tuple[str, str]]:
    """Return the pairs of name and slug (empty for none)."""
    with NAMES.open(encoding="utf-8", newline="") as file:
        return [(row["name"], row["id"]) for row in csv.DictReader(file)]


def ours(entities: Entities, facts: Facts) -> Callable[[str], Answers]:
    """Return our matcher as a function from a name to its five answers."""

    def answer(name: str) -> Answers:
        found = reconcile(entities, facts, Query(name))
        return [(each.entity.slug, each.score, each.match) for each in found]

    return answer


def scan(entities: Entities) -> Callable[[str], Answers]:
    """Return the peer: every name of every usual entity compared, folded alike."""
    usual = types_of(())
    pairs = [
        (name, entity.slug)
        for entity in entities.all
        if entity.type in usual
        for name, _ in entity.names
    ]
    names = [name for name, _ in pairs]

    def answer(name: str) -> Answers:
        found = process.extract(name.casefold(), names, scorer=fuzz.WRatio, limit=10)
        best: dict[str, float] = {}
        for _, score, place in found:
            best.setdefault(pairs[place][1], score)
        return [(slug, score, score >= 90) for slug, score in list(best.items())[:5]]

    return answer


def messy(entities: Entities, count: int) -> list[str]:
    """Return ``count`` names, no two alike: what entities are called, with one or two slips."""
    chance = random.Random(8)
    usual = types_of(())
    known = [entity.label for entity in entities.all if entity.type in usual]
    found: dict[str, None] = {}
    while len(found) < count:
        letters = list(chance.choice(known))
        for _ in range(chance.randint(1, 2)):
            place = chance.randrange(len(letters))
            slip = chance.choice(("drop", "double", "swap", "other"))
            if slip == "drop" and len(letters) > 4:
                del letters[place]
            elif slip == "double":
                letters.insert(place, letters[place])
            elif slip == "swap" and place:
                letters[place - 1 : place + 1] = letters[place], letters[place - 1]
            else:
                letters[place] = chance.choice(string.ascii_lowercase)
        found["".join(letters)] = None
    return list(found)


def quality(answer: Callable[[str], Answers], pairs: Sequence[tuple[str, str]]) -> Quality:
    """Measure a matcher on labelled names."""
    meant = sum(1 for _, slug in pairs if slug)
    given = right_1 = right_5 = matched = matched_right = 0
    wrong = []
    for name, slug in pairs:
        kept = [each for each in answer(name) if each[1] >= ACCEPT]
        given += bool(kept)
        first = kept[0][0] if kept else ""
        right_1 += bool(slug) and first == slug
        right_5 += bool(slug) and slug in [each[0] for each in kept]
        matched += bool(kept) and kept[0][2]
        matched_right += bool(kept) and kept[0][2] and first == slug
        if first != slug:
            wrong.append((name, slug, first))
    return Quality(
        right_1 / max(given, 1), right_1 / meant, right_5 / max(given, 1), right_5 / meant,
        matched / len(pairs), matched_right / max(matched, 1), tuple(wrong),
    )  # fmt: skip


def main() -> None:
    """Build the story graph, print quality and speed of both sides."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "store"
        build(bundled_timelines(), root, base="https://w3id.org/reformgraph/")
        with closing(open_store(root)) as store:
            _compare(store)


def _compare(store: Store) -> None:
    begun = time.perf_counter()
    entities, facts = read(store), Facts(store)
    print(f"index of {len(entities.all)} entities: {time.perf_counter() - begun:.2f} s")
    pairs = labelled()
    print(
        f"{len(pairs)} labelled names      P@1    R@1    P@5    R@5   matched  of these right   10,000 names, CPU"
    )
    for label, answer, count in (
        ("reformgraph", ours(entities, facts), MANY),
        ("rapidfuzz scan", scan(entities), PEER_SAMPLE),
    ):
        found = quality(answer, pairs)
        begun = time.process_time()  # of the processor: other work does not count
        for name in messy(entities, count):
            answer(name)
        seconds = (time.process_time() - begun) * MANY / count
        print(
            f"{label:<20}  {found.precision_1:5.3f}  {found.recall_1:5.3f}  {found.precision_5:5.3f}"
            f"  {found.recall_5:5.3f}  {found.matched:6.3f}  {found.matched_right:10.3f}  {seconds:12.1f} s",
            flush=True,
        )
        if label == "reformgraph":
            for name, slug, first in found.wrong:
                print(f"    {name}: meant {slug or 'none'}, first {first or 'none'}")


if __name__ == "__main__":
    main()
