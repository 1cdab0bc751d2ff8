"""The slope of an outcome on a score within groups."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pfviz.rng import derive_rng
from pfviz.stats import conditional_logit


def planted(
    slope: float, groups: int = 200, each: int = 12, seed: int = 0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores that also say how hard a group is, and outcomes of which they deserve `slope` within groups."""
    rng = derive_rng(seed, "planted")
    hard = np.repeat(rng.normal(size=groups) * 2, each)
    noise = rng.normal(size=groups * each)
    right = rng.random(groups * each) < 1 / (1 + np.exp(-(hard + slope * noise)))
    return noise + 3 * hard, right, np.repeat(np.arange(groups), each)


@pytest.mark.parametrize("slope", [-0.7, 0.0, 0.5, 1.5])
def test_the_slope_within_groups_is_found_however_hard_the_groups_are(slope: float) -> None:
    found = conditional_logit.slope(*planted(slope))
    assert found.low < slope < found.high
    assert found.value == pytest.approx(slope, abs=0.25)
    assert found.groups <= 200


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """95 of 100 expected; of 100 fewer than 86 in one of 5,000."""
    found = [conditional_logit.slope(*planted(0.8, groups=60, each=6, seed=seed)) for seed in range(1, 101)]
    assert sum(one.low < 0.8 < one.high for one in found) >= 86


def test_it_is_the_maximum_of_the_likelihood_of_the_order_of_pairs() -> None:
    x, right, groups = planted(1.0, groups=30)
    found = conditional_logit.slope(x, right, groups).value

    def log_likelihood(slope: float) -> float:
        total = -conditional_logit.PRIOR_PRECISION / 2 * slope**2
        for group in range(30):
            here = groups == group
            for good in x[here & right]:
                for bad in x[here & ~right]:
                    total -= math.log1p(math.exp(-slope * (good - bad))) / int(here.sum())
        return total

    assert log_likelihood(found) > max(log_likelihood(found - 0.05), log_likelihood(found + 0.05))


@pytest.mark.parametrize(
    ("x", "right"),
    [([], []), ([0.1, 0.9], [True, True]), ([0.5, 0.5, 0.5], [True, False, True])],
    ids=["nothing", "one outcome", "one score"],
)
def test_nothing_is_said_where_nothing_can_be(x: list[float], right: list[bool]) -> None:
    found = conditional_logit.slope(np.array(x), np.array(right, bool), np.zeros(len(x), np.int64))
    assert math.isnan(found.value)


def test_one_problem_has_a_slope_without_an_interval_and_perfect_order_stays_finite() -> None:
    x = np.linspace(-1, 1, 20)
    found = conditional_logit.slope(x, x > 0, np.zeros(20, np.int64))
    assert 1 < found.value < 100
    assert math.isnan(found.low)
