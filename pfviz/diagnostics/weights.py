"""How even the weights are, step by step. W (T, N) are the normalised weights before selection."""

from __future__ import annotations

import numpy as np

from pfviz.trace.trace import Trace
from pfviz.types import FloatArray


def ess_fraction(trace: Trace) -> FloatArray:
    """(T,) effective sample size over N, 1/(N ΣW²), in [1/N, 1] (Kong, Liu, Wong 1994), as the run recorded it."""
    return np.asarray(trace.ess / trace.particles)


def perplexity_fraction(trace: Trace) -> FloatArray:
    """(T,) exp(-ΣW log W)/N, in [1/N, 1]: the number of equally weighted particles with the same entropy, over N."""
    weights = trace.weights
    logs = np.log(weights, where=weights > 0, out=np.zeros_like(weights))
    return np.asarray(np.exp(-np.sum(weights * logs, axis=1)) / trace.particles)


def max_weight(trace: Trace) -> FloatArray:
    """(T,) the largest normalised weight, in [1/N, 1]."""
    return np.asarray(trace.weights.max(axis=1, initial=0.0))
