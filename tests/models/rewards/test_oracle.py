"""The oracle as a reward model: it agrees with the walk that made a solution, and says what it does not know."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

import pfviz
from pfviz.errors import ProblemError
from pfviz.models import registry
from pfviz.models.rewards.oracle import OracleReward, exact_answer, problem_kind
from pfviz.problems.problem import Problem
from pfviz.tiny import oracle, world
from tests.contracts import reward as contract


@pytest.mark.parametrize("kind", world.KINDS)
def test_its_reward_is_the_truth_of_the_walk(kind) -> None:
    rng = random.Random(3)
    seen = set()
    for _ in range(30):
        task = world.draw_task(rng, kind)
        problem = Problem(task.text, str(task.answer))
        assert problem_kind(problem) == kind
        session = OracleReward().open(problem, particles=1)
        for line in world.write_solution(rng, task, slip=0.2):
            reward = session.score({0: contract.step_of(line.text)})[0]
            assert reward == float(line.ok)
            seen.add(reward)
    assert seen == {0.0, 1.0}


@pytest.mark.parametrize("check", contract.CHECKS[1:], ids=lambda check: check.__name__)
def test_contract(check) -> None:
    problem = Problem("Compute 2 + 3 * 4")
    words = ("3 * 4 = 12, so we have 2 + 12.", "2 + 12 = 14. The answer is \\boxed{14}.", "2 + 3 = 5, so 5 * 4.", "no")

    def scratch(problem: Problem, steps: list[str]) -> float:
        return float(oracle.judge_steps("arithmetic", Fraction(14), steps)[-1])

    check(contract.Case(OracleReward, problem, scratch, words=words))


def test_an_expression_or_an_equation_is_worked_out() -> None:
    assert exact_answer(Problem("Compute (12 + 7) * 3 - 45")) == 12
    assert exact_answer(Problem("Solve 2x + 5 = 20")) == Fraction(15, 2)
    assert exact_answer(Problem("Solve 2x + 5 = 20", "7")) == 7  # what is given counts


@pytest.mark.parametrize(("truth", "said"), [(None, "true answer of a story"), ("many", "'many'"), ("1/0", "'1/0'")])
def test_what_it_does_not_know_is_said(truth: str | None, said: str) -> None:
    with pytest.raises(ProblemError, match=said):
        OracleReward().open(Problem("Tom has 5 apples and buys 7 more. How many has he?", truth), particles=1)


def test_it_is_chosen_by_name() -> None:
    assert isinstance(registry.get_reward("oracle"), OracleReward)
    trace = pfviz.run("Compute 2 + 3 * 4", particles=8, reward="oracle", generator="embedded")
    assert trace.reward == "oracle"
    assert set(trace.rewards.ravel()) <= {0.0, 1.0}
    assert trace.answer == "14"
