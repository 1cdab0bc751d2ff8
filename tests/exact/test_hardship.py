"""What must not go wrong, and what the trace shows of it: no numbers, certain rewards, one particle, ends."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import pfviz
from pfviz.inference.methods import METHODS
from pfviz.trace import Trace, dumps, loads
from pfviz.types import Step
from tests.contracts import toy

EVERY = [name for name in METHODS if name != "greedy"]


class Scripted(toy.ToyGenerator):
    """Slot n writes steps[t] of script n, the last one of which ends it."""

    def __init__(self, *scripts: list[Step]) -> None:
        self.scripts = scripts

    def open(self, problem: Any, *, particles: int, seed: int, sampling: Any) -> Any:
        scripts = self.scripts

        class Session(toy.ToySession):
            def extend(self, active, step, given=toy.NO_STEPS):
                yield len(active)
                yield {n: given.get(n) or scripts[n % len(scripts)][step] for n in active}

        return Session(particles, seed)


def step(text: str, end: str = "separator", finished: bool = False) -> Step:
    return Step(text, (1,), -1.0, finished, end)  # type: ignore[arg-type]


def solve(
    method: str = "particle_filtering", generator: Any = None, reward: Any = toy.reward, **settings: Any
) -> Trace:
    common = {"particles": 4, "max_steps": 3, "iterations": 2, "chains": 2} | settings
    trace = pfviz.run("toy", generator=generator or toy.ToyGenerator(), reward=reward, method=method, **common)
    assert dumps(loads(dumps(trace))) == dumps(trace)  # whatever happened, it can be kept
    for sweep in trace.sweeps:
        assert np.isfinite(sweep.rewards).all()
        assert np.allclose(sweep.weights.sum(axis=1), 1)
        assert np.isfinite(sweep.ess).all()
    return trace


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("method", EVERY)
def test_a_reward_that_is_no_number(method: str, value: float) -> None:
    """It counts as 0 and is noted, in every method; the run ends as any other."""
    trace = solve(method, reward=lambda problem, steps: value if steps[-1] == "b" else 0.5, particles=8)
    assert trace.status == "finished"
    notes = [note for sweep in trace.sweeps for note in sweep.notes]
    assert notes
    for sweep in trace.sweeps:
        for note in sweep.notes:
            assert "no number" in note.text
            assert sweep.rewards[note.step, list(note.slots)].tolist() == [0.0] * len(note.slots)
            assert {sweep.texts[note.step][slot] for slot in note.slots} == {"b"}


@pytest.mark.parametrize("value", [0.0, 1.0])
@pytest.mark.parametrize("potential", ["odds", "telescoped", "score"])
@pytest.mark.parametrize("method", EVERY)
def test_a_reward_that_is_certain(method: str, potential: str, value: float) -> None:
    """Clipped odds: everything stays finite, and equal particles stay equal."""
    trace = solve(method, reward=lambda problem, steps: value, potential=potential)
    assert trace.status == "finished"
    assert np.isfinite(trace.log_weights).all()
    assert np.isfinite(trace.log_evidence).all()
    assert np.allclose(trace.ess, 4)
    assert trace.notes == ()


def test_one_certain_particle_among_hopeless_ones_takes_all() -> None:
    trace = solve(reward=lambda problem, steps: float(steps[0] == "b"), particles=16)
    first = {trace.texts[0][n] for n in trace.ancestors[0]}
    assert first == {"b"}
    assert 1 <= trace.ess[0] <= sum(text == "b" for text in trace.texts[0]) + 1e-6


@pytest.mark.parametrize("method", [name for name in EVERY if name not in ("particle_gibbs", "parallel_tempering")])
def test_one_particle(method: str) -> None:
    trace = solve(method, particles=1)
    assert trace.status == "finished"
    assert trace.ancestors.tolist() == [[0]] * trace.steps
    assert np.allclose(trace.weights, 1)
    assert np.allclose(trace.ess, 1)


@pytest.mark.parametrize("method", EVERY)
def test_all_particles_finished_at_once(method: str) -> None:
    """In the first step: nothing is resampled, and a method of several iterations keeps and goes on."""
    trace = solve(
        method, Scripted([step("x \\boxed{3}", "boxed", True)], [step("y \\boxed{4}", "eos", True)]), lambda p, s: 0.5
    )
    for sweep in trace.sweeps:
        assert (sweep.steps, sweep.status) == (1, "finished")
        assert not sweep.resampled.any()
        assert sweep.ends[0] == ["boxed", "eos"] * 2 or sweep.pinned
    assert trace.answer in ("3", "4")


@pytest.mark.parametrize("method", EVERY)
def test_an_empty_step(method: str) -> None:
    """It is a step like any other: with its own node, reward and weight."""
    trace = solve(method, Scripted([step(""), step(""), step("\\boxed{3}", "boxed", True)]), reward=lambda p, s: 0.5)
    assert trace.status == "finished"
    assert trace.texts == [[""] * 4, [""] * 4, ["\\boxed{3}"] * 4]
    assert trace.written.all()
    assert trace.answer == "3"


@pytest.mark.parametrize("method", EVERY)
def test_a_step_that_was_cut_and_a_run_at_its_limit(method: str) -> None:
    """The trace says how each step ended; a run whose particles never finish ends at the step limit, unanswered."""
    trace = solve(method, Scripted([step("so 7", "tokens")] * 3, [step("so 8", "characters")] * 3), lambda p, s: 0.5)
    assert trace.status == "step limit"
    for sweep in trace.sweeps:
        assert (sweep.steps, sweep.status) == (3, "step limit")
        assert set(np.array(sweep.ends).ravel()) <= {"tokens", "characters"}
        assert not sweep.finished.any()
    assert trace.answer is None


FAILED = Step("", (), 0.0, True, "failed")


@pytest.mark.parametrize("potential", ["odds", "telescoped", "score"])
@pytest.mark.parametrize("method", EVERY)
def test_a_particle_that_fails(method: str, potential: str) -> None:
    """It has no weight, no reward and no answer from then on, is not scored, and the others go on without it."""
    seen = []

    def reward(problem: str, steps: list[str]) -> float:
        seen.append(steps)
        return 0.5

    well = [step("so 7"), step("and 7"), step("\\boxed{8}", "boxed", True)]
    script = Scripted([step("so 7"), FAILED, well[-1]], well, well, well)  # who resamples may go on in the slot
    trace = solve(method, script, reward, potential=potential, aggregation="mean", trigger="ess", threshold=0.1)
    assert trace.status == "finished"
    assert trace.answer == "8"
    assert not any("" in steps for steps in seen)
    failures = 0
    for sweep in trace.sweeps:
        for t in range(1, sweep.steps):
            now = sweep.upto(t + 1)
            failures += int(now.failed.sum())
            assert now.finished[t, now.failed].all()
            assert (now.rewards[t, now.failed] == 0).all()
            assert (now.weights[t, now.failed] == 0).all()
            assert now.weights[t, ~now.failed].min() > 0
        assert np.isfinite(sweep.log_evidence).all()
        assert set(np.flatnonzero(sweep.failed)) <= set(sweep.answers.unanswered)
        assert not sweep.failed.all()
        kept = sweep.retained
        assert kept is None or not sweep.failed[kept]
    assert failures


def test_a_particle_that_failed_is_not_resampled() -> None:
    script = Scripted([FAILED, well := step("\\boxed{8}", "boxed", True)], [step("so 7"), well])
    trace = solve("particle_filtering", script, lambda p, s: 0.5, particles=8)
    assert set(trace.ancestors[0].tolist()) <= {1, 3, 5, 7}
    assert not trace.failed.any()


def test_a_run_goes_on_from_a_failed_step() -> None:
    script = Scripted([FAILED], *[[step("so 7"), step("and 7"), step("\\boxed{8}", "boxed", True)]] * 3)
    settings = {"trigger": "ess", "threshold": 0.1}
    trace = solve("particle_filtering", script, lambda p, s: 0.5, **settings)
    again = pfviz.resume(trace.upto(2), generator=script, reward=pfviz.reward(lambda p, s: 0.5, trace.reward))
    assert again.failed.tolist() == [True, False, False, False]
    assert again.log_weights.tolist() == trace.log_weights.tolist()
    assert again.answer == trace.answer == "8"


def test_a_memory_that_runs_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a session notes stands in the trace, at its step and once; see `tests/models` for the halving itself."""
    check: Callable[..., Any] = toy.ToySession.extend

    def tight(session: Any, active: Any, step: int, given: Any = toy.NO_STEPS) -> Any:
        session.notes = ["Out of memory with 4 rows at once: went on with 2."] if step >= 1 else []
        return check(session, active, step, given)

    monkeypatch.setattr(toy.ToySession, "extend", tight)
    trace = solve()
    assert [(note.step, note.text[:13]) for note in trace.notes] == [(1, "Out of memory")]
