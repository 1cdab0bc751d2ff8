"""Rewards that know nothing of mathematics: what any other has to beat, of the same problems and particles.

Where right solutions are short, "shorter is better" orders them as well as many a reward model does (on 16 problems
that a 0.5B model solved it had a within-problem AUC of 0.72, a judge of 1.5B 0.73).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pfviz.models.rewards.function import FunctionReward

CHARACTERS = 400
"""A prefix of so many has a reward of 1/2 by its length."""


def score_shortness(problem: str, steps: Sequence[str]) -> float:
    """1 / (1 + characters / 400) of a prefix: the odds are inverse to its length; `problem` is not read."""
    return 1 / (1 + sum(map(len, steps)) / CHARACTERS)


def score_earliness(problem: str, steps: Sequence[str]) -> float:
    """1 / (1 + number of steps): a solution that is over sooner is better."""
    return 1 / (1 + len(steps))


def score_nothing(problem: str, steps: Sequence[str]) -> float:
    """One half, whatever was written: selection does nothing but draw."""
    return 0.5


CONTROLS: Mapping[str, Callable[[str, Sequence[str]], float]] = {
    "shorter": score_shortness,
    "earlier": score_earliness,
    "constant": score_nothing,
}
"""By the names of their rewards."""


def load_control(name: str) -> FunctionReward:
    """The reward model of that name; it takes what any generator writes."""
    return FunctionReward(CONTROLS[name], name)
