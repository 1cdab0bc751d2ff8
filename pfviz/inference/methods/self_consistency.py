"""Self-consistency: N solutions side by side and a plain majority over their answers, whatever their rewards (Wang
et al., arXiv 2203.11171).

Target: the most probable answer of the generator. Rewards are recorded and weigh nothing.
"""

from __future__ import annotations

import numpy as np

from pfviz.inference.methods.base import (
    Family,
    Population,
    Selection,
    SingleSweepMethod,
    Weighing,
    identity_selection,
    uniform_log_weights,
)
from pfviz.inference.settings import Settings
from pfviz.types import FloatArray


class SelfConsistency(SingleSweepMethod):
    """Equal weights throughout."""

    name = "self_consistency"
    title = "Self-consistency"
    description = "Every particle goes on by itself; the answer that most of them give wins."
    family: Family = "sampling"
    setting_names: tuple[str, ...] = ("particles", "temperature", "pick")
    usual_pick = "majority"
    independent = True

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def weigh(self, population: Population) -> Weighing:
        """All alike."""
        return Weighing(uniform_log_weights(len(population.log_carried)), 1.0)

    def select(self, rng: np.random.Generator, population: Population, log_weights: FloatArray) -> Selection:
        """Nobody is selected."""
        return identity_selection(len(log_weights))
