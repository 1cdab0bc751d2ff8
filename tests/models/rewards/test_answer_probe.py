"""The answer probe: against a plain greedy decode after each prefix, under the contract, and who cannot be probed."""

from __future__ import annotations

import math

import numpy as np
import pytest

import pfviz
from pfviz.errors import ModelError
from pfviz.lab.probes.rescore import RescoredSweep, rescore
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.registry import get_reward
from pfviz.models.rewards.answer_probe import MAX_TOKENS, QUESTION, AnswerProbeReward
from pfviz.problems.problem import Problem
from tests.contracts import reward as contract
from tests.contracts import toy
from tests.models import architectures, tiny

PROBLEM = Problem("compute 1 + 2")


def generator() -> CausalLMGenerator:
    return CausalLMGenerator(tiny.causal_lm(eos_token_id=[1, 40], initializer_range=0.8), tiny.tokenizer(), "tiny")


def greedy(writer: CausalLMGenerator, problem: Problem, steps: list[str]) -> float:
    ids = writer.prompt(problem)
    for step in steps:
        ids += writer.tokenization.encode(f"{step}\n\n")
    ids += writer.tokenization.encode(QUESTION)
    total = 0.0
    for _ in range(MAX_TOKENS):
        log_probs = architectures.compute_logits(writer.model, ids)[-1].log_softmax(0)
        ids.append(int(log_probs.argmax()))
        total += float(log_probs.max())
        if ids[-1] in writer.eos or "}" in writer.tokenization.decode_token(ids[-1]):
            break
    return math.exp(total)


@pytest.mark.parametrize(
    "check", [contract.select_copies, contract.a_subset_leaves_the_others, contract.sessions_are_apart]
)
def test_the_mass_of_the_answer_is_that_of_a_plain_greedy_decode(check) -> None:
    writer = generator()

    def scratch(problem: Problem, steps: list[str]) -> float:
        return greedy(writer, problem, steps)

    check(contract.Case(lambda: AnswerProbeReward().bind(writer), PROBLEM, scratch))


def test_a_run_a_resumption_and_a_recorded_run() -> None:
    writer = generator()
    settings = {"particles": 4, "max_steps": 3, "max_step_tokens": 9, "generator": writer}
    trace = pfviz.run("compute 1 + 2", reward="answer-probe", **settings)
    assert trace.reward == "answer-probe"
    assert len(np.unique(trace.rewards)) > 3
    assert np.array_equal(pfviz.resume(trace.upto(1), generator=writer).rewards, trace.rewards)
    (again,) = [item for item in rescore(trace, "answer-probe", generator=writer) if isinstance(item, RescoredSweep)]
    assert again.rewards == pytest.approx(trace.rewards, abs=1e-6)


def test_the_embedded_generator_is_probed_and_a_stranger_is_not() -> None:
    trace = pfviz.run("Compute 1 + 2 + 3", particles=3, max_steps=2, reward="answer-probe")
    assert 0 < trace.rewards.min() < trace.rewards.max() <= 1
    with pytest.raises(ModelError, match=r"'answer-probe' reads how likely .* toy is not computed here"):
        pfviz.run("toy", generator=toy.ToyGenerator(), reward="answer-probe")
    with pytest.raises(ModelError, match="probes the generator of a run"):
        get_reward("answer-probe").open(PROBLEM, particles=1)
