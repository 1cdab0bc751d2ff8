"""Potentials: what a step's reward says about a particle, as a log-weight before it is divided by tau.

Each takes rewards (N,) and `previous` (N,), every particle's reward one step earlier along its own lineage (NaN before
the first step), and returns log-potentials (N,). With r_s the reward of the prefix that ends with step s, and every
step's potential counted once, the target after step t is the generator's distribution over prefixes times:

- `odds`        Π_{s ≤ t} (r_s / (1 - r_s))^(1/tau), as the reference code of Puri et al. (arXiv 2502.01618) has it;
- `telescoped`  (r_t / (1 - r_t))^(1/tau): each step multiplies by the change of the odds: only the last counts;
- `score`       exp(Σ_{s ≤ t} r_s / tau), the softmax over rewards of the paper's text.

log Ẑ estimates the logarithm of that target's normaliser, so it means something else under each.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pfviz.inference.weights import log_odds
from pfviz.models.base import FloatArray

Potential = Callable[[FloatArray, FloatArray], FloatArray]


def odds(rewards: FloatArray, previous: FloatArray) -> FloatArray:
    """log r - log(1 - r)."""
    return log_odds(rewards)


def telescoped(rewards: FloatArray, previous: FloatArray) -> FloatArray:
    """The change of the log-odds since the step before; before the first step the odds are even."""
    return log_odds(rewards) - np.where(np.isnan(previous), 0.0, log_odds(previous))


def score(rewards: FloatArray, previous: FloatArray) -> FloatArray:
    """The reward itself."""
    return rewards


POTENTIALS: dict[str, Potential] = {"odds": odds, "telescoped": telescoped, "score": score}
