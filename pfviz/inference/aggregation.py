"""Aggregation: the rewards of a solution's steps → one score. Puri et al. and Snell et al. (arXiv 2408.03314) compare
these; the reward of the last step is the one that a process reward model gives the whole prefix.

`model` leaves the aggregation to the reward model: it reads the steps so far as one text, with its separator once, at
the end. That is a matter of how it is asked (`RewardModel.open(whole=True)`), so what is left to do here is to take the
reward that it gave last.

Each takes a history (T, N): the reward of every step along each particle's lineage, NaN where a finished particle only
stays. Every particle has a first step, so no column is NaN throughout.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pfviz.types import FloatArray

Aggregation = Callable[[FloatArray], FloatArray]


def last_reward(history: FloatArray) -> FloatArray:
    """The reward of the last step that was written."""
    steps = np.sum(~np.isnan(history), axis=0)
    return np.asarray(history[steps - 1, np.arange(history.shape[1])])


def lowest_reward(history: FloatArray) -> FloatArray:
    """The smallest reward of any step: a chain is as strong as its weakest link."""
    return np.asarray(np.nanmin(history, axis=0))


def product(history: FloatArray) -> FloatArray:
    """Π r_s, where r_s is read as the probability that step s is right given those before it."""
    return np.asarray(np.nanprod(history, axis=0))


def mean(history: FloatArray) -> FloatArray:
    """The mean reward of the steps."""
    return np.asarray(np.nanmean(history, axis=0))


AGGREGATIONS: dict[str, Aggregation] = {
    "last": last_reward,
    "min": lowest_reward,
    "product": product,
    "mean": mean,
    "model": last_reward,
}
