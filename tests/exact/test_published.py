"""What others published, against what runs here: the weights of its_hub, and greedy decoding."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import pfviz
from pfviz.inference.methods.base import Population
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.inference.settings import Settings
from pfviz.inference.weights import normalise
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from tests.models import tiny


def published(rewards: list[float], temperature: float) -> list[float]:
    """The softmax that its_hub resamples by: of the inverse sigmoid of rewards clipped to [1e-7, 1 - 1e-7]."""
    logits = []
    for r in rewards:
        clipped = min(max(r, 1e-7), 1 - 1e-7)
        logits.append(math.log(clipped / (1 - clipped)) / temperature)
    top = max(logits)
    shares = [math.exp(x - top) for x in logits]
    return [share / sum(shares) for share in shares]


@given(
    rewards=st.lists(st.one_of(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1, max_size=12),
    tau=st.floats(0.05, 20),
)
def test_odds_are_the_weights_of_its_hub(rewards: list[float], tau: float) -> None:
    n = len(rewards)
    population = Population(0, 9, np.array([rewards]), np.zeros(n, dtype=bool), np.full(n, -math.log(n)))
    weighing = ParticleFiltering(Settings(particles=n, tau=tau)).weigh(population)
    assert normalise(weighing.log_weights) == pytest.approx(published(rewards, tau), rel=1e-6, abs=1e-12)


def argmax_decoding(model, prompt: list[int], eos: set[int], separator: list[int], steps: int, limit: int) -> list[int]:
    """The most probable token each time, computed from nothing each time, until the end or the limits."""
    ids: list[int] = []
    for _ in range(steps):
        for _ in range(limit):
            with torch.inference_mode():
                ids.append(int(model(input_ids=torch.tensor([prompt + ids])).logits[0, -1].argmax()))
            if ids[-1] in eos:
                return ids
            if ids[-len(separator) :] == separator:
                break
    return ids


@pytest.mark.parametrize("settings", [{"method": "greedy"}, {"temperature": 1e-6}, {"temperature": 0}], ids=str)
def test_without_temperature_every_particle_decodes_by_argmax(settings) -> None:
    """A random model has no ties. Two of its four seeds come to an end of their own, or this would show less."""
    ended = 0
    for seed in range(4):
        model, tokenizer = tiny.causal_lm(seed=seed, eos_token_id=[1, 40]), tiny.tokenizer()
        generator = CausalLMGenerator(model, tokenizer, "random")
        trace = pfviz.run(
            "compute 1 + 2", generator=generator, reward=lambda problem, steps: 0.5, particles=3, max_steps=3,
            max_step_tokens=15, **settings,
        )  # fmt: skip
        separator = tokenizer.encode("\n\n", add_special_tokens=False)
        prompt = generator.prompt(pfviz.problems.problem.Problem("compute 1 + 2"))
        expected = argmax_decoding(model, prompt, {1, 40}, separator, 3, 15)
        ended += expected[-1] in {1, 40}
        for n in range(trace.particles):
            solution = trace.solution(trace.steps - 1, n)
            assert [i for t, slot in solution for i in trace.token_ids[t][slot]] == expected
    assert ended
