"""From rows to quads: the shape of docs/architecture.md on the small timeline."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from reformgraph.errors import UsageError
from reformgraph.ingest.mapping import graph_iri, map_timeline
from reformgraph.ingest.mapping.bodies import closed_as
from reformgraph.ingest.mapping.iris import provision_path
from reformgraph.ingest.provenance import describe_inputs
from reformgraph.ingest.readers.timeline import read_timeline
from reformgraph.ingest.rows import TABLES, InstitutionChange, Sourced
from reformgraph.ontology.terms import (
    DCTERMS,
    EDTF,
    ELI,
    FOAF,
    NAMESPACES,
    ORG,
    PREFIXES,
    RDF,
    RDFS,
    RG,
    RGS,
    SCHEMA,
    SKOS,
    XSD,
)

BASE = "https://example.org/"
ID = BASE + "id/"
ACT = "http://www.legislation.gov.uk/id/ukpga/2004/31"


@pytest.fixture
def quads(small: Path) -> list[Quad]:
    return list(map_timeline(read_timeline(small), BASE))


@pytest.fixture
def store(quads: list[Quad]) -> Store:
    found = Store()
    found.extend(quads)
    return found


def values(store: Store, subject: str, predicate: NamedNode) -> list[str]:
    """The values of a property, IRIs without the base, sorted."""
    node = NamedNode(subject if "://" in subject else BASE + subject)
    found = (quad.object for quad in store.quads_for_pattern(node, predicate, None))
    return sorted(each.value.removeprefix(BASE) for each in found)  # type: ignore[union-attr]


def rows(store: Store, query: str) -> list[list[str]]:
    prefixes = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in PREFIXES.items())
    solutions = store.query(prefixes + query, use_default_graph_as_union=True)
    return [[str(term.value) if term else "" for term in row] for row in solutions]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("provision", "path"),
    [
        ("s 10", "section/10"),
        ("s 12A", "section/12A"),
        ("s 116ZA", "section/116ZA"),
        ("art 3", "article/3"),
        ("reg 4", "regulation/4"),
        ("rule 2", "rule/2"),
        ("Part 3", "part/3"),
        ("Part IV", "part/IV"),
        ("Sch 2", "schedule/2"),
        ("Sch 2 para 1A", "schedule/2/paragraph/1A"),
        ("Sch 2 Part I", "schedule/2/part/I"),
        ("Sch 2 Part I para 10", "schedule/2/paragraph/10"),
        ("ss 10-12", ""),
        ("ss 12A-12D", ""),
        ("s 10(2)", ""),
        ("s ten", ""),
        ("", ""),
    ],
)
def test_provision_addresses(provision: str, path: str) -> None:
    assert provision_path(provision) == path


@pytest.mark.parametrize(
    "base", ["", "example.org/", "https://example.org", "https://e x/", "/id/"]
)
def test_bases_that_are_none(base: str) -> None:
    with pytest.raises(UsageError, match="base"):
        graph_iri(base, "small")


def test_one_graph_no_blank_nodes_no_unknown_terms(quads: list[Quad]) -> None:
    assert {quad.graph_name for quad in quads} == {graph_iri(BASE, "small")}
    terms = {namespace.iri: namespace for namespace in NAMESPACES}
    for quad in quads:
        assert not isinstance(quad.subject, BlankNode)
        assert not isinstance(quad.object, BlankNode)
        assert not isinstance(quad.graph_name, DefaultGraph)
        cut = max(quad.predicate.value.rfind("#"), quad.predicate.value.rfind("/")) + 1
        assert quad.predicate.value[cut:] in terms[quad.predicate.value[:cut]]


def test_iris(store: Store) -> None:
    assert values(store, ACT, RG.slug) == ["act-2004"]
    assert values(store, f"{ACT}/section/10", RG.slug) == ["act-s10"]
    assert values(store, "id/act-s12", ELI.is_part_of) == [ACT]
    assert values(store, "id/zoe-oname", FOAF.name) == ["Zoë O'Name"]
    assert values(store, "id/small", RDF.type) == [RG.Timeline.value]
    assert values(store, "id/small-concepts", RDF.type) == [SKOS.ConceptScheme.value]


def test_labels(store: Store) -> None:
    for subject, label in {
        "id/plan-2007": "A Plan",
        "id/act-s12": "An Act 2004, ss 12A-12D: Boards",
        "id/art-one": "Working together and Co-operation as means in place in A Plan",
        "id/tenure-one": "Zoë O'Name, Minister (2003-06–2005-05)",
        "id/tenure-two": "Zoë O'Name, Minister (2006–)",
        "id/rename-2007": "Renaming of Old Department as New Department (2007-06-28)",
        "id/transfer-2007": "Transfer of functions from A Unit to New Department (2007)",
        "id/tension-one": "No definition",
        "id/small": "A small timeline",
    }.items():
        assert values(store, subject, RDFS.label) == [label]
    assert values(store, "id/dept-old", SKOS.altLabel) == ["OD", "Old Dept"]


def test_every_entity_has_one_type_one_slug_one_label(store: Store) -> None:
    found = rows(
        store,
        """SELECT ?x (COUNT(DISTINCT ?t) AS ?types) (COUNT(DISTINCT ?s) AS ?slugs)
                  (COUNT(DISTINCT ?l) AS ?labels)
           { ?x rg:slug ?s . OPTIONAL { ?x a ?t } OPTIONAL { ?x rdfs:label ?l } } GROUP BY ?x""",
    )
    assert len(found) == 25
    assert all(row[1:] == ["1", "1", "1"] for row in found)


def test_dates(store: Store) -> None:
    plan = NamedNode(ID + "plan-2007")
    (quad,) = store.quads_for_pattern(plan, RG.date, None)
    assert quad.object == Literal("2007-12-11", datatype=EDTF.EDTF)
    (quad,) = store.quads_for_pattern(plan, RG.dateEarliest, None)
    assert quad.object == Literal("2007-12-11", datatype=XSD.date)
    assert values(store, "id/pilots", RG.start) == ["2003~"]
    assert values(store, "id/pilots", RG.startEarliest) == ["2002-01-01"]
    assert values(store, "id/pilots", RG.startLatest) == ["2004-12-31"]
    assert values(store, "id/dept-new", RG.isOngoing) == ["true"]
    assert values(store, "id/dept-new", RG.end) == []
    assert values(store, "id/unit", RG.end) == []
    assert values(store, "id/unit", RG.isOngoing) == []
    assert values(store, ACT, RG.date) == ["2004-11-15"]
    assert values(store, ACT, RG.start) == ["2005-03-01"]
    assert values(store, ACT, RG.year) == ["2004"]


def test_changes(store: Store) -> None:
    assert values(store, "id/rename-2007", RDF.type) == [RG.Renaming.value]
    assert values(store, "id/rename-2007", ORG.originalOrganization) == ["id/dept-old"]
    assert values(store, "id/rename-2007", ORG.resultingOrganization) == ["id/dept-new"]
    assert values(store, "id/transfer-2007", RG.transferredFrom) == ["id/unit"]
    assert values(store, "id/transfer-2007", RG.transferredTo) == ["id/dept-new"]
    assert values(store, "id/transfer-2007", ORG.originalOrganization) == []
    assert values(store, "id/transfer-2007", RG.legalBasis) == [ACT]
    assert values(store, "id/transfer-2007", RG.functionsMoved) == ["planning"]
    assert values(store, "id/transfer-2007", RG.moves) == ["id/comp-duty"]
    assert values(store, "claim/transfer-2007.moved.comp-duty", RG.claimObject) == ["id/comp-duty"]
    assert values(store, "id/transfer-2007", RG.closedAs) == []
    assert values(store, "id/rename-2007", RG.closedAs) == [RGS["closed-changed-name"].value]


@pytest.mark.parametrize(
    ("kind", "before", "after", "said", "closed"),
    [
        ("creation", "a", "b", "", ""),
        ("merger", "a;b", "b", "", "merged"),
        ("merger", "a", "a", "", ""),
        ("split", "a", "b;c", "", "split"),
        ("rename", "a", "b", "", "changed name"),
        ("abolition", "a", "", "", "no longer exists"),
        ("abolition", "a", "b", "", "replaced"),
        ("transfer of functions", "a", "b", "", ""),
        ("transfer of functions", "a", "b", "devolved", "devolved"),
        ("transfer of functions", "a", "a", "left government", "left government"),
    ],
)
def test_how_a_change_closed_those_before_it(
    kind: str, before: str, after: str, said: str, closed: str
) -> None:
    row = InstitutionChange.model_validate(
        {
            "id": "x",
            "kind": kind,
            "before": before,
            "after": after,
            "closed_as": said,
            "source": "s",
            "locator": "",
            "status": "verified",
        }
    )
    assert closed_as(row) == closed


def test_evidence_pairs_sources_with_locators(store: Store) -> None:
    paired = "evidence/paper-2003."
    assert values(store, "id/paper-2003", RG.hasEvidence) == [paired + "1", paired + "2"]
    assert values(store, paired + "1", RG.source) == ["id/src-paper"]
    assert values(store, paired + "2", RG.source) == ["id/src-page"]
    assert values(store, paired + "2", RG.locator) == ["p 2"]
    assert values(store, "evidence/plan-2007.1", RG.source) == ["id/src-page", "id/src-paper"]
    assert values(store, "evidence/plan-2007.1", RG.locator) == ["p 3"]
    assert values(store, "evidence/plan-2007.1", RG.status) == [RGS["status-verified"].value]
    assert values(store, "evidence/art-one.1", RG.quotation) == ["now in place"]


def test_claims_of_columns(store: Store) -> None:
    claim = "claim/plan-2007.publisher.dept-new"
    assert values(store, "id/plan-2007", DCTERMS.publisher) == ["id/dept-new"]
    assert values(store, claim, RG.claimSubject) == ["id/plan-2007"]
    assert values(store, claim, RG.claimPredicate) == [DCTERMS.publisher.value]
    assert values(store, claim, RG.claimObject) == ["id/dept-new"]
    assert values(store, claim, RDFS.comment) == ["The New Department published “A Plan”."]
    assert values(store, claim, RG.basis) == [RGS["basis-reported"].value]
    assert values(store, claim, RG.hasEvidence) == ["evidence/plan-2007.1"]
    assert values(store, "claim/tenure-one.person.zoe-oname", RG.claimObject) == ["id/zoe-oname"]
    assert values(store, "id/zoe-oname", SCHEMA.sameAs) == ["http://www.wikidata.org/entity/Q42"]
    assert values(store, "claim/tenure-two.wikidata.Q42", RDFS.comment) == [
        "Zoë O'Name: the same as item Q42 of Wikidata."
    ]


def test_claims_of_relations(store: Store) -> None:
    assert values(store, "id/plan-2007", RG.buildsOn) == ["id/paper-2003"]
    assert values(store, "claim/rel-one", RDFS.comment) == ["The Plan says so."]
    assert values(store, "claim/rel-one", RG.basis) == [RGS["basis-stated"].value]
    assert values(store, "claim/rel-one", SKOS.editorialNote) == ["a remark"]
    assert values(store, "claim/rel-one", RG.hasEvidence) == ["evidence/rel-one.1"]


def test_rivals_stand_beside_what_is_asserted(store: Store) -> None:
    assert values(store, "id/plan-2007", RG.date) == ["2007-12-11"]
    asserted, rival = "claim/plan-2007.published", "claim/rival-plan-date"
    assert values(store, asserted, RG.claimValue) == ["2007-12-11"]
    assert values(store, rival, RG.claimValue) == ["2007-09"]
    assert values(store, asserted, RG.rivals) == [rival]
    assert values(store, rival, RG.rivals) == [asserted]
    assert values(store, rival, RG.claimPredicate) == [RG.date.value]
    assert values(store, rival, RDFS.comment) == ["The paper says September."]
    assert values(store, rival, RG.hasEvidence) == ["evidence/rival-plan-date.1"]
    assert values(store, "claim/plan-2007.summary", RG.claimValue) == ["Ten years."]
    assert values(store, "claim/plan-2007.summary", RDFS.comment) == ["A Plan: Ten years."]
    assert values(store, "claim/rival-plan-summary", RG.claimValue) == ["Five years."]
    assert values(store, "claim/dept-new.end", RG.claimPredicate) == [RG.isOngoing.value]
    assert values(store, "claim/dept-new.end", RG.claimValue) == ["true"]
    assert values(store, "claim/rival-dept-end", RG.claimPredicate) == [RG.end.value]
    assert values(store, "claim/rename-2007.kind", RG.claimObject) == [RGS["change-rename"].value]
    assert values(store, "claim/rival-kind", RG.claimObject) == [RGS["change-merger"].value]
    assert values(store, "id/rename-2007", RG.kind) == [RGS["change-rename"].value]


def test_every_reference_of_every_row_is_an_edge_with_a_claim_with_evidence(
    small: Path, store: Store
) -> None:
    timeline = read_timeline(small)
    columns = {
        model.table: [
            name
            for name, info in model.model_fields.items()
            if any(hasattr(each, "tables") for each in info.metadata) and name != "source"
        ]
        for model in TABLES
        if model.table not in ("relations", "rivals")
    }
    wanted = set()
    for row in timeline.rows():
        for column in columns.get(row.table, ()):
            value = getattr(row, column)
            for slug in (value,) if isinstance(value, str) else value:
                wanted.add(f"{row.id}.{column}.{slug}")
    claims = {
        row[0].removeprefix(BASE + "claim/") for row in rows(store, "SELECT ?c {?c a rg:Claim}")
    }
    assert wanted
    assert wanted <= claims
    assert not rows(store, "SELECT ?c {?c a rg:Claim FILTER NOT EXISTS {?c rg:hasEvidence ?e}}")
    dangling = """SELECT ?s ?p ?o { ?c rg:claimSubject ?s ; rg:claimPredicate ?p ; rg:claimObject ?o
        FILTER NOT EXISTS { ?s ?p ?o } FILTER NOT EXISTS { ?c rg:rivals ?other } }"""
    assert not rows(store, dangling)


def test_every_sourced_row_has_evidence(small: Path, store: Store) -> None:
    for row in read_timeline(small).rows():
        if isinstance(row, Sourced):
            assert values(store, f"evidence/{row.id}.1", RG.status)


def test_texts_carry_the_language_of_the_timeline(small: Path) -> None:
    path = small / "timeline.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"en"', '"cy"'), encoding="utf-8")
    labels = [
        quad.object.language
        for quad in map_timeline(read_timeline(small), BASE)
        if quad.predicate == RDFS.label and isinstance(quad.object, Literal)
    ]
    assert set(labels) == {"cy"}


def test_law_outside_legislation_gov_uk(small: Path) -> None:
    path = small / "legislation.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(ACT, ""), encoding="utf-8")
    slugs = {
        quad.subject.value
        for quad in map_timeline(read_timeline(small), BASE)
        if quad.predicate == RG.slug and isinstance(quad.subject, NamedNode)
    }
    assert {ID + "act-2004", ID + "act-s10"} <= slugs


def test_the_same_whatever_the_seed_the_time_zone_and_the_locale(small: Path) -> None:
    program = (
        "import sys, hashlib; from pathlib import Path\n"
        "from reformgraph.ingest.readers.timeline import read_timeline\n"
        "from reformgraph.ingest.mapping import map_timeline\n"
        "quads = map_timeline(read_timeline(Path(sys.argv[1])), sys.argv[2])\n"
        "print(hashlib.sha256('\\n'.join(map(str, quads)).encode()).hexdigest())"
    )
    digests = set()
    for seed, zone, locale in (("0", "UTC", "C"), ("1", "Asia/Tokyo", "C.UTF-8")):
        done = subprocess.run(
            [sys.executable, "-c", program, str(small), BASE],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale},
            capture_output=True,
            text=True,
            check=True,
        )
        digests.add(done.stdout)
    assert len(digests) == 1


def test_row_order_makes_no_difference_to_the_graph(small: Path, quads: list[Quad]) -> None:
    for path in small.glob("*.csv"):
        header, *body = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join([header, *reversed(body)]), encoding="utf-8")
    assert set(map_timeline(read_timeline(small), BASE)) == set(quads)


def test_provenance(small: Path) -> None:
    timeline = read_timeline(small)
    quads = list(
        describe_inputs([timeline], BASE, ontology={"reform.ttl": "ab" * 32}, version="9.9")
    )
    assert quads == list(
        describe_inputs([timeline], BASE, ontology={"reform.ttl": "ab" * 32}, version="9.9")
    )
    assert {quad.graph_name for quad in quads} == {graph_iri(BASE, "provenance")}
    store = Store()
    store.extend(quads)
    found = rows(
        store,
        f"""SELECT ?title ?digest {{ <{BASE}graph/small> prov:wasDerivedFrom ?f .
            ?f dcterms:title ?title ; schema:sha256 ?digest }} ORDER BY ?title""",
    )
    assert dict(found) == dict(timeline.files)
    assert rows(store, f"SELECT ?g {{ <{BASE}graph/inferences> prov:wasDerivedFrom ?g }} ORDER BY ?g"
                ) == [[BASE + "graph/ontology"], [BASE + "graph/small"]]  # fmt: skip
    assert rows(store, "SELECT ?v { ?a a prov:SoftwareAgent ; owl:versionInfo ?v }") == [["9.9"]]
