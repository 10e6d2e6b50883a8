"""Query-string parameters, read strictly: nonsense is a 400 that says what was expected."""

from __future__ import annotations

from collections.abc import Collection

from flask import request

from reformgraph.errors import UsageError

# Past this no list has a page; an offset beyond it would only cost time.
LAST_PAGE = 1_000_000


def whole(name: str, default: int, *, low: int = 1, high: int = LAST_PAGE) -> int:
    """Return a whole number between ``low`` and ``high``. Raises UsageError for anything else."""
    raw = request.args.get(name, "").strip()
    if not raw:
        return default
    if raw.isascii() and raw.isdigit() and len(raw) < 12 and low <= int(raw) <= high:
        return int(raw)
    raise UsageError(
        f"{name} is {raw[:40]!r}, expected a whole number from {low} to {high}",
        where={"field": name},
    )


def choice(name: str, default: str, among: Collection[str]) -> str:
    """Return one of ``among``. Raises UsageError, listing them, for anything else."""
    raw = request.args.get(name, "").strip()
    if not raw:
        return default
    if raw in among:
        return raw
    raise UsageError(
        f"{name} is {raw[:40]!r}, expected one of {', '.join(among)}",
        hints=tuple(among)[:8],
        where={"field": name},
    )


def several(name: str, among: Collection[str]) -> frozenset[str]:
    """Return what a repeated parameter names. Raises UsageError for what is not in ``among``."""
    found = {raw.strip() for raw in request.args.getlist(name)} - {""}
    for raw in sorted(found):
        if raw not in among:
            raise UsageError(
                f"{name} is {raw[:40]!r}, expected one of {', '.join(among)}",
                hints=tuple(among)[:8],
                where={"field": name},
            )
    return frozenset(found)


def flag(name: str) -> bool:
    """Return whether a yes-or-no parameter is set: present and not 0, no or false."""
    raw = request.args.get(name)
    return raw is not None and raw.strip().lower() not in ("0", "no", "false")


def text(name: str, *, longest: int) -> str:
    """Return a text. Raises UsageError when it is over ``longest`` characters or holds NUL."""
    raw = request.args.get(name, "").strip()
    if len(raw) > longest:
        raise UsageError(
            f"{name} has {len(raw)} characters, at most {longest} are read", where={"field": name}
        )
    if "\0" in raw:
        raise UsageError(f"{name} holds a NUL character", where={"field": name})
    return raw
