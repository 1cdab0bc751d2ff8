"""The hidden states that a step was drawn from, summed while it is decoded, are those of one plain pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch

from pfviz.errors import ModelError
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.hidden_states import LayerTap, find_layers
from pfviz.problems.problem import Problem
from pfviz.types import GeneratorSession, Sampling, Step
from tests.models import tiny
from tests.models.decoding.caches.test_cache_choice import ROW_BY_ROW, made

PROBLEM = Problem("compute 1 + 2")
SAMPLING = Sampling(max_step_tokens=6, hidden_layer=1)


def written(
    session: GeneratorSession, slots: list[int], step: int, given: Mapping[int, Step] | None = None
) -> dict[int, Step]:
    *_, last = session.extend(slots, step, given or {})
    assert not isinstance(last, int)
    return dict(last)


def plain_sums(generator: CausalLMGenerator, steps: list[Step]) -> list[Any]:
    """Per step, from one pass over the whole text."""
    prompt = generator.prompt(PROBLEM)
    ids = [*prompt, *(i for step in steps for i in step.token_ids)]
    with torch.inference_mode(), LayerTap(generator.model, 1).capture() as captured:
        generator.model.set_attn_implementation("sdpa")
        generator.model(input_ids=torch.tensor([ids]), use_cache=False)
    states, at, sums = captured[0][0].float(), len(prompt) - 1, []
    for step in steps:
        sums.append(states[at : at + len(step.token_ids)].sum(0).numpy())
        at += len(step.token_ids)
    return sums


@pytest.mark.parametrize("kind", ["forked", "row by row"])
def test_sums_are_those_of_a_plain_pass_for_clones_too(kind: str) -> None:
    model = tiny.causal_lm() if kind == "forked" else made(ROW_BY_ROW["sliding windows"])
    generator = CausalLMGenerator(model, tiny.tokenizer(), "tiny")
    session = generator.open(PROBLEM, particles=4, seed=5, sampling=SAMPLING)
    first = written(session, [0, 1, 2, 3], 0)
    going = [slot for slot in range(4) if not first[slot].finished]
    ancestors = np.array([going[0], going[0], going[-1], going[-1]])
    session.select(ancestors)
    second = written(session, [0, 1, 2, 3], 1)
    for slot, ancestor in enumerate(ancestors):
        steps = [first[int(ancestor)], second[slot]]
        for step, expected in zip(steps, plain_sums(generator, steps), strict=True):
            np.testing.assert_allclose(step.hidden_sum, expected, atol=2e-5)
        if kind == "forked":
            generator = CausalLMGenerator(model, tiny.tokenizer(), "tiny")


def test_a_given_step_has_the_sums_of_one_that_was_drawn() -> None:
    generator = CausalLMGenerator(tiny.causal_lm(), tiny.tokenizer(), "tiny")
    drawn = written(generator.open(PROBLEM, particles=3, seed=5, sampling=SAMPLING), [0, 1, 2], 0)
    again = written(generator.open(PROBLEM, particles=3, seed=6, sampling=SAMPLING), [0, 1, 2], 0, drawn)
    for slot in range(3):
        np.testing.assert_array_equal(again[slot].hidden_sum, drawn[slot].hidden_sum)


def test_nothing_is_kept_unless_it_is_asked_for() -> None:
    generator = CausalLMGenerator(tiny.causal_lm(), tiny.tokenizer(), "tiny")
    steps = written(generator.open(PROBLEM, particles=2, seed=5, sampling=Sampling(max_step_tokens=4)), [0, 1], 0)
    assert all(step.hidden_sum is None for step in steps.values())
    assert not any(module._forward_hooks for module in generator.model.modules())


def test_a_layer_that_there_is_not() -> None:
    model = tiny.causal_lm()
    with pytest.raises(ModelError, match="there is no layer 9"):
        LayerTap(model, 9)
    assert len(find_layers(model)) == model.config.num_hidden_layers
