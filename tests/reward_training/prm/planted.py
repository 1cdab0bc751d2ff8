"""Solutions with a planted rule: a step with a capital S is wrong, and so is all that comes after one."""

from __future__ import annotations

import random

from pfviz.reward_training.prm.labelled import LabelledProblem
from pfviz.reward_training.samples import SampledProblem, SampledStep, Solution

GOOD = ("so 1 + 2 = 3", "then 3 * 4 = 12", "now 5 - 2 = 3")
BAD = ("so 1 + 2 = S", "then 3 * 4 = S", "now S = 3")
WRONG_SHARE = 0.25


def planted_problems(count: int, *, solutions: int = 6, seed: int = 0) -> list[LabelledProblem]:
    """So many problems, with solutions of one to four steps."""
    rng = random.Random(seed)
    return [_draw_problem(rng, f"compute {number} + {seed}", solutions) for number in range(count)]


def _draw_problem(rng: random.Random, text: str, count: int) -> LabelledProblem:
    solutions, labels = [], []
    for _ in range(count):
        steps = [rng.choice(BAD if rng.random() < WRONG_SHARE else GOOD) for _ in range(rng.randint(1, 4))]
        marks = tuple(all("S" not in step for step in steps[: i + 1]) for i in range(len(steps)))
        solutions.append(Solution(tuple(SampledStep(step, (1,) * len(step), "separator") for step in steps), marks[-1]))
        labels.append(marks)
    return LabelledProblem(SampledProblem(text, "3", tuple(solutions)), tuple(labels))
