"""Entropic particle filtering (arXiv 2510.05825): particle filtering whose weights are flattened early in a run, where
a reward model is overconfident.

With W = softmax(potential / tau) of N particles after step t of at most T, where ESS/N < 1/2 and t/T < 1/2 the weights
are flattened to softmax(potential / (tau · k)), k = max(1, (N / ESS) · (1 - t/T)), and resampled systematically. T is
the step limit. Once every particle is finished nothing is flattened, so that the answer is picked by the plain weights.

Target: that of particle filtering with the potentials of the flattened steps raised to 1/k.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pfviz.inference.methods.base import Population, Weighing
from pfviz.inference.methods.particle_filtering import ParticleFiltering
from pfviz.inference.settings import Settings
from pfviz.inference.weights import ess


class EntropicParticleFiltering(ParticleFiltering):
    """Particle filtering with a temperature that rises where few particles hold the weight."""

    name = "entropic_particle_filtering"
    title = "Entropic particle filtering"
    short_title = "Entropic filtering"
    description = (
        "Particle filtering that trusts the reward less in early steps where few particles hold all the weight."
    )
    setting_names: tuple[str, ...] = (
        "particles",
        "temperature",
        "tau",
        "potential",
        "reward_slope",
        "finished",
        "aggregation",
        "pick",
    )

    def __init__(self, settings: Settings) -> None:
        super().__init__(replace(settings, resampler="systematic", trigger="always", tau_start_factor=1.0))

    def weigh(self, population: Population) -> Weighing:
        """log_carried + potential / (tau · k)."""
        plain = super().weigh(population)
        n, elapsed = len(plain.log_weights), population.step / population.max_steps
        share = ess(plain.log_weights) / n
        if share >= 0.5 or elapsed >= 0.5 or population.finished.all():
            return plain
        flatter = max(1.0, (1 - elapsed) / share)
        carried = population.log_carried
        potential = np.subtract(plain.log_weights, carried, out=np.zeros(n), where=np.isfinite(carried))
        return Weighing(carried + potential / flatter, plain.temperature * flatter)
