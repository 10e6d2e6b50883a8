"""What no single row can show: names used twice, dangling slugs, cycles, dates out of order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from reformgraph.ingest import dates, slugs
from reformgraph.ingest.dates import Edtf
from reformgraph.ingest.faults import Fault, did_you_mean, listed
from reformgraph.ingest.fields import Refs
from reformgraph.ingest.readers.cycles import cycles
from reformgraph.ingest.rows import (
    KINDS,
    RIVAL_COLUMNS,
    TABLES,
    Institution,
    Legislation,
    Provision,
    Relation,
    Rival,
    Row,
    Tenure,
)
from reformgraph.ingest.timeline import MANIFEST, Manifest, Place
from reformgraph.ontology.terms import LINEAGE, RG, Antecedent, vocabulary

_HINTS = 200
"""Nearest matches are looked up for so many dangling slugs; each goes over all slugs."""

_BACKWARD = frozenset(
    each.predicate.value.removeprefix(RG.iri)
    for each in LINEAGE
    if each.antecedent is Antecedent.SUBJECT
)

Tables = Mapping[str, Sequence[Row]]


@dataclass(slots=True)
class Found:
    """What is known of all rows while a timeline is read, sound ones or not.

    ``places`` holds the first place of each id; ``incomplete`` the tables of which rows are missing,
    so that a slug that seems to dangle may be theirs. ``used`` are the timelines that rows of this
    one may refer to, ``beside`` all others of the build, ``absent`` the ids of those that it uses
    and that are not built along. ``prefix`` goes before its file names.
    """

    manifest: Manifest | None
    prefix: str = ""
    tables: dict[str, tuple[Row, ...]] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    incomplete: set[str] = field(default_factory=set)
    used: list[Found] = field(default_factory=list, repr=False)
    beside: list[Found] = field(default_factory=list, repr=False)
    absent: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The id of the timeline, or an empty text."""
        return self.manifest.id if self.manifest else ""

    def where(self, slug: str) -> str:
        """Say file and row of an id that this timeline has."""
        place = self.places[slug]
        return f"{self.prefix}{place.file} row {place.row}"

    def known(self) -> dict[str, Row]:
        """Give the rows of this timeline and of those that it uses, by id."""
        sides = (*reversed(self.used), self)
        return {row.id: row for side in sides for rows in side.tables.values() for row in rows}

    def persons(self) -> dict[str, str]:
        """Give the names of the persons of this timeline, by slug; no row stands for a person."""
        rows = self.tables.get("tenures", ())
        return {slugs.of_person(row.person): row.person for row in rows if isinstance(row, Tenure)}

    def place(self, slug: str, place: Place) -> list[Fault]:
        """Note the place of an id; give a fault when it has one already."""
        if not slug:
            return []
        first = self.places.setdefault(slug, place)
        if first is place:
            return []
        expected = "an id that no other row of any table has"
        hint = f"{first.file} row {first.row} has it"
        return [Fault(place.file, place.row, "id", slug, expected, hint)]


def cross_check(found: Found) -> list[Fault]:
    """Check the rows of one timeline against each other and against those of timelines it uses.

    In: what was found, with the rows that are sound by themselves. Out: the faults.
    """
    tables: Tables = found.tables
    faults = [
        *_reserved(found),
        *_references(tables, found),
        *_persons(tables, found),
        *_same_iri(tables, found),
        *_dates(tables, found),
        *_rivals(tables, found),
        *_cycles(tables, found),
    ]
    if found.manifest is not None:
        faults += _focal(found.manifest, found)
    return faults


def _at(found: Found, row: Row, column: str, value: str, expected: str, hint: str = "") -> Fault:
    place = found.places[row.id]
    return Fault(place.file, place.row, column, value, expected, hint)


def _reserved(found: Found) -> Iterator[Fault]:
    if found.manifest is None:
        return
    for slug in (found.manifest.id, found.manifest.scheme_id):
        if place := found.places.get(slug):
            yield Fault(
                place.file, place.row, "id", slug, "another id",
                "the timeline itself or its concept scheme has it",
            )  # fmt: skip


def _references(tables: Tables, found: Found) -> Iterator[Fault]:
    hinted = 0
    for model in TABLES:
        for column, info in model.model_fields.items():
            for refs in info.metadata:
                if not isinstance(refs, Refs):
                    continue
                for row in tables.get(model.table, ()):
                    for slug in _slugs(getattr(row, column)):
                        fault = _reference(row, column, slug, refs, found, hint=hinted < _HINTS)
                        if fault is not None:
                            hinted += 1
                            yield fault


