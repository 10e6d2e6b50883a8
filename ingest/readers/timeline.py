"""A timeline folder: ``timeline.toml`` and CSV tables (docs/data.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError

from reformgraph.ingest.faults import Fault, InvalidInput, did_you_mean
from reformgraph.ingest.readers import extras
from reformgraph.ingest.readers.across import clashes, link
from reformgraph.ingest.readers.checks import Found, cross_check
from reformgraph.ingest.readers.links import read_links
from reformgraph.ingest.readers.manifest import read_manifest
from reformgraph.ingest.readers.table import RawTable, read_table
from reformgraph.ingest.rows import TABLES, Link, Row, columns
from reformgraph.ingest.timeline import CHECKED, LINKS, MANIFEST, TABLE_NAMES, Place, Timeline


def read_timeline(folder: Path) -> Timeline:
    """Read and check one timeline.

    In: a folder with ``timeline.toml`` and any of the tables of ``rows.TABLES`` as ``<table>.csv``.
    Out: the typed rows. Raises ``InvalidInput`` with every fault of every file.
    """
    return read_timelines([folder])[0]


def read_timelines(folders: Iterable[Path]) -> list[Timeline]:
    """Read several timelines that make one graph; they may refer to each other (``uses``).

    Raises one ``InvalidInput`` for all faults of all of them, and for what two of them both hold.
    File names in the faults carry the folder's name as soon as there is more than one folder.
    """
    paths = [Path(folder) for folder in folders]
    drafts = [_draft(path, f"{path.name}/" if len(paths) > 1 else "") for path in paths]
    sides = [draft.found for draft in drafts]
    faults = [fault for draft in drafts for fault in draft.faults]
    faults += [*_same_ids(drafts), *link(sides)]
    for draft in drafts:
        checked = [*cross_check(draft.found), *extras.uncited(draft.found)]
        faults += _prefixed(checked, draft.found.prefix)
    faults += clashes(sides)
    if faults:
        raise InvalidInput(faults)
    return [
        Timeline(
            draft.folder,
            manifest,
            draft.files,
            draft.found.places,
            links=draft.links,
            **draft.found.tables,  # type: ignore[arg-type]
        )
        for draft in drafts
        if (manifest := draft.found.manifest) is not None
    ]


@dataclass(slots=True)
class _Draft:
    """A timeline that is read and not yet checked against the others."""

    folder: Path
    found: Found
    files: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    links: tuple[Link, ...] = ()


def _same_ids(drafts: Iterable[_Draft]) -> Iterable[Fault]:
    seen: dict[str, Path] = {}
    for draft in drafts:
        name = draft.found.name
        if name and name in seen:
            expected, hint = "an id that no other timeline has", f"{seen[name]} has it"
            yield Fault(f"{draft.found.prefix}{MANIFEST}", 0, "id", name, expected, hint)
        seen.setdefault(name, draft.folder)


def _prefixed(faults: Iterable[Fault], prefix: str) -> list[Fault]:
    return [replace(fault, file=prefix + fault.file) for fault in faults]


def _draft(folder: Path, prefix: str) -> _Draft:
    if not folder.is_dir():
        fault = Fault(str(folder), 0, "", "", "a folder", "there is none of that name")
        return _Draft(folder, Found(None), faults=[fault])
    manifest, digest, faults = read_manifest(folder / MANIFEST)
    files = {MANIFEST: digest}
    faults += _stray(folder)
    found = Found(manifest, prefix)
    if manifest is not None:
        more, wrong = extras.read_extras(folder, manifest)
        files |= more
        faults += wrong
    for model in TABLES:
        path = folder / f"{model.table}.csv"
        if not path.is_file():
            continue
        required = [name for name, each in model.model_fields.items() if each.is_required()]
        raw = read_table(path, columns(model), required)
        files[path.name] = raw.digest
        faults += raw.faults
        found.tables[model.table], wrong = _typed(model, raw, found)
        faults += wrong
    if not (found.places or (manifest and manifest.rdf)) and not faults:
        faults.append(
            Fault(MANIFEST, 0, "", "", "at least one row in one table", "the timeline is empty")
        )
    links: tuple[Link, ...] = ()
    if (folder / LINKS).is_file():
        links, files[LINKS], wrong = read_links(folder / LINKS, found)
        faults += wrong
    if (checked := folder / CHECKED).is_file():
        files[CHECKED] = hashlib.sha256(checked.read_bytes()).hexdigest()
    return _Draft(folder, found, files, _prefixed(faults, prefix), links)


def _typed(model: type[Row], raw: RawTable, found: Found) -> tuple[tuple[Row, ...], list[Fault]]:
    rows: list[Row] = []
    faults: list[Fault] = []
    if not raw.complete:
        found.incomplete.add(model.table)
    for each in raw.rows:
        slug = each.cells.get("id", "")
        faults += found.place(slug, Place(model.table, raw.name, each.number))
        try:
            rows.append(model.model_validate(each.cells))
        except ValidationError as error:
            faults += _faults(error, raw.name, each.number)
    return tuple(rows), faults


def _faults(error: ValidationError, file: str, row: int) -> Iterable[Fault]:
    for each in error.errors(include_url=False):
        column = str(each["loc"][0]) if each["loc"] else ""
        value = each["input"] if isinstance(each["input"], str) else ""
        if each["type"] == "fault":
            context = each["ctx"]
            yield Fault(file, row, column, value, context["expected"], context["hint"])
        else:  # a missing column: the header's fault says so
            continue


def _stray(folder: Path) -> list[Fault]:
    """Name CSV files that are no table: a misspelt name would lose its rows in silence."""
    faults = []
    for path in sorted(folder.glob("*.[cC][sS][vV]")):
        if path.name in {f"{name}.csv" for name in TABLE_NAMES}:
            continue
        near = did_you_mean(path.stem, TABLE_NAMES)
        tables = f"tables are {', '.join(TABLE_NAMES)}"
        faults.append(Fault(path.name, 0, "", "", "a file that is named after a table",
                            near or tables))  # fmt: skip
    return faults
