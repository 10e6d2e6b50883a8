"""What people type: read, refused with a reason, and never able to change the query."""

from __future__ import annotations

import csv
import io
import json

import pyoxigraph
import pytest
from pyoxigraph import Literal, NamedNode

from reformgraph.errors import InputError, NotFound, UsageError
from reformgraph.queries import catalogue, run
from reformgraph.queries.catalogue import read
from reformgraph.queries.table import Table
from reformgraph.store import EmbeddedStore

TEXT = """\
#+ title: A text
#+ question: What is it?
#+ group: test
#+ parameters:
#+   - {name: text, type: text, default: nothing, help: Any text.}
#+   - {name: other, type: text, optional: true, help: Another one.}
#+ columns:
#+   - {name: said, meaning: What was said}
#+ since: 0.1.0

SELECT (?text AS ?said) WHERE { VALUES ?text { "nothing" } VALUES ?other { UNDEF } }
ORDER BY ?text
"""

ATTACKS = (
    "plan> } } DELETE WHERE { ?s ?p ?o } #",
    '" } INSERT DATA { <urn:a> <urn:b> <urn:c> } #',
    "'''\\u0022 } SELECT * { ?s ?p ?o } #",
    "\\u0022 \\\\u0022 \\u007D \\",
    "VALUES ?item { <urn:x> }",
    "{ } UNDEF } UNION { ?a ?b ?c }",
    "line\nbreak\r\n\ttab\x00nul",
    "<http://evil.example/> <http://evil.example/2>",
    "http://evil.example/> . ?s ?p <x",
    "SERVICE <http://evil.example/> {}",
    "\u061c\u202e\U0001d57b\U0001d591 " * 50,
    "=cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_comes_back_as_it_was_given(tiny_store: EmbeddedStore, attack: str) -> None:
    question = read("text", "test", TEXT)
    table = run.ask(tiny_store, question, {"text": attack, "other": attack})
    assert table.rows == ((Literal(attack.strip()),),)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    ("name", "parameter"), [("antecedents", "item"), ("institutions-on", "date")]
)
def test_no_value_gets_out_of_its_block(
    tiny_store: EmbeddedStore, name: str, parameter: str, attack: str
) -> None:
    with pytest.raises((NotFound, UsageError)) as caught:
        run.ask(tiny_store, catalogue.get(name), {parameter: attack})
    assert caught.value.where["field"] == parameter


def test_an_unpaired_surrogate_is_refused(tiny_store: EmbeddedStore) -> None:
    with pytest.raises(UsageError, match="not Unicode"):
        run.ask(tiny_store, catalogue.get("claims"), {"item": "plan\udcff"})


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("2007-12", "2007-12-31"),
        ("2008-02", "2008-02-29"),
        ("2007", "2007-12-31"),
        ("2005~", "2005-12-31"),
        ("2007-13", None),
        ("2007-02-30", None),
        ("0000-01-01", None),
        ("11/12/2007", None),
        ("2007-12-11T00:00:00", None),
        ("20071211", None),
        ("2007-W50-2", None),
        ("２００７-12-11", None),
        ("..", None),
        ("yesterday", None),
    ],
)
def test_a_date_is_one_day(tiny_store: EmbeddedStore, value: str, hint: str | None) -> None:
    with pytest.raises(UsageError, match="YYYY-MM-DD") as caught:
        run.ask(tiny_store, catalogue.get("institutions-on"), {"date": value})
    assert caught.value.hints == ((hint,) if hint else ())


def test_what_is_unknown_or_missing_is_named(tiny_store: EmbeddedStore) -> None:
    with pytest.raises(UsageError, match="did you mean 'item'") as caught:
        run.ask(tiny_store, catalogue.get("antecedents"), {"itm": "plan"})
    assert caught.value.hints == ("item",)
    with pytest.raises(UsageError, match="item is missing"):
        run.ask(tiny_store, catalogue.get("antecedents"), {"item": "  "})
    with pytest.raises(NotFound, match="item") as unknown:
        run.ask(tiny_store, catalogue.get("antecedents"), {"item": "reprot"})
    assert "report" in unknown.value.hints
    with pytest.raises(NotFound, match="did you mean 'antecedents'"):
        catalogue.get("antecedent")


