"""From announcement to force: the steps of a law or provision in order of time, with their lags.

Made of the questions ``policy-to-law-lag`` and ``gives-effect-to``, of the item's own dates, and of
what changed it: the rows of ``amendments-of`` that point to it, found from the law on, for that
question looks at every claim of the graph.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
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
"""Changes on one page, the first; the JSON has them all."""
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
    """The way. ``law`` is the law that a provision is part of, ``left_out`` counts changes that
    are not among the steps.
    """

    item: Ref
    law: Ref | None
    steps: tuple[Step, ...]
    left_out: int

    @property
    def indirect(self) -> bool:
        """Whether the policies behind it are those of its law, none being recorded of its own."""
        return any(step.indirect for step in self.steps)


@dataclass(frozen=True, slots=True)
class _Change:
    """A change, before its claim is read: ``when`` the law was made that did it, or it began."""

    claim: str
    by: str
    to: str
    predicate: str
    when: str


def read(store: Store, links: Links, iri: str, most: int | None = None) -> ForcePage:
    """Return the way of one law or provision, with at most ``most`` changes, the first.

    Raises NotFound for anything else.
    """
    out = graph.outgoing(store, iri)
    own = facts.type_of(local_name(o.value) for p, o in out if local_name(p) == "type")
    if own not in TYPES:
        raise NotFound("Only laws and provisions come into force; this is neither.")
    law = next((o.value for p, o in out if local_name(p) == "is_part_of"), "")
    asked = list(_ask(store, "gives-effect-to", iri)) + list(
        _ask(store, "policy-to-law-lag", law or iri)
    )
    changes = _changes(store, iri)
    shown = changes[:most]
    claims = {claim.iri: claim for claim in graph.claims(store, [each.claim for each in shown])}
    used = {
        *(str(r[c]) for r in asked for c in ("policy", "item", "source", "claim") if r[c]),
        *(each for change in shown for each in (change.by, change.to, change.claim)),
    }
    evidence = graph.evidence(store, [*(each for each in (iri, law) if each), *claims])
    used |= {s for readings in evidence.values() for r in readings for s in r.sources}
    names = refs(store, links, sorted(used | {iri} | ({law} if law else set())))
    steps = {
        *_asked(names, asked, iri),
        *_changed(names, shown, claims, evidence, iri),
        *_itself(store, names, evidence, iri, own, law),
    }
    left_out = len(changes) - len(shown)
    return ForcePage(names[iri], names.get(law), tuple(_with_lags(steps)), left_out)


def _changes(store: Store, iri: str) -> list[_Change]:
    """Find what changed a law, with its provisions, or a provision; the earliest first."""
    name = graph.node(iri)
    # A rival claim has no plain triple.
    claim = "?c rg:claimObject ?o ; rg:claimPredicate ?p ; rg:claimSubject ?s . ?s ?p ?o"
    found = [
        tuple(map(graph.text, row))
        for row in graph.rows(
            store,
            f"SELECT DISTINCT ?c ?p ?s ?o {{ {{ {claim.replace('?o', name)} BIND({name} AS ?o) }}"
            f" UNION {{ ?o eli:is_part_of {name} . {claim} }}"
            " FILTER(?p IN (rg:amends, rg:repeals, rg:supersedes)) }",
        )
    ]
    found += [
        (text[0], text[1], text[3], text[2])
        for row in graph.rows(
            store,
            f"SELECT DISTINCT ?c ?p ?s ?o {{ {{ {claim.replace('?s', name)} BIND({name} AS ?s) }}"
            f" UNION {{ ?s eli:is_part_of {name} . {claim} }} FILTER(?p = rg:endedBy) }}",
        )
        if (text := tuple(map(graph.text, row)))
    ]
    made = _made(store, {by for _, _, by, _ in found})
    began = _began(store, [(c, by) for c, _, by, _ in found if not made.get(by)])
    changes = [
        _Change(c, by, to, predicate, made.get(by) or began.get(c, ""))
        for c, predicate, by, to in found
        if by != iri and not by.startswith(f"{iri}/")  # what it does to itself is not of others
    ]
    return sorted(changes, key=lambda change: (change.when[:10] or "9999", change.claim))


def _made(store: Store, iris: set[str]) -> dict[str, str]:
    """Tell when each law was made; of a provision, when its law was."""
    said = graph.statements(store, sorted(iris), ("rg:date", "eli:is_part_of"))
    own = {iri: {local_name(p): o.value for p, o in pairs} for iri, pairs in said.items()}
    laws = {values["is_part_of"] for values in own.values() if "is_part_of" in values} - iris
    wholes = _made(store, laws) if laws else {}
    return {
        iri: values.get("date") or wholes.get(values.get("is_part_of", ""), "")
        for iri, values in own.items()
    }


def _began(store: Store, pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Tell from which day each effect (claim, law that made it) is in force, "" for none yet."""
    iris = sorted({iri for pair in pairs for iri in pair})
    found = {
        iri: {local_name(p): o.value for p, o in said}
        for iri, said in graph.statements(store, iris, ("rg:start", "rg:isProspective")).items()
    }
    return {
        claim: ""
        if "isProspective" in found[claim]
        else found[claim].get("start") or found[by].get("start", "")
        for claim, by in pairs
    }


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


def _changed(
    names: Mapping[str, Ref],
    changes: list[_Change],
    claims: Mapping[str, graph.Claim],
    evidence: Mapping[str, list[graph.Reading]],
    iri: str,
) -> Iterator[Step]:
    for change in changes:
        claim, readings = claims[change.claim], evidence.get(change.claim, [])
        read_in = dict.fromkeys(
            (names[s], r.locator) for r in readings for s in r.sources if s in names
        )
        yield Step(
            stage="change",
            words=_CHANGING.get(local_name(change.predicate), "changed by"),
            when=change.when,
            other=names.get(change.by),
            touched=names.get(change.to) if change.to != iri else None,
            sentence=claim.comment,
            basis=claim.basis,
            claim=names.get(change.claim),
            sources=tuple(read_in),
            verified=any(reading.verified for reading in readings),
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
