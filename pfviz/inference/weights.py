"""Weights in log space: pure functions of arrays. -inf is a weight of zero."""

from __future__ import annotations

import numpy as np

from pfviz.types import FloatArray


def log_sum_exp(logw: FloatArray) -> float:
    """log Σ exp(logw); -inf if every weight is zero. logw (N,)."""
    top = float(np.max(logw))
    if np.isneginf(top):
        return top
    return top + float(np.log(np.sum(np.exp(logw - top))))


def log_odds(rewards: FloatArray, eps: float = 1e-7) -> FloatArray:
    """log r - log(1 - r) with r clipped to [eps, 1 - eps], so that a reward of exactly 0 or 1 stays finite
    (eps as in the reference code of Puri et al., arXiv 2502.01618). Any shape."""
    clipped = np.clip(rewards, eps, 1 - eps)
    return np.asarray(np.log(clipped) - np.log1p(-clipped), dtype=np.float64)


def log_normalise(logw: FloatArray) -> FloatArray:
    """logw less its log-sum, so that Σ exp = 1; uniform if every weight is zero: where no particle is possible,
    none is better than another, and the population goes on. logw (N,)."""
    total = log_sum_exp(logw)
    if np.isneginf(total):
        return np.full(logw.shape, -np.log(logw.size))
    return np.asarray(logw - total, dtype=np.float64)


def normalise(logw: FloatArray) -> FloatArray:
    """Weights W (N,) with Σ W = 1 from log-weights; uniform if every weight is zero (see `log_normalise`)."""
    weights = np.exp(log_normalise(logw))
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def ess(logw: FloatArray) -> float:
    """Effective sample size 1 / Σ W², in [1, N] (Kong, Liu & Wong, 1994). logw (N,), any scale."""
    return float(1.0 / np.sum(np.square(normalise(logw))))


def log_evidence_increment(log_carried: FloatArray, potential: FloatArray) -> float:
    """log Σ exp(log_carried + potential): the step's factor of the evidence estimate, where log_carried is
    normalised; the factors' product is unbiased for the normaliser (Del Moral, 2004). Both (N,)."""
    return log_sum_exp(log_carried + potential)
