"""Wilson's interval of a share."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from pfviz.stats.wilson import Z_95, wilson


@pytest.mark.parametrize(("right", "trials"), [(0, 5), (1, 5), (3, 7), (40, 64), (64, 64)])
def test_the_ends_of_the_interval_are_where_the_score_test_just_rejects(right: int, trials: int) -> None:
    """Its definition: |right/n - p| = z √(p (1 - p) / n)."""
    low, high = wilson(right, trials)
    assert 0 <= low <= right / trials <= high <= 1
    for p in (low, high):
        if 0 < p < 1:
            assert abs(right / trials - p) == pytest.approx(Z_95 * math.sqrt(p * (1 - p) / trials))


@pytest.mark.parametrize("right", range(9))
def test_it_is_the_interval_of_scipy(right: int) -> None:
    known = stats.binomtest(right, 8).proportion_ci(method="wilson")
    assert wilson(right, 8) == pytest.approx((known.low, known.high), abs=1e-12)


def test_without_trials_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_the_deviate_leaves_a_fortieth_on_each_side() -> None:
    assert stats.norm.sf(Z_95) == pytest.approx(0.025, abs=1e-15)
