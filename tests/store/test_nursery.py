"""The nursery: forks query processes of a small graph, and takes them with it when it ends."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pool_support import (
    PRODUCT,
    SLACK,
    alive,
    parent_of,
    processes,
    switched,
    text_of,
    tiny,
    within,
)

from reformgraph.errors import QueryCrashed, QueryMemory, StoreError
from reformgraph.store import QueryPool, open_store
from reformgraph.store.base import Generation
from reformgraph.store.current import CurrentStore
from reformgraph.store.processes.forked import Died, Nursery


def _nurseries(pool: QueryPool) -> set[int]:
    return {nursery.pid for nursery in pool.supervisor._nurseries.values()}


def test_query_processes_are_its_forks(built: Path) -> None:
    with QueryPool(built, timeout=SLACK) as pool:
        tiny(pool)
        (nursery,) = _nurseries(pool)
        assert {parent_of(pid) for pid in processes(pool)} == {nursery}
        folder = Path(f"/proc/{next(iter(processes(pool)))}/fd")
        open_files = {each.name: str(each.readlink()) for each in folder.iterdir()}
        sockets = {name for name, file in open_files.items() if not file.startswith("/")}
        assert sockets == {"0"}, open_files  # nothing of the nursery's own
    assert not alive(nursery)


def test_one_that_is_killed_is_replaced(built: Path) -> None:
    with QueryPool(built, timeout=SLACK) as pool:
        tiny(pool)
        nurseries, before = _nurseries(pool), processes(pool)
        for pid in nurseries:
            os.kill(pid, signal.SIGKILL)
        assert within(SLACK, lambda: not any(map(alive, before)))
        for _ in range(4):
            tiny(pool)
        assert not nurseries & _nurseries(pool)


def test_what_a_fork_dies_of_is_told(built: Path) -> None:
    with QueryPool(built, timeout=SLACK) as pool:
        tiny(pool)

        def kill(number: int) -> None:
            time.sleep(0.7)
            killed = processes(pool)
            for pid in killed:
                os.kill(pid, number)
            # Whoever asks next meets one that is dead, not one that is about to be.
            assert within(SLACK, lambda: not any(map(alive, killed)))

        for number, meaning in ((signal.SIGSEGV, QueryCrashed), (signal.SIGABRT, QueryMemory)):
            killer = threading.Thread(target=kill, args=(number,))
            killer.start()
            with pytest.raises(meaning):
                pool.run(f"{PRODUCT} # {number}")
            killer.join()
            tiny(pool)


def test_one_that_died_idle_is_no_fault_of_the_next_query(built: Path) -> None:
    with QueryPool(built, timeout=SLACK, processes=1) as pool:
        tiny(pool)
        (process,) = pool.supervisor._idle
        os.kill(process.pid, signal.SIGSEGV)
        assert within(SLACK, lambda: not alive(process.pid))
        # As if nobody had told of its end yet.
        process._process.poll = lambda: None  # type: ignore[method-assign]
        tiny(pool)
        assert not pool.crashed


def test_that_of_an_older_generation_ends_with_its_last_process(
    root: Path, publish_story: Callable[[Path, int], str]
) -> None:
    with QueryPool(root, timeout=SLACK) as pool:
        tiny(pool)
        (old,) = _nurseries(pool)
        found: list[str] = []
        long = threading.Thread(
            target=lambda: found.append(text_of(pool.run("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")))
        )
        (process,) = processes(pool)
        os.kill(process, signal.SIGSTOP)
        long.start()
        assert switched(pool, publish_story(root, 1))
        tiny(pool)  # of the new generation, while one of the old is at work
        assert alive(old) and len(_nurseries(pool)) == 2
        os.kill(process, signal.SIGCONT)
        long.join()
        assert found
        assert switched(pool, publish_story(root, 2))
        tiny(pool)
        assert within(SLACK, lambda: not alive(old))


def test_a_generation_is_served_when_a_process_has_read_it(
    root: Path, publish_story: Callable[[Path, int], str]
) -> None:
    stores = CurrentStore(root)
    with QueryPool(root, timeout=SLACK, stores=stores) as pool:
        tiny(pool)
        before = stores.get().generation.id
        new = publish_story(root, 1)
        assert switched(pool, new)
        idle = {process.generation.id for process in pool.supervisor._idle}
        assert idle == {before, new}
        started = pool.supervisor.counted()[3]
        tiny(pool)
        assert within(SLACK, lambda: {p.generation.id for p in pool.supervisor._all} == {new})
        assert pool.supervisor.counted()[3] == started  # it was the one that took the query
    assert not stores.before_switch
    stores.close()


def test_one_that_cannot_start_holds_up_no_switch(
    root: Path, publish_story: Callable[[Path, int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stores = CurrentStore(root)
    with QueryPool(root, timeout=SLACK, stores=stores) as pool:
        tiny(pool)
        old = stores.get().generation
        new = publish_story(root, 1)
        found = pool.supervisor._nursery_of

        def refuses(generation: Generation) -> Nursery:
            if generation.id == new:
                raise Died(1, "no room")
            return found(generation)

        monkeypatch.setattr(pool.supervisor, "_nursery_of", refuses)
        pool.supervisor.expect(stores.held().generation)  # that one has its processes
        assert switched(pool, new)
        # What asked the old one meanwhile is answered, and the failed start is no reason to refuse.
        process = pool.supervisor.take(old, time.monotonic() + SLACK)
        assert process is not None
        pool.supervisor.put(process)
    stores.close()


def test_one_that_cannot_start_says_why(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(built)
    generation = store.generation
    store.close()
    copy = generation.folder / "graph.nq.gz"
    data = copy.read_bytes()
    copy.write_bytes(b"no gzip")
    try:
        with pytest.raises(Died, match="BadGzipFile"):
            Nursery(generation, 1 << 30, 10)
    finally:
        copy.write_bytes(data)
    monkeypatch.setattr("reformgraph.store.processes.forked.START_SECONDS", 0.0)
    with pytest.raises(TimeoutError):
        Nursery(generation, 1 << 30, 10)
    with QueryPool(built, timeout=3.0) as pool, pytest.raises(StoreError):
        pool.run("ASK {}")
