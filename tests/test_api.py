"""The public surface."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pfviz
from pfviz import api
from pfviz.errors import ModelError, ProblemError, SettingError
from pfviz.inference.events import RunEnded, RunStarted
from pfviz.models import registry
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


# --- one way in -------------------------------------------------------------------------------------------------------


@pytest.fixture
def unloadable(monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("generator", "reward"):
        monkeypatch.setattr(registry, f"get_{role}", lambda name: pytest.fail(f"loaded {name}"))


@pytest.mark.usefixtures("unloadable")
def test_what_is_prepared_is_checked_and_nothing_is_loaded() -> None:
    prepared = api.prepare("  Compute 1 + 2 ", particles=3, reward="oracle", method="beam_search", width=2, truth=" 3 ")
    assert prepared.problem == Problem("Compute 1 + 2", "3")
    assert prepared.names == ("embedded", "oracle")
    settings = prepared.policy.settings
    assert (prepared.policy.name, settings.particles, settings.width, settings.pick) == ("beam_search", 3, 2, "highest")
    for wrong, error in (
        ({"problem": "the integral of x"}, ProblemError),
        ({"problem": " "}, ProblemError),
        ({"tau": 0}, SettingError),
        ({"method": "magic"}, SettingError),
        ({"generator": "nobody"}, ModelError),
        ({"reward": "nobody"}, ModelError),
        ({"reward": 3}, ModelError),
    ):
        with pytest.raises(error):
            api.prepare(**{"problem": "Compute 1 + 2", **wrong})


@pytest.mark.usefixtures("unloadable")
def test_settings_that_are_not_asked_for_are_those_that_go_with_the_reward(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    folder = str(tmp_path)

    def settings_of(**given: Any) -> tuple[str, str, str]:
        settings = api.prepare("How many?", generator=folder, **given).policy.settings
        return settings.potential, settings.trigger, settings.pick

    assert settings_of(reward="auto") == ("telescoped", "ess", "rewards")
    assert settings_of(reward="judge") == ("telescoped", "always", "highest")
    assert settings_of(reward="confidence") == ("odds", "always", "highest")
    assert settings_of(reward="auto", potential="odds", pick="vote") == ("odds", "ess", "vote")
    own = api.prepare("Compute 1 + 2", reward="auto").policy.settings  # the embedded pair's own
    assert (own.potential, own.trigger) == ("odds", "always")


def test_the_text_and_the_gate_are_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    usual, gate = Problem.from_text, registry.GENERATORS["embedded"].check

    def from_text(text: str, truth: str | None = None) -> Problem:
        checked.append("text")
        return usual(text, truth)

    def check(text: str) -> None:
        checked.append("gate")
        gate(text)

    monkeypatch.setattr(Problem, "from_text", from_text)
    monkeypatch.setitem(registry.GENERATORS, "embedded", replace(registry.GENERATORS["embedded"], check=check))
    assert pfviz.run("Compute 1 + 2", particles=1, max_steps=1, reward="oracle").problem == "Compute 1 + 2"
    assert checked == ["text", "gate"]


def test_a_truth_is_worked_out_where_that_is_asked_for() -> None:
    for given, asked, known in ((None, False, None), (None, True, "3"), ("4", True, "4"), ("", True, "3")):
        assert api.prepare("Compute 1 + 2", truth=given, infer_truth=asked).problem.truth == known
    assert api.prepare(Problem("Compute 1 + 2", " 5 "), infer_truth=True).problem.truth == "5"


def test_a_prepared_run_can_be_pickled_and_begun_more_than_once() -> None:
    prepared = api.prepare("Compute 1 + 2", particles=2, seed=3, method="parallel_tempering", iterations=2)
    whole = api.record(prepared)
    there = pickle.loads(pickle.dumps(prepared))
    assert api.record(there).texts == api.record(prepared).texts == whole.texts
    cut = pickle.loads(pickle.dumps(api.prepare_resume(whole.sweep(1).upto(1))))
    assert [sweep.texts for sweep in api.record(cut).sweeps] == [sweep.texts for sweep in whole.sweeps]


@pytest.mark.usefixtures("unloadable")
def test_a_resumed_run_is_prepared_without_a_model_too() -> None:
    trace = pfviz.run("toy", particles=3, **PAIR).upto(1)
    assert api.prepare_resume(trace).names == (trace.generator, trace.reward)
    with pytest.raises(SettingError, match="no method 'magic'"):
        api.prepare_resume(replace(trace, method="magic"))
    with pytest.raises(ModelError, match="cannot go on with"):
        api.start(api.prepare_resume(trace, generator=toy.ToyGenerator(), reward=lambda problem, steps: 0.5))


def test_a_former_name_of_a_setting_is_understood() -> None:
    old = pfviz.run("toy", particles=4, seed=1, warmth=4, **PAIR)
    new = pfviz.run("toy", particles=4, seed=1, tau_start_factor=4, **PAIR)
    assert old.settings["tau_start_factor"] == 4
    assert "warmth" not in old.settings
    assert np.array_equal(old.log_weights, new.log_weights)
