"""A Python function as a reward model: one number in [0, 1], or a sentence that names it and what it returned."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import torch

from pfviz.errors import ModelError, ProblemError
from pfviz.models.rewards.function import FunctionReward
from pfviz.problems.problem import Problem
from pfviz.types import Step

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
