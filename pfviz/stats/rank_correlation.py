"""Whether two scorers put things into the same order: rank correlations, with ties."""

from __future__ import annotations

import math

import numpy as np

from pfviz.types import FloatArray


def spearman(x: FloatArray, y: FloatArray) -> float:
    """Return Spearman's ρ of two (N,): Pearson's correlation of their ranks; nan where one of them does not vary."""
    from scipy import stats

    return float(stats.spearmanr(x, y).statistic) if _both_vary(x, y) else math.nan


def kendall(x: FloatArray, y: FloatArray) -> float:
    """Return Kendall's τ-b of two (N,): concordant less discordant pairs, over √((P - ties in x) (P - ties in y)) of
    the P pairs (Kendall 1945); nan where one of them does not vary."""
    from scipy import stats

    # Of the p-value, which nobody asks for, the asymptotic one costs least.
    return float(stats.kendalltau(x, y, method="asymptotic").statistic) if _both_vary(x, y) else math.nan


def _both_vary(x: FloatArray, y: FloatArray) -> bool:
    return len(np.unique(x)) > 1 and len(np.unique(y)) > 1
