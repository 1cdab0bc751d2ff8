"""From right and wrong answers to estimates: the bootstrap over problems, and the horizontal ratio of two curves.

Everything is paired: a resample draws problems, and takes each with all methods, budgets and seeds. What differs
between two methods is then measured on the same problems, and most of the spread of difficulty cancels (Efron and
Tibshirani 1993, An Introduction to the Bootstrap).
"""

from __future__ import annotations

import numpy as np

from pfviz.study.result import Estimate
from pfviz.types import FloatArray

CONFIDENCE_LEVEL = 0.95


def resampled_means(rng: np.random.Generator, values: FloatArray, resamples: int) -> FloatArray:
    """(B, K) means of the columns of `values` (P, K) over B draws of P problems with replacement."""
    problems = len(values)
    counts = rng.multinomial(problems, np.full(problems, 1 / problems), size=resamples)
    return np.asarray(counts @ values / problems)


def interval(value: float, replicates: FloatArray) -> Estimate:
    """The value with the percentile interval of its replicates (B,), which may be infinite."""
    # The inverted distribution function takes one of the replicates: between a number and infinity lies no other.
    low, high = np.quantile(replicates, [(1 - CONFIDENCE_LEVEL) / 2, (1 + CONFIDENCE_LEVEL) / 2], method="inverted_cdf")
    return Estimate(float(value), float(low), float(high))


def generations_needed(accuracies: FloatArray, budgets: FloatArray, wanted: FloatArray) -> FloatArray:
    """(B,) generations at which each curve first reaches what is wanted of it.

    Between two budgets a curve is a straight line over log2 of the budget. A curve that falls again has reached what it
    reached. One that is there at its first budget needs at most that many; one that never is needs infinitely many.

    Args:
        accuracies: (B, K), at ascending budgets (K,).
        wanted: (B,).
    """
    reached = accuracies >= wanted[:, None]
    first = np.argmax(reached, axis=1)
    rows = np.arange(len(accuracies))
    before = np.maximum(first - 1, 0)
    low, high = accuracies[rows, before], accuracies[rows, first]
    rise = np.where(first > 0, high - low, 1.0)
    share = np.where(first > 0, (wanted - low) / np.where(rise > 0, rise, 1.0), 0.0)
    logs = np.log2(budgets)
    needed = 2.0 ** (logs[before] + share * (logs[first] - logs[before]))
    return np.asarray(np.where(reached.any(axis=1), needed, np.inf))
