"""The token scan and the words of syntax errors (hazards 7, 8, 13, 15, 19 and 90)."""

import random

import pytest

from reformgraph.errors import FederationRefused, QueryTooComplex, UpdateRefused
from reformgraph.store.scan import check, scan
from reformgraph.store.syntax import explain

P = "PREFIX x: <http://x.example/#> "
EVIL = "<http://127.0.0.1:1/>{?s ?p ?o}"


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://x/> { ?s ?p ?o } }",
        "select * { service silent <http://x/> { ?s ?p ?o } }",
        "SELECT * { SeRvIcE#c\n" + EVIL + "}",
        "SELECT * { SERVICE ?x { ?s ?p ?o } }",
        "ASK { FILTER EXISTS { SERVICE" + EVIL + "} }",
        P + "SELECT * { SERVICEx:y{?s ?p ?o} }",
        P + "SELECT * { SERVICESILENTx:y {?s ?p ?o} }",
        P + "SELECT * { SERVICEx:y #c\n {?s ?p ?o} }",
        P + "SELECT * { ?s ?p trueSERVICEx:y{?s ?p ?o} }",
        "SELECT * { ?s ?p 1SERVICE" + EVIL + "}",
        "SELECT * { ?s ?p true SERVICE" + EVIL + "}",
        # "<" is less-than to the engine here, and "#" starts a comment
        "SELECT * { ?s ?p ?o FILTER(?s<?o)SERVICE#>\n" + EVIL + "}",
        'SELECT * { ?s ?p ?o FILTER(?s<?o#>"""\n)SERVICE ' + EVIL + '}#"""\n',
        "SELECT * { ?s ?p '''a'''SERVICE" + EVIL + "}",
        "SELECT * { ?s ?p '\\'' SERVICE" + EVIL + "}",
        'SELECT * { ?s ?p """a\\""""SERVICE' + EVIL + "}",
    ],
)
def test_hazard_13_service_is_seen(query: str) -> None:
    assert scan(query).service
    with pytest.raises(FederationRefused):
        check(scan(query))


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * { ?s ?p "SERVICE <http://x/> {}" }',
        "SELECT * { ?s ?p '''\nSERVICE <http://x/> {}''' }",
        "SELECT * { ?s ?p ?o } # SERVICE <http://x/> {}",
        "SELECT * { ?s <http://x/SERVICE#SERVICE> ?service }",
        "PREFIX service: <http://x/> SELECT * { ?s service:x service:service }",
        "SELECT ?SERVICE { ?s ?p ?o }",
        "SELECT * { ?s ?p 'a\\'SERVICE' }",
    ],
)
def test_service_in_strings_names_and_comments(query: str) -> None:
    assert not scan(query).service
    check(scan(query))


@pytest.mark.parametrize(
    ("query", "form"),
    [
        ("SELECT * {}", "SELECT"),
        ("\ufeffselect * {}", "SELECT"),
        ("BASE <http://x/> " + P + "ASK{}", "ASK"),
        ("# SELECT\nCONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "CONSTRUCT"),
        ("PREFIX select: <x:y> describe select:x", "DESCRIBE"),
        ("", ""),
        ("nonsense", ""),
    ],
)
def test_form(query: str, form: str) -> None:
    assert scan(query).form == form


@pytest.mark.parametrize(
    "query",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        P + "delete where { ?s ?p ?o }",
        "LOAD <http://127.0.0.1/>",
        "CLEAR ALL",
        "# c\nDROP ALL",
        "WITH <x:y> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_hazard_15_updates(query: str) -> None:
    with pytest.raises(UpdateRefused):
        check(scan(query))
    assert not scan(f"SELECT * {{ ?s ?p '''{query}''' }}").update


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("SELECT * FROM <x:y> {}", True),
        ("SELECT *from<x:y>{}", True),
        (P + "SELECT*FROMx:g{}", True),
        ("DESCRIBE <x:y> FROM NAMED <x:y>", True),
        ("SELECT * { ?from ?p 'FROM' } # FROM", False),
        ("PREFIX from: <x:y> DESCRIBE from:x", False),
    ],
)
def test_hazard_16_from_is_seen(query: str, expected: bool) -> None:
    assert scan(query).has_from is expected


