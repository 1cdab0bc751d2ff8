"""Means, differences and slopes with intervals of resampled problems."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.stats.bootstrap import (
    PercentileRule,
    difference,
    draw_resamples,
    estimate_from_replicates,
    mean,
    ratio,
    resampled_means,
    slope,
)
from pfviz.stats.estimate import NO_ESTIMATE


def clustered(rng: np.random.Generator, problems: int = 30, rows: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """Values of mean 0 that rows of one problem share for the most part."""
    problem = np.repeat(np.arange(problems), rows)
    return rng.standard_normal(problems)[problem] + 0.3 * rng.standard_normal(len(problem)), problem


def test_the_interval_of_a_mean_covers_it() -> None:
    """95 of 100 would be expected. Fewer than 84 have odds of 1e-5 at 95 %, and of 6e-4 at the 93 % that a percentile
    bootstrap of 30 problems may have. An interval that took rows for independent would cover about 50."""
    rng = np.random.default_rng(0)
    covered = [not mean(*clustered(rng)).excludes(0.0) for _ in range(100)]
    assert 84 <= sum(covered) < 100


def test_the_interval_of_a_slope_covers_it() -> None:
    """As above; x and the remainder are both shared by rows of a problem."""
    rng = np.random.default_rng(1)
    covered = 0
    for _ in range(100):
        (x, problem), (noise, _) = clustered(rng), clustered(rng)
        covered += not slope(x, 2 * x + noise, problem).excludes(2.0)
    assert 84 <= covered < 100


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.floats(-1, 1)), max_size=20))
def test_values_are_plain_means(drawn: list[tuple[int, bool, float]]) -> None:
    problem = np.array([p for p, _, _ in drawn], dtype=np.int64)
    first = np.array([f for _, f, _ in drawn], dtype=np.bool_)
    values = np.array([v for _, _, v in drawn])
    found = mean(values, problem)
    if not drawn:
        assert found == NO_ESTIMATE
        return
    assert found.value == pytest.approx(values.mean(), abs=1e-12)
    assert (found.count, found.groups) == (len(drawn), len(set(problem.tolist())))
    assert math.isnan(found.low) == (found.groups < 2)
    apart = difference(values, first, problem)
    if first.any() and not first.all():
        assert apart.value == pytest.approx(values[first].mean() - values[~first].mean(), abs=1e-12)
    else:
        assert math.isnan(apart.value)


def test_nan_is_left_out() -> None:
    found = mean(np.array([1.0, np.nan, 3.0]), np.array([0, 1, 2]))
    assert (found.value, found.count, found.groups) == (2.0, 2, 2)


def test_one_problem_tells_nothing_of_others() -> None:
    found = mean(np.array([1.0, 2.0]), np.array([5, 5]))
    assert found.value == 1.5
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert not found.excludes(0.0)


def test_as_many_problems_are_drawn_as_there_are() -> None:
    drawn = draw_resamples(7)
    assert (drawn.sum(axis=1) == 7).all()
    assert (drawn == draw_resamples(7)).all()
    assert len(np.unique(drawn, axis=0)) > 100


def test_a_ratio_is_that_of_the_sums_and_its_interval_covers_it() -> None:
    rng = np.random.default_rng(0)
    problem = np.repeat(np.arange(40), 5)
    under = 1 + rng.random(200)
    found = ratio(0.3 * under + 0.1 * rng.standard_normal(200), under, problem)
    assert found.low < 0.3 < found.high
    assert found.high - found.low < 0.1
    assert np.isnan(ratio(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64)).value)


def test_a_resample_draws_whole_problems() -> None:
    """Columns that are equal stay equal, and complements stay complements: the draw is paired."""
    rng = np.random.default_rng(0)
    values = rng.integers(0, 2, size=(40, 1)).astype(float)
    means = resampled_means(np.hstack([values, values, 1 - values]), 500, seed=1)
    assert means.shape == (500, 3)
    assert np.array_equal(means[:, 0], means[:, 1])
    assert means[:, 0] + means[:, 2] == pytest.approx(1.0)
    # The replicates' mean has a standard error of 0.08 / sqrt(500) = 0.0036: six of them are never exceeded by chance.
    assert means[:, 0].mean() == pytest.approx(values.mean(), abs=0.022)
    assert means[:, 0].std() == pytest.approx(values.std() / math.sqrt(40), rel=0.2)


def test_one_problem_has_no_spread() -> None:
    assert np.array_equal(resampled_means(np.array([[1.0, 0.0]]), 7), [[1.0, 0.0]] * 7)


@pytest.mark.parametrize("rule", ["linear", "inverted_cdf"])
def test_an_interval_holds_95_of_100_replicates(rule: PercentileRule) -> None:
    estimate = estimate_from_replicates(0.5, np.arange(1000) / 1000, rule=rule)
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((0.5, 0.025, 0.975), abs=0.0011)


def test_an_interval_may_reach_infinity() -> None:
    estimate = estimate_from_replicates(3.0, np.array([1.0] * 50 + [4.0] * 900 + [math.inf] * 50), rule="inverted_cdf")
    assert (estimate.low, estimate.value, estimate.high) == (1.0, 3.0, math.inf)


def test_a_replicate_that_is_not_known_is_left_out() -> None:
    known = np.arange(1000) / 1000
    found = estimate_from_replicates(0.5, np.append(known, np.nan), 7, 2)
    assert found == estimate_from_replicates(0.5, known, 7, 2)
    assert (found.count, found.groups) == (7, 2)
    assert math.isnan(estimate_from_replicates(0.5, np.array([np.nan]), 7, 2).low)


def test_one_group_has_no_interval() -> None:
    assert math.isnan(estimate_from_replicates(0.5, np.full(9, 0.5), 3, 1).high)
    assert estimate_from_replicates(0.5, np.full(9, 0.5)).high == 0.5  # nobody said how many there are


def test_intervals_cover_the_truth() -> None:
    """400 studies of 80 problems with p = 0.6. The 95% percentile interval of a mean of 80 covers it about 94 times in
    100; over 400 studies that share has a standard error of 0.012, so that it leaves 0.88..0.985 by chance less than
    once in 2,000 choices of the seed."""
    covered = 0
    for study in range(400):
        rng = np.random.default_rng([7, study])
        right = (rng.random((80, 1)) < 0.6).astype(float)
        means = resampled_means(right, 400, seed=study)[:, 0]
        estimate = estimate_from_replicates(right.mean(), means, rule="inverted_cdf")
        covered += estimate.low <= 0.6 <= estimate.high
    assert 0.88 < covered / 400 < 0.985
