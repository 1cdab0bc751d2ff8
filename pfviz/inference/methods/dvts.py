"""Diverse verifier tree search (Beeching et al. 2024, "Scaling test-time compute with open models"): N / M subtrees
that never compete with each other.

After every step each subtree of M slots (the width; the last one may have fewer) goes on from its single best particle
by aggregated reward. A subtree whose best particle is finished is finished. Ties go to the lower slot.

Target: none; the argmax of every subtree, which is beam search made diverse.
"""

from __future__ import annotations

import numpy as np

from pfviz.inference.methods.base import Population, Selection, uniform_log_weights
from pfviz.inference.methods.beam_search import BeamSearch
from pfviz.types import FloatArray


class Dvts(BeamSearch):
    """The best particle of each group of `width` neighbours is copied over its group."""

    name = "dvts"
    title = "DVTS"
    description = "Particles are split into groups, and after each step every group goes on from its best one."

    def select(self, rng: np.random.Generator, population: Population, log_weights: FloatArray) -> Selection:
        """The best of each group."""
        n, width = len(log_weights), self.settings.width
        scores = population.scores(self.settings.aggregation)
        starts = np.arange(n) // width * width
        best = {start: start + int(np.argmax(scores[start : start + width])) for start in range(0, n, width)}
        return Selection(True, np.array([best[int(start)] for start in starts]), uniform_log_weights(n))
