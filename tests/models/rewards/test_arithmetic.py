"""Checked arithmetic as a reward."""

from __future__ import annotations

import pfviz
from pfviz.models.registry import get_reward
from pfviz.models.rewards.arithmetic import ALL_HOLD, NOTHING_CHECKED, ONE_FAILS, score_arithmetic


def test_an_error_costs_more_than_a_true_equation_earns() -> None:
    assert score_arithmetic("?", ["3 + 4 = 7"]) == ALL_HOLD
    assert score_arithmetic("?", ["3 + 4 = 7, so 2 * 2 = 5"]) == ONE_FAILS
    assert score_arithmetic("?", ["Let us think."]) == NOTHING_CHECKED
    gain, loss = ALL_HOLD / (1 - ALL_HOLD), ONE_FAILS / (1 - ONE_FAILS)
    assert gain * loss < 1


def test_only_the_last_step_counts() -> None:
    assert score_arithmetic("?", ["3 + 4 = 8", "2 * 2 = 4"]) == ALL_HOLD


def test_it_is_a_preset_for_any_generator() -> None:
    trace = pfviz.run("compute 17 + 25 - 8", reward="arithmetic", particles=4, seed=3)
    assert trace.reward == get_reward("arithmetic").name == "arithmetic"
    assert set(trace.rewards.ravel()) <= {ALL_HOLD, NOTHING_CHECKED, ONE_FAILS}
