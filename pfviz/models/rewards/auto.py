"""The reward that fits the generator, chosen when it is known who writes."""

from __future__ import annotations

from collections.abc import Callable

from pfviz.errors import ModelError
from pfviz.problems.problem import Problem
from pfviz.types import Generator, RewardModel, RewardSession

NAME = "auto"


class AutoReward:
    """Is replaced by what `choose` gives for the generator of a run; a trace records that one's name."""

    def __init__(self, choose: Callable[[Generator], RewardModel]) -> None:
        self.name = NAME
        self._choose = choose

    def bind(self, generator: Generator) -> RewardModel:
        """The reward for what this generator writes."""
        return self._choose(generator)

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> RewardSession:
        """Raises `ModelError`: without a generator nothing can be chosen."""
        raise ModelError("The reward 'auto' is chosen by the generator of a run. Name the reward here.")
