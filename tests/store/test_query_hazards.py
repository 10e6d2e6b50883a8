"""Queries that would eat a server, on a graph that is large enough for them (hazards 3–21)."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pool_support import processes, within

from reformgraph.errors import QuerySyntaxError, QueryTooComplex, ReformGraphError, StoreError
from reformgraph.store import QueryPool, open_store

LIMIT = 1.0
SLACK = 10.0  # seconds; on a machine that runs other things too
SPENT = {"query-timeout", "query-memory", "result-too-large"}
"""What a query gets that is over one of its limits; which of them comes first is the machine's."""


@pytest.fixture(scope="module")
def pool(story_root: Path) -> Iterator[QueryPool]:
    with QueryPool(story_root, timeout=LIMIT, memory=600_000_000, result_limit=20_000_000) as pool:
        assert within(SLACK, lambda: len(processes(pool)) > 0)  # the wait for it is not timed
        yield pool


def outcome(pool: QueryPool, query: str) -> str:
    """Return the problem that a query ends with, ``ok`` if none; a tiny one is answered after."""
    began = time.monotonic()
    try:
        with pool.run(query):
            found = "ok"
    except ReformGraphError as error:
        found = error.problem
    assert time.monotonic() - began < LIMIT + SLACK
    with pool.run("ASK {}") as answer:
        assert b"true" in answer.file.read()
    return found


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (COUNT(*) AS ?n) { ?a (!<x:x>|!<x:x>)* ?b }",
        "SELECT (COUNT(*) AS ?n) { ?a (!<x:x>|^!<x:x>)+ ?b }",
        "ASK { ?a (!<x:x>)* ?b . ?b (!<x:y>)* ?c . ?c (!<x:z>)* ?d FILTER(?d = <x:none>) }",
    ],
)
def test_hazard_3_deep_paths(pool: QueryPool, query: str) -> None:
    assert outcome(pool, query) in SPENT


def test_hazard_4_order_by_on_many_rows(pool: QueryPool) -> None:
    query = "SELECT * { ?a ?p ?b . ?c ?q ?b } ORDER BY STR(?c) DESC(STR(?a)) LIMIT 10"
    assert outcome(pool, query) in SPENT


def test_hazard_8_patterns_without_end(pool: QueryPool) -> None:
    many = "".join(f"<x:s> <x:p{n}> ?o{n} . " for n in range(200))
    with pytest.raises(QueryTooComplex, match="triple patterns"):
        pool.run(f"SELECT * {{ {many} }}")
    # Up to the limit the planner may take its time, but not more than there is.
    few = "".join(f"?s <x:p{n}> ?o{n} . " for n in range(149))
    assert outcome(pool, f"SELECT * {{ {few} }}") in {"ok", *SPENT}
    steps = "/".join(["<x:p>"] * 1_500)
    assert outcome(pool, f"ASK {{ ?s {steps} ?o }}") in {"ok", "query-too-complex", *SPENT}


def test_hazard_9_a_long_list(pool: QueryPool) -> None:
    listed = ",".join(f"<x:{n}>" for n in range(60_000))
    assert outcome(pool, f"SELECT * {{ ?s ?p ?o FILTER(?o IN ({listed})) }}") in SPENT
    values = " ".join(f"<x:{n}>" for n in range(60_000))
    # The same by VALUES, as the docs recommend.
    assert outcome(pool, f"SELECT * {{ VALUES ?o {{ {values} }} ?s ?p ?o }} LIMIT 1") in {
        "ok",
        "query-timeout",
    }


def test_hazard_11_regular_expressions(pool: QueryPool) -> None:
    # A linear engine: what hangs others is done at once.
    evil = "a" * 50_000 + "!"
    query = f"SELECT (REGEX('{evil}', '^(a+)+$') AS ?x) {{}}"
    with pool.run(query) as answer:
        assert b"false" in answer.file.read()
    # A pattern that is none leaves its value unbound, by SPARQL's own rule (17.3).
    with pool.run("SELECT (REGEX('a', '(((') AS ?x) {}", "text/csv") as answer:
        assert answer.file.read() == b"x\r\n\r\n"
    each = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d FILTER(REGEX(STR(?b), CONCAT(STR(?d), '+'))) }"
    assert outcome(pool, each) in SPENT


@pytest.mark.parametrize(
    "query",
    [
        "SELECT (GROUP_CONCAT(STR(?b)) AS ?all) { ?a ?p ?b . ?c ?q ?d }",
        "SELECT DISTINCT (CONCAT(STR(?a), STR(?d)) AS ?x) { ?a ?p ?b . ?c ?q ?d }",
        "CONSTRUCT { ?a ?q ?d } WHERE { ?a ?p ?b . ?c ?q ?d }",
    ],
)
def test_hazard_12_results_that_grow(pool: QueryPool, query: str) -> None:
    assert outcome(pool, query) in SPENT


def test_hazard_20_a_damaged_file_answers_nothing(story_root: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    shutil.copytree(story_root, root)
    with QueryPool(root, timeout=SLACK) as pool:
        query = "SELECT (SUM(STRLEN(STR(?o))) AS ?n) { ?s ?p ?o }"
        assert outcome(pool, query) == "ok"
    table = max((root / "generations").glob("*/quads/*.sst"), key=lambda path: path.stat().st_size)
    data = bytearray(table.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 8_192] = bytes(8_192)
    table.write_bytes(data)
    # The engine would open it and leave the value out; so it is never opened.
    with pytest.raises(StoreError, match="damaged"):
        open_store(root)
    with QueryPool(root, timeout=SLACK) as pool, pytest.raises(StoreError):
        pool.run(query)


def test_hazard_21_there_are_no_functions_of_ours(pool: QueryPool) -> None:
    for name in ("https://w3id.org/reformgraph/ontology#f", "http://www.w3.org/2005/xpath#no"):
        with pytest.raises(QuerySyntaxError, match="function"):
            pool.run(f"SELECT (<{name}>(1) AS ?x) {{}}")
