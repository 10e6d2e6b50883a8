"""What no single timeline can show: one id, address or name in two timelines of a build.

Timelines share the space of IRIs, so an id stands for one thing in all of them. A row refers to a
row of another timeline by its id, once its own ``timeline.toml`` says ``uses``; to say the thing
again is refused, for then two tables would claim to hold it. docs/data.md, *Several timelines*.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reformgraph.ingest import slugs
from reformgraph.ingest.faults import Fault, did_you_mean
from reformgraph.ingest.readers.checks import Found
from reformgraph.ingest.rows import Legislation, Provision, Tenure
from reformgraph.ingest.timeline import MANIFEST


def link(sides: Sequence[Found]) -> list[Fault]:
    """Tell each timeline of a build which others there are, and which of them it uses.

    In: what was found of each. Out: faults for what ``uses`` names and is not there.
    """
    faults: list[Fault] = []
    for found in sides:
        if found.manifest is None:
            continue
        found.beside = [other for other in sides if other is not found]
        by_name = {other.name: other for other in found.beside if other.name}
        # A timeline.toml with faults has no id to be found by; its own faults say so.
        nameless = any(not other.name for other in found.beside)
        for name in found.manifest.uses:
            if name == found.name:
                expected, hint = "the id of another timeline", "a timeline knows its own rows"
            elif name in by_name:
                found.used.append(by_name[name])
                continue
            else:
                found.absent.append(name)
                if nameless:
                    continue
                near = did_you_mean(name, by_name)
                expected = "a timeline that is built along with this one"
                hint = near or f"name it too: reformgraph build {name} {found.name}"
            faults.append(Fault(found.prefix + MANIFEST, 0, "uses", name, expected, hint))
    return faults


def clashes(sides: Sequence[Found]) -> Iterator[Fault]:
    """Find what two timelines both claim to hold: ids, addresses of law, names of persons."""
    for number, found in enumerate(sides):
        for first in sides[:number]:
            yield from _ids(found, first)
            yield from _law(found, first)
            yield from _persons(found, first)
    for found in sides:
        for other in sides:
            if other is not found and other.manifest is not None:
                yield from _names(found, other)


def _fault(found: Found, slug: str, column: str, value: str, expected: str, hint: str) -> Fault:
    place = found.places[slug]
    return Fault(found.prefix + place.file, place.row, column, value, expected, hint)


def _ids(found: Found, first: Found) -> Iterator[Fault]:
    for slug in found.places:
        if slug in first.places:
            yield _fault(
                found, slug, "id", slug, "an id that no row of another timeline has",
                f"{first.where(slug)} has it: leave the row out and refer to it by its id"
            )  # fmt: skip


def _names(found: Found, other: Found) -> Iterator[Fault]:
    assert other.manifest is not None
    for slug in (other.manifest.id, other.manifest.scheme_id):
        if slug in found.places:
            yield _fault(
                found, slug, "id", slug, "another id",
                f"the timeline {other.name} or its concept scheme has it",
            )  # fmt: skip


def _law(found: Found, first: Found) -> Iterator[Fault]:
    there = _addresses(first)
    for key, (slug, column, value) in _addresses(found).items():
        # One id twice has been told already.
        if key in there and there[key][0] != slug:
            yield _fault(
                found, slug, column, value, "what no other timeline has",
                f"{there[key][0]} ({first.where(there[key][0])}) is the same: refer to that",
            )  # fmt: skip


def _addresses(found: Found) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Each law and provision by what identifies it; out: its id, and the column that says so."""
    laws = {row.id: row.iri for row in found.known().values() if isinstance(row, Legislation)}
    seen: dict[tuple[str, str], tuple[str, str, str]] = {}
    for rows in found.tables.values():
        for row in rows:
            if isinstance(row, Legislation) and row.iri:
                seen.setdefault((row.iri, ""), (row.id, "iri", row.iri))
            elif isinstance(row, Provision) and laws.get(row.legislation):
                key = (laws[row.legislation], row.provision)
                seen.setdefault(key, (row.id, "provision", row.provision))
    return seen


def _persons(found: Found, first: Found) -> Iterator[Fault]:
    """A name is one person in all timelines, so it has one spelling and no row's id."""
    for here, there in ((found, first), (first, found)):
        spelt = there.persons()
        for row in here.tables.get("tenures", ()):
            if not isinstance(row, Tenure):
                continue
            slug = slugs.of_person(row.person)
            if slug in there.places:
                yield _fault(
                    here, row.id, "person", row.person, f"a name whose slug {slug!r} is free",
                    f"{there.where(slug)} has that id",
                )  # fmt: skip
            elif here is found and spelt.get(slug, row.person) != row.person:
                yield _fault(
                    here, row.id, "person", row.person, "one spelling of each name",
                    f"{spelt[slug]!r} of the timeline {there.name} makes the same slug",
                )  # fmt: skip
