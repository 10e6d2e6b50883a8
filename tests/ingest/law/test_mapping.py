"""Law in the graph: one entity with a timeline's, rivals, effects as claims, versions, notes."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest
from law_records import ACT, BASE, DOCUMENT, INSERTED, LATER, SITE, joined, origin, shards
from pyoxigraph import NamedNode

from reformgraph.ingest.law.mapping import map_unit, names
from reformgraph.ingest.law.mapping.shards import expanded, split
from reformgraph.ingest.law.model import InForce, Reading, Reference
from reformgraph.ontology import gate
from reformgraph.ontology.terms import DCTERMS, ELI, PREFIXES, RDF, RDFS, RG
from reformgraph.queries.quality import quality
from reformgraph.store import open_store, publish

_HEADER = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())


@pytest.fixture(scope="module")
def graph() -> pyoxigraph.Store:
    return joined()


def ask(graph: pyoxigraph.Store, pattern: str) -> bool:
    return bool(graph.query(f"{_HEADER}ASK {{ {pattern} }}", use_default_graph_as_union=True))


def values(graph: pyoxigraph.Store, iri: str, predicate: NamedNode) -> list[str]:
    found = graph.quads_for_pattern(NamedNode(iri), predicate, None)
    return sorted(str(getattr(quad.object, "value", "")) for quad in found)


def test_the_joined_graph_is_sound(graph: pyoxigraph.Store) -> None:
    assert not [each for each in gate.check(graph) if each.severity == "error"]


def test_a_law_of_a_timeline_is_one_entity_with_both_evidences(graph: pyoxigraph.Store) -> None:
    assert values(graph, ACT, RG.slug) == ["children-act-1989"]
    assert values(graph, ACT, RDFS.label) == ["Children Act 1989"]
    assert values(graph, ACT, RG.date) == ["1989-11-16"]
    assert values(graph, ACT, RDF.type).count(RG.Legislation.value) == 1
    evidence = values(graph, ACT, RG.hasEvidence)
    assert f"{BASE}evidence/law.ukpga-1989-41" in evidence
    assert f"{BASE}evidence/children-act-1989.1" in evidence


def test_what_is_only_pointed_to_is_described_in_its_own_law(graph: pyoxigraph.Store) -> None:
    iri = f"{LATER}/section/115/3"
    assert values(graph, iri, RG.slug) == ["ukpga-2002-38-section-115-3"]
    assert values(graph, iri, RG.provisionNumber) == ["s 115(3)"]
    assert values(graph, iri, DCTERMS.isPartOf) == [f"{LATER}/section/115"]
    (quad,) = graph.quads_for_pattern(NamedNode(iri), RG.provisionNumber, None)
    assert quad.graph_name == NamedNode(f"{BASE}graph/legislation/ukpga/2002/38")


def test_a_different_date_and_title_are_rivals_on_both_sides(tmp_path: Path) -> None:
    graph = joined(replace(DOCUMENT, enacted="1989-11-17", title="Childrens Act 1989"))
    assert values(graph, ACT, RG.date) == ["1989-11-16"]
    assert values(graph, ACT, RDFS.label) == ["Children Act 1989"]
    for column, value in (("made", "1989-11-17"), ("title", "Childrens Act 1989")):
        ours = f"<{BASE}claim/law.ukpga-1989-41.{column}>"
        theirs = f"<{BASE}claim/children-act-1989.{column}>"
        assert ask(graph, f"{ours} rg:rivals {theirs} . {theirs} rg:rivals {ours}")
        assert ask(graph, f"{ours} rg:claimValue ?v FILTER(STR(?v) = '{value}')")
    assert not [each for each in gate.check(graph) if each.severity == "error"]
    publish(tmp_path / "store", graph, base=BASE)
    with closing(open_store(tmp_path / "store")) as store:
        listed = [each for each in quality(store).conflicts if each.subject == ACT]
    told = {(version.text, version.asserted) for each in listed for version in each.versions}
    assert {("1989-11-16", True), ("1989-11-17", False)} <= told
    assert {("Children Act 1989", True), ("Childrens Act 1989", False)} <= told


def test_an_effect_is_a_claim_with_its_plain_statement(graph: pyoxigraph.Store) -> None:
    claim = f"<{BASE}claim/effect.ukpga-2002-38-row-26.1>"
    assert ask(
        graph,
        f"{claim} a rg:Effect, rg:Claim ; rg:claimSubject ?one ; rg:claimPredicate rg:amends ;"
        " rg:claimObject ?other ; rg:effectType 'words inserted' ; rg:isApplied true ;"
        " rg:start '2005-12-30'^^edtf:EDTF ; rg:basis rgs:basis-legal . ?one rg:amends ?other .",
    )
    # A day is given, so the "prospective" beside it is no claim of its own.
    assert not ask(graph, f"<{BASE}claim/effect.ukpga-2002-38-row-26.2> ?p ?o")


def test_an_effect_told_twice_counts_once_and_the_latest_wins() -> None:
    older = INSERTED._replace(modified="2019-01-01T00:00:00Z", type="words substituted")
    found = [
        *split(Reading(effects=[INSERTED]), origin("a")),
        *split(Reading(effects=[older]), origin("b")),
    ]
    about = [shard for shard in found if shard.law == "ukpga/1989/41"]
    quads = map_unit("ukpga/1989/41", about, {}, BASE)
    types = {q.object.value for q in quads if q.predicate == RG.effectType}
    assert types == {"words inserted"}
    evidence = NamedNode(f"{BASE}evidence/effect.ukpga-2002-38-row-26")
    sources = {q.object for q in quads if q.subject == evidence and q.predicate == RG.source}
    assert len(sources) == 2
    assert set(quads) == set(map_unit("ukpga/1989/41", about[::-1], {}, BASE))


def test_hazard_107_ranges_lists_days_and_the_whole_act() -> None:
    many = INSERTED._replace(
        affecting=(),
        affected=(Reference(f"{ACT}/section/10", f"{ACT}/section/12"),),
        in_force=(InForce(day="2005-01-01"), InForce(day="2005-06-01")),
    )
    shard = next(s for s in split(Reading(effects=[many]), origin("a")) if s.law == "ukpga/1989/41")
    quads = map_unit("ukpga/1989/41", [shard], {}, BASE)
    pairs = {
        (q.subject.value.rpartition(".")[2], q.object.value.removeprefix(ACT))
        for q in quads
        if q.predicate == RG.claimObject and "/effect." in q.subject.value
    }
    assert {path for _, path in pairs} == {"/section/10", "/section/11", "/section/12"}
    assert len(pairs) == 6
    outer = (Reference(f"{ACT}/schedule/8"), Reference(f"{ACT}/schedule/8/paragraph/5"))
    assert expanded(outer) == (f"{ACT}/schedule/8/paragraph/5",)


def test_hazard_55_addresses_that_are_no_iris_do_not_get_in() -> None:
    bad = replace(DOCUMENT, same_as=("http://www.legislation.gov.uk/id/a b{",), effects=())
    (shard, *_) = split(Reading(documents=[bad]), origin("a"))
    assert map_unit(shard.law, [shard], {}, BASE)


def test_versions_realize_and_notes_annotate(graph: pyoxigraph.Store) -> None:
    point = f"{SITE}ukpga/1989/41/section/1/2014-10-22"
    assert values(graph, point, ELI.realizes) == [f"{ACT}/section/1"]
    assert values(graph, point, RG.isOngoing) == ["true"]
    note = f"{BASE}commentary/ukpga-1989-41.note-1"
    assert values(graph, note, RG.annotates) == sorted(
        (f"{ACT}/section/1", f"{BASE}claim/effect.ukpga-2002-38-row-26.1")
    )


def test_a_citation_is_a_claim_of_the_citing_provision(graph: pyoxigraph.Store) -> None:
    assert ask(
        graph,
        f"?c rg:claimSubject <{ACT}/section/1> ; rg:claimPredicate eli:cites ; rg:claimObject ?o ;"
        " rg:hasEvidence/rg:locator 's 1' .",
    )


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("section/10/2/a", "s 10(2)(a)"),
        ("schedule/2/paragraph/1A", "Sch 2 para 1A"),
        ("schedule/paragraph/3", "Sch para 3"),
        ("part/3/chapter/2", "Part 3 Chapter 2"),
        ("part/1/crossheading/the-keepers", "Part 1 heading the keepers"),
        ("introduction", "introduction"),
    ],
)
def test_paths_are_written_as_tables_write_them(path: str, words: str) -> None:
    assert names.number(path) == words


def test_slugs_of_letters_that_differ_in_case_only_are_told_apart() -> None:
    found = split(
        Reading(effects=[INSERTED._replace(affected=(Reference(f"{ACT}/section/1A"), Reference(f"{ACT}/section/1a")))]),
        origin("a"),
    )  # fmt: skip
    about = [shard for shard in found if shard.law == "ukpga/1989/41"]
    slugs = [
        q.object.value for q in map_unit("ukpga/1989/41", about, {}, BASE) if q.predicate == RG.slug
    ]
    assert len(slugs) == len(set(slugs)) == 3


def test_shards_are_in_order_of_their_laws() -> None:
    laws = [shard.law for shard in split(Reading(documents=[DOCUMENT]), origin("a"))]
    assert laws == sorted(laws)
    assert len(shards()) > 4
