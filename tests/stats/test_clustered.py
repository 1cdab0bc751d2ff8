"""Means and slopes of clustered values."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pfviz.stats.clustered import equivalent_normal_z, mean, slope, slope_and_z, t_quantile
from pfviz.stats.estimate import NO_ESTIMATE


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
    assert (thrice.count, thrice.groups) == (12, 4)


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 4)), min_size=3, max_size=20), st.floats(-3, 3))
def test_a_shift_moves_a_mean_and_its_interval_and_no_slope(items: list[tuple[float, int]], by: float) -> None:
    values, clusters = np.array([v for v, _ in items]), np.array([c for _, c in items])
    x = np.arange(len(items), dtype=np.float64)
    plain, moved = mean(values, clusters), mean(values + by, clusters)
    assert moved.value == pytest.approx(plain.value + by, abs=1e-9)
    if plain.groups > 1:
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


@pytest.mark.parametrize(("t", "clusters"), [(63.6567, 2), (4.60409, 5), (3.16927, 11), (2.60076, 200)])
def test_few_clusters_make_a_z_less_rare(t: float, clusters: int) -> None:
    """Student's t at 0.5% on each side."""
    assert equivalent_normal_z(t, clusters) == pytest.approx(2.57583, rel=1e-5)
    assert equivalent_normal_z(-t, clusters) == equivalent_normal_z(t, clusters)


@given(st.floats(0, 30), st.integers(2, 500))
def test_a_deviate_is_as_rare_as_its_z(z: float, clusters: int) -> None:
    t, normal = stats.t(clusters - 1), stats.norm()
    assert normal.sf(equivalent_normal_z(z, clusters)) == pytest.approx(t.sf(z), rel=1e-6, abs=1e-300)


def test_what_cannot_be_rarer_stays_so() -> None:
    assert equivalent_normal_z(math.inf, 5) == math.inf
    assert math.isnan(equivalent_normal_z(math.nan, 5))
    assert equivalent_normal_z(0.0, 5) == 0.0


def test_what_does_not_vary_has_no_slope_and_no_z() -> None:
    assert slope_and_z(np.zeros(4), np.arange(4.0), np.arange(4)) == (0.0, 0.0)
    x = np.array([-1.0, 1.0, -2.0, 2.0])
    assert slope_and_z(x, 3 * x, np.array([0, 0, 1, 1]))[0] == pytest.approx(3)


def test_a_slope_without_a_cause_is_seldom_sure() -> None:
    """|z| above 3 has odds of 0.3%, of 0.6% with heavier tails: more than five of 200, of 4e-5 or 0.14%."""
    rng = np.random.default_rng(2)
    problem, sure = np.repeat(np.arange(30), 8), 0
    for _ in range(200):
        x, y = (rng.standard_normal(30)[problem] + 0.3 * rng.standard_normal(len(problem)) for _ in range(2))
        sure += abs(slope_and_z(x, y, problem)[1]) > 3
    assert sure <= 5