def test_an_entity_is_a_slug_or_an_iri(tiny_store: EmbeddedStore) -> None:
    question = catalogue.get("antecedents")
    by_slug = run.ask(tiny_store, question, {"item": "act"})
    by_iri = run.ask(
        tiny_store, question, {"item": "http://www.legislation.gov.uk/id/ukpga/2004/31"}
    )
    assert by_slug.rows == by_iri.rows
    assert len(by_slug) == 3
    assert by_slug.generation == tiny_store.generation.id


def test_the_text_that_ran_runs_again(tiny_store: EmbeddedStore) -> None:
    question = catalogue.get("antecedents")
    table = run.ask(tiny_store, question, {"item": "plan"})
    assert table.sparql == run.sparql(tiny_store, question, {"item": "plan"})
    assert "#+ title: Antecedents" in table.sparql
    assert len(list(tiny_store.select(table.sparql))) == len(table)


def test_any_is_written_as_undef(tiny_store: EmbeddedStore) -> None:
    assert "VALUES ?document { UNDEF }" in run.sparql(
        tiny_store, catalogue.get("problems"), {"document": ""}
    )


def test_a_query_that_breaks_its_promise_is_refused(tiny_store: EmbeddedStore) -> None:
    for wrong, fault in (
        (TEXT.replace("AS ?said", "AS ?told"), "its columns are told"),
        (TEXT.replace("SELECT (?text AS ?said)", "ASK"), "is not a S"),
        (TEXT.replace("ORDER BY ?text", "}"), "is not a SPARQL query"),
    ):
        with pytest.raises(InputError, match=fault):
            run.ask(tiny_store, read("text", "test", wrong), {})


TABLE = Table(
    ("item", "text", "count"),
    (
        (NamedNode("urn:a"), Literal('say "hi", =1', language="en"), Literal(3)),
        (NamedNode("urn:b"), Literal("=cmd|' /C calc'!A0"), None),
        (NamedNode("urn:c"), Literal("a\tb\nc"), Literal("x", datatype=NamedNode("urn:t"))),
    ),
    "1-abc",
    "SELECT …",
)


def test_csv_is_exact_for_programs_and_safe_for_people() -> None:
    exact = TABLE.csv()
    assert exact.startswith('item,text,count\r\nurn:a,"say ""hi"", =1",3\r\nurn:b,=cmd|')
    assert exact.endswith("\r\n")
    rows = list(csv.reader(io.StringIO(exact, newline="")))
    assert rows[3] == ["urn:c", "a\tb\nc", "x"]
    guarded = list(csv.reader(io.StringIO(TABLE.csv(guard=True), newline="")))
    assert guarded[2] == ["urn:b", "'=cmd|' /C calc'!A0", ""]
    assert guarded[1] == rows[1]


def test_json_and_tsv_keep_every_term() -> None:
    document = json.loads(TABLE.json())
    assert document["head"] == {"vars": ["item", "text", "count"]}
    assert document["results"]["bindings"][1] == {
        "item": {"type": "uri", "value": "urn:b"},
        "text": {"type": "literal", "value": "=cmd|' /C calc'!A0"},
    }
    for text, form in (
        (TABLE.json(), pyoxigraph.QueryResultsFormat.JSON),
        (TABLE.tsv(), pyoxigraph.QueryResultsFormat.TSV),
    ):
        solutions = pyoxigraph.parse_query_results(text, format=form)
        assert isinstance(solutions, pyoxigraph.QuerySolutions)
        found = [tuple(each[name] for name in TABLE.columns) for each in solutions]
        assert found == list(TABLE.rows)


def test_plain_rows_are_for_people() -> None:
    assert next(iter(TABLE.plain_rows())) == ("urn:a", 'say "hi", =1', 3)
    assert list(TABLE.dicts())[1]["count"] is None
    assert TABLE.column("item") == [NamedNode(f"urn:{each}") for each in "abc"]
