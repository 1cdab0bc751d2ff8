"""Checked arithmetic as a reward: every equation that the last step writes down is computed.

It knows nothing of the problem, so a step whose equations hold may still be of no use: it is the reward of one who
checks the sums and does not understand the question. A step without an equation is neither better nor worse for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pfviz.models.rewards.function import FunctionReward
from pfviz.problems.equations import find_equations

NAME = "arithmetic"
NOTHING_CHECKED = 0.5
"""The reward of a step in which there is nothing to check: odds of one, which change no weight."""
ALL_HOLD, ONE_FAILS = 0.75, 0.05
"""Not probabilities: the odds, 3 and 1/19, say how much more an error tells than its absence."""


def score_arithmetic(problem: str, steps: Sequence[str]) -> float:
    """The reward of a prefix by the equations in its last step; `problem` is not read."""
    equations = find_equations(steps[-1])
    if not equations:
        return NOTHING_CHECKED
    return ALL_HOLD if all(equation.holds for equation in equations) else ONE_FAILS


def load_arithmetic() -> FunctionReward:
    """The reward model; it takes what any generator writes."""
    return FunctionReward(score_arithmetic, NAME)
