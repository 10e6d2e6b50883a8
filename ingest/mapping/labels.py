"""The one label of each entity, and the sentences of edges that come from a column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from reformgraph.ingest.dates import Edtf
from reformgraph.ingest.rows import (
    Articulation,
    Component,
    Concept,
    Initiative,
    Institution,
    InstitutionChange,
    Legislation,
    Policy,
    Post,
    Provision,
    Row,
    Source,
    Tension,
    Tenure,
)
from reformgraph.ingest.timeline import Timeline

# In the past tense, so that no verb need agree with a name that may be singular or plural.
SENTENCES: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("legislation", "department"): "{b} had responsibility for {a}.",
        ("provisions", "legislation"): "“{a}” is part of {b}.",
        ("provisions", "ceased_by"): "{b} ended “{a}”.",
        ("policies", "publisher"): "{b} published “{a}”.",
        ("initiatives", "led_by"): "{b} led “{a}”.",
        ("institutions", "part_of"): "{a} belonged to {b}.",
        ("institutions", "wikidata"): "{a}: the same as item {b} of Wikidata.",
        ("institution_changes", "creation before"): "“{a}” drew on {b}.",
        ("institution_changes", "creation after"): "“{a}” brought {b} into being.",
        ("institution_changes", "merger before"): "“{a}” took in {b}.",
        ("institution_changes", "merger after"): "“{a}” resulted in {b}.",
        ("institution_changes", "split before"): "“{a}” divided {b}.",
        ("institution_changes", "split after"): "“{a}” resulted in {b}.",
        ("institution_changes", "rename before"): "“{a}” renamed {b}.",
        ("institution_changes", "rename after"): "“{a}” resulted in {b}.",
        ("institution_changes", "transfer of functions before"): "“{a}” took from {b}.",
        ("institution_changes", "transfer of functions after"): "“{a}” gave to {b}.",
        ("institution_changes", "abolition before"): "“{a}” ended {b}.",
        ("institution_changes", "abolition after"): "“{a}” left functions to {b}.",
        ("institution_changes", "legal_basis"): "“{a}” rested on {b}.",
        ("institution_changes", "moved"): "“{a}” moved “{b}”.",
        ("posts", "institution"): "{a} belonged to {b}.",
        ("posts", "legal_basis"): "{a} rested on {b}.",
        ("tenures", "person"): "“{a}”: {b} held the post.",
        ("tenures", "post"): "“{a}”: the post was {b}.",
        ("tenures", "wikidata"): "{a}: the same as item {b} of Wikidata.",
        ("concepts", "broader"): "“{a}” is narrower than “{b}”.",
        ("concepts", "related"): "“{a}” is related to “{b}”.",
        ("articulations", "document"): "“{a}”: {b} said it.",
        ("articulations", "concept"): "“{a}” speaks of “{b}”.",
        ("components", "introduced_by"): "{b} introduced “{a}”.",
        ("components", "responsible"): "{b} had responsibility for “{a}”.",
        ("components", "facilitates"): "“{a}” was meant to facilitate “{b}”.",
        ("tensions", "articulations"): "“{a}” concerns “{b}”.",
        ("tensions", "components"): "“{a}” concerns “{b}”.",
    }
)

# Bodies called by a common noun take an article (the Home Office), others none (HM Treasury).
_COMMON: Final = re.compile(
    r"(?!HM |The ).*\b(?:Academy|Agency|Association|Authority|Board|Bureau|Centre|College"
    r"|Commission|Commissioner|Committee|Confederation|Council|Department|Directorate|Force"
    r"|Foundation|Group|Inspectorate|Institute|Ministry|Office|Parliament|Service|Society"
    r"|Taskforce|Team|Trust|Unit)\b.*"
)
_QUOTED: Final = ("policies", "initiatives", "provisions", "institution_changes")

_CHANGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "creation": "Creation of {after}",
        "merger": "Merger of {before} into {after}",
        "split": "Split of {before} into {after}",
        "rename": "Renaming of {before} as {after}",
        "transfer of functions": "Transfer of functions from {before} to {after}",
        "abolition": "Abolition of {before}",
    }
)


class Labels:
    """The labels of one timeline's entities, by id; persons by the slug of their name.

    ``used`` are the timelines that its rows may refer to.
    """

    def __init__(self, timeline: Timeline, used: Sequence[Timeline] = ()) -> None:
        self._rows: dict[str, Row] = {
            row.id: row for side in (*used, timeline) for row in side.rows()
        }
        self._labels: dict[str, str] = dict(timeline.persons)

    def __getitem__(self, slug: str) -> str:
        label = self._labels.get(slug)
        if label is None:
            label = self._labels[slug] = self._make(self._rows[slug])
        return label

    def row(self, slug: str) -> Row:
        """Give the row of an id; raises ``KeyError``."""
        return self._rows[slug]

    def many(self, ids: Iterable[str]) -> str:
        """Join labels as in a sentence: ``A, B and C``."""
        labels = [self[slug] for slug in ids]
        return " and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]])) if labels else ""

    def sentence(self, row: Row, column: str, subject: str, target: str) -> str:
        """Word the edge of a column; in: the ids of its two ends, or names as they stand."""
        template = SENTENCES[row.table, column]
        a = self[subject] if "“{a}”" in template else self._in_sentence(subject)
        b = self[target] if "“{b}”" in template else self._in_sentence(target)
        text = template.format(a=a, b=b)
        return text[:1].upper() + text[1:]

    def _in_sentence(self, slug: str) -> str:
        """Put an article before a label, or quotation marks round it, as English wants it."""
        if slug not in self._rows:
            return self._labels.get(slug, slug)
        label, table = self[slug], self._rows[slug].table
        if table in _QUOTED:
            return f"“{label}”"
        law = table in ("legislation", "posts") and not label.startswith(("The ", "Her "))
        return (
            f"the {label}" if law or (table == "institutions" and _COMMON.match(label)) else label
        )

    def _make(self, row: Row) -> str:
        match row:
            case Source() | Legislation() | Policy() | Initiative() | Post():
                return row.title
            case Institution():
                return row.name
            case Concept():
                return row.pref_label
            case Component() | Tension():
                return row.label
            case Provision():
                return f"{self[row.legislation]}, {row.provision}: {row.heading}"
            case Articulation():
                return f"{self.many(row.concept)} as {row.frame} in {self[row.document]}"
            case Tenure():
                return f"{row.person}, {self[row.post]}" + _span(row.start, row.end)
            case InstitutionChange():
                return self._change(row)
            case _:
                return row.id

    def _change(self, row: InstitutionChange) -> str:
        before, after = self.many(row.before), self.many(row.after)
        template = _CHANGES[row.kind]
        if "{before}" in template and not before:
            label = f"{template.split(' of ')[0]} into {after}" if after else row.kind.capitalize()
        elif "{after}" in template and not after:
            label = f"{template.split(' of ')[0]} of {before}" if before else row.kind.capitalize()
        else:
            label = template.format(before=before, after=after)
        return f"{label} ({row.date.text})" if row.date else label


def _span(start: Edtf | None, end: Edtf | None) -> str:
    if start is None and end is None:
        return ""
    last = "" if end is not None and end.is_open else end.text if end else "?"
    return f" ({start.text if start else '?'}–{last})"
