"""A Python function as a reward model: an oracle, a rule, or somebody's own scorer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from pfviz.errors import ModelError
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.types import IntArray, Step

RewardFunction = Callable[[str, list[str]], float]


class FunctionReward:
    """A reward model from `fn(problem_text, steps) -> reward in [0, 1]`, called with every step of a prefix; where it
    is to score prefixes as a whole, with one step that holds them all."""

    reads_log_probs = False

    def __init__(self, fn: RewardFunction, name: str | None = None) -> None:
        self.fn = fn
        self.name: str = name or str(getattr(fn, "__name__", type(fn).__name__))

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> FunctionRewardSession:
        """See `RewardModel.open`."""
        return FunctionRewardSession(self, problem, particles, whole)


class FunctionRewardSession:
    """Each slot's steps so far."""

    def __init__(self, reward: FunctionReward, problem: Problem, particles: int, whole: bool = False) -> None:
        self._reward = reward
        self._problem = problem
        self._whole = whole
        self._prefixes: list[tuple[str, ...]] = [()] * particles

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score`; raises `ModelError` for a reward outside [0, 1]. One that is no number or infinite
        is handed on as it is."""
        scores = {}
        for slot, step in steps.items():
            self._prefixes[slot] = (*self._prefixes[slot], step.text)
            prefix = list(self._prefixes[slot])
            value = float(self._reward.fn(self._problem.text, [SEPARATOR.join(prefix)] if self._whole else prefix))
            if math.isfinite(value) and not 0 <= value <= 1:
                raise ModelError(f"The reward {self._reward.name!r} returned {value}; it must lie in [0, 1].")
            scores[slot] = value
        return scores

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._prefixes = [self._prefixes[int(a)] for a in ancestors]
