"""What ``links.checked.tsv`` says of the addresses that a timeline's mappings lead to (hazard 82).

``reformgraph link --check`` writes it; a build reads it and never goes to the network.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from reformgraph.ingest.timeline import CHECKED, Timeline
from reformgraph.ontology.gate import Finding

DEAD: Final = frozenset(("0", "404", "410"))
MOVED: Final = frozenset(("301", "302", "307", "308"))


def findings(timeline: Timeline, base: str) -> Iterator[Finding]:
    """Yield a warning for each mapping whose address was found dead or leading elsewhere.

    A 303 is what an address that names a thing answers; http that leads to https has not moved.
    """
    path = timeline.folder / CHECKED
    if not path.is_file():
        return
    answers = {row.get("object_id", ""): row for row in _rows(path)}
    for link in timeline.links:
        row = answers.get(link.object, {})
        status, day = row.get("status", ""), row.get("day", "")
        location = row.get("location", "") or ""
        focus = f"{base}claim/{link.id}"
        if status in DEAD:
            how = f"answered {status}" if status != "0" else "did not answer"
            message = f"The address {link.object} {how} on {day}."
            yield Finding("link-dead", "warning", focus, message)
        elif status in MOVED and not _same(link.object, location):
            message = f"The address {link.object} led to {location or 'another'} on {day}."
            yield Finding("link-moved", "warning", focus, message)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(address: str) -> tuple[str, str, str]:
    parts = urlsplit(address)
    return parts.netloc.lower(), parts.path.rstrip("/"), parts.query
