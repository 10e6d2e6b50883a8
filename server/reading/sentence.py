"""One sentence about a thing that no source describes, made of what is stated of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyoxigraph import Literal

from reformgraph.server.reading.page import Section

Values = Mapping[str, Sequence[Literal]]
_MOST = 3


def sentence(word: str, type_: str, values: Values, sections: Sequence[Section]) -> str:
    """Return the sentence, "" when nothing tells more than the page's title and kind do."""
    totals = {section.key: section.total for section in sections}
    kind = _first(values, "rg:sourceKind") if type_ == "Source" else word
    about = _provenance(values) if type_ == "Source" else ""
    clauses = [
        clause
        for clause in (
            _counted(
                totals.get("rests", 0), "statement here rests on it", "statements here rest on it"
            ),
            _counted(totals.get("draws", 0), "thing it draws on", "things it draws on"),
            _counted(totals.get("drawn", 0), "that draws on it", "that draw on it"),
            *_names(sections),
        )
        if clause
    ]
    if not about and not clauses:
        return ""
    start = f"{_article(kind or word)} {kind or word}{about}"
    return f"{start}: {', '.join(clauses)}." if clauses else f"{start}."


def _provenance(values: Values) -> str:
    said = ""
    if creator := _first(values, "dc:creator"):
        said += f" by {creator}"
    if publisher := _first(values, "dc:publisher"):
        said += f", published by {publisher}"
    if issued := _first(values, "dcterms:issued"):
        said += f", {issued}"
    return said


def _names(sections: Sequence[Section]) -> list[str]:
    """Name what a person held or a tenure joins: these sections say all there is."""
    labels = [
        entry.ref.label
        for section in sections
        if section.key == "posts"
        for group in section.groups
        for entry in group.entries
        if entry.ref
    ]
    more = len(labels) - _MOST
    named = "; ".join(labels[:_MOST])
    return [f"{named} and {more} more" if more > 0 else named] if labels else []


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}" if number else ""


def _first(values: Values, predicate: str) -> str:
    return next((value.value.strip() for value in values.get(predicate, ())), "")


def _article(word: str) -> str:
    return "An" if word[:1].lower() in "aeiou" else "A"
