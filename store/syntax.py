"""Turning the parser's message about a query into one that helps (hazard 19)."""

from __future__ import annotations

import re
from collections.abc import Collection
from difflib import get_close_matches

from reformgraph.errors import QuerySyntaxError
from reformgraph.ontology.terms import PREFIXES
from reformgraph.store.scan import scan

_PLACE = re.compile(r"error at (\d+):(\d+): (?:expected )?(?:one of )?(.*)", re.DOTALL)
_FUNCTION = re.compile(r"custom (?:aggregate )?function <([^>]*)> is not supported")
_LINE_LENGTH = 160
# What the parser says in words stands between the grammar's alternatives.
_REASONS = (
    ("Prefix not found", "a prefix is not declared"),
    ("IRI parsing failed", "an IRI is not valid; relative IRIs need a BASE"),
    ("Duplicated variable name in SELECT", "SELECT names a variable twice"),
    ("The SELECT contains a variable that is unbound", "SELECT has a variable that is not grouped"),
    ("non negative integer", "LIMIT and OFFSET need a whole number that is not too large"),
    ("language tag parsing failed", "a language tag is not valid"),
)


def explain(query: str, message: str, common: Collection[str] = ()) -> QuerySyntaxError:
    """Make the error for a query that did not parse, from the parser's ``message``.

    ``common`` are prefixes that it need not declare.

    ``where`` holds ``line`` and ``column``, counted in characters from 1, and ``text``, that line.
    ``hints`` name undeclared prefixes with what was probably meant. Never raises.
    """
    found = _PLACE.match(message)
    line, column, reason = 1, 1, message
    if found:
        line, column, reason = int(found[1]), int(found[2]), found[3]
    lines = query.split("\n")
    text = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
    undeclared = [
        prefix
        for prefix in scan(query).undeclared
        if f"{prefix}:" in query and prefix not in common
    ]
    hints = [_prefix_hint(prefix) for prefix in undeclared[:5]]
    detail = hints[0] if hints else _reason(reason, text[column - 1 :])
    return QuerySyntaxError(
        f"line {line}, column {column}: {detail}",
        hints=hints,
        where={"line": line, "column": column, "text": _shorten(text, column)},
    )


def unsupported(query: str, message: str) -> QuerySyntaxError | None:
    """Make the error for a function that there is not; None when ``message`` says another thing."""
    found = _FUNCTION.search(message)
    if found is None:
        return None
    # The engine does not tell where; most queries name a function once, as an IRI or by prefix.
    at = query.find(found[1])
    line, column = 1, 1
    if at >= 0:
        line, column = query.count("\n", 0, at) + 1, at - query.rfind("\n", 0, at)
    return QuerySyntaxError(
        f"there is no function <{found[1][:200]}> here; the service description lists those of its own",
        where={"line": line, "column": column} if at >= 0 else {},
    )


def _prefix_hint(prefix: str) -> str:
    if prefix in PREFIXES:
        return (
            f"prefix `{prefix}:` is not declared; put "
            f"`PREFIX {prefix}: <{PREFIXES[prefix]}>` before the query"
        )
    near = get_close_matches(prefix, PREFIXES, n=1, cutoff=0.6)
    return f"prefix `{prefix}:` is not declared" + (f", did you mean `{near[0]}:`?" if near else "")


def _reason(alternatives: str, rest: str) -> str:
    for phrase, words in _REASONS:
        if phrase in alternatives:
            return words
    found = rest.split()
    return f"unexpected `{found[0][:40]}`" if found else "the query ends too early"


def _shorten(text: str, column: int) -> str:
    start = max(0, column - _LINE_LENGTH // 2) if len(text) > _LINE_LENGTH else 0
    return text[start : start + _LINE_LENGTH]
