"""The exact oracle of the embedded world as a reward model: 1 while every step is right, 0 from the first wrong one on.

It is what a reward model would be if it never erred: a yardstick of how much of a method's success is the reward's.
"""

from __future__ import annotations

from fractions import Fraction

from pfviz.errors import ProblemError
from pfviz.models.rewards.function import FunctionReward, FunctionRewardSession
from pfviz.problems.problem import Problem
from pfviz.tiny import gate, oracle
from pfviz.tiny.tasks import Kind


class OracleReward:
    """Judges the steps of problems whose answer is known: by their truth, or, of an expression or an equation, by
    working it out."""

    name = "oracle"
    reads_log_probs = False
    reads_tokens = False

    def open(self, problem: Problem, *, particles: int, whole: bool = False) -> FunctionRewardSession:
        """See `RewardModel.open`; the truth of a prefix is the same as a whole. Raises `ProblemError` where the true
        answer is not known."""
        kind, answer = problem_kind(problem), exact_answer(problem)

        def right(text: str, steps: list[str]) -> float:
            return float(oracle.judge_steps(kind, answer, steps)[-1])

        return FunctionReward(right, self.name).open(problem, particles=particles)


def problem_kind(problem: Problem) -> Kind:
    """Expression, equation, or a story, which is whatever is neither."""
    core = gate.extract_mathematics(problem.text)
    return "story" if core is None else "equation" if "=" in core else "arithmetic"


def exact_answer(problem: Problem) -> Fraction:
    """The true answer; raises `ProblemError` if it is not known or no number."""
    if problem.truth is None:
        computed_answer = gate.exact_answer(problem.text)
        if computed_answer is None:
            raise ProblemError("The oracle must know the true answer of a story. Give it as the truth (--truth).")
        return computed_answer
    try:
        return Fraction(problem.truth.strip())
    except (ValueError, ZeroDivisionError):
        raise ProblemError(
            f"The truth is {problem.truth[:40]!r}; the oracle understands whole numbers and fractions such as 7/2."
        ) from None
