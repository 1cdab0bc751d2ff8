"""The synthetic generator and its reward: contracts, and what they promise of errors and noise."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

import pfviz
from pfviz.errors import ProblemError
from pfviz.models.synthetic.generator import ChainGenerator
from pfviz.models.synthetic.reward import ChainReward
from pfviz.problems.problem import Problem
from pfviz.tiny import oracle
from pfviz.trace.trace import Trace
from pfviz.types import reads_tokens

PROBLEM = "Compute 3 + 5 + 12 + 7 + 9 + 2"


def run(**settings: object) -> Trace:
    given = {"generator": ChainGenerator(), "reward": ChainReward(), "particles": 32, "seed": 4} | settings
    return pfviz.run(PROBLEM, truth="38", **given)  # type: ignore[arg-type]


def rights(trace: Trace) -> list[bool]:
    """Of every slot, step by step."""
    found = []
    for n in range(trace.particles):
        found += oracle.judge_steps("arithmetic", Fraction(38), trace.path_texts(trace.steps - 1, n))
    return found


def test_a_stopped_run_goes_on_with_the_same_steps() -> None:
    whole = run()
    again = pfviz.resume(whole.upto(3), generator=ChainGenerator(), reward=ChainReward())
    assert again.texts == whole.texts
    assert np.array_equal(again.rewards, whole.rewards)
    assert whole.steps == 5


def test_at_temperature_zero_nothing_is_wrong() -> None:
    assert all(rights(run(temperature=0.0)))
    assert not all(rights(run(method="best_of_n")))


def test_the_reward_is_as_good_as_it_says() -> None:
    """Without noise of its own it says the truth; blind to every mistake, it never says that one was made."""
    trace = run(method="best_of_n", particles=200, reward=ChainReward(spread=12.0, blind=0.0))
    right = np.array(rights(trace)).reshape(200, 5)
    assert ((trace.rewards.T > 0.5) == right).mean() > 0.999
    blind = run(method="best_of_n", particles=200, reward=ChainReward(spread=12.0, blind=1.0))
    assert (blind.rewards > 0.5).mean() > 0.999


def test_the_noise_belongs_to_the_prefix() -> None:
    one, other = run(method="best_of_n", particles=8), run(method="best_of_n", particles=16)
    assert np.array_equal(one.rewards, other.rewards[:, :8])


def test_it_reads_no_tokens_and_takes_sums_only() -> None:
    assert not reads_tokens(ChainReward())
    with pytest.raises(ProblemError, match="whole numbers"):
        ChainReward().open(Problem("Compute 3 - 1"), particles=1)


def test_by_name_each_is_chosen_for_the_other() -> None:
    trace = pfviz.run("Compute 3 + 5 + 12", generator="chain", reward="auto", particles=4)
    assert (trace.generator, trace.reward, trace.steps) == ("chain", "chain", 2)
