"""Scores become rewards by the first rule whose range holds them all."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pfviz.errors import TraceError
from pfviz.trace.building.score_scales import SCALES, choose_scale, describe_scale, scale_scores


@pytest.mark.parametrize(
    ("scores", "name", "rewards"),
    [
        ([0, 0.25, 1], "unit", [0, 0.25, 1]),
        ([], "unit", []),
        ([1.00001, -0.00001], "unit", [1, 0]),  # half precision
        ([-1, -math.inf, 0], "log-probability", [math.exp(-1), 0, 1]),
        ([2, 7, 10], "ten", [0.2, 0.7, 1]),
        ([55, 100, 0], "percent", [0.55, 1, 0]),
        ([-2, 3], "logit", [1 / (1 + math.exp(2)), 1 / (1 + math.exp(-3))]),
        ([-1000, 1000], "logit", [0, 1]),
        ([-math.inf, math.inf], "logit", [0, 1]),
        ([500, 2], "logit", [1, 1 / (1 + math.exp(-2))]),
    ],
)
def test_the_range_of_all_scores_chooses(scores: list[float], name: str, rewards: list[float]) -> None:
    scale = choose_scale(scores)
    assert scale.name == name
    np.testing.assert_allclose(scale_scores(scale, np.array(scores)), rewards, atol=1e-12)


def test_every_scale_keeps_the_order_and_what_is_unknown() -> None:
    for scale in SCALES.values():
        scores = np.array([max(scale.low, -5.0), (max(scale.low, -5) + min(scale.high, 5)) / 2, min(scale.high, 5.0)])
        rewards = scale_scores(scale, scores)
        assert (np.diff(rewards) > 0).all()
        assert np.isnan(scale_scores(scale, np.array([math.nan]))).all()


def test_a_scale_that_is_asked_for_is_kept_to() -> None:
    assert choose_scale([-1, -2], "logit").name == "logit"
    with pytest.raises(TraceError, match=r"The scores lie between −1.00 and 2.00, outside of the scale 'unit'"):
        choose_scale([-1, 2], "unit")


def test_the_rule_is_a_sentence() -> None:
    assert describe_scale(SCALES["percent"], [3, 40]) == (
        "The scores of the file lie between 3.00 and 40.00: they are read as percent: the reward is score / 100."
    )
