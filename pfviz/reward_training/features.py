"""What the generator's hidden states say of every prefix of a solution, by one plain pass over its text.

While a run is decoded the same numbers are summed up step by step (`pfviz.models.decoding.hidden_states`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import numpy as np
import numpy.typing as npt
import torch

from pfviz.models.decoding.caches import cache_choice
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.decoding.hidden_states import LayerTap, find_layers, new_states
from pfviz.problems.problem import Problem
from pfviz.reward_training.samples import SampledProblem
from pfviz.types import FloatArray

MAX_PASS_TOKENS = 4096
"""Tokens of solutions that are fed in one pass."""

Features = npt.NDArray[np.float16]
"""(S, layers, 2H): the step mean and the prefix mean after each step."""


def candidate_layers(generator: CausalLMGenerator) -> tuple[int, ...]:
    """The layers that are tried: from one half to seven eighths of the depth."""
    depth = len(find_layers(generator.model))
    return tuple(sorted({max(1, round(depth * share)) for share in (0.5, 0.625, 0.75, 0.875)}))


@torch.inference_mode()
def describe_solutions(generator: CausalLMGenerator, sample: SampledProblem, layers: Sequence[int]) -> list[Features]:
    """The features of each solution of a problem."""
    prompt = generator.prompt(Problem(sample.problem))
    rows = [[i for step in solution.steps for i in step.ids] for solution in sample.solutions]
    taps = [LayerTap(generator.model, layer) for layer in layers]
    found: list[Features] = []
    for start, stop in _passes([len(row) for row in rows]):
        cache = cache_choice.make_cache(generator.model)
        if len(prompt) > 1:
            cache.feed(generator.model, [prompt[:-1]], logits_to_keep=1)
        cache.select([0] * (stop - start))
        fed = [[prompt[-1], *row[:-1]] for row in rows[start:stop]]
        with ExitStack() as stack:
            captured = [stack.enter_context(tap.capture()) for tap in taps]
            cache.feed(generator.model, fed, logits_to_keep=1)
        counts = [len(row) for row in fed]
        states = torch.stack([new_states(one, counts).float().cpu() for one in captured], 1).numpy()  # (T, layers, H)
        ends = np.cumsum(counts)
        for solution, part in zip(sample.solutions[start:stop], np.split(states, ends[:-1]), strict=True):
            found.append(_means([len(step.ids) for step in solution.steps], part))
    return found


def _passes(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Slices of the rows with at most `MAX_PASS_TOKENS` tokens each, or a single row."""
    start = tokens = 0
    for place, length in enumerate(lengths):
        if place > start and tokens + length > MAX_PASS_TOKENS:
            yield start, place
            start = place
            tokens = 0
        tokens += length
    yield start, len(lengths)


def _means(counts: Sequence[int], states: npt.NDArray[np.float32]) -> Features:
    """(S, layers, 2H) from the states (T, layers, H) at the tokens of S steps."""
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return step_and_prefix_means(counts, np.add.reduceat(states.astype(np.float64), starts, axis=0))


def step_and_prefix_means(counts: Sequence[int], sums: FloatArray) -> Features:
    """(S, layers, 2H) from the sums (S, layers, H) of the states at the tokens of S steps, so many in each."""
    ends = np.cumsum(counts)
    step_means = sums / np.asarray(counts)[:, None, None]
    prefix_means = np.cumsum(sums, axis=0) / ends[:, None, None]
    return np.concatenate([step_means, prefix_means], axis=2).astype(np.float16)
