"""The files of RDF that a timeline takes in (``[[rdf]]`` of ``timeline.toml``): are they there?

What they say is read by ``ingest.foreign.extras`` when the graph is made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from reformgraph.errors import UsageError
from reformgraph.ingest.faults import Fault, did_you_mean
from reformgraph.ingest.foreign.sources import FORMATS, media_type
from reformgraph.ingest.readers.checks import Found
from reformgraph.ingest.timeline import MANIFEST, Manifest

CONSTRUCT, SSSOM = ".rq", ".sssom.tsv"


def read_extras(folder: Path, manifest: Manifest) -> tuple[dict[str, str], list[Fault]]:
    """Look for the files that ``[[rdf]]`` names. Out: their SHA-256 by name, the faults."""
    files: dict[str, str] = {}
    faults: list[Fault] = []
    names: dict[str, str] = {}
    for entry in manifest.rdf:
        if not media_type(Path(entry.file)):
            known = f"{', '.join(FORMATS)}, also with .gz"
            faults.append(_fault("file", entry.file, "a file of RDF", f"known are {known}"))
        if not entry.name or entry.name in names:
            other = names.get(entry.name)
            hint = f"{other} would have the same" if other else ""
            faults.append(_fault("file", entry.file, "a file name that can name a graph", hint))
        names[entry.name] = entry.file
        for each in entry.map:
            if not each.lower().endswith((CONSTRUCT, SSSOM)):
                expected = f"a mapping: a CONSTRUCT query ({CONSTRUCT}) or SSSOM ({SSSOM})"
                faults.append(_fault("map", each, expected))
        for key, name in (("file", entry.file), *(("map", each) for each in entry.map)):
            found = _digest(folder, name)
            if isinstance(found, str):
                files[name] = found
            else:
                faults.append(_fault(key, name, *found))
    return files, faults


def uncited(found: Found) -> Iterator[Fault]:
    """Find the ``source`` of an ``[[rdf]]`` that is no row of ``sources``."""
    if found.manifest is None or "sources" in found.incomplete:
        return
    ids = [slug for slug, row in found.known().items() if row.table == "sources"]
    for entry in found.manifest.rdf:
        if entry.source not in ids:
            near = did_you_mean(entry.source, ids)
            yield _fault("source", entry.source, "an id of sources", near)


def _fault(key: str, value: str, expected: str, hint: str = "") -> Fault:
    return Fault(MANIFEST, 0, f"rdf.{key}", value, expected, hint)


def _digest(folder: Path, name: str) -> str | tuple[str, str]:
    """Return the digest of a file of the folder, or what is expected instead with a hint."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        return "a file inside the timeline's folder", ""
    if not path.is_file():
        here = [each.relative_to(folder).as_posix() for each in folder.rglob("*.*")]
        return "a file of this name", did_you_mean(name, here)
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
