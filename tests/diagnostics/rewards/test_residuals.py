"""Bellman residuals: 0 on average for a reward that is a martingale, and another number for one that is not."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pfviz
from pfviz.diagnostics.rewards.residuals import residuals
from pfviz.trace import Trace
from tests.contracts import toy
from tests.sweeps import gibbs
from tests.traces import synthetic_trace


def chance_of_ab(problem: str, steps: list[str]) -> float:
    """The probability that the solution will hold "ab": a martingale along the toy's own steps."""
    text = "".join(steps)
    held = {solution: p for solution, p in toy.solutions().items() if solution.startswith(text)}
    return sum(p for solution, p in held.items() if "ab" in solution) / sum(held.values())


def toy_run(reward: object, **settings: object) -> Trace:
    return pfviz.run("toy", generator=toy.ToyGenerator(), reward=reward, max_steps=toy.LENGTH, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["best_of_n", "particle_filtering"])
def test_a_martingale_has_mean_residual_zero_whatever_was_selected(method: str) -> None:
    found = residuals(toy_run(chance_of_ab, method=method, particles=600, seed=5)).overall
    error = (found.high - found.low) / 2 / 1.96
    assert found.groups > 50
    # Four standard errors: a run with another seed fails less than once in ten thousand.
    assert abs(found.value) < 4 * error


def test_a_reward_that_flatters_long_solutions_rises() -> None:
    trace = toy_run(
        lambda problem, steps: min(0.95, chance_of_ab(problem, steps) / 2 + 0.1 * len(steps)), particles=200
    )
    found = residuals(trace).overall
    assert found.low > 0


def test_a_residual_is_what_its_definition_says() -> None:
    trace = synthetic_trace()
    found = residuals(trace)
    for t in range(trace.steps - 1):
        for n in range(trace.particles):
            rewards = [
                trace.rewards[t + 1, m]
                for m in range(trace.particles)
                if trace.ancestors[t, m] == n and trace.written[t + 1, m]
            ]
            assert found.children[t, n] == len(rewards)
            if rewards:
                assert found.nodes[t, n] == pytest.approx(np.mean(rewards) - trace.rewards[t, n])
            else:
                assert math.isnan(found.nodes[t, n])
        own = found.nodes[t][found.children[t] > 0]
        assert found.steps[t].value == pytest.approx(own.mean())
    assert found.overall.value == pytest.approx(np.nanmean(found.nodes))


@given(st.permutations(range(8)))
def test_the_order_of_the_slots_does_not_matter(order: list[int]) -> None:
    """The slots of the last step are shuffled; nobody descends from them."""
    trace, slots = synthetic_trace(8, 4), np.array(order)
    rewards, ancestors = trace.rewards.copy(), trace.ancestors.copy()
    last = trace.steps - 1
    rewards[last], ancestors[last - 1] = rewards[last][slots], ancestors[last - 1][slots]
    uids = trace.uids.copy()
    kept = trace.written[last][slots]
    uids[last] = np.where(kept, np.arange(8) + last * 8, trace.uids[last][slots])
    shuffled = replace(trace, rewards=rewards, ancestors=ancestors, uids=uids, ends=trace.ends)
    assert residuals(shuffled).overall.value == pytest.approx(residuals(trace).overall.value)


def test_a_pinned_step_and_one_that_failed_are_no_draws() -> None:
    trace = gibbs()
    assert trace.pinned
    found = residuals(trace)
    pinned = sum(bool(trace.written[t, 0]) for t in range(1, trace.steps))
    assert found.children.sum() == trace.written[1:].sum() - pinned
    plain = synthetic_trace()
    ends = [list(row) for row in plain.ends]
    ends[1][2] = "failed"
    assert residuals(replace(plain, ends=ends)).children.sum() == residuals(plain).children.sum() - 1


@pytest.mark.parametrize(("particles", "steps"), [(4, 1), (1, 1), (1, 5)])
def test_small_runs(particles: int, steps: int) -> None:
    found = residuals(synthetic_trace(particles, steps))
    assert len(found.steps) == steps - 1
    assert not found.by_families or found.overall.groups > 1
    assert math.isnan(found.overall.value) == (steps == 1)
