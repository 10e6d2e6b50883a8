"""Foreign queries: limits, lanes, crashes, no network (hazards 1–22, 45, 48 and 85)."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
from reformgraph.store import Answer, Dataset, QueryPool, query_run
from reformgraph.store import pool as pool_module
from reformgraph.store import scan as scan_module
from reformgraph.store.process import QueryProcess

Publish = Callable[[Path, int], str]
BASE = "https://w3id.org/reformgraph/"
PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }"
_DOUBLINGS = "".join(f"BIND(CONCAT(?a{n},?a{n}) AS ?a{n + 1}) " for n in range(30))
BOMB = f"SELECT ?a30 {{ BIND('0123456789abcdef' AS ?a0) {_DOUBLINGS} }}"
SLACK = 10.0  # seconds; on a machine that runs other things too


@pytest.fixture(scope="module")
def pool(built: Path) -> Iterator[QueryPool]:
    with QueryPool(built, timeout=1.0, memory=600_000_000, result_limit=5_000_000) as pool:
        yield pool


def _text(answer: Answer) -> str:
    with answer:
        data = answer.file.read()
    assert len(data) == answer.length
    return data.decode()


def _tiny(pool: QueryPool) -> None:
    assert '"boolean":true' in _text(pool.run("ASK {}"))


def _processes(pool: QueryPool) -> set[int]:
    return {process.pid for process in pool.supervisor._all}


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _within(seconds: float, true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


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
    before = _processes(pool)
    with pytest.raises(QueryTimeout, match="1 seconds"):
        pool.run(PRODUCT)
    assert time.monotonic() - started < SLACK
    _tiny(pool)
    assert _within(SLACK, lambda: sum(map(_alive, before)) == len(before) - 1)


def test_hazard_2_runaways_in_a_row(built: Path) -> None:
    outcomes: list[str] = []
    tiny: list[float] = []
    with QueryPool(built, timeout=4, memory=600_000_000) as pool:
        _tiny(pool)

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
            _tiny(pool)  # raises if it does not get through
            tiny.append(time.monotonic() - started)
        for attacker in attackers:
            attacker.join()
        _tiny(pool)
    assert len(outcomes) == 8
    assert set(outcomes) <= {"busy", "query-timeout", "query-memory"}
    assert "busy" in outcomes
    assert {"query-timeout", "query-memory"} & set(outcomes)
    assert tiny  # how many is a matter of the machine; that none failed is not


def test_hazard_5_and_6_memory(built: Path) -> None:
    with QueryPool(built, timeout=SLACK, memory=400_000_000) as pool:
        with pytest.raises(QueryMemory):
            pool.run(BOMB)
        _tiny(pool)


def test_hazard_7_brackets(pool: QueryPool) -> None:
    with pytest.raises(QueryTooComplex):
        pool.run("ASK { FILTER(" + "(" * 9_000 + "1" + ")" * 9_000 + ") }")


def test_hazard_7_a_crash_costs_one_process(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_module, "MAX_NESTING", 10**9)
    deep = "ASK { FILTER(" + "(" * 100_000 + "1" + ")" * 100_000 + ") }"
    with QueryPool(built, timeout=SLACK) as pool:
        _tiny(pool)
        before = _processes(pool)
        with pytest.raises(QueryCrashed, match=r"crashed its process$"):
            pool.run(deep)
        with pytest.raises(QueryCrashed, match="before"):
            pool.run(deep)
        _tiny(pool)
        assert _within(SLACK, lambda: len(_processes(pool)) == 2)
        assert len(before - _processes(pool)) == 1


def test_hazard_46_a_large_parent_does_not_wear_out_its_processes(built: Path) -> None:
    ballast = bytearray(os.urandom(1 << 20) * 400)  # pages that are really held
    with QueryPool(built, timeout=SLACK) as pool:
        assert _within(SLACK, lambda: len(_processes(pool)) == 2)
        before = _processes(pool)
        for _ in range(10):
            _tiny(pool)
        assert _processes(pool) == before
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
            _text(pool.run(query))
        except ReformGraphError as error:
            assert error.problem == "federation-refused"
        _tiny(pool)
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
        return int(_text(answer).split()[1])

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
        _tiny(pool)


def test_a_large_answer_is_whole(pool: QueryPool) -> None:
    with pool.run("SELECT * { ?a <x:y>? ?b . ?c ?q ?d } LIMIT 9000", "text/csv") as answer:
        assert answer.length > query_run.SPOOL_MEMORY
        assert sum(1 for _ in answer.file) == 9_001


def test_hazard_45_generation_switch(root: Path, publish_story: Publish) -> None:
    with QueryPool(root, timeout=SLACK) as pool:
        query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
        seen = [int(_text(pool.run(query, "text/csv")).split()[1])]
        for extra in (10, 20):
            id_ = publish_story(root, extra)
            time.sleep(0.15)
            with pool.run(query, "text/csv") as answer:
                assert answer.generation == id_
                seen.append(int(answer.file.read().split()[1]))
        assert seen == [34, 44, 54]
        assert _within(SLACK, lambda: len(_processes(pool)) == 2)


def test_no_store_yet(tmp_path: Path, publish_story: Publish) -> None:
    with QueryPool(tmp_path / "later", timeout=SLACK) as pool:
        with pytest.raises(StoreError, match="run `reformgraph build`"):
            pool.run("ASK {}")
        publish_story(tmp_path / "later", 0)
        _tiny(pool)


def test_processes_that_cannot_start(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with QueryPool(built, timeout=SLACK) as pool:
        with pytest.raises(StoreError, match="do not start"):
            pool.run("ASK {}")
        monkeypatch.undo()
        # It goes on trying, at most 5 s apart.
        assert _within(SLACK, lambda: len(_processes(pool)) > 0)
        _tiny(pool)


def test_a_process_killed_from_outside_is_replaced(built: Path) -> None:
    with QueryPool(built, timeout=SLACK) as pool:
        _tiny(pool)
        assert _within(SLACK, lambda: len(_processes(pool)) == 2)
        for pid in _processes(pool):
            os.kill(pid, signal.SIGKILL)
        assert _within(SLACK, lambda: not any(map(_alive, _processes(pool))))
        for _ in range(4):
            _tiny(pool)


def test_a_process_that_was_slow_goes_on_as_new(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stepped: list[int] = []
    step_back = QueryProcess.step_back

    def seen(process: QueryProcess) -> None:
        step_back(process)
        stepped.append(os.getpriority(os.PRIO_PROCESS, process._thread))

    monkeypatch.setattr(QueryProcess, "step_back", seen)

    def slow(pool: QueryPool) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(query_run, "SLOW_AFTER", 0.0)
            patch.setattr(query_run, "SLOW_ANYWAY", 0.0)
            _text(pool.run("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))

    with QueryPool(built, timeout=30, processes=1) as pool:
        _tiny(pool)
        (first,) = _processes(pool)
        supervisor = pool.supervisor
        slow(pool)
        assert stepped == [15]
        # It comes back beside the one that took its place, and is asked before that one.
        assert _within(SLACK, lambda: len(supervisor._idle) == 2)
        assert _within(SLACK, lambda: supervisor._idle[-1].pid == first)
        assert os.getpriority(os.PRIO_PROCESS, supervisor._idle[-1]._thread) == 0
        _tiny(pool)
        slow(pool)
        assert _within(SLACK, lambda: len(supervisor._idle) == 2)
        assert supervisor.counted()[3] == 2  # the second time none was started
        # One that died meanwhile is let go.
        supervisor._idle[-1].interrupt()
        _tiny(pool)
        assert first not in _processes(pool)


def test_limits_of_a_process(pool: QueryPool) -> None:
    _tiny(pool)
    limits = Path(f"/proc/{next(iter(_processes(pool)))}/limits").read_text()
    for name, value in (
        ("Max open files", 3),
        ("Max core file size", 0),
        ("Max address space", 600_000_000),
    ):
        found = re.search(rf"{name}\s+(\d+)\s+(\d+)", limits)
        assert found
        assert set(found.groups()) == {str(value)}


def test_hazard_48_no_orphans(built: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from reformgraph.store import QueryPool\n"
        f"pool = QueryPool(Path({str(built)!r})); pool.run('ASK {{}}').file.close()\n"
        "print(*(p.pid for p in pool.supervisor._all), flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert pids
        assert all(map(_alive, pids))
        parent.kill()
    assert _within(2.0, lambda: not any(map(_alive, pids)))


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
    _tiny(pool)


def test_closing_ends_everything(built: Path) -> None:
    pool = QueryPool(built, timeout=SLACK)
    _tiny(pool)
    pids = _processes(pool)
    failures: list[str] = []

    def long() -> None:
        try:
            pool.run(PRODUCT)
        except ReformGraphError as error:
            failures.append(error.problem)

    query = threading.Thread(target=long)
    query.start()
    time.sleep(0.3)
    pids |= _processes(pool)
    pool.close()
    query.join(SLACK)
    assert not query.is_alive()
    assert failures == ["busy"]
    assert _within(SLACK, lambda: not any(map(_alive, pids)))
    with pytest.raises(StoreError):
        pool.run("ASK {}")


def test_a_worker_imports_little(built: Path) -> None:
    code = "import reformgraph.store.worker, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    modules = set(json.loads(done.stdout))
    assert not modules & {"sqlite3", "rapidfuzz", "flask", "subprocess", "socket", "rdflib"}
