"""How collaboration was framed over time: every articulation with its frame and its document's date.

:func:`read` reads the graph; the rest is pure.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from statistics import median_low

from reformgraph.server.reading import graph
from reformgraph.server.reading.refs import shown
from reformgraph.store import Store


@dataclass(frozen=True, slots=True)
class Use:
    """One articulation in one frame. ``date`` is EDTF, ``first`` and ``last`` bound it.

    ``text`` is what it says in short; the frame is an IRI with its label.
    """

    iri: str
    frame: str
    frame_label: str
    document: str
    document_label: str
    date: str
    first: datetime.date | None
    last: datetime.date | None
    text: str

    @property
    def middle(self) -> datetime.date | None:
        """The middle of what its date may mean."""
        days = [day for day in (self.first, self.last) if day]
        if not days:
            return None
        return datetime.date.fromordinal(sum(day.toordinal() for day in days) // len(days))


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame with its uses in order of time; the undated come last."""

    iri: str
    label: str
    uses: tuple[Use, ...]

    @property
    def dated(self) -> list[datetime.date]:
        """The days of its dated uses, in order."""
        return sorted(day for use in self.uses if (day := use.middle))

    @property
    def first(self) -> Use | None:
        """The first dated use."""
        return next((use for use in self.uses if use.middle), None)

    @property
    def half(self) -> datetime.date | None:
        """The day by which half of its dated uses had come."""
        return datetime.date.fromordinal(
            median_low(day.toordinal() for day in self.dated)
        ) if self.dated else None  # fmt: skip


_QUERY = """
SELECT ?a ?frame ?frameLabel ?d ?documentLabel ?date ?de ?dl ?start ?se ?sl ?text {{
  ?a a rg:Articulation ; rg:hasFrame ?frame .
  {about}
  OPTIONAL {{ ?frame rdfs:label ?frameLabel }}
  OPTIONAL {{ ?a rg:paraphrase ?text }}
  OPTIONAL {{ ?a rg:articulatedIn ?d
    OPTIONAL {{ ?d rdfs:label ?documentLabel }}
    OPTIONAL {{ ?d rg:date ?date }} OPTIONAL {{ ?d rg:dateEarliest ?de }}
    OPTIONAL {{ ?d rg:dateLatest ?dl }} OPTIONAL {{ ?d rg:start ?start }}
    OPTIONAL {{ ?d rg:startEarliest ?se }} OPTIONAL {{ ?d rg:startLatest ?sl }} }}
}}"""


def read(store: Store, concepts: Collection[str] | None = None) -> tuple[Frame, ...]:
    """Read the frames with their uses, the one whose uses came earliest first.

    ``concepts`` keeps the articulations of these; None keeps all.
    """
    about = ""
    if concepts is not None:
        among = ", ".join(graph.node(iri) for iri in sorted(concepts))
        about = f"?a rg:articulates ?c FILTER(?c IN ({among}))"
    found: dict[tuple[str, str], Use] = {}
    for row in graph.rows(store, _QUERY.format(about=about)):
        a, frame, label, d, document, date, de, dl, start, se, sl, text = map(graph.text, row)
        written, first, last = (date, de, dl) if date or de else (start, se, sl)
        found.setdefault(
            (a, frame),
            Use(
                a, frame, shown(label, "", frame), d, shown(document, "", d), written,
                _day(first), _day(last), text,
            ),
        )  # fmt: skip
    return arranged(found.values())


def arranged(uses: Iterable[Use]) -> tuple[Frame, ...]:
    """Gather uses by frame; a frame of which half had come sooner stands before the others."""
    by_frame: dict[str, list[Use]] = {}
    for use in uses:
        by_frame.setdefault(use.frame, []).append(use)
    never = datetime.date.max
    frames = [
        Frame(
            iri,
            some[0].frame_label,
            tuple(sorted(some, key=lambda u: (u.middle or never, u.document_label, u.iri))),
        )
        for iri, some in by_frame.items()
    ]
    return tuple(sorted(frames, key=lambda f: (f.half or never, f.label, f.iri)))


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None
