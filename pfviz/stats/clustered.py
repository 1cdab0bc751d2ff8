"""A mean or a slope of values that hang together in clusters, with a 95% interval: Student's t over the clusters.

Particles of one family share their beginning, so that they say less than as many independent ones would. Deviations are
summed within each cluster before they are squared (Liang & Zeger 1986, "Longitudinal data analysis using generalized
linear models"), and t has one degree of freedom less than there are clusters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from pfviz.types import FloatArray, IntArray

CONFIDENCE_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its interval, both ends NaN where fewer than two clusters speak; the value NaN where nothing does."""

    value: float
    low: float
    high: float
    count: int  # values
    clusters: int


NO_ESTIMATE = Estimate(math.nan, math.nan, math.nan, 0, 0)


def mean(values: FloatArray, clusters: IntArray) -> Estimate:
    """The mean of `values` (K,), value k of cluster `clusters[k]` (K,)."""
    if not len(values):
        return NO_ESTIMATE
    value = float(values.mean())
    return _clustered_estimate(value, values - value, clusters, float(len(values)))


def slope(x: FloatArray, y: FloatArray, clusters: IntArray) -> Estimate:
    """The least-squares slope of y on x, all (K,), in units of y for each of x; `NO_ESTIMATE` where x does not vary."""
    away = x - x.mean() if len(x) else x
    spread = float(away @ away)
    if spread <= 1e-12:
        return NO_ESTIMATE
    value = float(away @ y) / spread
    return _clustered_estimate(value, away * (y - y.mean() - value * away), clusters, spread)


def _clustered_estimate(value: float, deviations: FloatArray, clusters: IntArray, scale: float) -> Estimate:
    """The interval of value = Σ … / scale, to which each item adds its deviation."""
    names, places = np.unique(clusters, return_inverse=True)
    groups = len(names)
    if groups < 2:
        return Estimate(value, math.nan, math.nan, len(deviations), groups)
    sums = np.bincount(places, weights=deviations)
    error = math.sqrt(groups / (groups - 1) * float(sums @ sums)) / scale
    half = t_quantile(groups - 1) * error
    return Estimate(value, value - half, value + half, len(deviations), groups)


def t_quantile(freedom: int, level: float = CONFIDENCE_LEVEL) -> float:
    """The t between whose negative and itself Student's distribution has `level` of its mass."""
    low, high = 0.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if _central_t_mass(middle, freedom) < level else (low, middle)
    return high


def _central_t_mass(t: float, freedom: int) -> float:
    """P(|T| < t), by the finite sums for whole degrees of freedom (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4)."""
    angle = math.atan(t / math.sqrt(freedom))
    odd = freedom % 2
    term, total = (math.cos(angle), math.cos(angle)) if odd else (1.0, 1.0)
    if freedom == 1:
        return 2 * angle / math.pi
    for k in range(3 if odd else 2, freedom - 1, 2):
        term *= (k - 1) / k * math.cos(angle) ** 2
        total += term
    return 2 / math.pi * (angle + math.sin(angle) * total) if odd else math.sin(angle) * total
