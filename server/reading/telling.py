"""A lineage told in sentences: which claim is told where, in what order, with what words.

Pure: it turns lineages and evidence into sentences and asks no store. Only connecting words are
added; what stands in brackets is the claim's own sentence. A sentence is told of whichever end
of the claim is later in time, so that nothing is told before it happened.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from reformgraph.queries.lineage import Edge, Lineage, Node
from reformgraph.server import dates
from reformgraph.server.reading.refs import shown
from reformgraph.server.reading.told import Note, Own, Passage, Period, RivalDate, Run, Telling

# What the later end did, when it is the claim's subject, and what was done to it, when it is not;
# in the order in which a passage tells them.
PAST: dict[str, tuple[str, str]] = {
    "respondsTo": ("responded to", "was answered by"),
    "givesEffectTo": ("gave effect to", "was given effect by"),
    "implements": ("implemented", "was implemented by"),
    "announces": ("announced", "was announced by"),
    "consultsOn": ("consulted on", "was consulted on in"),
    "establishes": ("established", "was established by"),
    "funds": ("funded", "was funded by"),
    "supersedes": ("superseded", "was superseded by"),
    "amends": ("amended", "was amended by"),
    "repeals": ("repealed", "was repealed by"),
    "evaluates": ("evaluated", "was evaluated by"),
    "reviews": ("reviewed", "was reviewed by"),
    "pilots": ("piloted", "was piloted by"),
    "buildsOn": ("built on", "was built on by"),
    "drawsOn": ("drew on", "was drawn on by"),
}
_PLACE = {predicate: place for place, predicate in enumerate(PAST)}
_CAME = {"Policy": "was published", "Initiative": "began", "Provision": "came into force"}
# A sentence that names more than these is broken up; a period holds at least so many items.
NAMES, FEWEST, TURNS = 3, 5, 3
# The first words of claims that are no names, so that they may be written small.
_SMALL_WORDS = """
The A An Its It This Both All Each Second Third First Through From Same Later Next New Many
Section Sections Part Schedule Made Named Issued Set Run Based Informed Published Planned
Announced Recommended Agreed Found Committed Builds Gives Sets Implements Reviews Replaces Enacts
Inserts Amends Responds Confirms Follows Revokes Makes Moves Answers Shares Lets Underpins Quotes
Dovetails Sits Contributes Supplements Proposes Puts Extends Includes Plans Says Updates Stands
Has Points Recasts Omits Funds Extra Formal Further Guidance Regulations Evaluation Pathfinders
Councils Authorities Expansion Roll-out Reform Better Free Core Integrated Parents Families Health
Programme Commencement Progress Draft Legislative Consultation Early Looked-after Expert Schools' Companion Developed Previously Revision Joint
Statutory Co-location Slides Survey
"""
_SMALL = frozenset(_SMALL_WORDS.split())
_DAY = re.compile(r"\d{1,2} [A-Z]")


def tell(
    before: Lineage,
    after: Lineage,
    link: Callable[[str, str], str],
    own: Mapping[str, Own],
    rivals: Mapping[str, Sequence[RivalDate]],
) -> Telling:
    """Tell both lineages of one item; ``link`` makes an address of an IRI and a slug."""
    return _Teller(before, after, link, own, rivals).telling()


def told_of(edge: Edge, nodes: Mapping[str, Node]) -> str:
    """Return the end whose passage tells ``edge``: the later one, if the dates decide it."""
    subject, object_ = nodes[edge.subject], nodes[edge.object]
    if subject.latest and object_.earliest and subject.latest < object_.earliest:
        return edge.object
    if object_.latest and subject.earliest and object_.latest < subject.earliest:
        return edge.subject
    return edge.later


def turning_points(
    order: Sequence[str], drawn: Mapping[str, int], most: int = TURNS, fewest: int = FEWEST
) -> list[int]:
    """Return the places in ``order`` at which a period begins: the items most drawn upon.

    Each period keeps at least ``fewest`` items, so that no heading stands over almost nothing.
    """
    chosen: list[int] = []
    for place in sorted(range(len(order)), key=lambda n: (-drawn.get(order[n], 0), n)):
        if len(chosen) == most or drawn.get(order[place], 0) < 3:
            break
        edges = sorted([0, *chosen, place, len(order)])
        if all(b - a >= fewest for a, b in itertools.pairwise(edges)):
            chosen.append(place)
    return sorted(chosen)


class _Teller:
    def __init__(
        self,
        before: Lineage,
        after: Lineage,
        link: Callable[[str, str], str],
        own: Mapping[str, Own],
        rivals: Mapping[str, Sequence[RivalDate]],
    ) -> None:
        self.nodes = {**after.nodes, **before.nodes}
        self.focus = before.focus
        self.link, self.own, self.rivals = link, own, rivals
        first = [iri for iri in before.nodes if iri != self.focus]
        later = [iri for iri in after.nodes if iri not in before.nodes]
        self.first, self.later = sorted(first, key=self._time), sorted(later, key=self._time)
        self.keys = {
            iri: f"t{place}" for place, iri in enumerate([*self.first, self.focus, *self.later], 1)
        }
        edges = {
            edge.claim: edge
            for edge in (*before.edges, *after.edges)
            if edge.subject in self.nodes and edge.object in self.nodes
        }
        self.told: dict[str, list[Edge]] = {}
        for edge in edges.values():
            self.told.setdefault(told_of(edge, self.nodes), []).append(edge)
        self.drawn = Counter(e.earlier for e in edges.values())
        self.notes: list[Note] = []

    def _time(self, iri: str) -> tuple[datetime.date, datetime.date, str, str]:
        node = self.nodes[iri]
        last = datetime.date.max
        return (node.earliest or last, node.latest or last, node.label, iri)

    def telling(self) -> Telling:
        name = _short(self._label(self.focus))
        before = self._periods(self.first, "What led to it", f"to {name}", "a")
        focus = self._passage(self.focus)
        after = self._periods(self.later, "What came of it", "to the end of the record", "b")
        return Telling(
            before=before,
            focus=focus,
            after=after,
            notes=tuple(self.notes),
            undated=tuple(self._label(iri) for iri, node in self.nodes.items() if not node.date),
            rivals=sum(1 for iri in self.nodes if self.rivals.get(iri)),
        )

    def _periods(self, order: Sequence[str], alone: str, end: str, key: str) -> tuple[Period, ...]:
        turns = turning_points(order, self.drawn)
        edges = [0, *turns, len(order)]
        names = [_short(self._label(order[place])) for place in turns]
        found = []
        for n, (a, b) in enumerate(itertools.pairwise(edges)):
            if a == b:
                continue
            if not turns:
                heading = alone
            elif n == 0:
                heading = f"Before {names[0]}" if key == "a" else f"What came first, to {names[0]}"
            else:
                heading = f"From {names[n - 1]} {f'to {names[n]}' if n < len(names) else end}"
            part = order[a:b]
            passages = tuple(self._passage(iri) for iri in part)
            found.append(Period(f"{key}{n + 1}", heading, self._years(part), passages))
        return tuple(found)

    def _years(self, part: Sequence[str]) -> str:
        years = [d.year for iri in part if (d := self.nodes[iri].earliest)]
        if not years:
            return ""
        return str(years[0]) if years[0] == years[-1] else f"{years[0]}–{years[-1]}"

    def _passage(self, iri: str) -> Passage:
        node = self.nodes[iri]
        sentences = [self._lead(node)]
        sentences += [self._rival(node, rival) for rival in self.rivals.get(iri, ())]
        sentences += self._drawn_on(iri)
        return Passage(
            key=self.keys[iri],
            iri=iri,
            label=self._label(iri),
            href=self.link(iri, node.slug),
            when=dates.in_words(node.date),
            sentences=tuple(sentences),
        )

    def _lead(self, node: Node) -> tuple[Run, ...]:
        came = _CAME.get(node.type, "came into being")
        if node.type == "Legislation":
            came = "was enacted" if node.kind == "Act" else "was made"
        head, *rest = self._full_name(node)
        opening = opened(dates.in_words(node.date))
        text = f"{opening} {head.text}" if opening else head.text[:1].upper() + head.text[1:]
        if not opening:
            came += ", on a date that is not recorded here"
        runs = [replace(head, text=text), *rest, Run(f" {came}.")]
        if found := self.own.get(node.iri):
            number = self._note(
                node.iri,
                "The item and its date.",
                "",
                found.verified,
                found.sources,
                found.locator,
                found.href,
            )
            runs.append(Run(note=number))
        return tuple(run for run in runs if run.text or run.note)

    def _full_name(self, node: Node) -> list[Run]:
        label = self._label(node.iri)
        title = node.type == "Policy"
        name = Run(label, self.link(node.iri, node.slug), title)
        # Not "the plan The Children's Plan", nor "the Act Children Act 2004".
        if not node.kind or node.kind.split()[-1].lower() in label.lower():
            article = "" if label.startswith(("The ", "A ")) or title else "the "
            return [Run(article), name] if article else [Run(""), name]
        return [Run(f"the {node.kind} "), name]

    def _rival(self, node: Node, rival: RivalDate) -> tuple[Run, ...]:
        what = {"end": "its end", "start": "its beginning"}.get(rival.predicate, "it")
        found = rival.evidence
        number = self._note(
            node.iri,
            rival.comment,
            "",
            found.verified,
            found.sources,
            found.locator,
            self.link(rival.claim, ""),
            rival.claim,
        )
        when = dates.in_words(rival.value)
        return (
            Run(f"Sources disagree: another dates {what} {when}{_gloss(rival.comment)}."),
            Run(note=number),
        )

    def _drawn_on(self, iri: str) -> Iterable[tuple[Run, ...]]:
        groups: dict[str, list[Edge]] = {}
        ordered = sorted(
            self.told.get(iri, ()),
            key=lambda e: (_PLACE.get(e.predicate, 99), self._time(_other(e, iri)), e.claim),
        )
        for edge in ordered:
            active, passive = PAST.get(edge.predicate, (edge.predicate, f"({edge.predicate}) by"))
            groups.setdefault(active if edge.subject == iri else passive, []).append(edge)
        for words, edges in groups.items():
            many = len(edges) > 2 * NAMES
            before = ""
            for first, part in enumerate(self._chunks(iri, edges, many)):
                years = self._years([_other(edge, iri) for edge in part]) if many else ""
                also = "also " if (years == before if many else first) else ""
                # "was announced by" → "was also announced by"
                verb = words.replace("was ", f"was {also}", 1) if "was " in words else also + words
                opening = f"Of what dates from {years}, it" if years else "It"
                before = years
                yield self._clause(iri, f"{opening} {verb} ", part)

    def _chunks(self, iri: str, edges: Sequence[Edge], by_year: bool) -> list[list[Edge]]:
        """Break many claims into sentences: a few each, or by the years of the other ends."""
        chunks: list[list[Edge]] = []
        for edge in edges:
            last = chunks[-1] if chunks else []
            full = len(last) >= (NAMES + 2 if by_year else NAMES)
            years = [self._years([_other(e, iri)]) for e in (*last[-1:], edge)]
            turned = by_year and len(last) >= NAMES and years[0] != years[-1]
            if not last or full or turned:
                chunks.append([edge])
            else:
                last.append(edge)
        return chunks

    def _clause(self, iri: str, opening: str, edges: Sequence[Edge]) -> tuple[Run, ...]:
        runs = [Run(opening)]
        for place, edge in enumerate(edges):
            if place:
                last = place == len(edges) - 1
                runs.append(Run((", and " if len(edges) > 2 else " and ") if last else ", "))
            other = self.nodes[_other(edge, iri)]
            label = self._label(other.iri)
            if other.type == "Legislation" and not label.startswith("The "):
                runs.append(Run("the "))
            runs.append(Run(label, f"#{self.keys[other.iri]}", other.type == "Policy"))
            runs.append(Run(_gloss(edge.comment) + ("." if place == len(edges) - 1 else "")))
            against = told_of(edge, self.nodes) != edge.later
            number = self._note(
                iri,
                edge.comment,
                edge.basis,
                edge.verified,
                edge.sources,
                edge.locator,
                self.link(edge.claim, ""),
                edge.claim,
                against,
                f"{_short(self._label(iri))}, {_short(label)}",
            )
            runs.append(Run(note=number))
        return tuple(run for run in runs if run.text or run.note)

    def _note(
        self,
        iri: str,
        said: str,
        basis: str,
        verified: bool,
        sources: tuple[str, ...],
        locator: str,
        href: str,
        claim: str = "",
        against: bool = False,
        about: str = "",
    ) -> int:
        number = len(self.notes) + 1
        self.notes.append(
            Note(
                number,
                self.keys[iri],
                said,
                basis,
                verified,
                sources,
                locator,
                href,
                claim,
                against,
                about,
            )
        )
        return number

    def _label(self, iri: str) -> str:
        node = self.nodes[iri]
        return shown(node.label, node.slug, iri)


def opened(words: str) -> str:
    """Make the opening of a sentence from a date in words; "" for none."""
    if not words:
        return ""
    if words.startswith(("about ", "since ")):
        return words[:1].upper() + words[1:].partition(";")[0]
    if " to " in words:
        return f"From {words}"
    return f"{'On' if _DAY.match(words) else 'In'} {words}"


def _other(edge: Edge, iri: str) -> str:
    return edge.object if edge.subject == iri else edge.subject


def _gloss(comment: str) -> str:
    """Put the claim's own sentence into brackets, small where it begins with no name."""
    text = " ".join(comment.split()).removesuffix(".")
    if not text:
        return ""
    first = text.partition(" ")[0].rstrip(",:;")
    if first in _SMALL:
        text = text[:1].lower() + text[1:]
    return f" ({text})"


def _short(label: str) -> str:
    """Cut a title at its colon for a heading."""
    head, colon, _ = label.partition(":")
    return head if colon and len(head) > 8 else label
