"""Monotone fits of a probability to a score, and how sure a share is by a Beta distribution."""

from __future__ import annotations

import numpy as np

from pfviz.types import FloatArray


def fit_isotonic(scores: FloatArray, right: FloatArray, weights: FloatArray | None = None) -> FloatArray:
    """Return the knots (K, 2) of the non-decreasing fit of `right` (R,), in [0, 1], to `scores` (R,) by least squares:
    the weighted mean score and the value of each block of the pooled adjacent violators (Ayer et al. 1955). Scores of
    the knots rise strictly. Rows with the same score are one."""
    from scipy.optimize import isotonic_regression

    weights = np.ones(len(scores)) if weights is None else weights
    distinct, place = np.unique(scores, return_inverse=True)
    mass = np.bincount(place, weights=weights)
    means = np.bincount(place, weights=weights * right) / mass
    found = isotonic_regression(means, weights=mass)
    knots = []
    for start, stop in zip(found.blocks[:-1], found.blocks[1:], strict=True):
        own = slice(int(start), int(stop))
        knots.append((float(np.average(distinct[own], weights=mass[own])), float(found.x[int(start)])))
    return np.clip(np.array(knots, dtype=np.float64).reshape(-1, 2), 0.0, 1.0)


def beta_tail(a: float, b: float, at: float) -> float:
    """Return the probability that a Beta(a, b) variable is above `at`."""
    from scipy.special import betaincc

    return float(betaincc(a, b, at))


def beta_quantile(a: float, b: float, level: float) -> float:
    """Return the quantile of Beta(a, b) at that level."""
    from scipy.special import betaincinv

    return float(betaincinv(a, b, level))
