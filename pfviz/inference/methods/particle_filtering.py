"""Particle filtering (Puri et al., arXiv 2502.01618; weights as in their reference code).

Target: after step t, the generator's distribution over prefixes x times the product of the potentials of the steps,

    π_t(x) ∝ p(x_0..x_t | problem) · Π_{s ≤ t} (r_s / (1 - r_s))^(1/tau),

with r_s the reward of the prefix that ends with step s. Under the trigger "always" the particles are resampled after
every step with W = softmax(log_odds(r) / tau), so that each step's weights replace the last ones: what they said is in
the population. Under "ess" they are resampled when ESS/N falls below a threshold, and until then weights accumulate:
log w_t = log w_{t-1} + log_odds(r_t) / tau. Both estimate the same target.

A finished particle stays in the pool and repeats its last potential at every step, as in the reference code: it can be
cloned and it can die.
"""

from __future__ import annotations

import numpy as np

from pfviz.inference.methods.base import Population, Selection, Weighing
from pfviz.inference.resampling import RESAMPLERS
from pfviz.inference.settings import Settings
from pfviz.inference.weights import ess, log_normalise, log_odds, normalise
from pfviz.models.base import FloatArray


class ParticleFiltering:
    """Resample particles in proportion to the odds of their rewards."""

    name = "particle_filtering"
    description = "Particles with better rewards are copied, others die, in proportion to the odds of being right."

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._resample = RESAMPLERS[settings.resampler]

    def weigh(self, population: Population) -> Weighing:
        """log_carried + log_odds(r) / tau."""
        tau = self._settings.tau
        return Weighing(population.log_carried + log_odds(population.rewards) / tau, tau)

    def select(self, rng: np.random.Generator, population: Population, log_weights: FloatArray) -> Selection:
        """Resample always, or when the effective sample size is low; carry uniform weights after it."""
        n = len(log_weights)
        if self._settings.trigger == "ess" and ess(log_weights) >= self._settings.threshold * n:
            return Selection(False, np.arange(n), log_normalise(log_weights))
        ancestors = self._resample(rng, normalise(log_weights))
        return Selection(True, ancestors, np.full(n, -np.log(n)))
