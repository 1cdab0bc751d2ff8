"""Potentials: what a step's reward says about a particle, as a log-weight.

Each takes rewards (N,), `previous` (N,), every particle's reward one step earlier along its own lineage (NaN before the
first step), and the softmax temperatures tau of this step and of the one before; it returns log-potentials (N,), in
which tau is counted. With r_s the reward of the prefix that ends with step s, and every step's potential counted once,
the target after step t is the generator's distribution over prefixes times:

- `odds`        Π_{s ≤ t} (r_s / (1 - r_s))^(1/tau_s), as the reference code of Puri et al. (arXiv 2502.01618) has it;
- `telescoped`  (r_t / (1 - r_t))^(1/tau_t): each step multiplies by the change of the odds: only the last counts;
- `score`       exp(Σ_{s ≤ t} r_s / tau_s), the softmax over rewards of the paper's text.

log Ẑ estimates the logarithm of that target's normaliser, so it means something else under each.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pfviz.inference.weights import log_odds
from pfviz.types import FloatArray

Potential = Callable[[FloatArray, FloatArray, float, float], FloatArray]


def odds(rewards: FloatArray, previous: FloatArray, tau: float, tau_before: float) -> FloatArray:
    """(log r - log(1 - r)) / tau."""
    return log_odds(rewards) / tau


def telescoped_odds(rewards: FloatArray, previous: FloatArray, tau: float, tau_before: float) -> FloatArray:
    """The change of the tempered log-odds since the step before; before the first step the odds are even."""
    return log_odds(rewards) / tau - np.where(np.isnan(previous), 0.0, log_odds(previous) / tau_before)


def score(rewards: FloatArray, previous: FloatArray, tau: float, tau_before: float) -> FloatArray:
    """r / tau."""
    return rewards / tau


POTENTIALS: dict[str, Potential] = {"odds": odds, "telescoped": telescoped_odds, "score": score}
