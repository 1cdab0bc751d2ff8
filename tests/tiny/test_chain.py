"""The synthetic world: sums that take as many steps as is said, and errors at the rate that is given."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from pfviz.errors import ProblemError
from pfviz.problems.answers import is_correct
from pfviz.problems.extraction import extract_answer
from pfviz.tiny import chain, oracle


def solve(numbers: list[int], seed: int, error_rate: float) -> list[str]:
    rng, steps = random.Random(seed), []
    while len(numbers) > 1:
        text, numbers = chain.write_step(rng, numbers, error_rate)
        steps.append(text)
    return steps


@pytest.mark.parametrize("length", [1, 5, 12])
def test_a_sum_takes_as_many_steps_as_are_asked_for_and_is_right_without_errors(length: int) -> None:
    numbers = chain.draw_sum(random.Random(length), length)
    steps = solve(numbers, 0, 0.0)
    assert len(steps) == length
    assert oracle.judge_steps("arithmetic", Fraction(sum(numbers)), steps) == [True] * length
    assert is_correct(extract_answer(steps[-1]), str(sum(numbers)))
    assert chain.read_problem(chain.write_problem(numbers)) == numbers


def test_a_step_is_wrong_at_the_rate_that_is_given() -> None:
    """1200 steps at 0.2: outside of 0.14 to 0.26 in one of 10^6 streams."""
    numbers = [3, 5, 12, 7]
    wrong = sum(
        not oracle.judge_step("arithmetic", Fraction(27), chain.write_step(random.Random(seed), numbers, 0.2)[0])
        for seed in range(1200)
    )
    assert 0.14 < wrong / 1200 < 0.26


def test_right_solutions_differ() -> None:
    assert len({tuple(solve([3, 5, 12, 7], seed, 0.0)) for seed in range(20)}) > 3


@pytest.mark.parametrize("text", ["", "Compute 3", "Compute 3 - 1", "1 + " * 13 + "1", "Ann has 2 apples."])
def test_any_other_problem_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ProblemError, match="sums of 2 to 13 whole numbers") as caught:
        chain.read_problem(text)
    assert caught.value.examples
