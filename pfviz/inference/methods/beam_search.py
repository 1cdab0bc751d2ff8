"""Beam search over steps (Snell et al., arXiv 2408.03314; as in Hugging Face's search-and-learn).

After every step the best ⌈F / M⌉ of the F unfinished particles by aggregated reward go on, each in M copies (F slots in
all); M is the width. Finished particles are kept aside and hold their slots, so that N generations are spent in all.
Ties go to the lower slot.

Target: none. It keeps the maximum of the reward at every step, and with it whatever fools the reward.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from pfviz.inference.methods.base import Family, Population, Selection, uniform_log_weights
from pfviz.inference.methods.best_of_n import BestOfN
from pfviz.inference.settings import Settings
from pfviz.types import FloatArray


class BeamSearch(BestOfN):
    """Weighs as best-of-N does; the best unfinished particles are copied `width` times each."""

    name = "beam_search"
    title = "Beam search"
    description = "After each step the best particles are copied a fixed number of times; all others die."
    family: Family = "search"
    setting_names: tuple[str, ...] = ("particles", "temperature", "width", "aggregation", "pick")
    independent = False

    @classmethod
    def settings_for_budget(cls, common: Settings, budget: int) -> Settings | None:
        """A particle for each solution, and no more copies than those."""
        return replace(common, particles=budget, width=min(common.width, budget))

    def select(self, rng: np.random.Generator, population: Population, log_weights: FloatArray) -> Selection:
        """Keep the best of the unfinished; without any randomness."""
        n, width = len(log_weights), self.settings.width
        free = np.flatnonzero(~population.finished)
        best_first = free[np.argsort(-population.scores(self.settings.aggregation)[free], kind="stable")]
        ancestors = np.arange(n)
        ancestors[free] = np.sort(np.repeat(best_first[: -(-len(free) // width)], width)[: len(free)])
        return Selection(True, ancestors, uniform_log_weights(n))
