"""A run that was cut at any step and goes on from its trace is, bit for bit, the run that was never stopped; and an
observer changes nothing."""

from __future__ import annotations

import json

import numpy as np
import pytest

import pfviz
from pfviz.errors import ModelError
from pfviz.inference.events import NoteAdded, ParticlesSelected
from pfviz.inference.methods import METHODS
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.prm.trl import TokenClassifierReward
from pfviz.trace import Recorder, Trace, dumps, loads
from tests.contracts import toy
from tests.models import tiny

REWARDS = [
    "confidence",
    "confidence-min",
    "confidence-sum",
    "confidence-entropy",
    "confidence-tail",
    "confidence-certainty",
    "confidence-group",
]
TOY = {"generator": toy.ToyGenerator(), "reward": toy.reward}


def comparable(trace: Trace) -> str:
    """A trace without what the clock says."""
    data = json.loads(dumps(trace))
    for sweep in (data, *data["earlier"]):
        del sweep["seconds"]
    return json.dumps(data | {"started": ""})


def cuts(trace: Trace) -> list[Trace]:
    """The run after every step of every sweep but the last one of all."""
    return [
        sweep.upto(t)
        for sweep in (trace.sweep(k) for k in range(len(trace.sweeps)))
        for t in range(1, sweep.steps + 1)
        if not (sweep is trace and t == trace.steps)
    ]


@pytest.mark.parametrize("method", METHODS)
def test_a_toy_run_goes_on_from_every_step(method) -> None:
    for seed in range(3):
        settings = {"particles": 5, "seed": seed, "max_steps": 3, "iterations": 3, "tau_start_factor": 4.0}
        settings |= {"trigger": "ess"}
        whole = pfviz.run("toy", method=method, **TOY, **settings)
        for cut in cuts(whole):
            assert comparable(pfviz.resume(loads(dumps(cut)), **TOY)) == comparable(whole)


@pytest.fixture(scope="module")
def pair():
    tokenizer = tiny.tokenizer()
    return {
        "generator": CausalLMGenerator(tiny.causal_lm(eos_token_id=[1, 40]), tokenizer, "random generator"),
        "reward": TokenClassifierReward(tiny.classifier(seed=1), tokenizer, "random reward", chat=True),
    }


@pytest.mark.parametrize("method", ["particle_filtering", "particle_gibbs"])
def test_a_run_of_language_models_goes_on_from_every_step(pair, method) -> None:
    """With everything that float arithmetic can tell: log-probabilities, rewards and weights to their last bit."""
    settings = {"particles": 6, "max_steps": 5, "max_step_tokens": 12, "iterations": 2, "tau": 3.0}
    whole = pfviz.run("compute 1 + 2", method=method, seed=2, **settings, **pair)
    assert whole.steps >= 4
    for cut in cuts(whole):
        assert comparable(pfviz.resume(cut, **pair)) == comparable(whole)


@pytest.mark.parametrize("reward", ["confidence", "confidence-min", "confidence-sum"])
@pytest.mark.parametrize("method", METHODS)
def test_a_toy_run_by_confidence_goes_on_from_every_step(method, reward) -> None:
    settings = {"particles": 5, "seed": 1, "max_steps": 3, "iterations": 2, "trigger": "ess", "aggregation": "model"}
    whole = pfviz.run("toy", method=method, generator=toy.ToyGenerator(), reward=reward, **settings)
    for cut in cuts(whole):
        assert comparable(pfviz.resume(loads(dumps(cut)), generator=toy.ToyGenerator())) == comparable(whole)


@pytest.mark.parametrize("reward", REWARDS)
def test_a_run_by_confidence_goes_on_from_its_file(pair, reward) -> None:
    """The numbers of single tokens are in the file to their last bit: with `model` later steps read them again."""
    settings = {"particles": 4, "max_steps": 3, "max_step_tokens": 8, "iterations": 2, "aggregation": "model"}
    generator = pair["generator"]
    whole = pfviz.run("compute 1 + 2", method="particle_gibbs", seed=2, generator=generator, reward=reward, **settings)
    assert any(map(any, whole.entropies)) == (reward in ("confidence-entropy", "confidence-tail"))
    assert whole.notes == ()
    for cut in cuts(whole):
        assert comparable(pfviz.resume(loads(dumps(cut)), generator=generator)) == comparable(whole)


