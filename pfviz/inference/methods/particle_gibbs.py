"""Particle Gibbs (Andrieu, Doucet & Holenstein 2010, "Particle Markov chain Monte Carlo methods"; for language models
Puri et al., arXiv 2502.01618): K iterations of particle filtering, each conditioned on a trajectory of the last.

Every iteration but the first pins a trajectory in slot 0: it is not written again, it survives every resampling, and
the other particles may descend from it. At the end one trajectory is drawn by the last weights for the next iteration.
Resampling is multinomial, for which the conditional scheme is plain: the free slots draw as ever.

Target: that of particle filtering with the same settings after T steps, where T is the length of the longest first
iteration. It is left invariant: a trajectory from the target stays one. A particle that is finished earlier repeats its
potential until T, in the last weights too, and one that is not finished after T steps ends there. The answer is picked
from all iterations, each of which counts the same. K iterations of N particles cost N + (K - 1)(N - 1) generations.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from pfviz.errors import SettingError
from pfviz.inference.aggregation import AGGREGATIONS
from pfviz.inference.methods.base import Population, Selection, Weighing
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.inference.settings import Settings
from pfviz.inference.slopes import shrink_rewards
from pfviz.inference.weights import normalise
from pfviz.types import FloatArray


class ParticleGibbs(ParticleFiltering):
    """Particle filtering again and again, each time around a trajectory that the last time gave."""

    name = "particle_gibbs"
    title = "Particle Gibbs"
    description = "Particle filtering several times over, each time around one solution kept from the time before."
    setting_names: tuple[str, ...] = (
        "particles", "iterations", "temperature", "tau", "tau_start_factor", "potential", "reward_slope", "trigger",
        "threshold", "first_resampling", "finished", "aggregation", "pick",
    )  # fmt: skip

    @classmethod
    def settings_for_budget(cls, common: Settings, budget: int) -> Settings | None:
        """N / K particles in each of K iterations, as the paper counts; the pinned ones, which are not written, are N
        too."""
        iterations = 4 if budget >= 16 else 2
        return replace(common, particles=budget // iterations, iterations=iterations) if budget >= 4 else None

    def __init__(self, settings: Settings) -> None:
        if settings.particles < 2:
            raise SettingError("particles", f"{self.title} needs 2 particles or more, as it pins one of them.")
        super().__init__(replace(settings, resampler="multinomial"))

    @property
    def generations(self) -> int:
        """N in the first iteration, and N - 1 beside the pinned one in every other; of every chain."""
        n, k = self.settings.particles, self.iterations
        return len(self.chains) * (n + (k - 1) * (n - 1))

    @property
    def iterations(self) -> int:
        """K."""
        return self.settings.iterations

    def weigh(self, population: Population) -> Weighing:
        """As particle filtering; where all are finished before the horizon, with the potentials that are left."""
        plain = super().weigh(population)
        if population.horizon is None or not population.finished.all():
            return plain
        scores = self.shrink(population).scores(self.settings.aggregation)
        left = self._repeated_potential(scores, population.step + 1, population.horizon)
        return Weighing(plain.log_weights + left, plain.temperature)

    def select(self, rng: np.random.Generator, population: Population, log_weights: FloatArray) -> Selection:
        """The pinned slot stays; the others draw as in particle filtering."""
        made = super().select(rng, population, log_weights)
        if population.pinned:
            made.ancestors[0] = 0
        return made

    def keep(self, rng: np.random.Generator, log_weights: FloatArray) -> int | None:
        """A draw from the last weights."""
        return int(rng.choice(len(log_weights), p=normalise(log_weights)))

    def log_target(self, rewards: FloatArray, horizon: int) -> float:
        """The sum of the log-potentials of a trajectory with rewards (T,), its last one repeated until the horizon."""
        rewards = shrink_rewards(rewards[:, None], self._slopes)
        aggregate = AGGREGATIONS[self.settings.aggregation]
        scores = [np.array([np.nan]), *(aggregate(rewards[: t + 1]) for t in range(len(rewards)))]
        total = self._repeated_potential(scores[-1], len(rewards), horizon)
        for t, (before, now) in enumerate(pairwise(scores)):
            total = total + self.log_potential(now, before, t)
        return float(total[0])

    def _repeated_potential(self, scores: FloatArray, first: int, horizon: int) -> FloatArray:
        """(N,) log-potentials of the steps first..horizon-1, in which the particles only stay."""
        total = np.zeros(len(scores))
        for t in range(first, horizon):
            total += self.log_potential(scores, scores, t)
        return total
