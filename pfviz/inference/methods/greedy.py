"""Greedy decoding: one solution, each of whose tokens is the most probable one (the paper's pass@1 at temperature 0).

Target: none; it is the baseline that every other method has to beat.
"""

from __future__ import annotations

from dataclasses import replace

from pfviz.inference.methods.self_consistency import SelfConsistency
from pfviz.inference.settings import Settings


class Greedy(SelfConsistency):
    """One particle at temperature 0, whatever the settings say."""

    name = "greedy"
    title = "Greedy"
    description = "One particle that always writes the most probable token."
    setting_names: tuple[str, ...] = ()
    usual_pick = "highest"
    independent = False
    deterministic = True

    @classmethod
    def settings_for_budget(cls, common: Settings, budget: int) -> Settings | None:
        """One solution, and no more."""
        return replace(common, particles=1) if budget == 1 else None

    def __init__(self, settings: Settings) -> None:
        super().__init__(replace(settings, particles=1, temperature=0.0))
