"""A Python function as a reward model: an oracle, a rule, or somebody's own scorer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from pfviz.errors import ModelError
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.text import shorten
from pfviz.types import IntArray, Step

RewardFunction = Callable[[str, list[str]], float]


class FunctionReward:
    """A reward model from `fn(problem_text, steps) -> reward in [0, 1]`, called with every step of a prefix; where it
    is to score prefixes as a whole, with one step that holds them all."""

    reads_log_probs = False
    reads_tokens = False

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
        """See `RewardSession.score`; NaN and infinities are handed on as they are.

        Raises `ModelError` if the function raises anything but a `PfvizError`, or returns anything but a number in
        [0, 1].
        """
        scores = {}
        for slot, step in steps.items():
            self._prefixes[slot] = (*self._prefixes[slot], step.text)
            prefix = list(self._prefixes[slot])
            scores[slot] = self._call([SEPARATOR.join(prefix)] if self._whole else prefix)
        return scores

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._prefixes = [self._prefixes[int(a)] for a in ancestors]

    def _call(self, steps: list[str]) -> float:
        name = self._reward.name
        returned = self._reward.fn(self._problem.text, steps)  # what it raises is its own affair
        value = _as_number(returned)
        if value is None:
            raise ModelError(
                f"The reward {name!r} returned {_describe(returned)}; expected one number in [0, 1], such as 0.5: the "
                "reward of the whole solution that it was given."
            )
        if math.isfinite(value) and not 0 <= value <= 1:
            raise ModelError(f"The reward {name!r} returned {value}; it must lie in [0, 1].")
        return value


def _as_number(returned: Any) -> float | None:
    """The number that was returned, also as a scalar of NumPy or a tensor without dimensions; None for what is none."""
    if isinstance(returned, bool | str | bytes) or returned is None or getattr(returned, "shape", ()) != ():
        return None
    if "bool" in str(getattr(returned, "dtype", "")):
        return None
    try:
        return float(returned)
    except Exception:  # whatever an object of another library raises
        return None


def _describe(returned: Any) -> str:
    """What was returned, in a few words: None, the text 'high', a Tensor of shape (3,)."""
    kind = type(returned).__name__
    shape = getattr(returned, "shape", None)
    if returned is None:
        return "None (does it end without a return?)"
    if isinstance(returned, list | tuple | dict | set):
        return f"a {kind} of {len(returned)}"
    if shape is not None and shape != ():
        return f"a {kind} of shape {shorten(str(tuple(shape)), 40)}"
    if isinstance(returned, bool):
        return f"{returned}, a bool"
    try:
        shown = shorten(repr(returned), 60)
    except Exception:
        shown = "an object"
    return f"{shown}, a {kind}"
