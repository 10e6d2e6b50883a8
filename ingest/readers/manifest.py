"""``timeline.toml`` (docs/data.md)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reformgraph.ingest.faults import Fault, did_you_mean
from reformgraph.ingest.readers.table import load
from reformgraph.ingest.timeline import MANIFEST, Manifest, Rdf


def read_manifest(path: Path) -> tuple[Manifest | None, str, list[Fault]]:
    """Read the manifest.

    Out: the manifest, or ``None`` when it has faults; the SHA-256 of the file; the faults.
    """
    if not path.is_file():
        example = 'with id = "…", title = "…" and the other keys of docs/data.md'
        return None, "", [Fault(MANIFEST, 0, "", "", "a file of this name", example)]
    text, file = load(path)
    if text is None:
        return None, file.digest, file.faults
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        fault = Fault(MANIFEST, int(line[1]) if line else 0, "", "", "TOML", str(error))
        return None, file.digest, [fault]
    faults = _keys(found, text)
    # TOML has dates of its own; ours are EDTF texts, so a bare day is taken as its text.
    known = {
        key: value.isoformat() if type(value) is date else value
        for key, value in found.items()
        if key in Manifest.model_fields
    }
    try:
        return Manifest.model_validate(known), file.digest, faults
    except ValidationError as error:
        return None, file.digest, faults + _faults(error, text)


def _keys(values: Mapping[str, object], text: str) -> list[Fault]:
    known = Manifest.model_fields
    free = [name for name in known if name not in values]
    faults = [
        Fault(MANIFEST, _line(text, key), key, "", "a known key",
              did_you_mean(key, free) or f"keys are {', '.join(known)}")
        for key in values
        if key not in known
    ]  # fmt: skip
    faults += [
        Fault(MANIFEST, 0, key, "", f"a key {key!r}")
        for key, field in known.items()
        if field.is_required() and key not in values
    ]
    return faults


def _faults(error: ValidationError, text: str) -> list[Fault]:
    faults = []
    for each in error.errors(include_url=False):
        key, *inner = (str(part) for part in each["loc"])
        if inner:  # rdf.0.file: a key of the first [[rdf]]
            number, name = int(inner[0]) + 1, inner[1] if len(inner) > 1 else ""
            faults.append(_inner(each, key, number, name, text))
            continue
        if each["type"] == "missing":
            continue  # _keys has said so
        context = each.get("ctx", {})
        expected = context.get("expected", "text in quotation marks")
        faults.append(
            Fault(MANIFEST, _line(text, key), key, str(each["input"]), expected,
                  context.get("hint", ""))
        )  # fmt: skip
    return faults


def _inner(error: ErrorDetails, key: str, number: int, name: str, text: str) -> Fault:
    """Word what is wrong in the ``number``-th table ``[[key]]``, with its line."""
    heads = [n for n, line in enumerate(text.splitlines(), 1) if line.strip() == f"[[{key}]]"]
    line = heads[number - 1] if len(heads) >= number else 0
    value = str(error["input"])
    context = error.get("ctx", {})
    expected, hint = context.get("expected", "text in quotation marks"), context.get("hint", "")
    if error["type"] == "missing":
        expected, value = f"a key {name!r} in [[{key}]]", ""
    elif error["type"] == "extra_forbidden":
        expected, value = f"a key of [[{key}]]", ""
        hint = did_you_mean(name, Rdf.model_fields) or f"keys are {', '.join(Rdf.model_fields)}"
    return Fault(MANIFEST, line, f"{key}.{name}" if name else key, value, expected, hint)


def _line(text: str, key: str) -> int:
    pattern = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*[=.\]]""")
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.match(line):
            return number
    return 0
