"""Pieces of SPARQL's grammar as regular expressions, for queries that are recognised as a whole.

Possessive throughout, so that no text makes them try a second way; stricter than the grammar (no
escapes, plain names only), so that what they take the engine reads in the same way. They are used
with ``re.IGNORECASE``.
"""

from __future__ import annotations

import re

S = r"(?:[ \t\r\n]|\#[^\r\n]*+(?:[\r\n]|\Z))*+"
"""White space and comments."""
IRI = r"<[^<>\"{}|^`\\\x00-\x20]*+>"
NAME = r"[A-Za-z][A-Za-z0-9_-]*+:[A-Za-z0-9_][A-Za-z0-9_-]*+"
NODE = rf"(?:{IRI}|{NAME})"
VAR = r"[?$][A-Za-z_][A-Za-z0-9_]*+"
PROLOGUE = rf"{S}(?:PREFIX{S}[A-Za-z][A-Za-z0-9_-]*+:{S}{IRI}{S})*+"
# Comments first, so that what stands in one declares nothing.
_PREFIX = re.compile(
    rf"\#[^\r\n]*+|PREFIX{S}([A-Za-z][A-Za-z0-9_-]*+):{S}<([^>]*+)>", re.IGNORECASE
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def prefixes(query: str) -> dict[str, str]:
    """Return the prefixes that a recognised query declares; the last of a name counts."""
    return dict(_PREFIX.findall(query))


def iri(text: str, declared: dict[str, str]) -> str | None:
    """Return the IRI that ``<…>`` or ``prefix:name`` means, None when relative or undeclared."""
    if text[0] != "<":
        prefix, _, local = text.partition(":")
        if prefix not in declared:
            return None
        text = f"<{declared[prefix]}{local}>"
    return text[1:-1] if _SCHEME.match(text, 1) else None
