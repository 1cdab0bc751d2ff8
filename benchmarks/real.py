"""A published model on this machine: a run against as many tokens decoded in a bare batch, in each type of numbers.

Every round makes a run of particle filtering with the reward that fits the generator, and then decodes what it wrote
once more: in one plain batch with the cache of transformers, in bfloat16 and in the numbers of the run. What the
hidden states cost is measured on independent samples, whose tokens are the same with and without them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import torch

import pfviz
from benchmarks import limit
from benchmarks.engines import CONSTANT_REWARD
from benchmarks.results import Goal, Line, Spread, StatusCallback
from pfviz.models.decoding.causal_lm import CausalLMGenerator
from pfviz.models.hub.devices import DTYPE_VARIABLE
from pfviz.models.registry import generator_preset, get_reward
from pfviz.problems.problem import Problem
from pfviz.reward_training.samples import check_reads_hidden_states
from pfviz.trace.trace import Trace
from pfviz.types import bind_reward

STORY = (
    "Tom has 14 marbles in a red bag, 9 marbles in a blue bag and 17 marbles in his pocket. How many marbles does he "
    "have together?"
)
RUN_GOAL = Goal(1.15, at_least=False)
HIDDEN_STATES_GOAL = Goal(1.03, at_least=False)
MAX_STEPS = 12


@contextmanager
def _numbers(name: str) -> Iterator[None]:
    """Models that are loaded meanwhile are computed in these."""
    before = os.environ.get(DTYPE_VARIABLE)
    os.environ[DTYPE_VARIABLE] = name
    try:
        yield
    finally:
        if before is None:
            del os.environ[DTYPE_VARIABLE]
        else:
            os.environ[DTYPE_VARIABLE] = before


def measure_real(name: str, problem: str, particles: Sequence[int], rounds: int, say: StatusCallback) -> Iterator[Line]:
    """Lines for each number of particles; the model is a name, an id or a path as `--model` takes it.

    Raises:
        ModelError: it cannot be loaded, or runs elsewhere.
    """
    say(f"loading {name}")
    own = check_reads_hidden_states(generator_preset(name).load())
    say(f"loading {name} in bfloat16")
    with _numbers("bfloat16"):
        plain = check_reads_hidden_states(generator_preset(name).load())
    _run(own, problem, min(particles), 0)  # nobody's first pass is measured
    for n in particles:
        found: dict[str, list[float]] = {}
        steps = 0
        for number in range(rounds):
            say(f"{name}: N = {n}, round {number + 1} of {rounds}")
            for what, value in _round(own, plain, problem, n, number).items():
                found.setdefault(what, []).append(value)
            steps = max(steps, int(found["steps"][-1]))
        for what, (unit, goal) in _QUANTITIES.items():
            yield Line(what, name, n, steps, unit, Spread.from_values(found[what]), goal)


_QUANTITIES: dict[str, tuple[str, Goal | None]] = {
    "run": ("s", None),
    "run: first step": ("s", None),
    "tokens": ("tokens", None),
    "run: tokens a second": ("1/s", None),
    "bare batch, bfloat16: tokens a second": ("1/s", None),
    "bare batch, same numbers: tokens a second": ("1/s", None),
    "run / bare batch in bfloat16": ("", RUN_GOAL),
    "run / bare batch in the same numbers": ("", RUN_GOAL),
    "independent samples with / without hidden states": ("", HIDDEN_STATES_GOAL),
    "run: log-probability of a token, largest difference from one plain pass": ("nats", None),
}


def _run(generator: CausalLMGenerator, problem: str, n: int, seed: int, **others: Any) -> Trace:
    settings = {"reward": "auto", "max_steps": MAX_STEPS, **others}
    return pfviz.run(problem, generator=generator, particles=n, seed=seed, **settings)


def _round(own: CausalLMGenerator, plain: CausalLMGenerator, problem: str, n: int, seed: int) -> dict[str, float]:
    trace = _run(own, problem, n, seed)
    seconds = float(trace.seconds[-1])
    ids = limit.written_ids(trace)
    bare = {}
    for what, generator in (("bfloat16", plain), ("same", own)):
        began = perf_counter()
        limit.decode(generator.model, generator.prompt(Problem(problem)), ids, 0.8)
        bare[what] = perf_counter() - began
    reward = bind_reward(get_reward("auto"), own)
    reads = [
        float(_run(own, problem, n, seed, method="best_of_n", reward=one).seconds[-1])
        for one in (reward, CONSTANT_REWARD)
    ]
    tokens = float(trace.tokens.sum())
    return {
        "run": seconds,
        "run: first step": float(trace.seconds[0]),
        "tokens": tokens,
        "run: tokens a second": tokens / seconds,
        "bare batch, bfloat16: tokens a second": tokens / bare["bfloat16"],
        "bare batch, same numbers: tokens a second": tokens / bare["same"],
        "run / bare batch in bfloat16": seconds / bare["bfloat16"],
        "run / bare batch in the same numbers": seconds / bare["same"],
        "independent samples with / without hidden states": reads[0] / reads[1],
        "run: log-probability of a token, largest difference from one plain pass": _plain_difference(
            own, problem, trace
        ),
        "steps": float(trace.steps),
    }


@torch.inference_mode()
def _plain_difference(generator: CausalLMGenerator, problem: str, trace: Trace) -> float:
    """Of the first particle, whose tokens were computed in forks, columns and steps."""
    steps = [trace.written_step(*node) for node in trace.solution(trace.steps - 1, 0)]
    ids = [token for step in steps for token in step.token_ids]
    prompt = generator.prompt(Problem(problem))
    whole = torch.tensor([prompt + ids], device=generator.model.device)
    logits = generator.model(input_ids=whole, use_cache=False).logits[0, len(prompt) - 1 : -1].double()
    plain = torch.log_softmax(logits, 1).gather(1, whole[0, len(prompt) :, None])[:, 0].cpu()
    recorded = torch.tensor([value for step in steps for value in step.token_log_probs], dtype=torch.float64)
    return float((plain - recorded).abs().max())
