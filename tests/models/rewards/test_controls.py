"""The controls: what they order, and that they read nothing else."""

from __future__ import annotations

import numpy as np

import pfviz
from pfviz.models.registry import get_reward
from pfviz.models.rewards.controls import CONTROLS, score_earliness, score_nothing, score_shortness
from tests.contracts import toy


def test_each_orders_by_one_thing_alone() -> None:
    short, long = ["2 + 2 = 4"], ["2 + 2 = 4", "so it is four"]
    assert 0 < score_shortness("?", long) < score_shortness("?", short) < 1
    assert score_shortness("?", ["ab", "cd"]) == score_shortness("!", ["abcd"])
    assert 0 < score_earliness("?", long) < score_earliness("?", short) < 1
    assert score_earliness("?", ["a"]) == score_earliness("?", ["b" * 99])
    assert score_nothing("?", short) == score_nothing("?", long) == 0.5


def test_they_are_rewards_by_name() -> None:
    for name in CONTROLS:
        trace = pfviz.run("toy", particles=4, seed=1, generator=toy.ToyGenerator(), reward=name)
        assert trace.reward == get_reward(name).name == name
    assert np.allclose(pfviz.run("toy", particles=4, generator=toy.ToyGenerator(), reward="constant").weights, 0.25)
