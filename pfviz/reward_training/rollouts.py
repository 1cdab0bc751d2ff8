"""Which prefixes rollouts are drawn from, and solutions that know the values which these estimate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pfviz.problems.problem import Problem
from pfviz.reward_training.batch_sampling import Beginning
from pfviz.reward_training.samples import SampledProblem


def choose_prefixes(
    problems: Sequence[Problem], samples: Sequence[SampledProblem], rollouts: int, solutions: int
) -> list[Beginning]:
    """Every prefix of the first `solutions` solutions of each problem, but complete ones, that lacks so many rollouts.

    Problems of which all solutions end alike are left out: nothing is fitted on them.
    """
    return [
        Beginning(problem, solution.steps[:count], place)
        for problem, sample in zip(problems, samples, strict=True)
        if sample.is_mixed
        for place, solution in enumerate(sample.solutions[:solutions])
        for count in range(1, len(solution.steps))
        if solution.steps[count - 1].rollouts < rollouts
    ]


def add_values(sample: SampledProblem, shares: Mapping[tuple[int, int], float], rollouts: int) -> SampledProblem:
    """The problem with these shares of right rollouts, by the number of the solution (from 0) and of its steps."""
    return replace(
        sample,
        solutions=tuple(
            replace(
                solution,
                steps=tuple(
                    replace(step, value=shares[place, count], rollouts=rollouts) if (place, count) in shares else step
                    for count, step in enumerate(solution.steps, start=1)
                ),
            )
            for place, solution in enumerate(sample.solutions)
        ),
    )


def count_rollouts(samples: Iterable[SampledProblem]) -> tuple[int, int]:
    """Prefixes with rollouts, and rollouts."""
    found = [step.rollouts for sample in samples for one in sample.solutions for step in one.steps if step.rollouts]
    return len(found), sum(found)
