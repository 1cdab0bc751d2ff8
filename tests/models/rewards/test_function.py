"""A Python function as a reward model: one number in [0, 1], or a sentence that names it and what it returned."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

import pfviz
from pfviz.errors import ModelError, ProblemError
from pfviz.models.rewards.function import FunctionReward
from pfviz.problems.problem import Problem
from pfviz.types import RewardModel, Step
from tests.contracts import reward as contract
from tests.contracts import toy

STEPS = {0: Step("1 + 2 = 3", (), None, False, "separator")}


def score(returned: object) -> float:
    session = FunctionReward(lambda problem, steps: returned, "mine").open(Problem("1 + 2"), particles=1)
    return session.score(STEPS)[0]


@pytest.mark.parametrize(
    "returned",
    [0.5, np.float32(0.5), np.array(0.5), torch.tensor(0.5), torch.tensor(0.5, dtype=torch.bfloat16), Fraction(1, 2)],
)
def test_one_number_is_taken_whatever_its_kind(returned: object) -> None:
    assert score(returned) == 0.5
    assert (score(0), score(1)) == (0, 1)


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        (None, "None"),
        ([0.5], "a list of 1"),
        ((0.1, 0.9), "a tuple of 2"),
        ({"reward": 0.5}, "a dict of 1"),
        (torch.tensor([0.1, 0.9]), r"a Tensor of shape \(2,\)"),
        (torch.tensor([[0.5]]), r"a Tensor of shape \(1, 1\)"),
        (np.array([0.5]), r"a ndarray of shape \(1,\)"),
        (True, "True, a bool"),
        (np.bool_(True), "bool"),
        (torch.tensor(True), "True"),
        ("0.5", "'0.5', a str"),
        (b"0.5", "a bytes"),
        (0.5j, "0.5j, a complex"),
        (object(), "a object"),
        (lambda: 0.5, "a function"),
    ],
)
def test_what_is_no_number_is_named_with_what_is_expected(returned: object, said: str) -> None:
    with pytest.raises(ModelError, match=rf"The reward 'mine' returned .*{said}.*expected one number in \[0, 1\]"):
        score(returned)


def test_a_long_or_broken_description_is_cut() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise ValueError

    for returned in ("x" * 100_000, Broken()):
        with pytest.raises(ModelError) as error:
            score(returned)
        assert len(str(error.value)) < 250


@pytest.mark.parametrize("returned", [-0.01, 1.01, 10**9, torch.tensor(2.0)])
def test_a_number_outside_of_the_range_is_refused(returned: object) -> None:
    with pytest.raises(ModelError, match=r"The reward 'mine' returned .*; it must lie in \[0, 1\]"):
        score(returned)


def test_no_number_is_handed_on_for_the_loop_to_note() -> None:
    assert math.isnan(score(math.nan))
    assert score(torch.tensor(math.inf)) == math.inf


@pytest.mark.parametrize("error", [KeyError("steps"), ZeroDivisionError("division by zero"), ProblemError("no")])
def test_what_a_function_raises_comes_out_as_it_is(error: Exception) -> None:
    """So its author sees his own traceback, and a page tells visitors no words of it."""

    def mine(problem: str, steps: list[str]) -> float:
        raise error

    with pytest.raises(type(error)) as caught:
        FunctionReward(mine).open(Problem("1 + 2"), particles=1).score(STEPS)
    assert caught.value is error


def steps_of(*texts: str) -> dict[int, Step]:
    return {slot: Step(text, (), None, False, "separator") for slot, text in enumerate(texts)}


@pytest.mark.parametrize("batch", [False, True])
def test_a_prefix_that_particles_share_is_asked_for_once(batch: bool) -> None:
    asked: list[list[str]] = []

    def one(problem: str, steps: list[str]) -> float:
        asked.append(steps)
        return len(steps[-1]) / 10

    def several(problem: str, prefixes: list[list[str]]) -> list[float]:
        return [one(problem, steps) for steps in prefixes]

    session = FunctionReward(several if batch else one, batch=batch).open(Problem("?"), particles=4)
    assert session.score(steps_of("a", "bb", "a", "bb")) == {0: 0.1, 1: 0.2, 2: 0.1, 3: 0.2}
    session.select(np.array([0, 1, 1, 1]))
    assert session.score(steps_of("c", "c", "c", "dddd")) == {0: 0.1, 1: 0.1, 2: 0.1, 3: 0.4}
    assert asked == [["a"], ["bb"], ["a", "c"], ["bb", "c"], ["bb", "dddd"]]


def test_a_batch_is_one_call_for_each_step() -> None:
    sizes: list[int] = []

    @pfviz.reward(batch=True)
    def lengths(problem: str, prefixes: list[list[str]]) -> np.ndarray:
        sizes.append(len(prefixes))
        return np.array([min(1, len(steps[-1]) / 99) for steps in prefixes])

    trace = pfviz.run("toy", particles=8, generator=toy.ToyGenerator(), reward=lengths)
    assert (trace.reward, len(sizes)) == ("lengths", trace.steps)
    assert max(sizes) <= 8
    assert isinstance(lengths, RewardModel)


@pytest.mark.parametrize(
    "returned", [(0.5, 0.25), np.array([0.5, 0.25]), torch.tensor([0.5, 0.25]), [0.5, Fraction(1, 4)]]
)
def test_a_batch_of_numbers_is_taken_whatever_holds_them(returned: object) -> None:
    session = FunctionReward(lambda problem, prefixes: returned, batch=True).open(Problem("?"), particles=2)
    assert session.score(steps_of("a", "b")) == {0: 0.5, 1: 0.25}
    assert session.score({}) == {}


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ([0.5], r"a list of 1 for a batch of 2; expected a list of 2 numbers"),
        ([0.5, 0.5, 0.5], "a list of 3 for a batch of 2"),
        (0.5, r"0\.5, a float for a batch of 2"),
        (None, "None .* for a batch of 2"),
        ("ab", "'ab', a str for a batch of 2"),
        ({0: 0.5, 1: 0.5}, "a dict of 2 for a batch of 2"),
        (np.zeros((2, 2)), r".*shape \(2, 2\) for a batch of 2"),
        (torch.tensor([0.5]), r".*shape \(1,\) for a batch of 2"),
        ([0.5, "x"], "'x', a str for prefix 2 of the batch"),
        ([None, 0.5], "None .* for prefix 1 of the batch"),
        ([0.5, 1.5], r"1\.5 for prefix 2 of the batch; it must lie in \[0, 1\]"),
    ],
)
def test_what_a_batch_lacks_is_said(returned: object, said: str) -> None:
    session = FunctionReward(lambda problem, prefixes: returned, "mine", batch=True).open(Problem("?"), particles=2)
    with pytest.raises(ModelError, match=rf"The reward 'mine' returned {said}"):
        session.score(steps_of("a", "b"))


@pytest.mark.parametrize("check", contract.CHECKS, ids=lambda check: check.__name__)
def test_a_batch_function_keeps_the_contract(check) -> None:
    def scratch(problem: Problem, steps: list[str]) -> float:
        return sum((i + 1) * len(step) for i, step in enumerate(steps)) % 97 / 97

    def batch(problem: str, prefixes: list[list[str]]) -> list[float]:
        return [scratch(Problem(problem), steps) for steps in prefixes]

    check(contract.Case(lambda: FunctionReward(batch, batch=True), Problem("toy"), scratch))
