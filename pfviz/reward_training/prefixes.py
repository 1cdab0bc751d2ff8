"""All prefixes of all solutions as one table, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pfviz.problems.equations import has_wrong_equation
from pfviz.reward_training.features import Features
from pfviz.reward_training.samples import SampledProblem
from pfviz.types import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Prefixes:
    """P prefixes: their features (P, layers, 2H), whether an equation does not hold (P,), the outcome of their solution
    (P,), what is known of their value (P,) by so many draws (P,), and where they stand (P,)."""

    features: npt.NDArray[np.float16]
    right: BoolArray
    problem: IntArray
    solution: IntArray  # counted through all problems
    step: IntArray  # 0 is the first
    steps: IntArray  # of the whole solution
    has_wrong_equation: BoolArray
    value: FloatArray  # share of its rollouts that end right; the outcome where none were drawn
    draws: IntArray  # rollouts; 1 where the outcome is the only one

    @property
    def information(self) -> FloatArray:
        """How many independent outcomes the value is worth, 1 to 2. Rollouts of a prefix share what no reading of it
        knows, half of the variance: Kish's effective sample size K / (1 + (K - 1) / 2)."""
        return np.asarray(2 * self.draws / (self.draws + 1))

    @property
    def complete(self) -> BoolArray:
        """Whether the prefix is the whole solution."""
        return np.asarray(self.step == self.steps - 1)

    @property
    def half_way(self) -> BoolArray:
        """Whether it is the half of its solution, rounded down; the first step of a short one."""
        return np.asarray(self.step == np.maximum(self.steps // 2 - 1, 0))

    @property
    def share(self) -> FloatArray:
        """The share of its solution that it is, over the number of the solution's prefixes: late ones tell more, and
        long solutions no more than short ones."""
        return np.asarray((self.step + 1) / self.steps**2)

    def take(self, rows: BoolArray | IntArray) -> Prefixes:
        """Some of the rows."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})

    @property
    def mixed(self) -> BoolArray:
        """Whether its problem has right and wrong solutions."""
        size = int(self.problem.max(initial=-1)) + 1
        has_right = np.bincount(self.problem[self.right], minlength=size) > 0
        has_wrong = np.bincount(self.problem[~self.right], minlength=size) > 0
        return np.asarray((has_right & has_wrong)[self.problem])


def build_prefixes(samples: Sequence[SampledProblem], features: Sequence[Sequence[Features]]) -> Prefixes:
    """The table of these problems, whose solutions have these features."""
    columns: dict[str, list[npt.NDArray[np.generic]]] = {
        name: [] for name in ("right", "problem", "solution", "step", "steps", "has_wrong_equation", "value", "draws")
    }
    count = 0
    for number, sample in enumerate(samples):
        for solution in sample.solutions:
            length = len(solution.steps)
            columns["right"].append(np.full(length, solution.right))
            columns["problem"].append(np.full(length, number))
            columns["solution"].append(np.full(length, count))
            columns["step"].append(np.arange(length))
            columns["steps"].append(np.full(length, length))
            wrong = np.array([has_wrong_equation(step.text) for step in solution.steps])
            columns["has_wrong_equation"].append(np.logical_or.accumulate(wrong))
            columns["value"].append(np.array(solution.values))
            columns["draws"].append(np.array([max(step.rollouts, 1) for step in solution.steps]))
            count += 1
    blocks = [block for of_problem in features for block in of_problem]
    return Prefixes(np.concatenate(blocks), **{name: np.concatenate(parts) for name, parts in columns.items()})
