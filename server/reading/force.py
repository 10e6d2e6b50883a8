"""From announcement to force: the steps of a law or provision in order of time, with their lags.

Made of the questions ``policy-to-law-lag``, ``gives-effect-to`` and ``amendments-of``, and of the
item's own dates.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from typing import Any

from reformgraph.errors import NotFound
from reformgraph.queries import catalogue, run
from reformgraph.server import dates
from reformgraph.server.links import Links, local_name
from reformgraph.server.reading import facts, graph
from reformgraph.server.reading.refs import Ref, refs
from reformgraph.store import Store

TYPES = ("Legislation", "Provision")
CHANGES = 60
"""Changes on one page; the JSON has them all."""
_ANNOUNCING = {
    "announces": "announced",
    "consultsOn": "consulted on",
    "givesEffectTo": "asked for: it gives effect to this policy",
    "implements": "asked for: it implements this policy",
    "respondsTo": "called for: it responds to this",
}
_CHANGING = {
    "amends": "amended by",
    "repeals": "repealed by",
    "supersedes": "superseded by",
    "endedBy": "provision ended by",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``when`` is EDTF; ``lag`` says how long after the step before it came."""

    stage: str
    words: str
    when: str
    other: Ref | None = None
    touched: Ref | None = None
    sentence: str = ""
    basis: str = ""
    claim: Ref | None = None
    sources: tuple[tuple[Ref, str], ...] = ()
    verified: bool = False
    indirect: bool = False
    lag: str = field(default="", compare=False)

    @property
    def spoken(self) -> str:
        """When, in words."""
        return dates.in_words(self.when)


@dataclass(frozen=True, slots=True)
class ForcePage:
    """The whole way. ``law`` is the law that a provision is part of."""

    item: Ref
    law: Ref | None
    steps: tuple[Step, ...]

    @property
    def shown(self) -> tuple[Step, ...]:
        """The steps of the page: of the changes the first, for a large Act has thousands."""
        place = count()
        return tuple(s for s in self.steps if s.stage != "change" or next(place) < CHANGES)

    @property
    def left_out(self) -> int:
        """How many changes the page leaves out."""
        return len(self.steps) - len(self.shown)

    @property
    def indirect(self) -> bool:
        """Whether the policies behind it are those of its law, none being recorded of its own."""
        return any(step.indirect for step in self.steps)


def read(store: Store, links: Links, iri: str) -> ForcePage:
    """Return the way of one law or provision. Raises NotFound for anything else."""
    out = graph.outgoing(store, iri)
    own = facts.type_of(local_name(o.value) for p, o in out if local_name(p) == "type")
    if own not in TYPES:
        raise NotFound("Only laws and provisions come into force; this is neither.")
    law = next((o.value for p, o in out if local_name(p) == "is_part_of"), "")
    asked = list(_ask(store, "gives-effect-to", iri)) + list(
        _ask(store, "policy-to-law-lag", law or iri)
    )
    changed = [r for r in _ask(store, "amendments-of", iri) if r["role"] == "changed by another"]
    used = {
        *(str(r[c]) for r in asked for c in ("policy", "item", "source", "claim") if r[c]),
        *(str(r[c]) for r in changed for c in ("from", "to", "source", "claim") if r[c]),
    }
    evidence = graph.evidence(store, [each for each in (iri, law) if each])
    used |= {s for readings in evidence.values() for r in readings for s in r.sources}
    names = refs(store, links, sorted(used | {iri} | ({law} if law else set())))
    steps = {
        *_asked(names, asked, iri),
        *_changed(names, changed, iri),
        *_itself(store, names, evidence, iri, own, law),
    }
    return ForcePage(names[iri], names.get(law), tuple(_with_lags(steps)))


def as_json(page: ForcePage) -> dict[str, Any]:
    """Return the way for programs."""

    def ref(each: Ref | None) -> dict[str, str] | None:
        return {"iri": each.iri, "label": each.label} if each else None

    steps = []
    for step in page.steps:
        told = asdict(step)
        told |= {"other": ref(step.other), "touched": ref(step.touched), "claim": ref(step.claim)}
        told["sources"] = [
            {"iri": r.iri, "label": r.label, "locator": at} for r, at in step.sources
        ]
        steps.append(told)
    return {"item": ref(page.item), "law": ref(page.law), "steps": steps}


_Row = Mapping[str, str | int | None]


def _ask(store: Store, question: str, law: str) -> Iterator[_Row]:
    yield from run.ask(store, catalogue.get(question), {"law": law}).dicts()


