"""The header of a question: YAML in the ``#+ `` lines at the top of its ``.rq`` file.

The convention is grlc's, so that other tools understand part of it; the keys are those of
docs/architecture.md, "Questions".
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from reformgraph.errors import InputError

MARK = "#+"
# The parser in C, where PyYAML was built with it, takes a seventh of the time.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-zA-Z]*$")]
ParameterType = Literal["entity", "date", "text"]
Engine = Literal["Virtuoso"]
"""As engines name themselves in the header ``Server``."""
Derivation = Literal["depth", "depth-back", "holders"]


def _as_written(value: Any) -> Any:
    """Undo YAML's reading of an unquoted date: defaults are text."""
    return value.isoformat() if isinstance(value, datetime.date) else value


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Parameter(_Strict):
    """One thing that the asker chooses; ``default`` is written as a person would write it.

    An ``optional`` parameter may be given empty, which stands for "any". A parameter that is not
    given takes its default; an optional one without default is "any". ``focal`` says that the
    default is the item that a story is about: in a graph of other stories it is that of the first.
    """

    name: Name
    type: ParameterType
    help: Text
    default: Annotated[str, BeforeValidator(_as_written)] = ""
    optional: bool = False
    focal: bool = False


class Column(_Strict):
    """One column of the answer and what it means."""

    name: Name
    meaning: Text


class Header(_Strict):
    """What a question says of itself; ``columns`` stand in the order of the table.

    ``wrong_on``: engines that answer it otherwise than SPARQL 1.1 says, or not at all (tested on
    running ones); they are not asked.
    """

    title: Text
    question: Text
    group: Text
    parameters: tuple[Parameter, ...] = ()
    columns: tuple[Column, ...] = Field(min_length=1)
    related: tuple[str, ...] = ()
    since: Text
    caveat: str = ""
    derive: Derivation | None = None
    wrong_on: tuple[Engine, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Header:
        for kind, names in (
            ("parameters", [each.name for each in self.parameters]),
            ("columns", [each.name for each in self.columns]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{kind}: {', '.join(twice)} stands twice")
        for each in self.parameters:
            if each.focal and (each.type != "entity" or not each.default):
                raise ValueError(f"parameters: {each.name}: focal is of an entity with a default")
        if (self.derive is not None) != ("depth" in names):
            raise ValueError("columns: `depth` is there exactly when `derive` says how it is made")
        if self.derive == "holders":
            if missing := {"item", "passed", "from", "to", "date", "holds"} - set(names):
                raise ValueError(f"derive: holders needs the columns {', '.join(sorted(missing))}")
        elif self.derive is not None:
            if not {"from", "to"} <= set(names):
                raise ValueError("derive: depth is worked out from the columns `from` and `to`")
            if not self.parameters or self.parameters[0].type != "entity":
                raise ValueError("derive: depth is counted from the first parameter, an entity")
        return self


def split(text: str) -> tuple[str, str]:
    """Cut a question's text into the YAML of its header, without marks, and its SPARQL."""
    lines = text.splitlines(keepends=True)
    end = next((n for n, line in enumerate(lines) if not line.startswith(MARK)), len(lines))
    header = "".join(line[len(MARK) :].removeprefix(" ") for line in lines[:end])
    return header, "".join(lines[end:])


def parse(text: str, file: str) -> Header:
    """Read the header of the question ``text``, which stands in ``file``.

    Raises InputError, naming the file and each key that is missing, unknown or wrong.
    """
    yaml_text, _ = split(text)
    try:
        found = yaml.load(yaml_text, _Loader)  # noqa: S506  both are safe
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise InputError(
            f"{file}, line {line}: the header is not YAML ({getattr(error, 'problem', error)})",
            where={"file": file, "line": line},
        ) from None
    if not isinstance(found, dict):
        raise InputError(
            f"{file}: no header; its first lines must begin with `{MARK}` and hold YAML",
            where={"file": file},
        )
    try:
        return Header.model_validate(found)
    except ValidationError as error:
        faults = [
            (".".join(str(part) for part in fault["loc"]), fault["msg"])
            for fault in error.errors(include_url=False)
        ]
        raise InputError(
            "; ".join(f"{file}: {key or 'header'}: {message}" for key, message in faults),
            where={"file": file, "field": faults[0][0]},
        ) from None
