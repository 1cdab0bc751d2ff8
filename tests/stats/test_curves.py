"""The bootstrap and the horizontal ratio, on cases that are known exactly, and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.stats.curves import generations_needed, interval, resampled_means

BUDGETS = np.array([1.0, 2.0, 4.0, 8.0])


def needed(curve: list[float], wanted: float) -> float:
    return float(generations_needed(np.array([curve]), BUDGETS, np.array([wanted]))[0])


@pytest.mark.parametrize(
    ("curve", "wanted", "generations"),
    [
        ([0.2, 0.4, 0.6, 0.8], 0.4, 2.0),
        ([0.2, 0.4, 0.6, 0.8], 0.5, math.sqrt(8)),  # half-way between 2 and 4 on the log scale
        ([0.2, 0.4, 0.6, 0.8], 0.8, 8.0),
        ([0.2, 0.4, 0.6, 0.8], 0.81, math.inf),
        ([0.2, 0.4, 0.6, 0.8], 0.1, 1.0),
        ([0.5, 0.5, 0.5, 0.5], 0.5, 1.0),
        ([0.2, 0.6, 0.3, 0.1], 0.4, math.sqrt(2)),  # what was reached once was reached
        ([0.2, 0.1, 0.3, 0.3], 0.3, 4.0),
    ],
)
def test_generations_needed(curve: list[float], wanted: float, generations: float) -> None:
    assert needed(curve, wanted) == pytest.approx(generations)


accuracies = st.lists(st.floats(0, 1), min_size=4, max_size=4)


@given(accuracies, st.floats(0, 1), st.floats(0, 1))
def test_more_accuracy_never_needs_fewer_generations(curve: list[float], one: float, other: float) -> None:
    assert needed(curve, min(one, other)) <= needed(curve, max(one, other))


@given(accuracies)
def test_a_rising_curve_needs_for_its_own_accuracies_its_own_budgets(curve: list[float]) -> None:
    rising = sorted(set(curve))
    budgets = BUDGETS[: len(rising)]
    found = generations_needed(np.tile(rising, (len(rising), 1)), budgets, np.array(rising))
    assert found == pytest.approx(budgets)


@given(st.lists(accuracies, min_size=1, max_size=5), st.floats(0, 1))
def test_rows_do_not_know_each_other(curves: list[list[float]], wanted: float) -> None:
    together = generations_needed(np.array(curves), BUDGETS, np.full(len(curves), wanted))
    assert together.tolist() == [needed(curve, wanted) for curve in curves]


def test_a_resample_draws_whole_problems() -> None:
    """Columns that are equal stay equal, and complements stay complements: the draw is paired."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 2, size=(40, 1)).astype(float)
    means = resampled_means(np.random.default_rng(1), np.hstack([values, values, 1 - values]), 500)
    assert means.shape == (500, 3)
    assert np.array_equal(means[:, 0], means[:, 1])
    assert means[:, 0] + means[:, 2] == pytest.approx(1.0)
    # The replicates' mean has a standard error of 0.08 / sqrt(500) = 0.0036: six of them are never exceeded by chance.
    assert means[:, 0].mean() == pytest.approx(values.mean(), abs=0.022)
    assert means[:, 0].std() == pytest.approx(values.std() / math.sqrt(40), rel=0.2)


def test_one_problem_has_no_spread() -> None:
    assert np.array_equal(resampled_means(np.random.default_rng(0), np.array([[1.0, 0.0]]), 7), [[1.0, 0.0]] * 7)


def test_an_interval_holds_95_of_100_replicates() -> None:
    estimate = interval(0.5, np.arange(1000) / 1000)
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((0.5, 0.025, 0.975), abs=0.0011)


def test_an_interval_may_reach_infinity() -> None:
    estimate = interval(3.0, np.array([1.0] * 50 + [4.0] * 900 + [math.inf] * 50))
    assert (estimate.low, estimate.value, estimate.high) == (1.0, 3.0, math.inf)


def test_intervals_cover_the_truth() -> None:
    """400 studies of 80 problems with p = 0.6. The 95 % percentile interval of a mean of 80 covers it about 94 times in
    100; over 400 studies that share has a standard error of 0.012, so that it leaves 0.88..0.985 by chance less than
    once in 2,000 choices of the seed."""
    covered = 0
    for study in range(400):
        rng = np.random.default_rng([7, study])
        right = (rng.random((80, 1)) < 0.6).astype(float)
        estimate = interval(right.mean(), resampled_means(rng, right, 400)[:, 0])
        covered += estimate.low <= 0.6 <= estimate.high
    assert 0.88 < covered / 400 < 0.985
