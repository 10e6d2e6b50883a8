"""The query behind a picture gives what the picture shows."""

import datetime
import time

import pytest

from reformgraph.ontology.terms import LINEAGE
from reformgraph.queries import behind
from reformgraph.queries.behind import Asked
from reformgraph.queries.lineage import lineage
from reformgraph.server.pictures.marks import LANES
from reformgraph.server.reading import asat, matrix, narrow, succession
from reformgraph.store import EmbeddedStore

PLAN = "https://w3id.org/reformgraph/id/childrens-plan-2007"
DAY = datetime.date(2007, 12, 11)
KNOWN = frozenset(type_ for lane in LANES for type_ in lane.types)


def ran(store: EmbeddedStore, text: str) -> list[tuple[str, ...]]:
    start = time.process_time()
    found = [tuple("" if t is None else str(t.value) for t in row) for row in store.select(text)]
    assert time.process_time() - start < 3, "the query behind a picture is one that people run"
    return found


def shown(
    store: EmbeddedStore, direction: str, depth: int | None, by: narrow.Narrowing
) -> set[str]:
    whole = lineage(store, PLAN, direction=direction, depth=depth)  # type: ignore[arg-type]
    return {edge.claim for edge in narrow.narrow(whole, by).edges}


@pytest.mark.parametrize("direction", ["antecedents", "descendants"])
@pytest.mark.parametrize("depth", [None, 1, 2, 3])
def test_the_whole_lineage(story_store: EmbeddedStore, direction: str, depth: int | None) -> None:
    rows = ran(story_store, behind.lineage(PLAN, direction, depth, Asked()))
    assert {row[0] for row in rows} == shown(story_store, direction, depth, narrow.Narrowing())
    assert len(rows) == len({row[0] for row in rows}) > 0


@pytest.mark.parametrize("direction", ["antecedents", "descendants"])
@pytest.mark.parametrize(
    ("asked", "by"),
    [
        (Asked(types=["Policy"]), {"types": frozenset(["Policy"])}),
        (Asked(types=["Legislation", "Provision"]), {"types": frozenset(["Legislation", "Provision"])}),
        (Asked(without=sorted(KNOWN)), {"others": True}),
        (
            Asked(types=["Policy"], without=sorted(KNOWN)),
            {"types": frozenset(["Policy"]), "others": True},
        ),
        (Asked(first=datetime.date(2003, 1, 1)), {"first": datetime.date(2003, 1, 1)}),
        (Asked(last=datetime.date(2003, 1, 1)), {"last": datetime.date(2003, 1, 1)}),
        (Asked(kinds=["Act", "white paper"]), {"kinds": frozenset(["Act", "white paper"])}),
        (Asked(predicates=["buildsOn", "announces"]), {"predicates": frozenset(["buildsOn", "announces"])}),
    ],
)  # fmt: skip
def test_a_part_of_it(
    story_store: EmbeddedStore, direction: str, asked: Asked, by: dict[str, object]
) -> None:
    rows = ran(story_store, behind.lineage(PLAN, direction, None, asked))
    wanted = shown(story_store, direction, None, narrow.Narrowing(known=KNOWN, **by))  # type: ignore[arg-type]
    assert {row[0] for row in rows} == wanted


def test_the_ways_to_one_item_and_what_is_about_a_concept(story_store: EmbeddedStore) -> None:
    to = story_store.resolve("children-act-1989")
    rows = ran(story_store, behind.lineage(PLAN, "antecedents", None, Asked(to=to)))
    by = narrow.Narrowing(to=to)
    assert {row[0] for row in rows} == shown(story_store, "antecedents", None, by) != set()
    concept = story_store.resolve("concept-collaboration")
    rows = ran(story_store, behind.lineage(PLAN, "antecedents", None, Asked(concept=concept)))
    about = narrow.Narrowing(items=narrow.about(story_store, concept))
    assert {row[0] for row in rows} == shown(story_store, "antecedents", None, about) != set()


