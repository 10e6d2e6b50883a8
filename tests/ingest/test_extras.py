"""RDF that a timeline takes in: the worked example, every format, and what is refused by name."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest

from reformgraph.ingest.build import build
from reformgraph.ingest.faults import InvalidInput
from reformgraph.ingest.foreign import extras
from reformgraph.ingest.readers.timeline import read_timeline
from reformgraph.ontology.terms import ORG, RDFS, RG, XSD
from reformgraph.store import EmbeddedStore, open_store

BASE = "https://w3id.org/reformgraph/"
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "foreign-rdf"
TURTLE = """
@prefix ex: <http://x.example/> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
ex:board a ex:Body ; rdfs:label "A Board" ; ex:began "2001-06" ; ex:under ex:ministry .
ex:ministry a ex:Body ; rdfs:label "A Ministry" . ex:stray rdfs:label "No class of ours" .
"""
SSSOM = """#curie_map:
#  ex: http://x.example/
#  rg: https://w3id.org/reformgraph/ontology#
#  org: http://www.w3.org/ns/org#
#  rdfs: http://www.w3.org/2000/01/rdf-schema#
subject_id\tpredicate_id\tobject_id\tmapping_justification
ex:Body\tskos:exactMatch\trg:Institution\tsemapv:ManualMappingCuration
rdfs:label\tskos:exactMatch\trdfs:label\tsemapv:ManualMappingCuration
ex:began\tskos:exactMatch\trg:start\tsemapv:ManualMappingCuration
ex:under\tskos:broadMatch\torg:subOrganizationOf\tsemapv:ManualMappingCuration
"""
CONSTRUCT = """PREFIX ex: <http://x.example/>
CONSTRUCT { ?s a rg:Institution ; rdfs:label ?l . ?s org:subOrganizationOf <id/dept-old> }
WHERE { ?s a ex:Body ; rdfs:label ?l }
"""
Take = Callable[..., Path]


@pytest.fixture
def take(small: Path) -> Take:
    """Give the small timeline a file of RDF; ``maps`` are files with their texts."""

    def run(name: str, content: str | bytes, keys: str = "", **maps: str) -> Path:
        data = content.encode() if isinstance(content, str) else content
        (small / name).write_bytes(data)
        named = ""
        for suffix, text in maps.items():
            file = f"map.{suffix.replace('_', '.')}"
            (small / file).write_text(text, encoding="utf-8")
            named += f'"{file}", '
        toml = small / "timeline.toml"
        entry = f'\n[[rdf]]\nfile = "{name}"\nsource = "src-page"\n{keys}\n'
        entry += f"map = [{named}]\n" if named else ""
        toml.write_text(toml.read_text(encoding="utf-8") + entry, encoding="utf-8")
        return small

    return run


def built(folder: Path) -> EmbeddedStore:
    build([folder], folder.parent / "store", base=BASE)
    return open_store(folder.parent / "store")


def faults(folder: Path) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        build([folder], folder.parent / "store", base=BASE)
    assert not (folder.parent / "store" / "current").exists()
    return [str(fault) for fault in caught.value.faults]


def asked(store: EmbeddedStore, query: str) -> list[str]:
    rows = store.select(
        "PREFIX rg: <https://w3id.org/reformgraph/ontology#> PREFIX org: <http://www.w3.org/ns/org#> "
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX s: <https://schema.org/> "
        "PREFIX prov: <http://www.w3.org/ns/prov#> " + query
    )
    return sorted(" ".join(str(getattr(term, "value", "")) for term in row) for row in rows)


def test_the_worked_example(tmp_path: Path) -> None:
    result = build([EXAMPLE], tmp_path / "store", base=BASE)
    assert result.warnings == ()
    store = open_store(tmp_path / "store")
    # Of the W3C's Organization Ontology, by SSSOM: departments with dates, and how they changed.
    assert asked(store, "SELECT ?l ?start ?end { ?d a rg:Institution ; rdfs:label ?l ; rg:start ?start OPTIONAL { ?d rg:end ?end } }") == [
        "Department for Children, Schools and Families 2007-06-28 2010-05-12",
        "Department for Education 2010-05-12 ",
        "Department for Education and Skills 2001-06-08 2007-06-28",
    ]  # fmt: skip
    assert asked(store, "SELECT ?a ?b { ?c a rg:Renaming ; org:originalOrganization/rg:slug ?a ; org:resultingOrganization/rg:slug ?b }") == [
        "department-for-children-schools-and-families department-for-education"
    ]  # fmt: skip
    # Of a file shaped like Parliament's, by CONSTRUCT, into the departments of the other file.
    assert asked(store, "SELECT ?p ?d ?from { ?t a rg:Tenure ; org:member/rdfs:label ?p ; rg:startEarliest ?from ; rg:tenureOf/org:postIn/rg:slug ?d }") == [
        "Ed Balls department-for-children-schools-and-families 2007-06-28",
        "Michael Gove department-for-education 2010-05-12",
    ]  # fmt: skip
    # Each edge has its claim, with evidence that names the file's source and the address in it.
    assert asked(store, "SELECT ?where ?source { ?c rg:claimPredicate org:postIn ; rg:claimObject/rg:slug 'department-for-education' ; rg:hasEvidence ?e . ?e rg:locator ?where ; rg:source/rg:slug ?source }") == [
        "<https://example.org/parliament/position/education> incumbencies-file"
    ]  # fmt: skip
    assert asked(store, "SELECT ?same { ?d rg:slug 'department-for-education' ; s:sameAs ?same }")
    # What was kept stands in a graph of its own, blank nodes named, not reasoned over.
    kept = f"{BASE}graph/departments-for-children-departments-source"
    assert store.generation.graphs[kept] == 33
    assert asked(store, f"SELECT ?f {{ <{kept}> prov:wasDerivedFrom/rdfs:label ?f }}") == [
        "departments-for-children/rdf/departments.ttl"
    ]
    store.close()
    assert build([EXAMPLE], tmp_path / "store", base=BASE).unchanged
    again = build([EXAMPLE], tmp_path / "other", base=BASE)
    assert again.generation.digest == result.generation.digest


@pytest.mark.parametrize("form", ["ttl", "nt", "nq", "trig", "rdf", "jsonld"])
@pytest.mark.parametrize("packed", [False, True])
def test_every_format_and_compressed(take: Take, form: str, packed: bool) -> None:
    graph = pyoxigraph.parse(TURTLE, format=pyoxigraph.RdfFormat.TURTLE)
    chosen = pyoxigraph.RdfFormat.from_extension(form)
    data = pyoxigraph.serialize(graph, format=chosen)
    assert chosen is not None and data is not None
    name = f"bodies.{form}" + (".gz" if packed else "")
    folder = take(name, gzip.compress(data) if packed else data, sssom_tsv=SSSOM)
    (extra,) = extras.read([read_timeline(folder)], BASE)
    said = {str(quad).removesuffix(f" <{BASE}graph/small-bodies>") for quad in extra.mapped}
    board, ministry = f"<{BASE}id/a-board>", f"<{BASE}id/a-ministry>"
    assert f'{board} <{RDFS.iri}label> "A Board"@en' in said
    assert f'{board} <{RG.iri}startEarliest> "2001-06-01"^^<{XSD.iri}date>' in said
    assert f"{board} <{ORG.iri}subOrganizationOf> {ministry}" in said
    assert not any("No class of ours" in each for each in said)


def test_a_construct_may_speak_of_rows(take: Take) -> None:
    store = built(take("bodies.ttl", TURTLE, rq=CONSTRUCT))
    assert asked(store, "SELECT ?b ?words { ?c rg:claimObject/rg:slug 'dept-old' ; rg:claimSubject/rg:slug ?b ; rdfs:comment ?words FILTER(?b = 'a-board') }") == [
        "a-board bodies.ttl: “A Board” – sub organization of – “Old Department”."
    ]  # fmt: skip
    store.close()


def test_without_a_mapping_it_stands_as_it_is_and_no_rule_is_held_against_it(take: Take) -> None:
    people = "<http://x.example/a> a <http://xmlns.com/foaf/0.1/Person> ; <http://x.example/b> [] ."
    store = built(take("people.ttl", people))
    assert store.generation.graphs[f"{BASE}graph/small-people"] == 2
    assert asked(store, "SELECT ?o { <http://x.example/a> <http://x.example/b> ?o }")[0].startswith(
        f"{BASE}.well-known/genid/"
    )
    assert "http://x.example/a" not in asked(store, "SELECT ?s { ?s rg:slug ?slug }")
    store.close()


def test_a_name_that_is_taken_is_not_merged(take: Take) -> None:
    text = TURTLE.replace('"A Board"', '"Unit"').replace('"A Ministry"', '"Unit"')
    store = built(take("bodies.ttl", text, sssom_tsv=SSSOM))
    slugs = asked(store, "SELECT ?slug { ?b rdfs:label 'Unit'@en ; rg:slug ?slug }")
    assert len(slugs) == 2 and all(slug.startswith("unit-") for slug in slugs)
    store.close()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonld", '{"@context": "https://x.example/context.jsonld", "@id": "x:y"}', "nothing is fetched"),
        ("a.jsonld", '{"@context": {"@import": "http://127.0.0.1:1/c"}, "@id": "x:y"}', "nothing is fetched"),
        ("a.rdf", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "DOCTYPE is refused"),
        ("a.ttl", "<html><body>Not found</body></html>", "this is HTML, not RDF"),
        ("a.ttl", b"<x:y> <x:z> '\xff' .", "a.ttl:1:14: it is not UTF-8"),
        ("a.nt", "<x:s> <x:p> <file:///etc/passwd> .", "is a path on a machine"),
        ("a.ttl.gz", gzip.compress(b"<x:s> <x:p> 1 ." * 99)[:-9], "no whole gzip file"),
        ("a.ttl", "<x:s> <x:p> 1 .\n<x:s> <x:p> ", "a.ttl:2"),
        ("a.trig", f"GRAPH <{BASE}graph/small> {{ <x:s> <x:p> 1 }}", "no file may write there"),
        ("a.trig", f"GRAPH <{BASE}graph/ontology> {{ <x:s> <x:p> 1 }}", "no file may write there"),
        ("a.ttl", "<x:s> <x:p> <<( <x:a> <x:b> 1 )>> .", "a triple term"),
    ],
)  # fmt: skip
def test_hostile_rdf_is_refused_by_name(
    take: Take, name: str, content: str | bytes, said: str
) -> None:
    (told,) = faults(take(name, content))
    assert told.startswith(name) and said in told


@pytest.mark.parametrize(
    ("maps", "said"),
    [
        ({"rq": "SELECT * { ?s ?p ?o }"}, "map.rq: 'SELECT': expected a CONSTRUCT query"),
        ({"rq": "CONSTRUCT WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }"}, "map.rq: SERVICE"),
        ({"rq": "CONSTRUCT { ?s a rg:Policy }\nWHERE { ?s ?p }"}, "map.rq:2:16"),
        ({"rq": "CONSTRUCT { [] a rg:Policy } WHERE { ?s ?p ?o }"}, "map.rq: it makes a blank node"),
        ({"rq": "CONSTRUCT { ?s a rg:Policy } WHERE { ?s a <http://x.example/Body> }"}, "board>: it has no rdfs:label"),
        ({"rq": "CONSTRUCT { ?s rdfs:label ?l } WHERE { ?s rdfs:label ?l }"}, "none of our classes"),
        ({"rq": "CONSTRUCT { ?s a <x:y> } WHERE { ?s a <x:z> }"}, "carries nothing of it over"),
        ({"rq": CONSTRUCT.replace("}\nWHERE", ". <id/plan-2007> rg:date '1999' }\nWHERE")}, "only edges to other things"),
        ({"rq": CONSTRUCT.replace("rdfs:label ?l .", "rdfs:label ?l ; rg:start 'May' .", 1)}, "'May': expected a date"),
        ({"rq": CONSTRUCT.replace("rg:Institution", "rg:Institution, rg:Instituion")}, "ontology has no such term"),
        ({"sssom_tsv": SSSOM.replace("rg:Institution", "rg:Instituion")}, "map.sssom.tsv:7:object_id: 'rg:Instituion': expected a term (no term rg:Instituion"),
        ({"sssom_tsv": SSSOM.replace("skos:broadMatch", "skos:closeMatch")}, "map.sssom.tsv:10:predicate_id: 'skos:closeMatch'"),
        ({"sssom_tsv": SSSOM.replace("predicate_id", "predicate")}, "map.sssom.tsv:6:predicate_id: expected a column"),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_named(take: Take, maps: dict[str, str], said: str) -> None:
    assert any(said in told for told in faults(take("bodies.ttl", TURTLE, **maps)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"a.ttl"', '"../a.ttl"', "timeline.toml:rdf.file: '../a.ttl': expected a file inside"),
        ('"a.ttl"', '"b.ttl"', "rdf.file: 'b.ttl': expected a file of this name (did you mean 'a.ttl'?)"),
        ('"a.ttl"', '"a.csv"', "rdf.file: 'a.csv': expected a file of RDF"),
        ('"src-page"', '"src-pgae"', "rdf.source: 'src-pgae': expected an id of sources (did you mean 'src-page'?)"),
        ("source =", "sauce =", "timeline.toml:11:rdf.sauce"),
        ("keep = true", "keep = 1", "timeline.toml:11:rdf.keep: '1': expected true or false"),
        ("keep = true", 'map = "a.sparql"', "rdf.map: 'a.sparql': expected a mapping"),
        ("keep = true", 'status = "seen"', "timeline.toml:11:rdf.status: 'seen'"),
        ("[[rdf]]", "[rdf]", "expected tables, each under a line [[rdf]]"),
    ],
)  # fmt: skip
def test_a_wrong_entry_of_the_manifest_is_named(take: Take, old: str, new: str, said: str) -> None:
    folder = take("a.ttl", TURTLE, "keep = true")
    toml = folder / "timeline.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert any(said in told for told in faults(folder)), faults(folder)


def test_a_changed_file_or_mapping_is_built_anew(take: Take) -> None:
    folder = take("bodies.ttl", TURTLE, sssom_tsv=SSSOM)
    built(folder).close()
    store = folder.parent / "store"
    assert build([folder], store, base=BASE).unchanged
    for file, old, new in (("bodies.ttl", "A Board", "B"), ("map.sssom.tsv", "broad", "exact")):
        path = folder / file
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        assert not build([folder], store, base=BASE).unchanged
