"""A mean or a slope of values that hang together in clusters, with a 95% interval: Student's t over the clusters.

Particles of one family share their beginning, so that they say less than as many independent ones would. Deviations are
summed within each cluster before they are squared (Liang & Zeger 1986, "Longitudinal data analysis using generalized
linear models"), and t has one degree of freedom less than there are clusters.
"""

from __future__ import annotations

import math

import numpy as np

from pfviz.stats.estimate import CONFIDENCE_LEVEL, NO_ESTIMATE, Estimate
from pfviz.types import FloatArray, IntArray


def mean(values: FloatArray, clusters: IntArray) -> Estimate:
    """Return the mean of `values` (K,), value k of cluster `clusters[k]` (K,)."""
    if not len(values):
        return NO_ESTIMATE
    value = float(values.mean())
    return _clustered_estimate(value, values - value, clusters, float(len(values)))


def slope(x: FloatArray, y: FloatArray, clusters: IntArray) -> Estimate:
    """Return the least-squares slope of y on x, all (K,), in units of y for each of x; `NO_ESTIMATE` where x does not
    vary."""
    away = x - x.mean() if len(x) else x
    spread = float(away @ away)
    if spread <= 1e-12:
        return NO_ESTIMATE
    value = float(away @ y) / spread
    return _clustered_estimate(value, away * (y - y.mean() - value * away), clusters, spread)


def slope_and_z(x: FloatArray, y: FloatArray, clusters: IntArray) -> tuple[float, float]:
    """Return the slope of y on x through the origin, both (K,) and centred already, and its z: slope over standard
    error, which is robust to whatever values of one cluster share. (0, 0) for an x that does not vary."""
    total = float(x @ x)
    if total <= 1e-12:
        return 0.0, 0.0
    found = float(x @ y) / total
    place = np.unique(clusters, return_inverse=True)[1]
    per_cluster = np.bincount(place, x * (y - found * x))
    # A fit without any remainder is as sure as it can be.
    error = max(float(np.sqrt(per_cluster @ per_cluster)) / total, 1e-9)
    return found, found / error


def equivalent_normal_z(z: float, clusters: int) -> float:
    """Return the normal deviate, from 0, that is as rare as a z whose standard error comes from so few clusters:
    Student's t with one degree of freedom less. Infinite where nothing is as rare."""
    from scipy.special import ndtri, stdtr

    return abs(float(ndtri(stdtr(max(clusters - 1, 1), -abs(z)))))


def t_quantile(freedom: int, level: float = CONFIDENCE_LEVEL) -> float:
    """Return the t between whose negative and itself Student's distribution has `level` of its mass."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + level) / 2))


def _clustered_estimate(value: float, deviations: FloatArray, clusters: IntArray, scale: float) -> Estimate:
    """Return the interval of value = Σ … / scale, to which each item adds its deviation."""
    names, places = np.unique(clusters, return_inverse=True)
    groups = len(names)
    if groups < 2:
        return Estimate(value, math.nan, math.nan, len(deviations), groups)
    sums = np.bincount(places, weights=deviations)
    error = math.sqrt(groups / (groups - 1) * float(sums @ sums)) / scale
    half = t_quantile(groups - 1) * error
    return Estimate(value, value - half, value + half, len(deviations), groups)
