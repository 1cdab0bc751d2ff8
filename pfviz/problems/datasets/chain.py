"""The problems of the synthetic world: sums of 1 to 12 steps."""

from __future__ import annotations

import random
from pathlib import Path

from pfviz.problems.problem import Problem
from pfviz.tiny import chain


def load_chains(number: int, seed: int, path: Path | None = None) -> list[Problem]:
    """Return sums, whose lengths go through 1 to 12 steps again and again."""
    rng = random.Random(f"chain {seed}")
    found = []
    for k in range(number):
        steps = k % chain.MAX_STEPS + 1
        numbers = chain.draw_sum(rng, steps)
        found.append(Problem(chain.write_problem(numbers), str(sum(numbers)), reference_steps=steps))
    return found
