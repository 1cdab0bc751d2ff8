"""Rank correlations against their definitions, pair by pair."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from pfviz.stats.rank_correlation import kendall, spearman


def test_order_is_all_that_counts() -> None:
    x = np.array([0.1, 0.5, 0.2, 0.9])
    for measure in (spearman, kendall):
        assert measure(x, np.exp(9 * x)) == pytest.approx(1)
        assert measure(x, -x) == pytest.approx(-1)
        assert measure(x, np.array([1, 1, 2, 2])) == measure(np.array([1, 1, 2, 2]), x)


def test_known_values_with_ties() -> None:
    """By hand: of the six pairs 4 are in one order and 1 is in the other, and one is tied in y."""
    x, y = np.array([1.0, 2, 3, 4]), np.array([1.0, 3, 2, 3])
    assert kendall(x, y) == pytest.approx((4 - 1) / math.sqrt(6 * 5))
    assert spearman(x, y) == pytest.approx(np.corrcoef([1, 2, 3, 4], [1, 3.5, 2, 3.5])[0, 1])


def test_kendall_counts_pairs() -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        x, y = rng.integers(0, 4, (2, 7))
        order = [
            (np.sign(a - b), np.sign(c - d)) for (a, c), (b, d) in itertools.combinations(zip(x, y, strict=True), 2)
        ]
        own, other = sum(a != 0 for a, _ in order), sum(b != 0 for _, b in order)
        if own and other:
            assert kendall(x, y) == pytest.approx(sum(a * b for a, b in order) / math.sqrt(own * other))


def test_what_does_not_vary_has_no_order() -> None:
    for measure in (spearman, kendall):
        assert math.isnan(measure(np.array([1.0, 1, 1]), np.array([1.0, 2, 3])))
        assert math.isnan(measure(np.array([1.0]), np.array([2.0])))
        assert math.isnan(measure(np.empty(0), np.empty(0)))