@pytest.mark.parametrize("method", METHODS)
def test_a_toy_run_by_a_broken_reward_goes_on_from_every_step(method) -> None:
    """The noise of a prefix is the same in the run that goes on, in whichever slot and sweep."""

    def broken() -> dict:
        noisy = pfviz.perturbed.noisy(toy.reward, 1.5, seed=3)
        return {"generator": toy.ToyGenerator(), "reward": pfviz.perturbed.length_bias(noisy, per_token=0.3)}

    settings = {"particles": 5, "seed": 2, "max_steps": 3, "iterations": 2}
    whole = pfviz.run("toy", method=method, **broken(), **settings)
    assert whole.notes == ()
    for cut in cuts(whole):
        assert comparable(pfviz.resume(loads(dumps(cut)), **broken())) == comparable(whole)


def test_the_clock_of_a_resumed_run_goes_on() -> None:
    whole = pfviz.run("toy", particles=5, max_steps=3, **TOY)
    cut = whole.upto(1)
    cut.seconds[0] = 100.0
    resumed = pfviz.resume(cut, **TOY)
    assert resumed.seconds[0] == 100.0
    assert 100.0 < resumed.seconds[1] < 160.0
    assert resumed.started == whole.started


def test_a_whole_run_needs_no_model_to_be_gone_through_again() -> None:
    class Silent(toy.ToyGenerator):
        def open(self, problem, *, particles, seed, sampling):
            raise AssertionError("nothing is left to write")

    whole = pfviz.run("toy", particles=5, max_steps=3, method="particle_gibbs", **TOY)
    assert comparable(pfviz.resume(whole, generator=Silent(), reward=toy.reward)) == comparable(whole)


def test_another_model_is_refused() -> None:
    whole = pfviz.run("toy", particles=5, max_steps=3, **TOY)
    with pytest.raises(ModelError, match="recorded with the reward model 'reward' and cannot go on with 'other'"):
        pfviz.resume(whole.upto(1), generator=toy.ToyGenerator(), reward=pfviz.reward(toy.reward, "other"))
    with pytest.raises(ModelError, match="no generator named 'toy'"):
        pfviz.resume(whole.upto(1))


def test_a_reward_that_changed_meanwhile_is_noted_and_the_record_counts() -> None:
    def reward(problem: str, steps: list[str]) -> float:
        return 0.5 * toy.reward(problem, steps)

    cut = pfviz.run("toy", particles=5, max_steps=3, **TOY).upto(1)
    resumed = pfviz.resume(cut, generator=toy.ToyGenerator(), reward=pfviz.reward(reward, "reward"))
    assert resumed.rewards[0].tolist() == cut.rewards[0].tolist()
    assert [(note.step, len(note.slots)) for note in resumed.notes] == [(0, 5)]
    assert "otherwise than recorded" in resumed.notes[0].text


@pytest.mark.parametrize("method", METHODS)
def test_a_recorded_run_equals_an_unrecorded_one(method) -> None:
    settings = {"particles": 6, "seed": 4, "max_steps": 3, "iterations": 2}
    silent = [repr(e) for e in pfviz.api.stream("toy", method=method, **TOY, **settings) if not timed(e)]
    recorder = Recorder()
    watched = recorder.record_each(pfviz.api.stream("toy", method=method, **TOY, **settings))
    seen = []
    for event in watched:
        recorder.trace()
        seen += [] if timed(event) else [repr(event)]
    assert seen == silent
    assert np.isfinite(recorder.trace().rewards).all()


def timed(event) -> bool:
    return isinstance(event, ParticlesSelected | NoteAdded) or hasattr(event, "seconds") or hasattr(event, "started")
