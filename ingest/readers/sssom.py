"""A file of mappings: SSSOM as TSV, with its ``curie_map`` in comment lines.

Simple Standard for Sharing Ontology Mappings (<https://mapping-commons.github.io/sssom/>). Read with
our own few lines, since every fault has to name its row, which those of the ``sssom`` library do not,
and it brings LinkML and sixty packages more. The tests let it validate what we read, write and serve.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from reformgraph.ingest.faults import Fault, did_you_mean
from reformgraph.ingest.readers.table import load


@dataclass(slots=True)
class Mappings:
    """The rows of a file by the number of their line; ``prefixes`` is the ``curie_map``."""

    digest: str
    prefixes: Mapping[str, str] = field(default_factory=dict)
    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def expand(self, name: str) -> str:
        """Give the IRI of a name with a prefix; anything else as it stands."""
        prefix, colon, local = name.partition(":")
        return self.prefixes[prefix] + local if colon and prefix in self.prefixes else name


def read_mappings(
    path: Path, needed: Sequence[str], others: Sequence[str], name: str = ""
) -> Mappings:
    """Read a file of mappings.

    ``needed`` and ``others`` are the columns that may stand in it; ``name`` is how faults call it,
    the file's own name by default. Rows without a cell are left out; with a wrong header there are
    none.
    """
    name = name or path.name
    text, table = load(path)
    if text is None:
        return Mappings(table.digest, faults=table.faults)
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    head = "\n".join(line[1:] for line in lines[:first])
    found = Mappings(table.digest, *_prefixes(head, name))
    reader = csv.reader(io.StringIO("\n".join(lines[first:])), delimiter="\t")
    header = next(reader, [])
    missing = [each for each in needed if each not in header]
    stray = [each for each in header if each not in (*needed, *others)]
    found.faults += [Fault(name, first + 1, each, "", f"a column {each}") for each in missing]
    found.faults += [
        Fault(name, first + 1, each, "", "a column of SSSOM that is read here",
              did_you_mean(each, (*needed, *others)))
        for each in stray
    ]  # fmt: skip
    if not missing and not stray:
        for number, cells in enumerate(reader, start=first + 2):
            row = {each: cell.strip() for each, cell in zip(header, cells, strict=False)}
            if any(row.values()):
                found.rows.append((number, {each: row.get(each, "") for each in header}))
    return found


def _prefixes(
    head: str, name: str
) -> tuple[dict[str, str], list[tuple[int, dict[str, str]]], list[Fault]]:
    try:
        known = yaml.safe_load(head) or {}
        map_ = known.get("curie_map", {}) if isinstance(known, dict) else None
    except yaml.YAMLError:
        map_ = None
    if not isinstance(map_, dict) or not all(
        isinstance(key, str) and isinstance(value, str) for key, value in map_.items()
    ):
        return {}, [], [Fault(name, 1, "", "", "YAML in the comment lines, with a curie_map")]
    return dict(map_), [], []
