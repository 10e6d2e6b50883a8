"""Fairness between clients, and equal queries joined (hazards 2 and 91)."""

import threading
import time

import pytest

from reformgraph.errors import Busy, QueryCrashed, QueryTimeout
from reformgraph.store.processes.flight import Flight
from reformgraph.store.processes.turns import Turns

SOON = 10.0


def _until(true: object) -> None:
    deadline = time.monotonic() + SOON
    while not true() and time.monotonic() < deadline:  # type: ignore[operator]
        time.sleep(0.005)
    assert true()  # type: ignore[operator]


def test_clients_take_turns() -> None:
    turns = Turns(1, 2)
    assert turns.enter("greedy", time.monotonic())
    order: list[str] = []
    threads = []

    def ask(client: str) -> None:
        assert turns.enter(client, time.monotonic() + SOON)
        order.append(client)
        turns.leave()

    for number, client in enumerate(["greedy"] * 5 + ["modest"]):
        threads.append(threading.Thread(target=ask, args=(client,)))
        threads[-1].start()
        _until(lambda n=number: turns.waiting == n + 1)  # type: ignore[misc]
    turns.leave()
    for thread in threads:
        thread.join(SOON)
    assert order == ["greedy", "modest", "greedy", "greedy", "greedy", "greedy"]
    assert turns.enter("", time.monotonic())


def test_a_place_that_does_not_come() -> None:
    turns = Turns(1, 1)
    assert turns.enter("a", time.monotonic())
    assert not turns.enter("b", time.monotonic() + 0.01)
    assert turns.waiting == 0
    turns.leave()
    assert turns.enter("b", time.monotonic())


def test_no_client_holds_the_whole_slow_lane() -> None:
    turns = Turns(2, 2)
    assert turns.enter_slow("a")
    assert not turns.enter_slow("a")
    assert turns.enter_slow("b")
    turns.leave_slow("a")
    assert turns.enter_slow("a")
    assert turns.enter_slow("") and turns.enter_slow("")
    assert Turns(2, 1).enter_slow("a")


def _crowd(flight: Flight[int], make: object, size: int) -> list[object]:
    outcomes: list[object] = []

    def ask() -> None:
        try:
            outcomes.append(flight.do("key", make, SOON))  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001
            outcomes.append(error)

    threads = [threading.Thread(target=ask) for _ in range(size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    return outcomes


def test_hazard_91_equal_calls_are_made_once() -> None:
    flight: Flight[int] = Flight()
    made: list[int] = []

    def make() -> int:
        made.append(1)
        _until(lambda: flight._waiting == 99)
        return 7

    assert _crowd(flight, make, 100) == [7] * 100
    assert (len(made), flight.joined) == (1, 99)
    assert flight.do("key", lambda: 8, SOON) == 8  # nothing is kept


def test_a_failure_is_told_to_all() -> None:
    flight: Flight[int] = Flight()

    def fail() -> int:
        _until(lambda: flight._waiting == 4)
        raise QueryCrashed("the query crashed its process")

    outcomes = _crowd(flight, fail, 5)
    assert [type(outcome) for outcome in outcomes] == [QueryCrashed] * 5
    assert len({id(outcome) for outcome in outcomes}) == 5


def test_those_who_wait_have_limits() -> None:
    flight: Flight[int] = Flight(most=1)
    release = threading.Event()
    leader = threading.Thread(target=flight.do, args=("key", lambda: release.wait(SOON), SOON))
    leader.start()
    _until(lambda: "key" in flight._calls)
    with pytest.raises(QueryTimeout):
        flight.do("key", lambda: 1, 0.01)
    follower = threading.Thread(target=flight.do, args=("key", lambda: 1, SOON))
    follower.start()
    _until(lambda: flight._waiting == 1)
    with pytest.raises(Busy) as caught:
        flight.do("key", lambda: 1, SOON)
    assert caught.value.headers["Retry-After"]
    release.set()
    leader.join(SOON)
    follower.join(SOON)
