"""Foreign queries: limits, lanes, crashes, no network (hazards 1–22, 45, 48 and 85)."""

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pool_support import PRODUCT, SLACK, alive, processes, switched, text_of, tiny, within

from reformgraph.errors import (
    BadEncoding,
    Busy,
    FederationRefused,
    QueryCrashed,
    QueryMemory,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooComplex,
    ReformGraphError,
    ResultTooLarge,
    StoreError,
    UpdateRefused,
)
from reformgraph.store import Dataset, QueryPool
from reformgraph.store import scan as scan_module
from reformgraph.store.processes import pool as pool_module
from reformgraph.store.processes import query_run

Publish = Callable[[Path, int], str]
BASE = "https://w3id.org/reformgraph/"
_DOUBLINGS = "".join(f"BIND(CONCAT(?a{n},?a{n}) AS ?a{n + 1}) " for n in range(30))
BOMB = f"SELECT ?a30 {{ BIND('0123456789abcdef' AS ?a0) {_DOUBLINGS} }}"


@pytest.fixture(scope="module")
def pool(built: Path) -> Iterator[QueryPool]:
    with QueryPool(built, timeout=1.0, memory=600_000_000, result_limit=5_000_000) as pool:
        yield pool


@pytest.mark.parametrize(
    ("query", "asked", "form", "media_type"),
    [
        ("SELECT * {} ", "", "solutions", "application/sparql-results+json"),
        ("SELECT * {}", "text/csv", "solutions", "text/csv"),
        ("ASK {}", "application/sparql-results+xml", "boolean", "application/sparql-results+xml"),
        ("DESCRIBE <x:y>", "", "graph", "text/turtle"),
        ("CONSTRUCT {} {}", "application/ld+json", "graph", "application/ld+json"),
        ("CONSTRUCT {} {}", "text/csv", "graph", "text/turtle"),
        ("\ufeffASK {}", "text/turtle", "boolean", "application/sparql-results+json"),
    ],
)
def test_forms(pool: QueryPool, query: str, asked: str, form: str, media_type: str) -> None:
    with pool.run(query, asked) as answer:
        assert (answer.form, answer.media_type) == (form, media_type)
        assert answer.generation.startswith("1-")


def test_hazard_1_cartesian_product(pool: QueryPool) -> None:
    started = time.monotonic()
    before = processes(pool)
    with pytest.raises(QueryTimeout, match="1 seconds"):
        pool.run(PRODUCT)
    assert time.monotonic() - started < SLACK
    tiny(pool)
    assert within(SLACK, lambda: sum(map(alive, before)) == len(before) - 1)


def test_hazard_2_runaways_in_a_row(built: Path) -> None:
    outcomes: list[str] = []
    times: list[float] = []
    with QueryPool(built, timeout=4, memory=600_000_000) as pool:
        tiny(pool)

        def attack() -> None:
            try:
                pool.run(PRODUCT, client="attacker")
            except ReformGraphError as error:
                outcomes.append(error.problem)

        attackers = [threading.Thread(target=attack) for _ in range(8)]
        for attacker in attackers:
            attacker.start()
        while any(attacker.is_alive() for attacker in attackers):
            started = time.monotonic()
            tiny(pool)  # raises if it does not get through
            times.append(time.monotonic() - started)
        for attacker in attackers:
            attacker.join()
        tiny(pool)
    assert len(outcomes) == 8
    assert set(outcomes) <= {"busy", "query-timeout", "query-memory"}
    assert "busy" in outcomes
    assert {"query-timeout", "query-memory"} & set(outcomes)
    assert times  # how many is a matter of the machine; that none failed is not


def test_hazard_5_and_6_memory(built: Path) -> None:
    with QueryPool(built, timeout=SLACK, memory=400_000_000) as pool:
        with pytest.raises(QueryMemory):
            pool.run(BOMB)
        tiny(pool)


def test_hazard_7_brackets(pool: QueryPool) -> None:
    with pytest.raises(QueryTooComplex):
        pool.run("ASK { FILTER(" + "(" * 9_000 + "1" + ")" * 9_000 + ") }")


def test_hazard_7_a_crash_costs_one_process(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "MAX_NESTING", 10**9)
    deep = "ASK { FILTER(" + "(" * 100_000 + "1" + ")" * 100_000 + ") }"
    with QueryPool(built, timeout=SLACK) as pool:
        tiny(pool)
        before = processes(pool)
        with pytest.raises(QueryCrashed, match=r"crashed its process$"):
            pool.run(deep)
        with pytest.raises(QueryCrashed, match="before"):
            pool.run(deep)
        tiny(pool)
        assert within(SLACK, lambda: len(processes(pool)) == 1)
        assert len(before - processes(pool)) == 1


def test_hazard_46_a_large_parent_does_not_wear_out_its_processes(built: Path) -> None:
    ballast = bytearray(os.urandom(1 << 20) * 400)  # pages that are really held
    with QueryPool(built, timeout=SLACK) as pool:
        assert within(SLACK, lambda: len(processes(pool)) == 1)
        before = processes(pool)
        for _ in range(10):
            tiny(pool)
        assert processes(pool) == before
    del ballast


@pytest.fixture
def listener() -> Iterator[Callable[[], tuple[int, int]]]:
    """A real server on loopback; calling it gives its port and how many have connected."""
    hits: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        stop = threading.Event()

        def count() -> None:
            while not stop.is_set():
                try:
                    connection, peer = server.accept()
                except TimeoutError:
                    continue
                hits.append(peer)
                connection.close()

        counter = threading.Thread(target=count)
        counter.start()
        port = server.getsockname()[1]
        yield lambda: (port, len(hits))
        stop.set()
        counter.join()


