"""The slope of a reward: what is typed for it, what it does to weights, and that 1 does nothing and 0 takes all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import pfviz
from pfviz.errors import SettingError
from pfviz.inference.methods.base import Population
from pfviz.inference.methods.particle_gibbs import ParticleGibbs
from pfviz.inference.settings import Settings
from pfviz.inference.slopes import parse_slopes, shrink_rewards
from pfviz.inference.weights import log_odds
from pfviz.trace.trace import COLUMNS, Trace
from tests.contracts import toy

FILTERS = ("particle_filtering", "particle_gibbs", "parallel_tempering", "entropic_particle_filtering")


def run(method: str, potential: str = "odds", **settings: Any) -> Trace:
    return pfviz.run(
        "toy", particles=4, seed=3, max_steps=4, generator=toy.ToyGenerator(), reward=toy.reward, method=method,
        potential=potential, **settings,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("given", "recorded"),
    [(1, "1"), ("0.50", "0.5"), ([0.4, 0.8, 1], "0.4, 0.8, 1"), (" 0.4,.8 , 1", "0.4, 0.8, 1"), ("", "1"), (0, "0")],
)
def test_it_is_a_number_or_one_for_each_step(given: Any, recorded: str) -> None:
    assert Settings.from_values(reward_slope=given).reward_slope == recorded
    assert Settings.from_recorded({"reward_slope": recorded}, 0).reward_slope == recorded


@pytest.mark.parametrize("given", ["much", "-0.1", "nan", "inf", "1, ", True, None, [], 10.5, [0.5, "x"], [1] * 65, {}])
def test_anything_else_is_refused_by_name(given: Any) -> None:
    with pytest.raises(SettingError, match="Reward slope") as caught:
        Settings.from_values(reward_slope=given)
    assert caught.value.field == "reward_slope"


@pytest.mark.parametrize("potential", ["odds", "telescoped", "score"])
@pytest.mark.parametrize("method", FILTERS)
def test_a_slope_of_one_is_none_to_the_bit_and_one_of_zero_gives_equal_weights(method: str, potential: str) -> None:
    plain, same = run(method, potential), run(method, potential, reward_slope=[1, 1.0])
    for name in COLUMNS - {"seconds"}:
        found, wanted = getattr(same, name), getattr(plain, name)
        assert found == wanted if isinstance(found, list) else np.array_equal(found, wanted, equal_nan=True), name
    assert not np.allclose(plain.weights, 1 / 4)
    blind = run(method, potential, reward_slope=0)
    assert np.array_equal(blind.weights, np.full((blind.steps, 4), 1 / 4))
    assert blind.settings["reward_slope"] == "0"


def test_log_odds_are_multiplied_with_the_slope_of_the_step_that_they_were_given_after() -> None:
    history = np.array([[0.9, 0.2, 0.5], [0.7, np.nan, 0.6], [0.8, np.nan, np.nan], [0.99, np.nan, np.nan]])
    found = shrink_rewards(history, parse_slopes("0.5, 1, 2"))
    for step, slope in enumerate((0.5, 1.0, 2.0, 2.0)):
        assert log_odds(found[step]) == pytest.approx(slope * log_odds(history[step]), nan_ok=True)
    assert np.array_equal(found[1], history[1], equal_nan=True)


def test_a_finished_particle_keeps_the_slope_of_its_last_step() -> None:
    """Under telescoped odds the weights so far are the odds of the last reward, to the power of its own slope."""
    method = ParticleGibbs(Settings(particles=2, potential="telescoped", reward_slope="0.25, 1"))
    rewards = np.array([[0.9, 0.4], [np.nan, 0.7]])
    carried = np.zeros(2)
    for step in range(2):
        finished = np.array([True, step == 1])
        carried = method.weigh(Population(step, 4, rewards[: step + 1], finished, carried)).log_weights
    assert carried == pytest.approx([0.25 * log_odds(np.array(0.9)), log_odds(np.array(0.7))])
    for place, way in enumerate((rewards[:1, 0], rewards[:, 1])):
        assert method.log_target(way, 2) == pytest.approx(carried[place])
