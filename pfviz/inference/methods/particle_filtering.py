"""Particle filtering (Puri et al., arXiv 2502.01618; weights as in their reference code).

Target: after step t, the generator's distribution over prefixes x times the product of the potentials of the steps; for
the usual one, the odds,

    π_t(x) ∝ p(x_0..x_t | problem) · Π_{s ≤ t} (r_s / (1 - r_s))^(1/tau_s),

with r_s the reward of the prefix that ends with step s, or what the aggregation makes of the rewards so far (the other
potentials: `potentials.py`). tau_s = tau; or it is annealed: `tau_start_factor` times tau at the first step, halved at
each step until it is tau, so that early steps, of which a reward knows little, weigh less.

Under the trigger "always" the particles are resampled after every step with W = softmax(log-odds / tau), so that each
step's weights replace the last ones: what they said is in the population. Under "ess" they are resampled when ESS/N
falls below a threshold, and until then weights accumulate: log w_t = log w_{t-1} + log-odds_t / tau. Both estimate the
same target; so does a run whose first steps (`first_resampling`) are only weighed.

`reward_slope` multiplies the log-odds of a reward by a number of its step before all this (`slopes.py`).

A finished particle repeats its last reward at every step. It stays in the pool, as in the reference code, and can be
cloned and can die; or it is kept aside ("absorbing") with its own weight, and the others are resampled among
themselves, each carrying an equal share of what they weigh together. Both estimate the same target too.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pfviz.inference.methods.base import Family, Population, Selection, SingleSweepMethod, Weighing
from pfviz.inference.potentials import POTENTIALS
from pfviz.inference.resampling import RESAMPLERS
from pfviz.inference.settings import Settings
from pfviz.inference.slopes import parse_slopes, shrink_rewards
from pfviz.inference.weights import ess, log_normalise, log_sum_exp, normalise
from pfviz.types import FloatArray


class ParticleFiltering(SingleSweepMethod):
    """Resample particles in proportion to the odds of their rewards."""

    name = "particle_filtering"
    title = "Particle filtering"
    description = "Particles with better rewards are copied, others die, in proportion to the odds of being right."
    family: Family = "filter"
    setting_names: tuple[str, ...] = (
        "particles", "temperature", "tau", "tau_start_factor", "potential", "reward_slope", "resampler", "trigger",
        "threshold", "first_resampling", "finished", "aggregation", "pick",
    )  # fmt: skip
    usual_pick = "highest"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._potential = POTENTIALS[settings.potential]
        self._resample = RESAMPLERS[settings.resampler]
        self._slopes = parse_slopes(settings.reward_slope)

    def tau(self, step: int) -> float:
        """The softmax temperature of a step: `tau_start_factor` times tau at first, halved at each step until tau."""
        return self.settings.tau * float(max(1.0, self.settings.tau_start_factor * 0.5**step))

    def log_potential(self, scores: FloatArray, previous: FloatArray, step: int) -> FloatArray:
        """(N,) of aggregated rewards (N,) and those one step earlier (N,), NaN before the first."""
        return self._potential(scores, previous, self.tau(step), self.tau(max(0, step - 1)))

    def shrink(self, population: Population) -> Population:
        """The same particles with rewards that weigh by their slopes."""
        return replace(population, history=shrink_rewards(population.history, self._slopes))

    def weigh(self, population: Population) -> Weighing:
        """log_carried + potential."""
        how, step, population = self.settings.aggregation, population.step, self.shrink(population)
        potential = self.log_potential(population.scores(how), population.previous_scores(how), step)
        return Weighing(population.log_carried + potential, self.tau(step))

    def select(self, rng: np.random.Generator, population: Population, log_weights: FloatArray) -> Selection:
        """Resample always, or when the effective sample size is low; carry uniform weights after it."""
        n = len(log_weights)
        early = population.step + 1 < self.settings.first_resampling
        if early or (self.settings.trigger == "ess" and ess(log_weights) >= self.settings.threshold * n):
            return Selection(False, np.arange(n), log_normalise(log_weights))
        if self.settings.finished == "absorbing":
            return self._resample_unfinished(rng, population, log_normalise(log_weights))
        return Selection(True, self._resample(rng, normalise(log_weights)), np.full(n, -np.log(n)))

    def _resample_unfinished(
        self, rng: np.random.Generator, population: Population, log_carried: FloatArray
    ) -> Selection:
        ancestors, free = np.arange(len(log_carried)), np.flatnonzero(~population.finished)
        share = log_sum_exp(log_carried[free]) if len(free) else -np.inf
        if np.isneginf(share):
            return Selection(False, ancestors, log_carried)
        ancestors[free] = free[self._resample(rng, normalise(log_carried[free]))]
        log_carried[free] = share - np.log(len(free))
        return Selection(True, ancestors, log_carried)