@pytest.mark.parametrize("silent", ["", "SILENT "])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_hazard_13_service_cannot_connect(
    built: Path,
    listener: Callable[[], tuple[int, int]],
    monkeypatch: pytest.MonkeyPatch,
    silent: str,
    host: str,
) -> None:
    port, _ = listener()
    query = f"SELECT * {{ SERVICE {silent}<http://{host}:{port}/> {{ ?s ?p ?o }} }}"
    with QueryPool(built, timeout=2.0) as pool:
        with pytest.raises(FederationRefused):
            pool.run(query)
        # Suppose that the scan were blind: the process itself must not be able to.
        monkeypatch.setattr(pool_module, "check", lambda *_: None)
        try:
            text_of(pool.run(query))
        except ReformGraphError as error:
            assert error.problem == "federation-refused"
        tiny(pool)
        time.sleep(0.2)
        assert listener()[1] == 0


def test_hazard_15_updates(pool: QueryPool, listener: Callable[[], tuple[int, int]]) -> None:
    port, _ = listener()
    for update in (f"LOAD <http://127.0.0.1:{port}/>", "CLEAR ALL", "INSERT DATA {<a:a> a <a:b>}"):
        with pytest.raises(UpdateRefused):
            pool.run(update)
    assert listener()[1] == 0


def test_hazard_16_to_18_datasets(pool: QueryPool) -> None:
    def count(pattern: str, dataset: Dataset | None = None, graphs: str = "") -> int:
        answer = pool.run(f"SELECT (COUNT(*) AS ?n) {graphs} {{ {pattern} }}", "text/csv", dataset)
        return int(text_of(answer).split()[1])

    every, named = "?s ?p ?o", "GRAPH ?g { ?s ?p ?o }"
    numbers, story = BASE + "graph/numbers", BASE + "graph/story"
    assert count(every) == count(named) == 2_034
    assert count(every, graphs=f"FROM <{numbers}>") == 2_000
    assert count(named, graphs=f"FROM <{numbers}>") == 0
    assert count(named, graphs=f"FROM NAMED <{numbers}>") == 2_000
    assert count(every, graphs="FROM <x:unknown>") == 0
    assert count(every, Dataset([numbers])) == 2_000
    assert count(named, Dataset([numbers])) == 0
    assert count(every, Dataset([numbers, story])) == 2_033
    assert count(every, Dataset((), [numbers])) == 0
    assert count(named, Dataset((), [numbers])) == 2_000
    assert count(every, Dataset([numbers]), f"FROM <{story}>") == 2_000
    assert count(every, Dataset(["x:unknown"])) == 0


def test_hazard_19_syntax(pool: QueryPool) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        pool.run("SELECT * {\n  ?é rgg:label ?o\n}")
    assert caught.value.where["line"] == 2
    assert caught.value.where["text"] == "  ?é rgg:label ?o"
    assert "did you mean `rg:`" in caught.value.detail
    for query in ("", "SELECT", "\x00", "SELECT * {} LIMIT -1", "SELECT * { ?s <rel> ?o }"):
        with pytest.raises(QuerySyntaxError):
            pool.run(query)
    with pytest.raises(BadEncoding):
        pool.run("ASK { ?s ?p '\ud800' }")


def test_hazard_22_result_too_large(built: Path) -> None:
    with QueryPool(built, timeout=SLACK, result_limit=2_000_000) as pool:
        with pytest.raises(ResultTooLarge):
            pool.run("SELECT * { ?a ?p ?b . ?c ?q ?d }")
        tiny(pool)


def test_a_large_answer_is_whole(pool: QueryPool) -> None:
    with pool.run("SELECT * { ?a <x:y>? ?b . ?c ?q ?d } LIMIT 9000", "text/csv") as answer:
        assert answer.length > query_run.SPOOL_MEMORY
        assert sum(1 for _ in answer.file) == 9_001


def test_hazard_45_generation_switch(root: Path, publish_story: Publish) -> None:
    with QueryPool(root, timeout=SLACK) as pool:
        query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        seen = [int(text_of(pool.run(query, "text/csv")).split()[1])]
        for extra in (10, 20):
            id_ = publish_story(root, extra)
            assert switched(pool, id_)
            with pool.run(query, "text/csv") as answer:
                assert answer.generation == id_
                seen.append(int(answer.file.read().split()[1]))
        assert seen == [34, 44, 54]
        assert within(SLACK, lambda: len(processes(pool)) == 1)


def test_no_store_yet(tmp_path: Path, publish_story: Publish) -> None:
    with QueryPool(tmp_path / "later", timeout=SLACK) as pool:
        with pytest.raises(StoreError, match="run `reformgraph build`"):
            pool.run("ASK {}")
        publish_story(tmp_path / "later", 0)
        tiny(pool)


def test_limits_of_a_process(pool: QueryPool) -> None:
    tiny(pool)
    limits = Path(f"/proc/{next(iter(processes(pool)))}/limits").read_text()
    for name, value in (
        ("Max open files", 3),
        ("Max core file size", 0),
        ("Max address space", 600_000_000),
    ):
        found = re.search(rf"{name}\s+(\d+)\s+(\d+)", limits)
        assert found
        assert set(found.groups()) == {str(value)}


def test_hazard_85_no_room_to_spool(pool: QueryPool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def __init__(self, *_: object) -> None:
            pass

        def write(self, _: bytes) -> int:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    with monkeypatch.context() as patch:
        patch.setattr(query_run, "SpooledTemporaryFile", Full)
        with pytest.raises(Busy, match="no room"):
            pool.run("ASK {}")
    tiny(pool)
