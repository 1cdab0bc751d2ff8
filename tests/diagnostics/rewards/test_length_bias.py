"""The reward against step and length."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pfviz.diagnostics.rewards.length_bias import length_bias, prefix_lengths
from pfviz.diagnostics.truth import RIGHT, UNKNOWN, WRONG
from tests.traces import synthetic_trace

TRACE = synthetic_trace()
NOTHING = np.full(TRACE.rewards.shape, UNKNOWN)


def test_a_length_is_the_tokens_of_the_solution_so_far() -> None:
    lengths = prefix_lengths(TRACE)
    for t in range(TRACE.steps):
        for n in range(TRACE.particles):
            assert lengths[t, n] == sum(TRACE.tokens[node] for node in TRACE.solution(t, n))


def test_a_reward_made_of_length_has_that_slope_within_every_label() -> None:
    lengths = prefix_lengths(TRACE)
    made = replace(TRACE, rewards=0.1 + 0.004 * lengths)
    labels = np.where(np.arange(16) % 2, RIGHT, WRONG)[None, :].repeat(TRACE.steps, axis=0)
    for found in (
        length_bias(made, labels).by_length.all,
        length_bias(made, labels).by_length.right,
        length_bias(made, labels).by_length.wrong,
    ):
        assert (found.value, found.low, found.high) == pytest.approx((0.004, 0.004, 0.004), abs=1e-6)
    steps = replace(TRACE, rewards=0.1 * (np.arange(TRACE.steps)[:, None] + np.zeros(16)))
    assert length_bias(steps, labels).by_step.all.value == pytest.approx(0.1)


def test_each_node_counts_once_and_one_that_failed_not_at_all() -> None:
    found = length_bias(TRACE, NOTHING)
    assert sorted(found.uids) == sorted(TRACE.uids[TRACE.written])
    assert np.isnan(found.by_step.right.value)
    ends = [list(row) for row in TRACE.ends]
    ends[1][2] = "failed"
    assert 18 not in length_bias(replace(TRACE, ends=ends), NOTHING).uids


def test_one_step_has_no_trend_over_steps() -> None:
    found = length_bias(synthetic_trace(8, 1), NOTHING[:1, :8])
    assert np.isnan(found.by_step.all.value)
    assert np.isnan(found.by_length.all.value)  # all are equally long
    assert len(found.rewards) == 8
