"""Each event loop on a processor of its own, and nothing else bound to it."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from serve_support import asked, command, descendants, get, until, workers
from server_support import publish_trig
from tests_support import free_port, running

from reformgraph.store import processors
from reformgraph.store.current import CurrentStore
from reformgraph.store.processors import ALLOWED, PATIENCE, OwnProcessor

pytestmark = pytest.mark.skipif(
    len(ALLOWED) < 2, reason="two processors are needed, on a system that lets threads be bound"
)
# Runs a command where only two processors are to be had.
ON_TWO = (
    "import os, sys; os.sched_setaffinity(0, map(int, sys.argv[1].split(',')));"
    "os.execv(sys.argv[2], sys.argv[2:])"
)


def allowed(task: Path) -> set[int]:
    text = re.search(r"Cpus_allowed_list:\s*(\S+)", (task / "status").read_text("ascii"))
    assert text
    found: set[int] = set()
    for part in text[1].split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


@pytest.fixture
def thread() -> Iterator[int]:
    """A thread that does nothing; gives its native id."""
    stop, told = threading.Event(), threading.Event()
    idle = threading.Thread(target=lambda: (told.set(), stop.wait()))
    idle.start()
    told.wait()
    assert idle.native_id is not None
    yield idle.native_id
    stop.set()
    idle.join()


def of(thread: int) -> set[int]:
    return allowed(Path(f"/proc/self/task/{thread}"))


def test_each_has_another_processor_and_who_comes_late_none(tmp_path: Path, thread: int) -> None:
    with ExitStack() as stack:

        def come() -> OwnProcessor:
            own = stack.enter_context(closing(OwnProcessor(thread, tmp_path)))
            own.look()
            return own

        owners = [come() for _ in ALLOWED]
        assert {owner.processor for owner in owners} == set(ALLOWED)
        late = come()
        assert late.processor is None
        processor = owners[0].processor
        owners[0].close()
        late.look()
        assert late.processor == processor and of(thread) == {processor}


def test_a_thread_that_has_to_wait_is_let_go_for_a_while(
    tmp_path: Path, thread: int, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    now, times = [100.0], [(0.0, 0.0)]
    monkeypatch.setattr(processors.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(OwnProcessor, "_times", lambda self: times[0])
    own = OwnProcessor(thread, tmp_path)
    request.addfinalizer(own.close)

    def after(seconds: float, ran: float, waited: float) -> int | None:
        now[0] += seconds
        times[0] = times[0][0] + ran, times[0][1] + waited
        own.look()
        assert of(thread) == (set(ALLOWED) if own.processor is None else {own.processor})
        return own.processor

    assert after(1, 0.5, 0.5) is not None  # what was before counts for nothing
    assert after(1, 0.55, 0.45) is not None
    assert after(1, 0.01, 0.1) is not None  # too little to matter
    assert after(1, 0.4, 0.6) is None
    assert after(PATIENCE - 1, 1, 0) is None
    assert after(2, 1, 0) is not None


def test_what_cannot_be_seen_is_not_done(
    tmp_path: Path, thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(self: OwnProcessor) -> tuple[float, float]:
        raise FileNotFoundError("schedstat")

    monkeypatch.setattr(OwnProcessor, "_times", missing)
    own = OwnProcessor(thread, tmp_path)
    own.look()
    assert own.processor is None and of(thread) == set(ALLOWED)


def test_what_a_bound_thread_starts_can_run_anywhere() -> None:
    found: list[set[int]] = []

    def start(then: Callable[[], None]) -> None:
        os.sched_setaffinity(0, ALLOWED[:1])
        inner = threading.Thread(
            target=lambda: (then(), found.append(set(os.sched_getaffinity(0))))
        )
        inner.start()
        inner.join()

    for then in (lambda: None, processors.anywhere):
        outer = threading.Thread(target=start, args=(then,))
        outer.start()
        outer.join()
    assert found == [set(ALLOWED[:1]), set(ALLOWED)]


def test_a_generation_is_opened_anywhere(tmp_path: Path) -> None:
    publish_trig(tmp_path, "<urn:a> <urn:b> <urn:c> .")
    found: list[set[int]] = []
    with closing(CurrentStore(tmp_path)) as stores:
        stores.get()
        stores.before_switch.append(lambda _: found.append(set(os.sched_getaffinity(0))))
        publish_trig(tmp_path, "<urn:a> <urn:b> <urn:d> .")

        def follow() -> None:
            os.sched_setaffinity(0, ALLOWED[:1])
            until(lambda: bool(stores.held() and found))

        bound = threading.Thread(target=follow)
        bound.start()
        bound.join()
    assert found == [set(ALLOWED)]


@pytest.mark.parametrize("setting", ["own", "any"])
def test_only_the_event_loops_are_bound(
    tmp_path: Path, setting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REFORMGRAPH_PROCESSORS", setting)
    root, port, both = tmp_path / "store", free_port(), set(ALLOWED[:2])
    publish_trig(root, "<urn:a> <urn:b> <urn:c> .")
    on_two = [sys.executable, "-c", ON_TWO, ",".join(map(str, both))]
    # As many HTTP workers as processors are to be had.
    serve = command(root, port, "--workers", "2")
    with running([*on_two, *serve], port, tmp_path) as process:

        def loops() -> list[set[int]]:
            found = []
            for worker in workers(process.pid):
                if b"spawn_main" in Path(f"/proc/{worker}/cmdline").read_bytes():
                    found.append(allowed(Path(f"/proc/{worker}/task/{worker}")))
            return found

        def check() -> None:
            for _ in range(4):  # of both workers
                assert get(port, "/sources")[0] == 200
                query = "SELECT ?s (COUNT(*) AS ?n) { ?s ?p ?o . ?o ?q ?r } GROUP BY ?s"
                assert get(port, asked(query))[0] == 200
            for worker in workers(process.pid):
                for child in descendants(worker):
                    assert allowed(Path(f"/proc/{child}")) == both
                tasks = [t for t in Path(f"/proc/{worker}/task").iterdir() if t.name != str(worker)]
                assert tasks and all(allowed(task) == both for task in tasks)

        if setting == "any":
            time.sleep(3)
            assert loops() == [both, both]
            return
        until(lambda: sorted(map(len, loops())) == [1, 1] and set.union(*loops()) == both)
        check()
        publish_trig(root, "<urn:a> <urn:b> <urn:d> .")
        until(lambda: b"urn:d" in get(port, asked("SELECT ?o { <urn:a> ?p ?o }"))[2])
        check()
        os.kill(workers(process.pid)[0], signal.SIGKILL)
        until(lambda: sorted(map(len, loops())) == [1, 1] and set.union(*loops()) == both)
