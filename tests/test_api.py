"""The public surface."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import pfviz
from pfviz.errors import ModelError, ProblemError, SettingError
from pfviz.inference.events import RunEnded, RunStarted
from pfviz.problems.problem import Problem
from tests.contracts import toy

PAIR = {"generator": toy.ToyGenerator(), "reward": toy.reward}


def test_importing_is_light() -> None:
    heavy = ["torch", "transformers", "gradio", "plotly", "sympy", "math_verify", "networkx"]
    code = f"import sys, pfviz, pfviz.api; sys.exit(str([m for m in {heavy} if m in sys.modules] or ''))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


def test_a_run_is_a_trace_and_a_stream_is_the_same_run() -> None:
    trace = pfviz.run("toy", particles=5, seed=7, **PAIR)
    events = list(pfviz.stream("toy", particles=5, seed=7, **PAIR))
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunEnded)
    assert (trace.particles, trace.seed, trace.status) == (5, 7, "finished")
    streamed = [e.rewards for e in events if type(e).__name__ == "StepsScored"]
    assert np.array_equal(trace.rewards, np.array(streamed))


def test_a_trace_goes_through_a_file(tmp_path) -> None:
    trace = pfviz.run("toy", particles=3, **PAIR)
    trace.save(tmp_path / "run.json")
    assert np.array_equal(pfviz.load(tmp_path / "run.json").rewards, trace.rewards)


def test_a_stopped_run_is_a_valid_trace() -> None:
    asked = iter(range(1000))
    trace = pfviz.run("toy", particles=4, stop=lambda: next(asked) >= 6, **PAIR)
    assert trace.status == "stopped"
    assert trace.steps == 1


def test_everything_is_checked_before_the_first_event() -> None:
    with pytest.raises(ProblemError):
        pfviz.stream(" ", **PAIR)
    with pytest.raises(SettingError, match="Particles"):
        pfviz.stream("toy", particles=0, **PAIR)
    with pytest.raises(SettingError, match="no setting 'colour'"):
        pfviz.stream("toy", colour="red", **PAIR)
    with pytest.raises(SettingError, match="no method 'magic'"):
        pfviz.stream("toy", method="magic", **PAIR)
    with pytest.raises(ModelError, match="no generator named"):
        pfviz.stream("toy", generator="nobody")
    with pytest.raises(ModelError, match="a function"):
        pfviz.stream("toy", generator=toy.ToyGenerator(), reward=3)


def test_rewards_are_functions_models_or_names() -> None:
    assert pfviz.reward(toy.reward).name == "reward"
    named = pfviz.reward(lambda problem, steps: 0.5, "even")
    assert next(pfviz.stream("toy", generator=toy.ToyGenerator(), reward=named)).reward == "even"


def test_a_reward_may_be_broken_on_purpose() -> None:
    reward = pfviz.perturbed.capped(pfviz.perturbed.noisy(toy.reward, 0.5), high=0.6)
    trace = pfviz.run("toy", generator=toy.ToyGenerator(), reward=reward)
    assert trace.reward == "reward + noise 0.5 + cap 0 to 0.6"
    assert trace.rewards.max() == 0.6
    assert len(np.unique(trace.rewards)) > 3


def test_the_truth_comes_with_the_problem_or_apart() -> None:
    assert next(pfviz.stream(Problem("toy", "3"), **PAIR)).truth == "3"
    assert next(pfviz.stream(Problem("toy", "3"), truth="4", **PAIR)).truth == "4"
    assert next(pfviz.stream("toy", **PAIR)).truth is None


def test_other_names_are_no_attributes() -> None:
    assert {"run", "stream", "load", "reward", "figures", "perturbed"} <= set(dir(pfviz))
    with pytest.raises(AttributeError, match="nonsense"):
        _ = pfviz.nonsense