def test_grounds_and_status_keep_at_least_what_the_picture_keeps(
    story_store: EmbeddedStore,
) -> None:
    for asked, by in (
        (Asked(bases=["stated"]), narrow.Narrowing(bases=frozenset(["stated"]))),
        (Asked(verified=True), narrow.Narrowing(verified=True)),
    ):
        rows = ran(story_store, behind.lineage(PLAN, "antecedents", None, asked))
        pictured = shown(story_store, "antecedents", None, by)
        assert pictured and pictured <= {row[0] for row in rows}
        whole = lineage(story_store, PLAN)
        kept = [e for e in whole.edges if e.claim in {row[0] for row in rows}]
        assert (
            all(e.basis == "stated" for e in kept) if asked.bases else all(e.verified for e in kept)
        )


def test_every_lineage_property_can_be_followed(story_store: EmbeddedStore) -> None:
    for each in LINEAGE:
        name = each.predicate.value.rpartition("#")[2]
        text = behind.lineage(PLAN, "antecedents", None, Asked(predicates=[name]))
        by = narrow.Narrowing(predicates=frozenset([name]))
        assert {r[0] for r in ran(story_store, text)} == shown(story_store, "antecedents", None, by)


def test_institutions(story_store: EmbeddedStore) -> None:
    whole = succession.read(story_store)
    river = whole.of(whole.river(story_store.resolve("dcsf")))
    rows = ran(story_store, behind.institutions(river.bodies))
    told: dict[str, tuple[set[str], set[str], set[str]]] = {}
    for change, _, _, before, after, law in rows:
        parts = told.setdefault(change, (set(), set(), set()))
        for part, value in zip(parts, (before, after, law), strict=True):
            part |= {value} - {""}
    for change in river.changes:
        assert told[change.iri] == (
            set(change.before),
            set(change.after),
            {i for i, _ in change.basis},
        )
    assert len(ran(story_store, behind.institutions())) >= len(rows)


def test_what_stood(story_store: EmbeddedStore) -> None:
    spans = {span.iri: span for span in asat.facts(story_store) if span.type in asat.CLASSES}
    days = [DAY, datetime.date(1998, 5, 1), datetime.date(2012, 9, 30)]
    rows = ran(story_store, behind.standing(days))
    assert {(day, item): state for day, item, _, state in rows} == {
        (day.isoformat(), span.iri): span.on(day.isoformat())
        for day in days
        for span in spans.values()
    }


@pytest.mark.parametrize("under", ["", "concept-collaboration"])
def test_the_matrix(story_store: EmbeddedStore, under: str) -> None:
    facts = matrix.facts(story_store)
    iri = story_store.resolve(under) if under else ""
    made = matrix.matrix(facts, DAY, "concepts", iri)
    wanted = {
        (line.iri, cell.kind, component, stood)
        for line in made.lines
        if not line.only and line.iri != iri
        for cell in line.cells
        for stood, some in (("yes", cell.built), ("possibly", cell.built_possibly))
        for component in some
    }
    rows = ran(story_store, behind.matrix(DAY, iri))
    assert {row[:4] for row in rows} == wanted != set()
    problems = {
        (line.iri, cell.kind, problem)
        for line in made.lines
        if not line.only and line.iri != iri
        for cell in line.cells
        for problem in cell.problems
    }
    assert {(c, k, p) for c, k, _, _, p in rows if p} == problems


def test_the_classes(story_store: EmbeddedStore) -> None:
    rows = ran(story_store, behind.classes())
    found = {row[0].rpartition("#")[2]: int(row[2] or 0) for row in rows}
    counts = {i.rpartition("#")[2]: n for i, n in story_store.generation.counts.items()}
    for name in ("Policy", "Legislation", "Institution", "Claim", "Evidence"):
        assert found[name] == counts[name] > 0
