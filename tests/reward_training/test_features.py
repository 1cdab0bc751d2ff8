"""What one plain pass says of a solution is what its decoding summed up, and the reward in a run is the fitted one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import pfviz
from pfviz.errors import DatasetError, ModelError
from pfviz.lab.probes.rescore import RescoredSweep, rescore
from pfviz.models import registry
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.rewards.hidden_state import HiddenStateReward, LinearReading, generator_identity
from pfviz.models.rewards.hidden_state_file import load_hidden_state_reward, read_reading, write_reading
from pfviz.problems.problem import Problem
from pfviz.reward_training.batch_sampling import BatchSampler
from pfviz.reward_training.features import candidate_layers, describe_solutions
from pfviz.reward_training.samples import (
    SampledProblem,
    SampledStep,
    Solution,
    append_sample,
    check_reads_hidden_states,
    read_samples,
)
from pfviz.rng import derive_rng
from pfviz.types import Sampling, Step
from tests.models import tiny

PROBLEM = Problem("compute 1 + 2", "3")


def generator(**options: Any) -> CausalLMGenerator:
    return CausalLMGenerator(tiny.causal_lm(), tiny.tokenizer(), "tiny", **options)


def reading(size: int) -> LinearReading:
    rng = derive_rng(0, "reading")
    return LinearReading(
        1,
        rng.normal(size=2 * size),
        rng.uniform(0.5, 2, 2 * size),
        rng.normal(size=2 * size) / 4,
        np.array([0.1, -0.2]),
        np.array([0.6, 0.9]),
        0.3,
        1.2,
        wrong_equation=-2.0,
    )


def reward(model: CausalLMGenerator) -> HiddenStateReward:
    pairing = generator_identity(model)
    assert pairing is not None
    return HiddenStateReward(reading(model.model.config.hidden_size), "read", pairing, lambda: model)


def sampled(model: CausalLMGenerator, solutions: int = 4) -> SampledProblem:
    sampler = BatchSampler(
        model, [1], solutions=solutions, seed=3, sampling=Sampling(0.8, max_step_tokens=6), max_steps=3
    )
    ((found, _),) = [one for progress in sampler.sample([PROBLEM]) for one in progress.done]
    return found


def test_the_rewards_of_a_run_are_those_of_one_plain_pass_with_clones_and_all() -> None:
    model = generator()
    judge = reward(model)
    trace = pfviz.run(
        PROBLEM, generator=model, reward=judge, particles=6, seed=2, max_steps=3, max_step_tokens=6,
    )  # fmt: skip
    assert trace.steps > 1
    for slot in range(trace.particles):
        steps = [trace.written_step(*node) for node in trace.solution(trace.steps - 1, slot)]
        solution = Solution(tuple(SampledStep(step.text, step.token_ids, step.end) for step in steps), False)
        (features,) = describe_solutions(model, SampledProblem(trace.problem, "3", (solution,)), [1])
        raw = judge.reading.raw_scores(features[-1, 0].astype(np.float64), False)
        expected = judge.reading.reward(float(raw), len(steps) - 1, steps[-1].finished)
        assert trace.rewards[trace.steps - 1, slot] == pytest.approx(expected, abs=2e-3)  # features are halves


def test_a_wrong_equation_is_remembered_by_the_solution_and_its_copies() -> None:
    model = generator()
    session = reward(model).open(PROBLEM, particles=2)
    size = model.model.config.hidden_size

    def step(text: str, finished: bool = False) -> Step:
        return Step(text, (5, 6), -1.0, finished, "separator", hidden_sum=np.ones(size, np.float32))

    first = session.score({0: step("2 + 2 = 5"), 1: step("2 + 2 = 4")})
    assert first[0] < first[1]
    session.select(np.array([0, 0]))
    second = session.score({0: step("so"), 1: step("so")})
    assert second[0] == second[1]
    clean = reward(model).open(PROBLEM, particles=1)
    clean.score({0: step("2 + 2 = 4")})
    logits = [np.log(r / (1 - r)) for r in (second[0], clean.score({0: step("so")})[0])]
    assert logits[0] - logits[1] == pytest.approx(-2.0 * 0.9)  # the slope of the second step


def test_a_run_that_goes_on_and_a_trace_that_is_scored_anew_have_the_same_rewards() -> None:
    model = generator()
    judge = reward(model)
    trace = pfviz.run(PROBLEM, generator=model, reward=judge, particles=4, seed=2, max_steps=3, max_step_tokens=6)
    again = pfviz.resume(trace.upto(1), generator=model, reward=judge)
    np.testing.assert_array_equal(again.rewards, trace.rewards)
    *_, found = rescore(trace, judge)
    assert isinstance(found, RescoredSweep)
    np.testing.assert_allclose(found.rewards, trace.rewards, atol=1e-5)


def test_other_weights_are_refused_and_other_steps_or_another_prompt_are_said() -> None:
    judge, other = reward(generator()), generator()
    with torch.no_grad():
        for parameter in other.model.parameters():
            parameter.copy_(parameter.roll(1, 0))
    with pytest.raises(ModelError, match="has other weights"):
        judge.bind(other)
    (note,) = judge.bind(generator(separator="\n")).notes
    assert "fitted on steps that end at a blank line, and these end at '\\n'" in note
    assert judge.bind(generator(system="Be brief.")).notes == (
        "read was fitted with another prompt: its probabilities may be off.",
    )
    assert judge.bind(generator()).notes == ()


def test_weights_that_were_rounded_otherwise_are_said_and_auto_finds_them(monkeypatch: pytest.MonkeyPatch) -> None:
    judge, rounded = reward(generator()), generator()
    with torch.no_grad():
        for parameter in rounded.model.parameters():
            parameter.mul_(1 + 0.02 * torch.sin(torch.arange(parameter.numel())).reshape(parameter.shape))
    (note,) = judge.bind(rounded).notes
    assert "near to those of tiny, and not the same" in note
    assert judge.fits(rounded)
    stranger = CausalLMGenerator(tiny.causal_lm(seed=9), tiny.tokenizer(), "stranger")
    assert not judge.fits(stranger)
    presets = {name: registry.REWARDS[name] for name in ("confidence",)}
    presets["states-tiny"] = registry.RewardPreset("states-tiny", "", "", lambda: judge, any_generator=True)
    monkeypatch.setattr(registry, "FITTED_REWARDS", ("states-tiny",))
    monkeypatch.setitem(registry.REWARDS, "states-tiny", presets["states-tiny"])
    settings: dict[str, Any] = {"reward": "auto", "particles": 2, "max_steps": 2, "max_step_tokens": 4}
    assert pfviz.run(PROBLEM, generator=rounded, **settings).reward == "read"
    assert pfviz.run(PROBLEM, generator=stranger, **settings).reward == "confidence"
    registry.unload_models()


def test_a_file_gives_back_what_was_written(tmp_path: Path) -> None:
    model = generator()
    pairing = generator_identity(model)
    assert pairing is not None
    file = tmp_path / "read.safetensors"
    write_reading(file, reading(16), pairing, {"problems": 3})
    found, belongs, card = read_reading(file)
    assert belongs == pairing
    assert card == {"problems": 3}
    np.testing.assert_allclose(found.weight, reading(16).weight, rtol=1e-6)
    assert load_hidden_state_reward(file, lambda name: model).name == str(file)


@pytest.mark.parametrize("content", [b"", b"{}", b"\x08\0\0\0\0\0\0\0{}      ", b"\xff" * 64])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.safetensors"
    file.write_bytes(content)
    with pytest.raises(ModelError, match="hidden-state reward"):
        read_reading(file)


def test_samples_survive_in_a_file_and_a_line_that_was_cut_off_does_not_count(tmp_path: Path) -> None:
    sample, file = sampled(generator()), tmp_path / "samples.jsonl"
    assert len(sample.solutions) == 4
    append_sample(file, sample)
    append_sample(file, sample)
    assert read_samples(file) == [sample, sample]
    file.write_text(file.read_text(encoding="utf-8")[:-40], encoding="utf-8")
    assert read_samples(file) == [sample]
    file.write_text('{"problem": 3}\n', encoding="utf-8")
    with pytest.raises(DatasetError, match="line 1"):
        read_samples(file)


def test_a_generator_elsewhere_cannot_be_read() -> None:
    class Elsewhere:
        name = "elsewhere"

    with pytest.raises(ModelError, match="runs elsewhere"):
        check_reads_hidden_states(Elsewhere())  # type: ignore[arg-type]
    assert candidate_layers(generator()) == (1, 2)
