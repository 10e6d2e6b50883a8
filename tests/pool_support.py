"""What tests of the query pool share: asking it, and looking at its processes."""

import time
from collections.abc import Callable
from pathlib import Path

from reformgraph.store import Answer, QueryPool

PRODUCT = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f }"
SLACK = 10.0  # seconds; on a machine that runs other things too


def text_of(answer: Answer) -> str:
    with answer:
        data = answer.file.read()
    assert len(data) == answer.length
    return data.decode()


def tiny(pool: QueryPool) -> None:
    assert '"boolean":true' in text_of(pool.run("ASK {}"))


def processes(pool: QueryPool) -> set[int]:
    return {process.pid for process in pool.supervisor._all}


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def within(seconds: float, true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.02)
    return true()


def switched(pool: QueryPool, generation: str) -> bool:
    """Whether the pool serves a generation soon: it first has a process of it."""
    return within(SLACK, lambda: pool._stores.get().generation.id == generation)


def parent_of(pid: int) -> int:
    """The process that a process is a child of, 0 when it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])
