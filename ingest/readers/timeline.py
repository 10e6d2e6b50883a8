"""A timeline folder: ``timeline.toml`` and CSV tables (docs/data.md)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from reformgraph.ingest.faults import Fault, InvalidInput, did_you_mean
from reformgraph.ingest.readers.checks import Found, cross_check
from reformgraph.ingest.readers.manifest import read_manifest
from reformgraph.ingest.readers.table import RawTable, read_table
from reformgraph.ingest.rows import TABLES, Row, columns
from reformgraph.ingest.timeline import MANIFEST, TABLE_NAMES, Place, Timeline


def read_timeline(folder: Path) -> Timeline:
    """Read and check one timeline.

    In: a folder with ``timeline.toml`` and any of the tables of ``rows.TABLES`` as ``<table>.csv``.
    Out: the typed rows. Raises ``InvalidInput`` with every fault of every file.
    """
    return read_timelines([folder])[0]


def read_timelines(folders: Iterable[Path]) -> list[Timeline]:
    """Read several timelines; raises one ``InvalidInput`` for all faults of all of them.

    File names in the faults carry the folder's name as soon as there is more than one folder.
    """
    paths = [Path(folder) for folder in folders]
    timelines: list[Timeline] = []
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for path in paths:
        prefix = f"{path.name}/" if len(paths) > 1 else ""
        timeline, found = _read(path, prefix)
        faults += found
        if timeline is None:
            continue
        name = timeline.manifest.id
        if name in seen:
            expected, hint = "an id that no other timeline has", f"{seen[name]} has it"
            faults.append(Fault(f"{prefix}{MANIFEST}", 0, "id", name, expected, hint))
        seen.setdefault(name, str(path))
        timelines.append(timeline)
    if faults:
        raise InvalidInput(faults)
    return timelines


def _read(folder: Path, prefix: str) -> tuple[Timeline | None, list[Fault]]:
    if not folder.is_dir():
        return None, [Fault(str(folder), 0, "", "", "a folder", "there is none of that name")]
    manifest, digest, faults = read_manifest(folder / MANIFEST)
    files = {MANIFEST: digest}
    faults += _stray(folder)
    found = Found(manifest)
    tables: dict[str, tuple[Row, ...]] = {}
    for model in TABLES:
        path = folder / f"{model.table}.csv"
        if not path.is_file():
            continue
        required = [name for name, field in model.model_fields.items() if field.is_required()]
        raw = read_table(path, columns(model), required)
        files[path.name] = raw.digest
        faults += raw.faults
        tables[model.table], wrong = _typed(model, raw, found)
        faults += wrong
    if not found.places and not faults:
        faults.append(
            Fault(MANIFEST, 0, "", "", "at least one row in one table", "the timeline is empty")
        )
    faults += cross_check(tables, found)
    if prefix:
        faults = [
            Fault(prefix + f.file, f.row, f.column, f.value, f.expected, f.hint) for f in faults
        ]
    if faults or manifest is None:
        return None, faults
    return Timeline(folder, manifest, files, found.places, **tables), []  # type: ignore[arg-type]


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
