"""The reward that fits the generator, chosen when it is known who writes."""

from __future__ import annotations

from collections.abc import Callable

from pfviz.errors import ModelError
from pfviz.problems.problem import Problem
from pfviz.types import Generator, RewardModel, RewardSession, bind_recorded_reward

NAME = "auto"


class AutoReward:
    """Is replaced by what `choose` gives for the generator of a run; a trace records that one's name."""

    def __init__(self, choose: Callable[[Generator], RewardModel]) -> None:
        self.name = NAME
        self._choose = choose

    def bind(self, generator: Generator) -> RewardModel:
        """The reward for what this generator writes."""
        return self._choose(generator)

    def bind_recorded(self, load_generator: Callable[[], Generator]) -> RewardModel:
        """The reward for what the generator of a recorded run wrote."""
        return bind_recorded_reward(self.bind(load_generator()), load_generator)

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> RewardSession:
        """Raises `ModelError`: without a generator nothing can be chosen."""
        raise ModelError("The reward 'auto' is chosen by the generator of a run. Name the reward here.")