@pytest.mark.parametrize("function", ["NOW()", "rand()", "UUID()", "STRUUID()", "BNODE()"])
def test_hazard_90_volatile(function: str) -> None:
    assert scan(f"SELECT ({function} AS ?x) {{}}").volatile
    assert not scan(f"SELECT * {{ ?s ?p '{function}' }} # {function}").volatile


@pytest.mark.parametrize(
    "query",
    [
        "ASK { FILTER(" + "(" * 101 + "1" + ")" * 101 + ") }",
        "SELECT * " + "{" * 101 + "}" * 101,
        "SELECT * { " + "[ <a:b> " * 101 + "1" + "]" * 101 + "}",
        "ASK { FILTER(1" + "+1" * 2_001 + ") }",
        "ASK { FILTER(" + "!" * 2_001 + "true) }",
        "SELECT * { {}" + " UNION {}" * 2_001 + "}",
        "SELECT * { ?s " + "^" * 2_001 + "<a:b> ?o }",
        "SELECT * { ?a " + "; ".join(f"<a:p{n}> ?v{n}" for n in range(152)) + " }",
        "SELECT * { ?a <a:b> " + "<<(" * 101,
        "ASK { FILTER(?a<" + "(" * 101 + "?b" + ")" * 101 + "&&?c>?d) }",
    ],
    ids=range(10),
)
def test_hazard_7_too_complex(query: str) -> None:
    with pytest.raises(QueryTooComplex):
        check(scan(query))


def test_ordinary_queries_are_not_too_complex() -> None:
    check(scan("SELECT * { VALUES ?x { " + "-1 " * 5_000 + "} }"))
    check(scan("SELECT * { ?s ?p ?o FILTER(?o IN (" + "1, " * 5_000 + "1)) }"))
    check(scan("SELECT * { " + "".join(f"?s <a:p{n}> ?v{n} . " for n in range(149)) + "}"))
    template = "".join(f"?s <a:p{n}> ?o . " for n in range(300))
    check(scan("CONSTRUCT { " + template + " } WHERE { ?s ?p ?o }"))


def test_it_never_raises_and_is_linear() -> None:
    alphabet = "{}()[]<>\"'\\#?$:;.,@|&^!=+-*/ \n\tSERVICE FROM é😀\x00\ud800_1a"
    random.seed(7)
    for _ in range(300):
        scan("".join(random.choices(alphabet, k=200)))
    for text in ('"' * 200_000, "'''" + "\\" * 200_000, "<" * 200_000, "a:" * 50_000):
        scan(text)


def test_prefixes() -> None:
    found = scan("PREFIX a: <x:y> PREFIX : <x:z> SELECT * { ?s a:b :c ; rg:d _:e FILTER(b:f()) }")
    assert found.declared == {"a", ""}
    assert found.undeclared == ("rg", "b")


def test_hazard_19_errors_help() -> None:
    query = "SELECT * {\n  ?s rgg:label ?o\n}"
    error = explain(query, "error at 2:15: expected OPTIONAL")
    assert error.where == {"line": 2, "column": 15, "text": "  ?s rgg:label ?o"}
    assert "did you mean `rg:`?" in error.detail
    (hint,) = explain("ASK { ?s rg:label ?o }", "error at 1:18: expected").hints
    assert "PREFIX rg: <https://w3id.org/reformgraph/ontology#>" in hint
    assert "unexpected `}`" in explain("ASK { ?s }", "error at 1:10: expected one of x").detail
    assert "too early" in explain("ASK {", "error at 1:6: expected [_]").detail
    assert explain("", "something else").where["line"] == 1
