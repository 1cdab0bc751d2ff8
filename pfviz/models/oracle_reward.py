"""The exact oracle of the embedded world as a reward model: 1 while every step is right, 0 from the first wrong one on.

It is what a reward model would be if it never erred: a yardstick of how much of a method's success is the reward's.
"""

from __future__ import annotations

from fractions import Fraction

from pfviz.errors import ProblemError
from pfviz.models.python_reward import FunctionReward, FunctionRewardSession
from pfviz.problem import Problem
from pfviz.tiny import gate, oracle
from pfviz.tiny.tasks import Kind


class OracleReward:
    """Judges the steps of problems whose answer is known: by their truth, or, of an expression or an equation, by
    working it out."""

    name = "oracle"

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> FunctionRewardSession:
        """See `RewardModel.open`; the truth of a prefix is the same as a whole. Raises `ProblemError` where the true
        answer is not known."""
        kind, answer = kind_of(problem), answer_of(problem)

        def right(text: str, steps: list[str]) -> float:
            return float(oracle.judge(kind, answer, steps)[-1])

        return FunctionReward(right, self.name).open(problem, particles=particles)


def kind_of(problem: Problem) -> Kind:
    """Expression, equation, or a story, which is whatever is neither."""
    core = gate.mathematics(problem.text)
    return "story" if core is None else "equation" if "=" in core else "arithmetic"


def answer_of(problem: Problem) -> Fraction:
    """The true answer; raises `ProblemError` if it is not known or no number."""
    if problem.truth is None:
        worked_out = gate.answer(problem.text)
        if worked_out is None:
            raise ProblemError("The oracle must know the true answer of a story. Give it as the truth (--truth).")
        return worked_out
    try:
        return Fraction(problem.truth.strip())
    except (ValueError, ZeroDivisionError):
        raise ProblemError(
            f"The truth is {problem.truth[:40]!r}; the oracle understands whole numbers and fractions such as 7/2."
        ) from None
