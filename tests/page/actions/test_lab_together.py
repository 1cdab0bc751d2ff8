"""Batches of several visitors at once, in one line and in turns. A thread for each visitor, as on the server."""

from __future__ import annotations

import dataclasses
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pytest

from pfviz import api
from pfviz.inference.events import RunEnded, RunStarted
from pfviz.page.actions import lab_runs
from pfviz.page.forms import run_form
from pfviz.page.render.lab import lab_view
from pfviz.page.serving.engine import Engine, SharedEngine
from pfviz.page.serving.scheduler import Scheduler
from pfviz.page.state.lab_state import Lab
from pfviz.page.state.visits import Visit
from pfviz.trace import Trace
from pfviz.trace.json_file import dumps
from tests.browser.fake_pair import FakeEngine, FakeReward

PATIENCE = 120  # seconds that a test waits for a thread, on a busy machine
FORM: dict[str, Any] = {"problem": "", **run_form.DEFAULTS, "particles": 8}
SHOWN = ("lab_note", "lab_measures", "lab_findings", *lab_view.FIGURES)


class Turns(FakeEngine):
    """The fake pair with rewards of several names. Its runs compute in turns, and an event takes a second of a clock
    that runs only then."""

    def __init__(self, at_once: int) -> None:
        self.now = 0.0
        super().__init__(pace=0, shares=Scheduler(at_once, clock=lambda: self.now))
        self.free = threading.Event()  # to compute; nobody gets past an event of a turn before
        self.free.set()
        self.begun: list[int] = []  # the seed of each run, in the order in which they got a place

    def stream(self, problem: str, *, stop: Callable[[], bool], **settings: Any) -> Iterator[Any]:
        settings.pop("generator")
        asked = settings.pop("reward")
        reward = FakeReward() if asked == "embedded" else FakeReward(asked)
        events = api.stream(problem, stop=stop, generator=self.generator, reward=reward, **settings)
        return self.shares.schedule(self._timed(events), stop)

    def _timed(self, events: Iterator[Any]) -> Iterator[Any]:
        for event in events:
            self.now += 1
            if isinstance(event, RunStarted):
                self.begun.append(event.seed)
            assert self.free.wait(PATIENCE)
            yield event


class Visitor:
    """Starts a batch of 8 with a seed and a reward of his own, on a thread of his own."""

    def __init__(
        self, engine: Engine, seed: int, *, stops: int | None = None, leaves: int | None = None, **form: Any
    ) -> None:
        self.visit = Visit()
        self.told: list[lab_view.PartValues] = []
        self.stops, self.leaves = stops, leaves  # after how many runs
        form = FORM | {"seed": seed} | form
        # A clock that stands still: diagnosed after the first run and at the end.
        self.batch = lab_runs.start_batch(engine, self.visit, form, 8, clock=lambda: 0.0)
        self.thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        for values in self.batch:
            self.told.append(values)
            if self.done == self.stops:
                self.visit.lab.stop_batch()
            if self.done == self.leaves:
                self.visit.leave()
                break
        self.batch.close()  # type: ignore[attr-defined]

    @property
    def done(self) -> int:
        return len(self.visit.lab.traces)

    @property
    def line(self) -> str:
        return next(str(values["lab_progress"]) for values in reversed(self.told) if "lab_progress" in values)

    def shown(self) -> lab_view.PartValues:
        """The last findings, measures and figures."""
        return next(
            {name: values[name] for name in SHOWN} for values in reversed(self.told) if "lab_measures" in values
        )


def go(*visitors: Visitor) -> None:
    for visitor in visitors:
        visitor.thread.start()


def ended(*visitors: Visitor) -> None:
    for visitor in visitors:
        visitor.thread.join(PATIENCE)
        assert not visitor.thread.is_alive()


@cache
def alone(seed: int, **form: Any) -> Visitor:
    """Who is the only one on the page."""
    visitor = Visitor(Turns(1), seed, **form)
    go(visitor)
    ended(visitor)
    return visitor


def told(traces: list[Trace]) -> list[str]:
    """All of the runs but when they were made."""
    return [dumps(dataclasses.replace(one, started="", seconds=np.zeros_like(one.seconds))) for one in traces]


def nobody_is_left(shares: Scheduler) -> bool:
    return not (shares._running or shares._queue or shares._ready or shares._turn)


def wait_until(condition: Callable[[], bool]) -> None:
    turn = threading.Event()
    for _ in range(100 * PATIENCE):
        if condition():
            return
        turn.wait(0.01)
    raise AssertionError("waited in vain")


OTHERS = {"particles": 6, "reward": "naive"}  # of a visitor whose batch asks for another reward


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_batches_that_run_together_are_those_that_run_alone(at_once: int) -> None:
    engine = Turns(at_once)
    visitors = Visitor(engine, 0), Visitor(engine, 100), Visitor(engine, 0, **OTHERS)
    go(*visitors)
    ended(*visitors)
    for visitor, single in zip(visitors, (alone(0), alone(100), alone(0, **OTHERS)), strict=True):
        assert "Done: 8 of 8 runs" in visitor.line
        assert told(visitor.visit.lab.traces) == told(single.visit.lab.traces)
        assert visitor.shown() == single.shown()
    assert len({str(visitor.shown()["lab_findings"]) for visitor in visitors}) == 3  # each has his own
    assert nobody_is_left(engine.shares)


