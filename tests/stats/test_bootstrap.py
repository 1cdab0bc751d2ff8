"""Means, differences and slopes with intervals of resampled problems."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.stats.bootstrap import (
    NO_ESTIMATE,
    Estimate,
    difference,
    draw_resamples,
    equivalent_normal_z,
    mean,
    ratio,
    slope,
    slope_estimate,
)


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
        covered += not slope_estimate(x, 2 * x + noise, problem).excludes(2.0)
    assert 84 <= covered < 100


def test_a_slope_without_a_cause_is_seldom_sure() -> None:
    """|z| above 3 has odds of 0.3 %, of 0.6 % with heavier tails: more than five of 200, of 4e-5 or 0.14 %."""
    rng = np.random.default_rng(2)
    sure = 0
    for _ in range(200):
        (x, problem), (y, _) = clustered(rng), clustered(rng)
        sure += abs(slope(x, y, problem)[1]) > 3
    assert sure <= 5


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
    assert (found.rows, found.problems) == (len(drawn), len(set(problem.tolist())))
    assert math.isnan(found.low) == (found.problems < 2)
    apart = difference(values, first, problem)
    if first.any() and not first.all():
        assert apart.value == pytest.approx(values[first].mean() - values[~first].mean(), abs=1e-12)
    else:
        assert math.isnan(apart.value)


def test_nan_is_left_out() -> None:
    found = mean(np.array([1.0, np.nan, 3.0]), np.array([0, 1, 2]))
    assert (found.value, found.rows, found.problems) == (2.0, 2, 2)


def test_one_problem_tells_nothing_of_others() -> None:
    found = mean(np.array([1.0, 2.0]), np.array([5, 5]))
    assert found.value == 1.5
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert not found.excludes(0.0)


def test_an_interval_lies_on_one_side() -> None:
    found = Estimate(0.5, 0.4, 0.6, 10, 5)
    assert found.excludes(0.3)
    assert found.excludes(0.7)
    assert not found.excludes(0.45)
    assert found.standard_error == pytest.approx(0.2 / 3.92)


def test_a_falling_function_turns_the_interval() -> None:
    assert Estimate(0.5, 0.25, 0.625, 10, 5).transform(lambda x: 1 - x) == Estimate(0.5, 0.375, 0.75, 10, 5)


def test_as_many_problems_are_drawn_as_there_are() -> None:
    drawn = draw_resamples(7)
    assert (drawn.sum(axis=1) == 7).all()
    assert (drawn == draw_resamples(7)).all()
    assert len(np.unique(drawn, axis=0)) > 100


def test_what_does_not_vary_has_no_slope() -> None:
    assert slope(np.zeros(4), np.arange(4.0), np.arange(4)) == (0.0, 0.0)
    x = np.array([-1.0, 1.0, -2.0, 2.0])
    assert slope(x, 3 * x, np.array([0, 0, 1, 1]))[0] == pytest.approx(3)


@pytest.mark.parametrize(("t", "problems"), [(4.604, 5), (3.169, 11), (2.601, 200)])
def test_few_problems_make_a_z_less_rare(t: float, problems: int) -> None:
    """Student's t at 0.5 % on each side."""
    assert equivalent_normal_z(t, problems) == pytest.approx(2.576, rel=0.01)
    assert equivalent_normal_z(-t, problems) == equivalent_normal_z(t, problems)


def test_a_ratio_is_that_of_the_sums_and_its_interval_covers_it() -> None:
    rng = np.random.default_rng(0)
    problem = np.repeat(np.arange(40), 5)
    under = 1 + rng.random(200)
    found = ratio(0.3 * under + 0.1 * rng.standard_normal(200), under, problem)
    assert found.low < 0.3 < found.high
    assert found.high - found.low < 0.1
    assert np.isnan(ratio(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64)).value)
