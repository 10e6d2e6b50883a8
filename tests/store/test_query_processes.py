"""The processes of the query pool: how they start, are replaced, come back and end (hazard 48)."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pool_support import PRODUCT, SLACK, alive, processes, text_of, tiny, within

from reformgraph.errors import ReformGraphError, StoreError
from reformgraph.store import QueryPool
from reformgraph.store.processes import query_run
from reformgraph.store.processes.process import STEPPED_BACK, QueryProcess


def test_processes_that_cannot_start(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with QueryPool(built, timeout=SLACK) as pool:
        with pytest.raises(StoreError, match="do not start"):
            pool.run("ASK {}")
        monkeypatch.undo()
        # It goes on trying, at most 5 s apart.
        assert within(SLACK, lambda: len(processes(pool)) > 0)
        tiny(pool)


def test_a_process_killed_from_outside_is_replaced(built: Path) -> None:
    with QueryPool(built, timeout=SLACK) as pool:
        tiny(pool)
        assert within(SLACK, lambda: len(processes(pool)) == 1)
        for pid in processes(pool):
            os.kill(pid, signal.SIGKILL)
        assert within(SLACK, lambda: not any(map(alive, processes(pool))))
        for _ in range(4):
            tiny(pool)


def test_the_second_process_starts_when_somebody_has_to_wait(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One that is stopped is not slow: else it would be replaced as well.
    monkeypatch.setattr(query_run, "SLOW_ANYWAY", 2 * SLACK)
    with QueryPool(built, timeout=SLACK, processes=2) as pool:
        for _ in range(3):
            tiny(pool)
        assert len(processes(pool)) == 1
        (first,) = processes(pool)
        os.kill(first, signal.SIGSTOP)
        threads = [threading.Thread(target=tiny, args=(pool,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            assert within(SLACK, lambda: len(processes(pool)) == 2)
        finally:
            os.kill(first, signal.SIGCONT)
            for thread in threads:
                thread.join()
        tiny(pool)
        assert len(processes(pool)) == 2


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
            text_of(pool.run("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"))

    with QueryPool(built, timeout=30, processes=1) as pool:
        tiny(pool)
        (first,) = processes(pool)
        supervisor = pool.supervisor
        slow(pool)
        assert stepped == [STEPPED_BACK]
        # It comes back beside the one that took its place, and is asked before that one.
        assert within(SLACK, lambda: len(supervisor._idle) == 2)
        assert within(SLACK, lambda: supervisor._idle[-1].pid == first)
        assert os.getpriority(os.PRIO_PROCESS, supervisor._idle[-1]._thread) == 0
        tiny(pool)
        slow(pool)
        assert within(SLACK, lambda: len(supervisor._idle) == 2)
        assert supervisor.counted()[3] == 2  # the second time none was started
        # One that died meanwhile is let go.
        supervisor._idle[-1].interrupt()
        tiny(pool)
        assert first not in processes(pool)


def test_hazard_48_no_orphans(built: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from reformgraph.store import QueryPool\n"
        f"pool = QueryPool(Path({str(built)!r})); pool.run('ASK {{}}').file.close()\n"
        "held = pool.supervisor; nurseries = held._nurseries.values()\n"
        "print(*(p.pid for p in (*held._all, *nurseries)), flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) >= 2  # a query process, and what it was forked from
        assert all(map(alive, pids))
        parent.kill()
    assert within(2.0, lambda: not any(map(alive, pids)))


def test_closing_ends_everything(built: Path) -> None:
    pool = QueryPool(built, timeout=SLACK)
    tiny(pool)
    pids = processes(pool)
    failures: list[str] = []

    def long() -> None:
        try:
            pool.run(PRODUCT)
        except ReformGraphError as error:
            failures.append(error.problem)

    query = threading.Thread(target=long)
    query.start()
    time.sleep(0.3)
    pids |= processes(pool)
    pool.close()
    query.join(SLACK)
    assert not query.is_alive()
    assert failures == ["busy"]
    assert within(SLACK, lambda: not any(map(alive, pids)))
    with pytest.raises(StoreError):
        pool.run("ASK {}")


def test_a_worker_imports_little(built: Path) -> None:
    code = "import reformgraph.store.processes.worker, sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    modules = set(json.loads(done.stdout))
    assert not modules & {"sqlite3", "rapidfuzz", "flask", "subprocess", "socket", "rdflib"}
