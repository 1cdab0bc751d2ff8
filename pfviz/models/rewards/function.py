"""A Python function as a reward model: an oracle, a rule, or somebody's own scorer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pfviz.errors import ModelError
from pfviz.problems.problem import SEPARATOR, Problem
from pfviz.text import shorten
from pfviz.types import IntArray, Step

RewardFunction = Callable[[str, list[str]], float]
"""(problem text, steps) -> reward in [0, 1]."""
BatchRewardFunction = Callable[[str, list[list[str]]], Sequence[float]]
"""(problem text, P prefixes, each a list of steps) -> P rewards in [0, 1], in their order."""


class FunctionReward:
    """A reward model from `fn(problem_text, steps) -> reward in [0, 1]`, called with every step of a prefix; or, with
    `batch`, from `fn(problem_text, prefixes) -> rewards`, called once for all prefixes of a step.

    A prefix that several particles share is asked for once. Where prefixes are to be scored as a whole, each has one
    step that holds all of its own.
    """

    reads_log_probs = False
    reads_tokens = False

    def __init__(
        self, fn: RewardFunction | BatchRewardFunction, name: str | None = None, *, batch: bool = False
    ) -> None:
        self.fn: Callable[[str, Any], Any] = fn
        self.name: str = name or str(getattr(fn, "__name__", type(fn).__name__))
        self.batch = batch

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> FunctionRewardSession:
        """See `RewardModel.open`."""
        return FunctionRewardSession(self, problem, particles, whole)

    def score_prefixes(self, problem: str, prefixes: Sequence[Sequence[str]]) -> list[float]:
        """The rewards of prefixes; NaN and infinities are handed on as they are.

        Raises `ModelError` where the function returns anything but a number in [0, 1] for each of them. What it raises
        itself comes out as it is.
        """
        given = [list(prefix) for prefix in prefixes]
        if not self.batch:
            return [self._read_number(self.fn(problem, prefix)) for prefix in given]
        returned = self.fn(problem, given)
        return [self._read_number(value, place) for place, value in enumerate(self._split_batch(returned, len(given)))]

    def _split_batch(self, returned: Any, count: int) -> list[Any]:
        """The `count` values of what a batch function returned: a list, or an array or tensor of one dimension."""
        shape = getattr(returned, "shape", None)
        listed = isinstance(returned, list | tuple) or (shape is not None and len(shape) == 1)
        if not listed or len(returned) != count:
            raise ModelError(
                f"The reward {self.name!r} returned {_describe(returned)} for a batch of {count}; expected a list of "
                f"{count} numbers in [0, 1], one for each prefix in the order in which they were given."
            )
        return list(returned)

    def _read_number(self, returned: Any, place: int | None = None) -> float:
        where = "" if place is None else f" for prefix {place + 1} of the batch"
        value = _as_number(returned)
        if value is None:
            raise ModelError(
                f"The reward {self.name!r} returned {_describe(returned)}{where}; expected one number in [0, 1], such "
                "as 0.5: the reward of the whole solution that it was given."
            )
        if math.isfinite(value) and not 0 <= value <= 1:
            raise ModelError(f"The reward {self.name!r} returned {value}{where}; it must lie in [0, 1].")
        return value


class FunctionRewardSession:
    """Each slot's steps so far."""

    def __init__(self, reward: FunctionReward, problem: Problem, particles: int, whole: bool = False) -> None:
        self._reward = reward
        self._problem = problem
        self._whole = whole
        self._prefixes: list[tuple[str, ...]] = [()] * particles

    def score(self, steps: Mapping[int, Step]) -> Mapping[int, float]:
        """See `RewardSession.score` and `FunctionReward.score_prefixes`."""
        if not steps:
            return {}
        for slot, step in steps.items():
            self._prefixes[slot] = (*self._prefixes[slot], step.text)
        asked = {slot: self._prefixes[slot] for slot in steps}
        if self._whole:
            asked = {slot: (SEPARATOR.join(prefix),) for slot, prefix in asked.items()}
        distinct = list(dict.fromkeys(asked.values()))
        rewards = dict(zip(distinct, self._reward.score_prefixes(self._problem.text, distinct), strict=True))
        return {slot: rewards[prefix] for slot, prefix in asked.items()}

    def select(self, ancestors: IntArray) -> None:
        """Slot n becomes a copy of slot ancestors[n]; ancestors (N,)."""
        self._prefixes = [self._prefixes[int(a)] for a in ancestors]


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
