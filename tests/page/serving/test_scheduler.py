"""Who has a place, who waits, and whose turn it is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from pfviz.errors import ModelError
from pfviz.page.serving import scheduler
from pfviz.page.serving.scheduler import MAX_WAITING, Queued, Scheduler


def never() -> bool:
    return False


def wait_until(condition: Callable[[], bool]) -> None:
    turn = threading.Event()
    while not condition():
        turn.wait(0.01)


class Clock:
    """Seconds that pass only when work is done."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def work(name: str, costs: list[float], clock: Clock, done: list[str]) -> Iterator[str]:
    for cost in costs:
        clock.now += cost
        done.append(name)
        yield name


def test_a_run_with_a_place_is_passed_through() -> None:
    shares = Scheduler(2)
    events = shares.schedule(iter([1, 2, 3]), never)
    assert next(events) == 1
    assert shares.running_count() == 1
    assert list(events) == [2, 3]
    assert shares.running_count() == 0


def test_who_waits_is_told_the_place_and_goes_on_in_order() -> None:
    shares = Scheduler(1)
    first, second, third = (shares.schedule(iter([name]), never) for name in "abc")
    assert next(first) == "a"
    assert next(second) == Queued(1)
    assert next(third) == Queued(2)
    first.close()
    assert next(second) == "b"
    assert next(third) == Queued(1)
    second.close()
    assert next(third) == "c"


@pytest.mark.parametrize("leave", ["close", "stop"])
def test_who_leaves_the_line_lets_the_others_move_up(leave: str) -> None:
    shares = Scheduler(1)
    stopped = [False]
    first = shares.schedule(iter("a"), never)
    second = shares.schedule(iter("b"), lambda: stopped[0])
    third = shares.schedule(iter("c"), never)
    assert [next(first), next(second), next(third)] == ["a", Queued(1), Queued(2)]
    if leave == "close":
        second.close()
    else:
        stopped[0] = True
        assert list(second) == []
    assert next(third) == Queued(1)
    first.close()
    assert next(third) == "c"


def test_a_failing_run_gives_its_place_back() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("it fails")

    shares = Scheduler(1)
    with pytest.raises(ValueError, match="it fails"):
        list(shares.schedule(failing(), never))
    assert list(shares.schedule(iter([2]), never)) == [2]


def test_a_short_run_is_not_stuck_behind_a_long_one() -> None:
    # Two threads that always want their turn: as soon as the short one is there, both get the same time.
    clock, done = Clock(), list[str]()
    shares = Scheduler(2, clock)
    both = threading.Barrier(2)

    def run(name: str, costs: list[float]) -> None:
        events = shares.schedule(work(name, costs, clock, done), never)
        next(events)
        both.wait(120)
        for _ in events:
            pass

    threads = [
        threading.Thread(target=run, args=("long", [8.0] * 40)),
        threading.Thread(target=run, args=("short", [1.0] * 20)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert (done.count("long"), done.count("short")) == (40, 20)
    before = done[: len(done) - 1 - done[::-1].index("short")]
    # The short one needs 20 s; the long one has about as much until then, and not its 320 s. It may take a turn at any
    # time at which the short one is on its way back to ask for the next, so the bound is wide.
    assert before.count("long") <= 30


def test_the_turn_goes_to_the_one_that_computed_least() -> None:
    clock, done = Clock(), list[str]()
    shares = Scheduler(3, clock)
    quick = shares.schedule(work("quick", [1.0] * 9, clock, done), never)
    slow = shares.schedule(work("slow", [5.0] * 9, clock, done), never)
    for events in (quick, slow):
        next(events)
    everybody_asks = threading.Event()

    def holding() -> Iterator[str]:
        everybody_asks.wait(120)
        yield "held"

    # While a third one computes, both ask, the slow one first.
    threads = [threading.Thread(target=next, args=(shares.schedule(holding(), never),))]
    threads[0].start()
    wait_until(lambda: shares._turn is not None)
    for asking, events in enumerate((slow, quick), start=1):
        threads.append(threading.Thread(target=next, args=(events,)))
        threads[-1].start()
        wait_until(lambda asking=asking: len(shares._ready) == asking)
    everybody_asks.set()
    for thread in threads:
        thread.join(240)
    assert done[-2:] == ["quick", "slow"]


def test_a_newcomer_starts_where_the_others_are() -> None:
    clock, done = Clock(), list[str]()
    shares = Scheduler(2, clock)
    old = shares.schedule(work("old", [10.0] * 9, clock, done), never)
    for _ in range(5):
        next(old)
    new = shares.schedule(work("new", [1.0] * 9, clock, done), never)
    next(new)
    assert [ticket.compute_seconds for ticket in shares._running] == [50.0, 51.0]


def test_a_newcomer_does_not_start_before_the_turns_that_were_given() -> None:
    clock, done = Clock(), list[str]()
    shares = Scheduler(4, clock)
    elsewhere = shares.schedule(iter("ab"), never, here=False)  # it never computes here
    seldom = shares.schedule(work("seldom", [1.0] * 9, clock, done), never)
    long = shares.schedule(work("long", [10.0] * 9, clock, done), never)
    for events in (elsewhere, seldom, *[long] * 5):
        next(events)
    assert [ticket.compute_seconds for ticket in shares._running] == [0.0, 1.0, 51.0]
    for _ in range(3):  # runs of a batch, each of which is new: together they get no further behind
        new = shares.schedule(work("new", [1.0] * 5, clock, done), never)
        next(new)
        assert shares._running[-1].compute_seconds == 41.0 + 1.0
        new.close()


def test_who_computes_elsewhere_is_nobody_to_start_with() -> None:
    clock, done = Clock(), list[str]()
    shares = Scheduler(3, clock)
    elsewhere = shares.schedule(iter("ab"), never, here=False)
    long = shares.schedule(work("long", [10.0] * 9, clock, done), never)
    new = shares.schedule(work("new", [1.0] * 9, clock, done), never)
    for events in (elsewhere, *[long] * 5, new):
        next(events)
    assert [ticket.compute_seconds for ticket in shares._running] == [0.0, 50.0, 51.0]


def test_a_run_elsewhere_takes_a_place_but_no_turns() -> None:
    shares = Scheduler(2)
    here = shares.schedule(iter("ab"), never)
    next(here)
    with shares._take_turn(shares._running[0]):  # somebody computes
        elsewhere = shares.schedule(iter("xy"), never, here=False)
        assert list(elsewhere) == ["x", "y"]


def test_a_line_that_is_too_long_says_so() -> None:
    shares = Scheduler(1)
    runs = [shares.schedule(iter("a"), never) for _ in range(MAX_WAITING + 2)]
    for events in runs[:-1]:
        next(events)
    with pytest.raises(ModelError, match="60 runs are waiting already"):
        next(runs[-1])
    for events in runs:
        events.close()


@pytest.mark.parametrize(("said", "places"), [("", 4), ("1", 1), (" 12 ", 12)])
def test_the_operator_says_how_many_places_there_are(said: str, places: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFVIZ_RUNS_AT_ONCE", said)
    assert scheduler.from_environment()._at_once == places


@pytest.mark.parametrize("said", ["0", "65", "many", "-1", "2.5"])
def test_a_number_of_places_that_makes_no_sense_is_refused(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PFVIZ_RUNS_AT_ONCE", said)
    with pytest.raises(ModelError, match="PFVIZ_RUNS_AT_ONCE"):
        scheduler.from_environment()
