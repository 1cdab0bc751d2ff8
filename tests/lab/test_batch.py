"""Runs of many problems under one reward."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import pfviz
from pfviz.errors import LabError, ProblemError, SettingError
from pfviz.lab.batch import run_batch
from pfviz.lab.table.prefixes import build_prefix_table
from pfviz.problems.problem import Problem

PROBLEMS = (Problem("Compute 3 + 4 * 2", "11"), "Solve 3x + 5 = 20", "Compute (2 + 3) * 4")


def long_is_good(problem: str, steps: Sequence[str]) -> float:
    return min(1.0, 0.2 * len(steps))


def test_each_problem_has_a_run_with_a_seed_of_its_own() -> None:
    events = list(run_batch(PROBLEMS, reward="oracle", particles=3, seed=5, temperature=1.0))
    assert [(event.done, event.total) for event in events] == [(1, 3), (2, 3), (3, 3)]
    traces = [event.trace for event in events]
    assert [trace.problem for trace in traces] == ["Compute 3 + 4 * 2", "Solve 3x + 5 = 20", "Compute (2 + 3) * 4"]
    assert [trace.seed for trace in traces] == [5, 6, 7]
    assert traces[0].truth == "11"
    for trace in traces:
        assert (trace.reward, trace.method, trace.particles) == ("oracle", "best_of_n", 3)
        assert trace.settings["temperature"] == 1.0
    assert len(build_prefix_table(traces).problems) == 3


def test_a_run_is_that_of_the_same_seed_alone() -> None:
    second = list(run_batch(PROBLEMS[:2], reward="oracle", particles=3, method="particle_filtering"))[1].trace
    alone = pfviz.run(PROBLEMS[1], reward="oracle", particles=3, seed=1)
    assert second.texts == alone.texts
    assert second.rewards.tolist() == alone.rewards.tolist()


def test_a_function_may_be_the_reward() -> None:
    (event,) = run_batch(PROBLEMS[:1], reward=long_is_good, particles=2)
    assert event.trace.reward == "long_is_good"
    assert event.trace.rewards[0].tolist() == [0.2, 0.2]


def test_a_stopped_batch_keeps_the_runs_that_are_over() -> None:
    asked = []
    whole = len(list(run_batch(PROBLEMS[:1], reward="oracle", particles=2, stop=lambda: bool(asked.append(0)))))
    assert whole == 1
    once = len(asked)  # questions in the first run

    def stop() -> bool:
        asked.append(0)
        return len(asked) > 2 * once + 3  # in the second one, between two tokens

    events = list(run_batch(PROBLEMS, reward="oracle", particles=2, stop=stop))
    assert [(event.done, event.trace.status) for event in events] == [(1, "finished")]


def test_what_cannot_be_run_is_refused_before_the_first_run() -> None:
    with pytest.raises(ProblemError):
        run_batch([*PROBLEMS, "Who wrote Faust?"])
    with pytest.raises(SettingError, match="Particles"):
        run_batch(PROBLEMS, particles=0)
    with pytest.raises(LabError, match="none"):
        run_batch([])
