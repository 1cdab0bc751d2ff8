"""How much of a score's differences within groups is deserved: the slope of a logistic regression that compares pairs.

    log P(right) / P(wrong) = a_g + b x

With an intercept a_g for each group, b is learnt from what differs inside of groups only. Of a pair with one right and
one wrong member the right one is the first with odds exp(b (x_first - x_second)), whatever a_g is (McFadden 1973,
"Conditional logit analysis of qualitative choice behavior"); so b is fitted on all such pairs, and the intercepts, of
which there are too many to be fitted without bias, never are.
"""

from __future__ import annotations

import math

import numpy as np

from pfviz.stats.clustered import t_quantile
from pfviz.stats.estimate import NO_ESTIMATE, Estimate
from pfviz.types import BoolArray, FloatArray, IntArray

PRIOR_PRECISION = 0.05
"""Holds b near 0, so that it is finite where every pair is ordered rightly."""
MAX_ROUNDS = 100
MAX_CHANGE = 2.0


def slope(x: FloatArray, right: BoolArray, groups: IntArray) -> Estimate:
    """The slope b of x (K,), its 95% interval over the groups; `NO_ESTIMATE` where no group has a pair, or no pair
    differs. A pair weighs one over the size of its group, so that a group's weight grows as its size does."""
    found = []
    for group in np.unique(groups):
        here = groups == group
        good, bad = x[here & right], x[here & ~right]
        if len(good) and len(bad):
            found.append(((good[:, None] - bad[None, :]).ravel(), 1.0 / (len(good) + len(bad))))
    if not found or max(float(np.abs(differences).max()) for differences, _ in found) < 1e-9:
        return NO_ESTIMATE
    differences = np.concatenate([part for part, _ in found])
    sizes = [len(part) for part, _ in found]
    weights = np.repeat([weight for _, weight in found], sizes)
    b = 0.0
    for _ in range(MAX_ROUNDS):
        wrong = 1 / (1 + np.exp(np.clip(b * differences, -30, 30)))  # the chance of the order that did not come
        parts = weights * differences * wrong
        curvature = float((weights * differences**2 * wrong * (1 - wrong)).sum()) + PRIOR_PRECISION
        change = float(np.clip((parts.sum() - PRIOR_PRECISION * b) / curvature, -MAX_CHANGE, MAX_CHANGE))
        b += change
        if abs(change) < 1e-9:
            break
    count = len(found)
    if count < 2:
        return Estimate(b, math.nan, math.nan, len(x), count)
    sums = np.bincount(np.repeat(np.arange(count), sizes), weights=parts)
    half = t_quantile(count - 1) * math.sqrt(count / (count - 1) * float(sums @ sums)) / curvature
    return Estimate(b, b - half, b + half, len(x), count)