def test_findings_speak_of_ones_own_runs_under_the_reward_that_was_asked_for() -> None:
    engine = Turns(2)
    visitors = Visitor(engine, 0), Visitor(engine, 0, **OTHERS)
    go(*visitors)
    ended(*visitors)
    for visitor, reward, particles in zip(visitors, ("fake reward", "naive"), (8, 6), strict=True):
        found, traces = visitor.visit.lab.diagnosis, visitor.visit.lab.traces
        assert found is not None
        assert {trace.reward for trace in traces} == {found.reward} == {reward}
        assert {trace.particles for trace in traces} == {particles}
        for row, text in enumerate(found.rows.texts):
            run, sweep, uid = found.node(row)
            step, slot = traces[run].sweeps[sweep].node(uid)
            assert traces[run].texts[step][slot] == text


def test_a_short_run_ends_long_before_the_batches_beside_it() -> None:
    engine = Turns(2)
    visitors = [Visitor(engine, seed) for seed in (0, 100, 200)]
    engine.free.clear()
    go(*visitors)
    wait_until(lambda: len(engine.shares._queue) == 1)
    short: list[Any] = []
    left: list[int] = []

    def run() -> None:
        settings = {"generator": "embedded", "reward": "embedded", "particles": 4}
        short.extend(engine.stream("2 + 2", stop=lambda: False, **settings))
        left.extend(8 - visitor.done for visitor in visitors)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    wait_until(lambda: len(engine.shares._queue) == 2)
    engine.free.set()
    thread.join(PATIENCE)
    assert isinstance(short[-1], RunEnded)
    # Before it, two runs end that go on and one that waits; beside it, about one. The rest is room for the threads.
    assert sum(left) >= 24 - 8
    assert min(left) >= 4
    ended(*visitors)
    assert [visitor.done for visitor in visitors] == [8, 8, 8]


def test_batches_share_the_places_a_run_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Lab, "diagnose", lambda lab: None)  # others pass whoever is busy with that
    engine = Turns(1)
    visitors = [Visitor(engine, seed) for seed in (0, 100, 200)]
    engine.free.clear()
    go(*visitors)
    wait_until(lambda: len(engine.shares._queue) == 2)
    engine.free.set()
    ended(*visitors)
    whose = [seed // 100 for seed in engine.begun]
    assert Counter(whose) == {0: 8, 1: 8, 2: 8}
    # Nobody has one run after another while the others wait; twice is room for a thread that is late for the line.
    assert not any(one == two == three for one, two, three in zip(whose, whose[1:15], whose[2:15], strict=False))


def test_who_stops_his_batch_leaves_the_others_going() -> None:
    engine = Turns(2)
    stops = Visitor(engine, 100, stops=3)
    visitors = Visitor(engine, 0), stops, Visitor(engine, 0, **OTHERS)
    go(*visitors)
    ended(*visitors)
    assert "Stopped: 3 of 8 runs" in stops.line
    assert told(stops.visit.lab.traces) == told(alone(100).visit.lab.traces[:3])
    assert "3 runs of 3 problems" in str(stops.shown()["lab_note"])
    for visitor, single in ((visitors[0], alone(0)), (visitors[2], alone(0, **OTHERS))):
        assert "Done: 8 of 8 runs" in visitor.line
        assert told(visitor.visit.lab.traces) == told(single.visit.lab.traces)
    assert nobody_is_left(engine.shares)


def test_a_closed_tab_frees_its_place_and_the_line_moves_up() -> None:
    engine = Turns(1)
    leaves = Visitor(engine, 100, leaves=2)
    stays = Visitor(engine, 0)
    go(leaves, stays)
    ended(leaves, stays)
    assert leaves.done == 2
    assert leaves.visit.lab.batch is None
    assert "Done: 8 of 8 runs" in stays.line
    assert told(stays.visit.lab.traces) == told(alone(0).visit.lab.traces)
    assert nobody_is_left(engine.shares)


def test_a_tab_that_is_closed_in_the_line_leaves_it() -> None:
    engine = Turns(1)
    engine.free.clear()
    first = Visitor(engine, 0)
    go(first)
    wait_until(lambda: engine.shares.running_count() == 1)
    waits = Visitor(engine, 100)
    go(waits)
    wait_until(lambda: len(engine.shares._queue) == 1)
    waits.visit.leave()  # while its thread sleeps in the line
    ended(waits)
    assert (waits.done, engine.shares._queue, engine.shares.running_count()) == (0, [], 1)
    engine.free.set()
    ended(first)
    assert first.done == 8
    assert nobody_is_left(engine.shares)


def test_the_embedded_pair_gives_everybody_what_it_gives_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lab_view, "BATCH_SIZES", (3,))
    asked: tuple[dict[str, Any], ...] = ({"seed": 0}, {"seed": 50, "reward": "naive", "particles": 4})
    alone = [Visitor(SharedEngine(shares=Scheduler(1)), **one) for one in asked]
    for visitor in alone:
        go(visitor)
        ended(visitor)
    shares = Scheduler(2)
    engine = SharedEngine(shares=shares)
    together = [Visitor(engine, **one) for one in asked]
    go(*together)
    short = list(engine.stream("2 + 2", stop=lambda: False, particles=2))
    ended(*together)
    assert isinstance(short[-1], RunEnded)
    for visitor, single, reward in zip(together, alone, ("embedded", "naive"), strict=True):
        assert "Done: 3 of 3 runs" in visitor.line
        assert {trace.reward for trace in visitor.visit.lab.traces} == {reward}
        assert told(visitor.visit.lab.traces) == told(single.visit.lab.traces)
        assert visitor.shown() == single.shown()
    assert nobody_is_left(shares)
