"""The review file: proposals as SSSOM rows that a person accepts or rejects.

Accepting is writing one's name into ``reviewer_label`` and moving the row to ``links.sssom.tsv``;
rejecting is writing ``Not`` into ``predicate_modifier``. No row is ever changed or taken out here:
a pair that stands in the file is not proposed again. ``<file>.done`` lists what was looked up, so
that a run that stops goes on where it stopped.
"""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reformgraph.errors import InputError
from reformgraph.queries.linking.ranking import Proposed
from reformgraph.queries.linking.remote import BATCH, Find
from reformgraph.queries.reconcile.entities import Entity

COLUMNS = (
    *("record_id", "subject_id", "subject_label", "predicate_id", "predicate_modifier"),
    *("object_id", "object_label", "mapping_justification", "author_label", "reviewer_label"),
    *("confidence", "mapping_date", "mapping_source", "mapping_tool", "other", "comment"),
)
TOOL = "reformgraph link"
_HEAD = (
    "#curie_map:\n#  rgid: https://w3id.org/reformgraph/id/\n#  schema: https://schema.org/\n"
    "#  semapv: https://w3id.org/semapv/vocab/\n#  skos: http://www.w3.org/2004/02/skos/core#\n"
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: entities looked up now, looked up before, proposals written."""

    asked: int
    before: int
    proposed: int


def propose(
    entities: Sequence[Entity],
    find: Find,
    review: Path,
    *,
    day: str,
    rank: Callable[[Entity, Proposed], Proposed] = lambda _, found: found,
    least: float = 85.0,
    most: int = 3,
    pause: float = 1.0,
    wait: Callable[[float], None] = time.sleep,
) -> Outcome:
    """Look entities up, ten at a time, and append what is likely to the review file.

    ``rank`` weighs a candidate by more than its name (``ranking.Ranking``). ``least`` is the score from which a candidate is proposed, ``most`` how many for one entity,
    ``pause`` the seconds between requests. Raises InputError for a review file that is none, and
    what ``find`` raises; what was found before stays written.
    """
    known = _pairs(review)
    journal = review.with_name(review.name + ".done")
    done = set(journal.read_text(encoding="utf-8").split()) if journal.is_file() else set()
    todo = [entity for entity in entities if entity.slug not in done]
    proposed = 0
    for start in range(0, len(todo), BATCH):
        if start:
            wait(pause)
        batch = todo[start : start + BATCH]
        found = find(batch)
        rows = []
        for entity in batch:
            weighed = [rank(entity, each) for each in found.get(entity.slug, ())]
            ranked = sorted(weighed, key=lambda each: (-each.score, -each.agreed, each.iri))
            for each in [each for each in ranked if each.score >= least][:most]:
                key = (f"rgid:{entity.slug}", each.iri)
                if key not in known:
                    known.add(key)
                    rows.append(_row(entity, each.iri, each.label, each.score, each.reason, day))
        _append(review, rows)
        with journal.open("a", encoding="utf-8") as file:
            file.writelines(f"{entity.slug}\n" for entity in batch)
        proposed += len(rows)
    return Outcome(len(todo), len(entities) - len(todo), proposed)


def _row(entity: Entity, iri: str, label: str, score: float, reason: str, day: str) -> list[str]:
    end = re.sub(r"[^a-z0-9]+", "-", iri.casefold().rstrip("/")).strip("-")[-40:].strip("-")
    predicate = "skos:closeMatch" if entity.type == "Concept" else "schema:sameAs"
    exact = reason.startswith("has this")  # the same name but for case, marks and short words
    return [
        f"link-{entity.slug}-{end}", f"rgid:{entity.slug}", entity.label, predicate, "", iri, label,
        "semapv:LexicalMatching" if exact else "semapv:LexicalSimilarityThresholdMatching",
        TOOL, "", f"{score / 100:.2f}", day, "", TOOL, "unverified",
        f"{label!r} {reason}; ours is {entity.kind or entity.type}",
    ]  # fmt: skip


def _pairs(review: Path) -> set[tuple[str, str]]:
    if not review.is_file():
        return set()
    lines = [line for line in review.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    reader = csv.DictReader(lines, delimiter="\t")
    if not {"subject_id", "object_id"} <= set(reader.fieldnames or ()):
        raise InputError(f"{review}: no review file: the columns subject_id, object_id are missing")
    return {(row["subject_id"] or "", row["object_id"] or "") for row in reader}


def _append(review: Path, rows: Sequence[Sequence[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    if not review.is_file():
        text.write(_HEAD)
        writer.writerow(COLUMNS)
    # A tab or line end within a name would make another cell or row of it.
    writer.writerows([" ".join(cell.split()) for cell in row] for row in rows)
    with review.open("a", encoding="utf-8", newline="") as file:
        file.write(text.getvalue())
