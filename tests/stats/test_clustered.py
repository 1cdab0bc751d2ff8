"""Means and slopes of clustered values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfviz.stats.clustered import NO_ESTIMATE, mean, slope, t_quantile


@pytest.mark.parametrize(
    ("freedom", "t"), [(1, 12.7062), (2, 4.30265), (3, 3.18245), (4, 2.77645), (7, 2.36462), (30, 2.04227)]
)
def test_quantiles_of_the_tables(freedom: int, t: float) -> None:
    assert t_quantile(freedom) == pytest.approx(t, abs=1e-4)


def test_one_value_in_each_cluster_is_the_plain_interval() -> None:
    values = np.array([0.1, 0.4, 0.3, 0.8])
    found = mean(values, np.arange(4))
    half = 3.18245 * values.std(ddof=1) / 2
    assert (found.low, found.high) == pytest.approx((values.mean() - half, values.mean() + half), abs=1e-5)


def test_copies_within_a_cluster_say_nothing_new() -> None:
    values = np.array([0.1, 0.4, 0.3, 0.8])
    once, thrice = mean(values, np.arange(4)), mean(np.repeat(values, 3), np.repeat(np.arange(4), 3))
    assert (thrice.value, thrice.low, thrice.high) == pytest.approx((once.value, once.low, once.high))
    assert (thrice.count, thrice.clusters) == (12, 4)


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 4)), min_size=3, max_size=20), st.floats(-3, 3))
def test_a_shift_moves_a_mean_and_its_interval_and_no_slope(items: list[tuple[float, int]], by: float) -> None:
    values, clusters = np.array([v for v, _ in items]), np.array([c for _, c in items])
    x = np.arange(len(items), dtype=np.float64)
    plain, moved = mean(values, clusters), mean(values + by, clusters)
    assert moved.value == pytest.approx(plain.value + by, abs=1e-9)
    if plain.clusters > 1:
        assert moved.high - moved.low == pytest.approx(plain.high - plain.low, abs=1e-8)
    assert slope(x, values + by, clusters).value == pytest.approx(slope(x, values, clusters).value, abs=1e-9)


def test_a_line_has_its_slope_exactly() -> None:
    x = np.array([1.0, 2, 3, 4, 5, 6])
    found = slope(x, 0.1 * x + 0.2, np.array([0, 0, 1, 1, 2, 2]))
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))


def test_where_nothing_can_be_said() -> None:
    assert mean(np.empty(0), np.empty(0, dtype=np.int64)) is NO_ESTIMATE
    assert slope(np.ones(5), np.arange(5.0), np.arange(5)) is NO_ESTIMATE
    single = mean(np.array([0.2, 0.4]), np.array([3, 3]))
    assert single.value == pytest.approx(0.3)
    assert math.isnan(single.low)
