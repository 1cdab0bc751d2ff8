"""Whether two scorers put things into the same order: rank correlations, with ties."""

from __future__ import annotations

import math

import numpy as np

from pfviz.types import FloatArray


def ranks(values: FloatArray) -> FloatArray:
    """(N,) ranks from 1, ascending; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place], dtype=np.float64)


def spearman(x: FloatArray, y: FloatArray) -> float:
    """Spearman's ρ of two (N,): Pearson's correlation of their ranks; nan where one of them does not vary."""
    a, b = ranks(x), ranks(y)
    a, b = a - a.mean(), b - b.mean()
    size = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / size if size else math.nan


def kendall(x: FloatArray, y: FloatArray) -> float:
    """Kendall's τ-b of two (N,): concordant less discordant pairs, over √((P - ties in x) (P - ties in y)) of the P
    pairs (Kendall 1945); nan where one of them does not vary. O(N²)."""
    pairs = np.triu_indices(len(x), 1)
    a, b = (np.sign(values[pairs[0]] - values[pairs[1]]) for values in (np.asarray(x), np.asarray(y)))
    size = math.sqrt(float(a @ a) * float(b @ b))  # a sign squared is 1 where there is no tie
    return float(a @ b) / size if size else math.nan