def _slugs(value: str | tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return value


def _reference(
    row: Row, column: str, slug: str, refs: Refs, found: Found, *, hint: bool
) -> Fault | None:
    expected = f"an id of {listed(refs.tables)}"
    place = found.places.get(slug)
    if place is not None:
        if place.table in refs.tables:
            return None
        what = f"{place.file} row {place.row} has it, so it names one of {place.table}"
        return _at(found, row, column, slug, expected, what)
    for other in found.used:
        if slug in other.places:
            table = other.places[slug].table
            if table in refs.tables:
                return None
            what = f"{other.where(slug)} has it, so it names one of {table}"
            return _at(found, row, column, slug, expected, what)
    sides = (found, *found.used)
    # What is missing may be theirs; the fault that told so is enough.
    if found.absent or any(side.incomplete.intersection(refs.tables) for side in sides):
        return None
    near = _undeclared(slug, found)
    if hint and not near:
        near = did_you_mean(
            slug,
            [
                name
                for side in sides
                for name, each in side.places.items()
                if each.table in refs.tables
            ],
        )
    return _at(found, row, column, slug, expected, near)


def _undeclared(slug: str, found: Found) -> str:
    for other in found.beside:
        if slug in other.places and other not in found.used and other.name:
            return f'{other.where(slug)} has it: write uses = ["{other.name}"] into {MANIFEST}'
    return ""


def _focal(manifest: Manifest, found: Found) -> Iterator[Fault]:
    tables = ("policies", "legislation", "provisions", "initiatives")
    place = found.places.get(manifest.focal_item)
    if place is not None and place.table in tables:
        return
    if place is None and found.incomplete.intersection(tables):
        return
    ids = [name for name, each in found.places.items() if each.table in tables]
    yield Fault(
        MANIFEST, 0, "focal_item", manifest.focal_item, f"an id of {listed(tables)}",
        did_you_mean(manifest.focal_item, ids),
    )  # fmt: skip


def _persons(tables: Tables, found: Found) -> Iterator[Fault]:
    names: dict[str, str] = {}
    for row in tables.get("tenures", ()):
        if not isinstance(row, Tenure):
            continue
        slug = slugs.of_person(row.person)
        try:
            slugs.check(slug)
        except slugs.SlugError as error:
            yield _at(found, row, "person", row.person, "a name that makes a slug", error.hint)
            continue
        if place := found.places.get(slug):
            yield _at(
                found, row, "person", row.person, f"a name whose slug {slug!r} is free",
                f"{place.file} row {place.row} has that id",
            )  # fmt: skip
        if (first := names.setdefault(slug, row.person)) != row.person:
            yield _at(
                found, row, "person", row.person, "one spelling of each name",
                f"{first!r} makes the same slug",
            )  # fmt: skip


def _same_iri(tables: Tables, found: Found) -> Iterator[Fault]:
    seen: dict[str, Row] = {}
    for row in tables.get("legislation", ()):
        if isinstance(row, Legislation) and row.iri:
            first = seen.setdefault(row.iri, row)
            if first is not row:
                yield _at(found, row, "iri", row.iri, "an address that no other law has",
                          f"{first.id} has it")  # fmt: skip
    parts: dict[tuple[str, str], Row] = {}
    for row in tables.get("provisions", ()):
        if isinstance(row, Provision):
            first = parts.setdefault((row.legislation, row.provision), row)
            if first is not row:
                yield _at(found, row, "provision", row.provision, "each provision of a law once",
                          f"{first.id} is the same")  # fmt: skip


_SPANS = (("start", "end"), ("in_force", "ceased"), ("made", "in_force"))


def _dates(tables: Tables, found: Found) -> Iterator[Fault]:
    for rows in tables.values():
        for row in rows:
            for first, last in _SPANS:
                start, end = getattr(row, first, None), getattr(row, last, None)
                if start and end and end.latest < start.earliest:
                    yield _at(found, row, last, end.text, f"a date not before {first}",
                              f"{first} is {start.text}")  # fmt: skip
    made = {row.id: row.made for row in found.known().values() if isinstance(row, Legislation)}
    for row in tables.get("provisions", ()):
        law = made.get(row.legislation) if isinstance(row, Provision) else None
        start = getattr(row, "in_force", None)
        if law and start and start.latest < law.earliest:
            yield _at(found, row, "in_force", start.text, "a date not before the law was made",
                      f"it was made {law.text}")  # fmt: skip
    yield from _effects_before_causes(tables, found)


def _effects_before_causes(tables: Tables, found: Found) -> Iterator[Fault]:
    """Find items that were over before the thing began that they draw on.

    What runs for a time (an initiative, a body, a post) may be announced afresh, funded or built
    on anew while it lasts, so only its end counts; a document has but its day.
    """
    by_id = found.known()
    for row in tables.get("relations", ()):
        if not isinstance(row, Relation):
            continue
        later, earlier = _later_and_earlier(row)
        over, began = _last(by_id.get(later)), _first(by_id.get(earlier))
        if over and began and over.latest < began.earliest:
            yield _at(
                found, row, "predicate", row.predicate, "a cause that is not after its effect",
                f"{later} was over by {over.text}, {earlier} began {began.text}",
            )  # fmt: skip


def _later_and_earlier(row: Relation) -> tuple[str, str]:
    if row.predicate in _BACKWARD:
        return row.object, row.subject
    return row.subject, row.object


def _first(row: Row | None) -> Edtf | None:
    columns = ("published", "made", "date", "start", "in_force")
    return next((found for name in columns if (found := getattr(row, name, None))), None)


def _last(row: Row | None) -> Edtf | None:
    if isinstance(row, Legislation):
        return row.in_force or row.made
    columns = ("published", "date", "end", "ceased")
    return next((found for name in columns if (found := getattr(row, name, None))), None)


def _rivals(tables: Tables, found: Found) -> Iterator[Fault]:
    by_id = found.known()
    for row in tables.get("rivals", ()):
        subject = by_id.get(row.subject) if isinstance(row, Rival) else None
        if not isinstance(row, Rival) or subject is None:
            continue
        columns = RIVAL_COLUMNS.get(subject.table, {})
        if row.property not in columns:
            expected = f"a property that {subject.table} have: {listed(list(columns))}"
            yield _at(found, row, "property", row.property, expected)
            continue
        value = getattr(subject, columns[row.property])
        text = value.text if isinstance(value, Edtf) else str(value or "")
        if not text or text == row.value:
            hint = f"{columns[row.property]} of {subject.id} is {text or 'empty'}"
            yield _at(found, row, "value", row.value, "a value other than the asserted one", hint)
        elif row.property == "kind":
            allowed = vocabulary(KINDS[subject.table])
            if row.value not in allowed:
                yield _at(found, row, "value", row.value, listed(allowed),
                          did_you_mean(row.value, allowed))  # fmt: skip
        elif row.property in ("date", "start", "end"):
            try:
                dates.parse(row.value)
            except dates.DateError as error:
                yield _at(found, row, "value", row.value, error.expected, error.hint)


def _cycles(tables: Tables, found: Found) -> Iterator[Fault]:
    known = found.known().values()
    broader = {row.id: getattr(row, "broader", ()) for row in known if row.table == "concepts"}
    yield from _column_cycles(tables, found, "concepts", "broader", broader)
    yield from _related(tables, found, broader)
    part_of = {row.id: row.part_of for row in known if isinstance(row, Institution)}
    yield from _column_cycles(tables, found, "institutions", "part_of", part_of)
    for row in tables.get("relations", ()):
        # A longer circle of lineage can be true (a review builds on a fund and pays for it): the
        # gate of the build warns of those.
        if isinstance(row, Relation) and row.subject == row.object:
            yield _at(found, row, "object", row.object, "another item than the subject")


def _related(tables: Tables, found: Found, broader: Mapping[str, Iterable[str]]) -> Iterator[Fault]:
    """Find concepts that are both related and one above the other (SKOS Reference, S27)."""
    for row in tables.get("concepts", ()):
        for other in getattr(row, "related", ()):
            low, high = (row.id, other) if other in _above(row.id, broader) else (other, row.id)
            if row.id == other or high in _above(low, broader):
                yield _at(
                    found,
                    row,
                    "related",
                    other,
                    "a concept that is neither broader nor narrower (SKOS S27)",
                    f"{high} is broader than {low}; leave it out here",
                )


def _above(slug: str, broader: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [slug]
    while waiting:
        for each in broader.get(waiting.pop(), ()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def _column_cycles(
    tables: Tables, found: Found, table: str, column: str, edges: Mapping[str, Iterable[str]]
) -> Iterator[Fault]:
    by_id = {row.id: row for row in tables.get(table, ())}
    for path in cycles(edges):
        # A circle that runs through two timelines is told where it can be seen: at the one that
        # uses the other. One that does not touch this timeline is not its own.
        ours = [(here, there) for here, there in pairwise(path) if here in by_id]
        if ours:
            here, there = ours[-1]
            yield _at(found, by_id[here], column, there, f"no cycle of {column}", " → ".join(path))
