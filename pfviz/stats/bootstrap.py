"""How sure a number over many problems is. Rows of one problem hang together, so problems are what is resampled.

Everything is paired: a resample draws problems, and takes each with all that is known of it. What differs between two
methods, or two kinds of rows, is then measured on the same problems, and most of the spread of difficulty cancels
(Efron and Tibshirani 1993, An Introduction to the Bootstrap).
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from pfviz.rng import derive_rng
from pfviz.stats.clustered import slope_and_z
from pfviz.stats.estimate import CONFIDENCE_LEVEL, NO_ESTIMATE, Estimate
from pfviz.types import BoolArray, FloatArray, IntArray

RESAMPLES = 400

PercentileRule = Literal["linear", "inverted_cdf"]
"""How a percentile that lies between two replicates is read: on the line between them, or as one of them. Between a
number and infinity lies no line."""


def draw_resamples(groups: int, seed: int = 0, resamples: int = RESAMPLES) -> IntArray:
    """Return (D, groups): how often each group is drawn, as many with replacement as there are."""
    drawn = derive_rng(seed, "bootstrap").multinomial(groups, np.full(groups, 1 / groups), size=resamples)
    return np.asarray(drawn, dtype=np.int64)


def resampled_means(values: FloatArray, resamples: int = RESAMPLES, seed: int = 0) -> FloatArray:
    """Return (D, K) means of the columns of `values` (P, K) over D draws of P rows with replacement."""
    return np.asarray(draw_resamples(len(values), seed, resamples) @ values / len(values))


def estimate_from_replicates(
    value: float, replicates: FloatArray, count: int = 0, groups: int = 0, *, rule: PercentileRule = "linear"
) -> Estimate:
    """Return the value with the percentile interval of what came out of the resamples, `replicates` (D,) without the
    nan among them. One group has no interval. Infinite replicates take the rule "inverted_cdf"."""
    replicates = replicates[~np.isnan(replicates)]
    if groups == 1 or not len(replicates):
        return Estimate(float(value), math.nan, math.nan, count, groups)
    ends = [(1 - CONFIDENCE_LEVEL) / 2, (1 + CONFIDENCE_LEVEL) / 2]
    low, high = np.quantile(replicates, ends, method=rule)
    return Estimate(float(value), float(low), float(high), count, groups)


def mean(values: FloatArray, problem: IntArray, seed: int = 0) -> Estimate:
    """Return the mean of (M,) values, nan left out, with the interval of resampled problems."""
    return difference(values, np.zeros(len(values), dtype=np.bool_), problem, seed, one_sided=True)


def difference(
    values: FloatArray, first: BoolArray, problem: IntArray, seed: int = 0, *, one_sided: bool = False
) -> Estimate:
    """Return the mean of (M,) values where `first` (M,) holds minus that of the others; with `one_sided` that of the
    others alone. nan without values."""
    seen = ~np.isnan(values)
    values, first, problem = values[seen], np.asarray(first, dtype=np.bool_)[seen], problem[seen]
    if not len(values):
        return NO_ESTIMATE
    names, place = np.unique(problem, return_inverse=True)
    sums = np.array([np.bincount(place[part], values[part], len(names)) for part in (first, ~first)])  # (2, P)
    counts = np.array([np.bincount(place[part], minlength=len(names)) for part in (first, ~first)])
    weights = draw_resamples(len(names), seed)  # (D, P)
    drawn = _difference_of_means(weights @ sums.T, weights @ counts.T, one_sided)
    value = float(_difference_of_means(sums.sum(axis=1)[None], counts.sum(axis=1)[None], one_sided)[0])
    return estimate_from_replicates(value, drawn, len(values), len(names))


def _difference_of_means(sums: FloatArray, counts: FloatArray, one_sided: bool) -> FloatArray:
    """Return (D,) from (D, 2) sums and counts."""
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums / counts
    return np.asarray(means[:, 1] if one_sided else means[:, 0] - means[:, 1])


def ratio(over: FloatArray, under: FloatArray, problem: IntArray, seed: int = 0) -> Estimate:
    """Return the sum of (M,) values over the sum of others, with the interval of resampled problems."""
    if not len(over):
        return NO_ESTIMATE
    names, place = np.unique(problem, return_inverse=True)
    sums = np.array([np.bincount(place, values, len(names)) for values in (over, under)])  # (2, P)
    drawn = draw_resamples(len(names), seed) @ sums.T
    with np.errstate(invalid="ignore", divide="ignore"):
        value, shares = float(over.sum() / under.sum()), np.asarray(drawn[:, 0] / drawn[:, 1])
    return estimate_from_replicates(value, shares, len(over), len(names))


def slope(x: FloatArray, y: FloatArray, problem: IntArray) -> Estimate:
    """Return the slope of y on x through the origin, both (M,) and centred already, with the interval of resampled
    problems. The values behind it are those where x is not 0."""
    names, place = np.unique(problem, return_inverse=True)
    cross, square = np.bincount(place, x * y, len(names)), np.bincount(place, x * x, len(names))
    weights = draw_resamples(len(names))
    with np.errstate(invalid="ignore", divide="ignore"):
        drawn = np.asarray((weights @ cross) / (weights @ square))
    drawn = np.where(np.isfinite(drawn), drawn, np.nan)
    return estimate_from_replicates(slope_and_z(x, y, problem)[0], drawn, int((np.abs(x) > 1e-9).sum()), len(names))
