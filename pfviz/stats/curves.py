"""The horizontal ratio of two curves: what one needs for as much as the other."""

from __future__ import annotations

import numpy as np

from pfviz.types import FloatArray


def generations_needed(accuracies: FloatArray, budgets: FloatArray, wanted: FloatArray) -> FloatArray:
    """Return (B,) generations at which each curve first reaches what is wanted of it.

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
