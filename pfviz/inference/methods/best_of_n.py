"""Best-of-N: N solutions side by side, none of them copied; the answer of the best aggregated reward (Cobbe et al.,
arXiv 2110.14168; Lightman et al., arXiv 2305.20050).

Target: the maximum of the reward over N draws from the generator, which is not a distribution that one could estimate:
with N it moves from the generator to whatever fools the reward most.
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
    weigh_by_score,
)
from pfviz.inference.settings import Settings
from pfviz.types import FloatArray


class BestOfN(SingleSweepMethod):
    """Weights are in proportion to the rewards, and are never used while solutions are written."""

    name = "best_of_n"
    title = "Best of N"
    description = "Every particle goes on by itself; the answer is that of the highest reward."
    family: Family = "sampling"
    setting_names: tuple[str, ...] = ("particles", "temperature", "aggregation", "pick")
    usual_pick = "highest"
    independent = True

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def weigh(self, population: Population) -> Weighing:
        """The aggregated reward."""
        return weigh_by_score(population, self.settings.aggregation)

    def select(self, rng: np.random.Generator, population: Population, log_weights: FloatArray) -> Selection:
        """Nobody is selected."""
        return identity_selection(len(log_weights))