def _by_claim(rows: list[_Row]) -> Iterator[list[_Row]]:
    claims: dict[object, list[_Row]] = {}
    for row in rows:
        claims.setdefault(row["claim"], []).append(row)
    yield from claims.values()


def _common(names: Mapping[str, Ref], rows: list[_Row]) -> dict[str, Any]:
    read_in = dict.fromkeys((names[str(r["source"])], str(r["locator"] or "")) for r in rows)
    return {
        "sentence": str(rows[0]["sentence"]),
        "basis": str(rows[0]["basis"]),
        "claim": names.get(str(rows[0]["claim"])),
        "sources": tuple(read_in),
        "verified": any(r["status"] == "verified" for r in rows),
    }


def _asked(names: Mapping[str, Ref], rows: list[_Row], iri: str) -> Iterator[Step]:
    # Its own policies if it has any, else those of its law, said to be so.
    direct = [row for row in rows if row["item"] == iri]
    for some in _by_claim(direct or rows):
        first = some[0]
        yield Step(
            stage="policy",
            words=_ANNOUNCING.get(local_name(str(first["predicate"])), "behind it"),
            when=str(first.get("policyDate") or first.get("published") or ""),
            other=names.get(str(first["policy"])),
            touched=names.get(str(first["item"])) if not direct else None,
            indirect=not direct,
            **_common(names, some),
        )


def _changed(names: Mapping[str, Ref], rows: list[_Row], iri: str) -> Iterator[Step]:
    for some in _by_claim(rows):
        first = some[0]
        yield Step(
            stage="change",
            words=_CHANGING.get(local_name(str(first["predicate"])), "changed by"),
            when=str(first["date"] or first["start"] or ""),
            other=names.get(str(first["from"])),
            touched=names.get(str(first["to"])) if first["to"] != iri else None,
            **_common(names, some),
        )


def _itself(
    store: Store,
    names: Mapping[str, Ref],
    evidence: Mapping[str, list[graph.Reading]],
    iri: str,
    own: str,
    law: str,
) -> Iterator[Step]:
    """The steps that are the item's own dates: making (of its law), commencement, end."""
    whole = law if own == "Provision" and law else iri
    for of, predicate, stage, words in (
        (whole, "rg:date", "making", "made (for an Act, Royal Assent)"),
        (iri, "rg:start", "commencement", "came into force"),
        (iri, "rg:end", "end", "ceased to have effect"),
    ):
        found = facts.literals(graph.outgoing(store, of)).get(predicate)
        if found:
            readings = evidence.get(of, [])
            read_in = dict.fromkeys(
                (names[s], r.locator) for r in readings for s in r.sources if s in names
            )
            yield Step(
                stage,
                words,
                found[0].value,
                touched=names.get(of) if of != iri else None,
                sources=tuple(read_in),
                verified=any(r.verified for r in readings),
            )


_STAGES = ("policy", "making", "commencement", "change", "end")


def _with_lags(steps: set[Step]) -> Iterator[Step]:
    """Put steps in order of time, what is undated last, and say how long each took."""
    ordered = sorted(
        steps,
        key=lambda s: (s.when[:10].rstrip("?~%") or "9999", _STAGES.index(s.stage), s.sentence),
    )
    before = ""
    for step in ordered:
        yield replace(step, lag=lag(before, step.when))
        before = step.when or before


def lag(first: str, last: str) -> str:
    """Say in plain words how long it is from one EDTF date to another, no more exactly than known.

    >>> lag("2003-09", "2004-11-15")
    'about 14 months later'
    """
    found = [re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", text) for text in (first, last)]
    one, other = found
    if one is None or other is None:
        return ""
    if one[3] and other[3]:
        days = (datetime.date.fromisoformat(other[0]) - datetime.date.fromisoformat(one[0])).days
        if not days:
            return "the same day"
        if days < 60:
            return f"{days} day{'' if days == 1 else 's'} later"
        return _long(days / 30.44) + f" later ({days:,} days)"
    if one[2] and other[2]:
        months = 12 * (int(other[1]) - int(one[1])) + int(other[2]) - int(one[2])
        return f"about {_long(months)} later" if months else "in the same month"
    years = int(other[1]) - int(one[1])
    return f"about {years} year{'' if years == 1 else 's'} later" if years else "in the same year"


def _long(months: float) -> str:
    if months < 24:
        whole = max(round(months), 1)
        return f"{whole} month{'' if whole == 1 else 's'}"
    return f"{months / 12:.1f} years".replace(".0 ", " ")
