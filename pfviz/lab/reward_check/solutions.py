"""The texts that a reward model is tried on: solutions of very different lengths, with a wrong one among them.

What is right does not matter here, only whether the same text has the same reward. So any reward model can be asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import accumulate

import numpy as np

from pfviz.types import IntArray


@dataclass(frozen=True, slots=True)
class TriedSolution:
    """A problem and the steps of one solution of it."""

    problem: str
    steps: tuple[str, ...]


def _sum_in_steps(numbers: tuple[int, ...]) -> tuple[str, ...]:
    """A long solution, so that a server that cuts texts is found out: four additions a step."""
    totals = tuple(accumulate(numbers))
    lines = [f"{a} + {b} = {c}" for a, b, c in zip(totals, numbers[1:], totals[1:], strict=False)]
    return tuple(f"We add: {', then '.join(lines[start : start + 4])}." for start in range(0, len(lines), 4))


_COMPUTE = "Compute (12 + 7) * 3 - 45"
_APPLES = "Tom has 5 apples and buys 7 more. He eats 3. How many apples does he have?"
_LONG = "Add the numbers from 1 to 24"

Solutions = tuple[TriedSolution, ...]

SOLUTIONS: Solutions = (
    TriedSolution(_COMPUTE, ("The answer is \\boxed{12}.",)),
    TriedSolution(
        _COMPUTE,
        ("First, 12 + 7 = 19, so we have 19 * 3 - 45.", "Next, 19 * 3 = 57.", "So 57 - 45 = 12: \\boxed{12}."),
    ),
    TriedSolution(_COMPUTE, ("12 + 7 = 20", "20 * 3 = 60, and 60 - 45 = 15. The answer is \\boxed{15}.")),
    TriedSolution(_APPLES, ("5 + 7 = 12", "12 - 3 = 9", "\\boxed{9}")),
    TriedSolution(
        _APPLES,
        (
            "Tom begins with 5 apples.\nHe buys 7 more, which makes 5 + 7 = 12 apples in all.",
            "He eats 3 of them, so 12 - 3 = 9 apples are left.\nThe answer is \\boxed{9}.",
        ),
    ),
    TriedSolution(_APPLES, ("He has 5 + 7 - 3 = 8 apples: \\boxed{8}",)),
    TriedSolution(_LONG, ("There are 12 pairs of 25, which is \\boxed{300}.",)),
    TriedSolution(_LONG, (*_sum_in_steps(tuple(range(1, 25))), "The sum is \\boxed{300}.")),
)
"""Three problems; of the last one, a solution of several hundred characters."""

TRICKY_TEXTS = (
    "x = 3,  y = 4",
    "  x + y",
    "a\n\tb",
    "x  ",
    "\n x = 3",
)
"""Texts whose spaces and line breaks a tokenizer may lose."""


@dataclass(frozen=True, eq=False, slots=True)
class Prefixes:
    """All prefixes of the solutions, one after the other: K in all."""

    solution: IntArray  # (K,) whose
    step: IntArray  # (K,) its last step
    characters: IntArray  # (K,) of the problem and the steps so far
    problem: IntArray  # (K,) of which problem, by its place among them


@cache
def list_prefixes(solutions: Solutions) -> Prefixes:
    """Return where each prefix stands, in the order of all arrays of rewards here."""
    problems = list(dict.fromkeys(one.problem for one in solutions))
    rows = [
        (s, t, len(one.problem) + length, problems.index(one.problem))
        for s, one in enumerate(solutions)
        for t, length in enumerate(accumulate(len(text) for text in one.steps))
    ]
    return Prefixes(*np.array(rows, dtype=np.int64).T)
