"""After an answer the event loop looks again for a moment before it sleeps, and not for longer."""

import asyncio
import itertools
import os
from types import SimpleNamespace

import pytest

from reformgraph.server.front import awake
from reformgraph.server.front.awake import Awake


class Loop(asyncio.SelectorEventLoop):
    """Counts how often it looks at what has come without waiting for it."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0
        select = self._selector.select  # type: ignore[attr-defined]

        def counted(timeout: float | None = None) -> object:
            self.looks += timeout == 0
            return select(timeout)

        self._selector.select = counted  # type: ignore[attr-defined]


def looks(*connections: str, seconds: float = 0.05) -> int:
    """Return how often a loop looks in ``seconds`` after answers to ``connections``."""
    loop = Loop()

    async def answer() -> None:
        watched = Awake(loop)
        for connection in connections:
            watched.answered(connection)
        await asyncio.sleep(seconds)

    try:
        loop.run_until_complete(answer())
        return loop.looks
    finally:
        loop.close()


@pytest.fixture(autouse=True)
def _processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def test_a_second_answer_to_one_connection_keeps_the_loop_awake(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # By a clock that only looking moves on: on a busy machine few looks fit into a moment.
    clock = itertools.count()
    monkeypatch.setattr(awake, "time", SimpleNamespace(perf_counter=lambda: next(clock) / 1_000))
    monkeypatch.setattr(awake, "MOMENT", 0.05)
    assert looks("one", "one", seconds=0.5) > 45
    assert looks("one") < 20


def test_it_sleeps_when_the_moment_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awake, "MOMENT", 1e-6)
    assert looks("one", "one") < 20


def test_answers_to_several_connections_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awake, "MOMENT", 10.0)
    assert looks("one", "two", "one", "two") < 20


def test_one_processor_is_left_to_the_client(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(awake, "MOMENT", 10.0)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert looks("one", "one", "one") < 20
