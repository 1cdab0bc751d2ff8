"""Monotone fits and Beta distributions, against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from pfviz.stats.isotonic import beta_quantile, beta_tail, fit_isotonic


def test_violators_are_pooled() -> None:
    scores, right = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.0, 1.0, 0.0, 1.0])
    assert fit_isotonic(scores, right) == pytest.approx(np.array([[0.1, 0.0], [0.25, 0.5], [0.4, 1.0]]))


def test_weights_and_equal_scores_count() -> None:
    found = fit_isotonic(np.array([0.5, 0.5, 0.2]), np.array([1.0, 0.0, 1.0]), np.array([1.0, 1.0, 2.0]))
    assert found == pytest.approx(np.array([[0.35, 0.75]]))  # 1, then a half: pooled
    one = fit_isotonic(np.array([0.5, 0.5]), np.array([1.0, 0.0]))
    assert one == pytest.approx(np.array([[0.5, 0.5]]))


def test_a_beta_distribution() -> None:
    assert beta_tail(1, 1, 0.3) == pytest.approx(0.7)
    assert beta_tail(5, 1, 0.5) == pytest.approx(1 - 0.5**5)
    assert beta_quantile(1, 1, 0.1) == pytest.approx(0.1)
    assert beta_quantile(2, 1, 0.25) == pytest.approx(0.5)  # the distribution function is x²
